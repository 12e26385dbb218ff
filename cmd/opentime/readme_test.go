package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.com/opentime/strict"
)

// TestReadmeNamesEveryKey compares the table of README.md with what is read.
func TestReadmeNamesEveryKey(t *testing.T) {
	readme := readmeText(t)
	var c config
	r := &configReader{c: &c}
	_, table, _ := strings.Cut(readme, "| key | default | |")
	table, _, _ = strings.Cut(table, "\n\n")
	named := map[string]bool{}
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) < 2 {
			continue
		}
		for _, key := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(cells[1], -1) {
			named[key[1]] = true
			if r.keys()[key[1]] == nil {
				t.Errorf("README.md names the key %q, which is not read", key[1])
			}
		}
	}
	for key := range r.keys() {
		if named[key] {
			continue
		}
		later := &configReader{c: &c}
		later.keys()[key](&strict.Node{})
		if len(later.Problems) == 0 || !strings.Contains(later.Problems[0].Text, "not supported yet") {
			t.Errorf("README.md does not name the key %q", key)
		}
	}
}

// TestTheFrontPagesExamplesWork runs what the project's README shows: its
// campaign in the demo's folder, and its commands.
func TestTheFrontPagesExamplesWork(t *testing.T) {
	page := fileText(t, "../../README.md")
	campaign, page, ok := cutBlock(page, "```yaml\n")
	if !ok || !strings.HasPrefix(campaign, "campaign: spring") {
		t.Fatal("README.md shows no campaign first")
	}
	dir := t.TempDir()
	copyDemo(t, dir)
	write(t, filepath.Join(dir, "campaigns", "spring.yaml"), campaign)
	commands := 0
	for _, line := range regexp.MustCompile(`(?m)^opentime (check|test|explain|preview) .*$`).FindAllString(page, -1) {
		args := strings.Fields(regexp.MustCompile(`   .*`).ReplaceAllString(strings.TrimPrefix(line, "opentime "), ""))
		for i, arg := range args {
			switch arg {
			case ".":
				args[i] = dir
			case "hero.jpg":
				args[i] = filepath.Join(dir, arg)
			}
		}
		if args[0] == "explain" || args[0] == "preview" {
			args = append(args, dir)
		}
		var out strings.Builder
		e := &env{zones: sharedZones, stdout: &out, stderr: &out, now: time.Now, getenv: func(string) string { return "" }}
		if code := run(args, e); code != 0 {
			t.Errorf("%s: exit code %d\n%s", line, code, out.String())
		}
		commands++
	}
	if commands != 4 {
		t.Errorf("%d commands were run, want 4", commands)
	}
}

// cutBlock returns the block that begins with fence, and what follows.
func cutBlock(page, fence string) (block, rest string, ok bool) {
	_, rest, ok = strings.Cut(page, "\n"+fence)
	block, rest, _ = strings.Cut(rest, "```")
	return strings.TrimRight(block, " "), rest, ok
}

func readmeText(t *testing.T) string { return fileText(t, "README.md") }

func fileText(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
