package rules_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// TestFailuresSayWhy compares what is said of the tests of testdata/failures.txtar,
// which all fail, and what a file would have to say instead.
func TestFailuresSayWhy(t *testing.T) {
	const name = "testdata/failures.txtar"
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	c := load(t, string(archive.Files[0].Data))
	root, problems := strict.Parse("f", archive.Files[1].Data)
	tests, more := rules.LoadTests(root, c, sender(t))
	if problems = append(problems, more...); len(problems) > 0 {
		t.Fatal(problems)
	}
	var got strings.Builder
	for _, test := range tests {
		s := opened(c, test)
		test.Given(c, &s)
		failures := test.Compare(c, &s)
		if len(failures) == 0 {
			t.Errorf("%q does not fail", test.Name)
		}
		fmt.Fprintf(&got, "== %s\n", test.Name)
		for _, f := range failures {
			fmt.Fprintln(&got, f)
			for _, d := range f.Differences {
				fmt.Fprintf(&got, "-> %q %v\n", d.Got, d.Sayable)
			}
		}
	}
	if *update {
		archive.Files[2].Data = []byte(got.String())
		if err := os.WriteFile(name, txtar.Format(archive), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if want := string(archive.Files[2].Data); got.String() != want {
		t.Errorf("said\n%s\nwant\n%s", got.String(), want)
	}
}
