package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

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
	for key, read := range r.keys() {
		if named[key] {
			continue
		}
		later := &configReader{c: &c}
		if read = later.keys()[key]; read != nil {
			read(&strict.Node{})
		}
		if len(later.Problems) == 0 || !strings.Contains(later.Problems[0].Text, "not supported yet") {
			t.Errorf("README.md does not name the key %q", key)
		}
	}
}

func TestReadmesExampleIsRead(t *testing.T) {
	_, example, _ := strings.Cut(readmeText(t), "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	if _, problems := loadConfig("README.md", []byte(example)); len(problems) > 0 || example == "" {
		t.Errorf("the example has problems: %v", problems)
	}
}

func readmeText(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
