package main

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // formats that images are checked in
	_ "image/jpeg"
	_ "image/png"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"example.com/opentime/signals"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"opentime": main, "opentime-quick": quick})
}

// quick is opentime without the map of time zones, which takes a second to
// unpack: for tests that start it often.
func quick() {
	none := func() (*signals.Zones, error) { return nil, nil }
	os.Exit(run(os.Args[1:], &env{stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, now: time.Now, zones: none}))
}

func TestCommands(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exitcode": exitCode, "image": checkImage,
		},
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("KEYS", "a:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8")
			return nil
		},
	})
}

// exitCode is a script's command "exitcode N program arguments...": it fails
// unless the program ends with N.
func exitCode(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
		got = failed.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d; want %d", got, want)
	}
}

// checkImage is a script's command "image FILE FORMAT WIDTH HEIGHT".
func checkImage(ts *testscript.TestScript, _ bool, args []string) {
	data, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	ts.Check(err)
	got := fmt.Sprintf("%s %d %d", format, config.Width, config.Height)
	if want := strings.Join(args[1:], " "); got != want {
		ts.Fatalf("%s is %s; want %s", args[0], got, want)
	}
}
