// Command opentime serves the images and links inside emails, decided at the
// moment of the open, and checks, tests, explains and previews the campaigns
// that say what they show.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // zones are the same on every machine

	"github.com/alecthomas/kong"

	"example.com/opentime/signals"
)

// build says which opentime this is; set when it is built.
var build = "dev"

// program is the command line.
type program struct {
	Serve     serveCmd     `cmd:"" help:"Answer the images and links of sent mails."`
	Check     checkCmd     `cmd:"" help:"Find every problem in the sender's files before a mail is sent."`
	Test      testCmd      `cmd:"" help:"Run the tests that stand beside campaigns."`
	Explain   explainCmd   `cmd:"" help:"Say what a block would show, and why."`
	Signals   signalsCmd   `cmd:"" help:"List what a campaign may name, and who can know it."`
	Preview   previewCmd   `cmd:"" help:"Draw the image a block would show."`
	Forecast  forecastCmd  `cmd:"" help:"Count the pictures of a mail, and find rules that nobody reaches."`
	Link      linkCmd      `cmd:"" help:"Print the HTML that goes into the mail."`
	Snippet   snippetCmd   `cmd:"" help:"Print the script for the sender's own pages."`
	Sign      signCmd      `cmd:"" help:"Add sealed recipients to a CSV, for the mail platform."`
	Keys      keysCmd      `cmd:"" help:"Look after the keys that seal recipients."`
	Verify    verifyCmd    `cmd:"" help:"Say what a link proves of its recipient, and why no more."`
	Import    importCmd    `cmd:"" help:"Bring in what is known of recipients."`
	Backup    backupCmd    `cmd:"" help:"Copy all data into a file, while the server runs."`
	Restore   restoreCmd   `cmd:"" help:"Bring the data of a backup back."`
	Show      showCmd      `cmd:"" help:"Tell all that is kept of a recipient."`
	Forget    forgetCmd    `cmd:"" help:"Remove all that is kept of recipients, for good."`
	Recommend recommendCmd `cmd:"" help:"Learn from what people did, and list what to recommend to each."`
	Status    statusCmd    `cmd:"" help:"Say how the server that runs is, and what somebody should look at."`
	Feed      feedCmd      `cmd:"" help:"Look after the feeds of the server that runs."`
	Data      dataCmd      `cmd:"" help:"List the data in use and how old it is, and fetch newer."`
	Schema    schemaCmd    `cmd:"" help:"Print what files may say, as JSON Schema, for editors."`
	Version   versionCmd   `cmd:"" help:"Say which opentime this is."`
}

const description = `Images and links in an email, decided when it is opened.

A campaign is one YAML file: the blocks of a mail, and the rules for what each shows. The usual way:

  opentime serve                             look at the built-in demo
  opentime check campaigns/                  find every problem
  opentime test campaigns/                   run its tests
  opentime explain weekly-films/hero         why does it show that?
  opentime signals --about weather           what can be asked about, and who knows it
  opentime link weekly-films --for klaviyo   the HTML for the mail

Where a command takes PATH it is a folder with an opentime.yaml, or a file in one; without it that of the working folder, or else the demo.

Exit codes: 0 fine, 1 problems, 2 wrong usage; status: 2 no server answers.`

// env is what commands need of the world around them.
type env struct {
	stdout, stderr io.Writer
	getenv         func(string) string
	now            func() time.Time
	zones          func() (*signals.Zones, error) // the map of time zones, unpacked once; nil: by each who needs it
	network        signals.Network                // zero: the internet; tests have their own server reached
}

// errProblems ends a command with exit code 1 whose problems were printed.
var errProblems = errors.New("problems were found")

// usageError is a wrong way to call a command: exit code 2.
type usageError struct{ text string }

// Error returns what is wrong.
func (e usageError) Error() string { return e.text }

// hintedError is an error with what to do about it.
type hintedError struct {
	error
	hint string
}

// Unwrap returns the error without its hint.
func (e hintedError) Unwrap() error { return e.error }

// hint gives err a line that says what to do.
func hint(err error, format string, args ...any) error {
	return hintedError{err, fmt.Sprintf(format, args...)}
}

func main() {
	os.Exit(run(os.Args[1:], &env{stdout: os.Stdout, stderr: os.Stderr, getenv: os.Getenv, now: time.Now}))
}

// run runs one command and returns the exit code.
func run(args []string, e *env) int {
	var p program
	exited := -1
	vars := kong.Vars{"platforms": strings.Join(platformNames(), ", ")}
	parser, err := kong.New(&p, kong.Name("opentime"), kong.Description(description), vars,
		kong.Writers(e.stdout, e.stderr), kong.Exit(func(code int) { exited = code }),
		kong.ConfigureHelp(kong.HelpOptions{WrapUpperBound: 100, Compact: true}))
	if err != nil {
		panic("BUG: " + err.Error())
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	switch {
	case exited >= 0:
		return exited
	case err != nil:
		return e.fail(hint(usageError{err.Error()}, "%s", usageHint(err)))
	}
	return e.fail(command.Run(e))
}

// usageHint says where the help of the command is that was called wrongly.
func usageHint(err error) string {
	if parse, ok := errors.AsType[*kong.ParseError](err); ok {
		for _, part := range slices.Backward(parse.Context.Path) {
			if part.Command != nil {
				return "run " + part.Command.FullPath() + " --help"
			}
		}
	}
	return "run opentime --help"
}

// fail prints an error, with its hint, and returns the exit code.
func (e *env) fail(err error) int {
	if err == nil {
		return 0
	}
	if !errors.Is(err, errProblems) {
		_, _ = fmt.Fprintf(e.stderr, "opentime: %v\n", err)
	}
	if hinted, ok := errors.AsType[hintedError](err); ok {
		_, _ = fmt.Fprintf(e.stderr, "opentime: hint: %s\n", hinted.hint)
	}
	if _, ok := errors.AsType[usageError](err); ok {
		return 2
	}
	if _, ok := errors.AsType[unreachableError](err); ok {
		return 2
	}
	return 1
}

// print writes a line to stdout.
func (e *env) print(format string, args ...any) {
	_, _ = fmt.Fprintf(e.stdout, format+"\n", args...)
}

// versionCmd is opentime version.
type versionCmd struct{}

// Run prints the build.
func (versionCmd) Run(e *env) error {
	e.print("opentime %s", build)
	return nil
}
