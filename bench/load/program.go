package load

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Program is an opentime that runs in a process of its own.
type Program struct {
	Public *url.URL
	Admin  string // address
	Token  string // for the admin listener
	ID     int    // of the process
	cmd    *exec.Cmd
}

// Build builds opentime into a folder, from the source that the working folder is
// in, and returns where it is.
func Build(ctx context.Context, dir string, stderr io.Writer) (string, error) {
	program := filepath.Join(dir, "opentime")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "example.com/opentime/cmd/opentime")
	build.Stderr = stderr
	if err := build.Run(); err != nil {
		return "", fmt.Errorf("build opentime, in the folder of its source: %w", err)
	}
	return program, nil
}

// Launch says how an opentime is started.
type Launch struct {
	Program string   // what Build built
	Site    string   // the folder of what it serves; "": its demo
	Dir     string   // where its log is
	Key     string   // as OPENTIME_KEYS has it
	Command []string // what starts it, such as taskset -c 0; none: it is started by itself

	Environment []string // beside this process's, NAME=value
}

// Start starts opentime and waits until it says where it listens. Of this process's
// environment it has all but what is opentime's. An interrupt of ours is none of
// its: it is ended by Close.
func (l *Launch) Start(ctx context.Context) (*Program, error) {
	log, err := os.Create(filepath.Join(l.Dir, "log"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	args := append(slices.Clone(l.Command), l.Program, "serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0")
	if l.Site != "" {
		args = append(args, l.Site)
	}
	p := &Program{Token: Random(), cmd: exec.Command(args[0], args[1:]...)}
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "OPENTIME_") { // this shell's server is not the one
			p.cmd.Env = append(p.cmd.Env, pair)
		}
	}
	p.cmd.Env = append(p.cmd.Env, "OPENTIME_KEYS="+l.Key, "OPENTIME_TOKEN_READ="+p.Token)
	p.cmd.Env = append(p.cmd.Env, l.Environment...)
	p.cmd.Stderr, p.cmd.SysProcAttr = log, &syscall.SysProcAttr{Setpgid: true}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	p.ID = p.cmd.Process.Pid
	defer context.AfterFunc(ctx, func() { _ = p.cmd.Process.Kill() })() // only while it starts
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		name, address, _ := strings.Cut(lines.Text(), " ")
		switch address = strings.TrimSpace(address); name {
		case "public":
			p.Public, err = url.Parse(address)
		case "admin":
			p.Admin = address
			return p, err
		}
	}
	p.Close()
	said, _ := os.ReadFile(log.Name())
	return nil, errors.New("opentime did not start; it says: " + strings.TrimSpace(string(said)))
}

// Close ends the program, and waits for that.
func (p *Program) Close() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	forced := time.AfterFunc(30*time.Second, func() { _ = p.cmd.Process.Kill() })
	_ = p.cmd.Wait()
	forced.Stop()
}

// Metrics asks the program for its metrics; nil where it does not answer.
func (p *Program) Metrics() *Metrics {
	page, err := Ask(p.Admin+"/metrics", p.Token)
	if err != nil {
		return nil
	}
	return ParseMetrics(page)
}

// Random is a new key, or a token.
func Random() string {
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(secret[:])
}

// maxPage bounds a page that is asked for.
const maxPage = 64 << 20

// Ask gets a page, with a token where one is given.
func Ask(address, token string) ([]byte, error) {
	req, err := http.NewRequest(http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, err
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	client := http.Client{Timeout: time.Minute}
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	page, err := io.ReadAll(io.LimitReader(res.Body, maxPage))
	if err == nil && res.StatusCode != http.StatusOK {
		err = errors.New("get " + address + ": " + res.Status)
	}
	return page, err
}
