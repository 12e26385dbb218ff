package render

import (
	"fmt"
	"os"
	"runtime"
	"testing"

	"example.com/opentime/strict"
)

// TestWorkersKeepNoForgottenGround draws a picture, and has its ground forgotten: the
// worker that drew it does not keep it.
func TestWorkersKeepNoForgottenGround(t *testing.T) {
	fonts, err := LoadFonts(os.DirFS("../assets/fonts"))
	if err != nil {
		t.Fatal(err)
	}
	r := New(fonts, nil)
	draw := func(colour int) {
		root, _ := strict.Parse("a.yaml", fmt.Appendf(nil, "layout: a\nsize: 20x20\nvalues: {v: text}\nlayers: [{box: {background: \"#%06x\"}}, {text: {text: \"{v}\"}}]\n", colour))
		l, problems := LoadLayout("a.yaml", root)
		if l == nil {
			t.Fatal(problems)
		}
		if _, err := r.Draw(&Picture{Layout: l, Values: []Value{{Kind: Text, Text: "a"}}}); err != nil {
			t.Fatal(err)
		}
	}
	draw(1)
	worker := r.worker()
	if worker.holds.Value() == nil {
		t.Fatal("the worker knows nothing of what it drew")
	}
	r.grounds.max = 1 // the next pushes out all others
	draw(2)
	runtime.GC()
	if worker.holds.Value() != nil {
		t.Error("the worker keeps a ground that is forgotten")
	}
}
