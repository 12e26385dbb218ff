package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"

	"example.com/opentime/assets"
	"example.com/opentime/bench/load"
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
	program, err := load.Build(ctx, dir, stderr)
	if err != nil {
		return err
	}
	key := "a:" + load.Random()
	launch := load.Launch{Program: program, Dir: dir, Key: key}
	demo, err := launch.Start(ctx)
	if err != nil {
		return err
	}
	t.close = func() {
		demo.Close()
		_ = os.RemoveAll(dir)
	}
	t.public, t.admin, t.token, t.asking = demo.Public, demo.Admin, demo.Token, demo.Token
	page, err := load.Ask(t.admin+"/demo/mail", t.token)
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
