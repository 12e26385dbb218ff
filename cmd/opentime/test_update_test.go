package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/opentime/assets"
	"example.com/opentime/strict"
)

// TestUpdateWritesTheDemosTestsBack breaks every value that the demo's tests
// expect and has them updated: the files are then what they were, byte for byte.
func TestUpdateWritesTheDemosTestsBack(t *testing.T) {
	dir := t.TempDir()
	demo, err := fs.Sub(assets.FS, "demo")
	if err == nil {
		err = os.CopyFS(dir, demo)
	}
	names, _ := filepath.Glob(filepath.Join(dir, "campaigns", "*.test.yaml"))
	if err != nil || len(names) != 3 {
		t.Fatal(names, err)
	}
	before, values := map[string]string{}, 0
	for _, name := range names {
		before[name] = fileText(t, name)
		root, problems := strict.Parse(name, []byte(before[name]))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		var edits []strict.Edit
		for _, test := range root.Items {
			for _, position := range test.Find("expect").Entries {
				for _, value := range position.Value.Entries {
					edits = append(edits, broken(value.Key.Text, value.Value)...)
				}
			}
		}
		values += len(edits)
		text, err := strict.Rewrite(name, []byte(before[name]), edits)
		if err == nil {
			err = errors.Join(os.WriteFile(name, text, 0o600), os.Chmod(name, 0o600))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if values < 60 {
		t.Errorf("only %d values were broken", values)
	}
	runs(t, 1, "test", dir)
	out := runs(t, 0, "test", "--update", dir)
	if want := count(values, "value") + " in 3 files\n"; !strings.HasSuffix(out, want) {
		t.Errorf("test --update said\n%s\nwant %s", out, want)
	}
	for _, name := range names {
		if got := fileText(t, name); got != before[name] {
			t.Errorf("%s became\n%s", name, got)
		}
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v; its mode was 0600", name, info.Mode(), err)
		}
	}
	runs(t, 0, "test", dir)
}

// broken returns another value for each that a test expects, which still loads.
func broken(what string, n *strict.Node) []strict.Edit {
	switch {
	case n.Kind == strict.List:
		var edits []strict.Edit
		for _, item := range n.Items {
			edits = append(edits, broken(what, item)...)
		}
		return edits
	case what == "rule" && n.Text == "none", what == "layout":
		return nil
	case what == "rule":
		return []strict.Edit{{Node: n, Text: "none"}}
	case what == "until" && n.Text == "none":
		return []strict.Edit{{Node: n, Text: "2026-01-01 00:00"}}
	case what == "until":
		return []strict.Edit{{Node: n, Text: "none"}}
	case what == "reason":
		return []strict.Edit{{Node: n, Text: "failed"}}
	case !n.Quoted: // and to stay so
		return []strict.Edit{{Node: n, Text: "not-" + n.Text}}
	}
	return []strict.Edit{{Node: n, Text: "not \"" + n.Text + "\": {x}, y # z"}}
}

// runs runs a command, which must end with a code, and returns what it printed.
func runs(t *testing.T, code int, args ...string) string {
	t.Helper()
	var out strings.Builder
	e := &env{zones: sharedZones, stdout: &out, stderr: &out, now: time.Now, getenv: func(string) string { return "" }}
	if got := run(args, e); got != code {
		t.Fatalf("%v: exit code %d, want %d\n%s", args, got, code, out.String())
	}
	return out.String()
}
