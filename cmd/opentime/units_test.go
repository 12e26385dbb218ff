package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestUnitsAreRightAndHardened lets systemd read the units, and judge what the
// service could do were it taken over: 0 is nothing, 100 everything.
func TestUnitsAreRightAndHardened(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"opentime.service", "opentime.socket"} {
		// What is run has to be there.
		text := strings.ReplaceAll(fileText(t, "../../deploy/"+name), "/usr/local/bin/opentime", self)
		if err := os.WriteFile(dir+"/"+name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		{"verify", "--man=no", "--recursive-errors=one", dir + "/opentime.service", dir + "/opentime.socket"},
		{"security", "--offline=true", "--threshold=15", "--no-pager", dir + "/opentime.service"},
	} {
		said, err := exec.Command("systemd-analyze", args...).CombinedOutput()
		if err != nil || args[0] == "verify" && len(said) > 0 {
			t.Errorf("systemd-analyze %s: %v\n%s", args[0], err, said)
		}
	}
}
