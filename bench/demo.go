package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"example.com/opentime/assets"
	"example.com/opentime/server"
)

// demoSender is the sender's name in the demo's opentime.yaml.
const demoSender = "cinema"

// startDemo builds opentime, starts its demo in a process of its own and makes it
// the target: the demo's mail, its recipients, sealed with a key made here.
func (t *target) startDemo(ctx context.Context, o *options, stderr io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "opentime-bench")
	if err != nil {
		return err
	}
	t.close = func() { _ = os.RemoveAll(dir) }
	defer func() {
		if err != nil {
			t.close()
		}
	}()
	fmt.Fprintln(stderr, "Building opentime, and starting its demo in a process of its own; --public ADDRESS measures another server.")
	program := filepath.Join(dir, "opentime")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "example.com/opentime/cmd/opentime")
	build.Stderr = stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build opentime, in the folder of its source: %w", err)
	}
	key := "a:" + random()
	t.token = random()
	t.asking = t.token
	if err := t.launch(ctx, program, dir, "OPENTIME_KEYS="+key, "OPENTIME_TOKEN_READ="+t.token); err != nil {
		return err
	}
	page, err := ask(t.admin+"/demo/mail", t.token)
	if err != nil {
		return err
	}
	if t.mail, err = readMail(string(page), []string{"r"}); err != nil {
		return err
	}
	keys, err := server.ParseKeys(key)
	if err != nil {
		return err
	}
	ids, err := demoIDs()
	if err != nil {
		return err
	}
	t.people = sealed(keys, demoSender, ids)
	t.hosts = []string{"cinema.example", "*.cinema.example"}
	t.ready(o.seed)
	return nil
}

// random is a key or a token.
func random() string {
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(secret[:])
}

// demoIDs are the ids of the demo's profiles.
func demoIDs() ([]string, error) {
	data, err := assets.FS.ReadFile("demo/profiles.csv")
	if err != nil {
		return nil, err
	}
	_, people, err := readRecipients(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("read the demo's profiles: %w", err)
	}
	ids := make([]string, len(people))
	for i, who := range people {
		ids[i] = who[0]
	}
	return ids, nil
}

// launch starts the program and waits until it says where it listens. An interrupt
// of ours is none of its: it is ended by close.
func (t *target) launch(ctx context.Context, program, dir string, environment ...string) error {
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	demo := exec.Command(program, "serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0")
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "OPENTIME_") { // this shell's server is not the demo
			demo.Env = append(demo.Env, pair)
		}
	}
	demo.Env, demo.Stderr, demo.SysProcAttr = append(demo.Env, environment...), log, &syscall.SysProcAttr{Setpgid: true}
	out, err := demo.StdoutPipe()
	if err != nil {
		return err
	}
	if err := demo.Start(); err != nil {
		return err
	}
	remove := t.close
	t.close = func() {
		_ = demo.Process.Signal(syscall.SIGTERM)
		forced := time.AfterFunc(30*time.Second, func() { _ = demo.Process.Kill() })
		_ = demo.Wait()
		forced.Stop()
		remove()
	}
	defer context.AfterFunc(ctx, func() { _ = demo.Process.Kill() })() // only while it starts
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		name, address, _ := strings.Cut(lines.Text(), " ")
		switch address = strings.TrimSpace(address); name {
		case "public":
			t.public, err = url.Parse(address)
		case "admin":
			t.admin = address
			return err
		}
	}
	said, _ := os.ReadFile(log.Name())
	return errors.New("the demo did not start; it says: " + strings.TrimSpace(string(said)))
}
