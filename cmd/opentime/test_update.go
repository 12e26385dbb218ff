package main

import (
	"fmt"
	"io"
	"os"
	"slices"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// edit notes what is to be written into a test that fails. It reports whether
// the test passes then.
func (r *testRun) edit(wrong []rules.Failure) bool {
	passes := len(wrong) > 0
	for _, f := range wrong {
		for _, d := range f.Differences {
			if !d.Sayable {
				passes = false
				continue
			}
			edits := r.edits[d.Node.File]
			if !slices.ContainsFunc(edits, func(e strict.Edit) bool { return e.Node == d.Node }) {
				r.edits[d.Node.File] = append(edits, strict.Edit{Node: d.Node, Text: d.Got})
			}
		}
	}
	return passes
}

// write writes the tests' files: each whole or not at all, and none before all
// could be rewritten.
func (r *testRun) write() error {
	rewritten := map[string][]byte{}
	for name, edits := range r.edits {
		data, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("update %s: %w", name, cause(err))
		}
		if rewritten[name], err = strict.Rewrite(name, data, edits); err != nil {
			return hint(fmt.Errorf("update %s: %w", name, err), "nothing was written; change it by hand")
		}
	}
	for name, data := range rewritten {
		err := writeFile(name, func(w io.Writer) error {
			_, err := w.Write(data)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
