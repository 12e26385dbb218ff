package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/sstable"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// decodedFile is what a file holds, of the store's tables what they hold unpacked.
func decodedFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Ext(name) != ".sst" {
		return data
	}
	file, err := vfs.Default.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	readable, err := sstable.NewSimpleReadable(file)
	if err != nil {
		t.Fatal(err)
	}
	table, err := sstable.NewReader(context.Background(), readable, sstable.ReaderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = table.Close() }()
	it, err := table.NewIter(sstable.NoTransforms, nil, nil, sstable.AssertNoBlobHandles)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = it.Close() }()
	for kv := it.First(); kv != nil; kv = it.Next() {
		value, _, err := kv.Value(nil)
		if err != nil {
			t.Fatal(err)
		}
		data = append(append(data, kv.K.UserKey...), value...)
	}
	return data
}

// holding are the files below a folder that say one of these texts.
func holding(t *testing.T, dir string, texts []string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data := decodedFile(t, name)
		for _, text := range texts {
			if bytes.Contains(data, []byte(text)) {
				found = append(found, text+" in "+filepath.Base(name))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestWhatSomebodyDidIsForgotten forgets somebody who has a profile, a history, a cart
// and mails they opened, and looks for them in every file.
func TestWhatSomebodyDidIsForgotten(t *testing.T) {
	c := newBehaviour(t)
	const profile = `[{"r": "canary-1041", "at": "2026-01-01", "consent": "full", "attributes": {"kind": "zebrafinch", "city": "Finchley"}}]`
	const did = `[{"id": "order-77341", "r": "canary-1041", "kind": "bought", "item": "aviary-deluxe", "tags": ["songbird-seed"], "channel": "garden-till", "at": "2026-11-20T10:00:00Z"},
		{"r": "canary-1041", "kind": "searched", "search": "quiet perches", "at": "2026-11-20T10:00:00Z"}]`
	secrets := []string{"canary-1041", "zebrafinch", "Finchley", "aviary-deluxe", "songbird-seed", "garden-till", "quiet perches"}
	tell := func(want string) {
		t.Helper()
		for path, body := range map[string]string{"PUT /v1/profiles": profile, "POST /v1/events": did} {
			method, path, _ := strings.Cut(path, " ")
			if status, answer := c.send(method, path, body, "Authorization: Bearer ingest"); status != 200 || !strings.Contains(answer, want) {
				t.Fatal(status, answer)
			}
		}
	}
	open := func() {
		t.Helper()
		for _, path := range []string{"/i/check/rated.png", "/c/check/rated"} {
			request, err := http.NewRequest(http.MethodGet, "http://"+c.app.public+path+"?r="+sealedBy(t, demoKeys, "theatre", "canary-1041"), nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("User-Agent", outlook)
			response, err := http.DefaultTransport.RoundTrip(request)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
		}
	}
	tell(`"applied": `)
	open()
	c.restart() // into the store's tables
	for i := range 300 {
		body := fmt.Sprintf(`[{"r": "other-%d", "kind": "viewed", "item": "tosca"}]`, i)
		if status, answer := c.send("POST", "/v1/events", body, "Authorization: Bearer ingest"); status != 200 {
			t.Fatal(status, answer)
		}
	}
	open()
	time.Sleep(200 * time.Millisecond) // what is kept beside the path
	status, answer := c.send("GET", "/v1/profiles/canary-1041", "", "Authorization: Bearer read")
	for _, secret := range secrets {
		if status != 200 || !strings.Contains(answer, secret) {
			t.Errorf("%d: %s is not told: %s", status, secret, answer)
		}
	}
	if !strings.Contains(answer, `"kind": "clicked"`) || !strings.Contains(answer, `"alias": "`) || !strings.Contains(answer, `"campaign": "check"`) {
		t.Errorf("not all is told: %s", answer)
	}
	if err := c.app.stop(); err != nil {
		t.Fatal(err)
	}
	if found := holding(t, c.data, secrets); len(found) < len(secrets) {
		t.Fatalf("only %v are found before, so finding nothing after says nothing", found)
	}
	c.start()
	if status, answer := c.send("POST", "/v1/forget", `["canary-1041"]`, "Authorization: Bearer ingest"); status != 200 {
		t.Fatal(status, answer)
	}
	c.restart()
	tell("forgotten; nothing is kept")
	open()
	if _, answer := c.send("GET", "/v1/profiles/canary-1041", "", "Authorization: Bearer read"); !strings.Contains(answer, `"forgotten": true`) || strings.Contains(answer, "aviary") {
		t.Errorf("told after: %s", answer)
	}
	c.restart()
	if err := c.app.stop(); err != nil {
		t.Fatal(err)
	}
	if found := holding(t, c.data, secrets); len(found) > 0 {
		t.Errorf("still there: %v", found)
	}
}
