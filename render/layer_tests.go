package render

import (
	"testing"

	"example.com/opentime/strict"
)

// panicLayer panics when it is drawn.
type panicLayer struct{ common }

func (l *panicLayer) natural(*drawing, float64, float64) (float64, float64) { return 0, 0 }

func (l *panicLayer) draw(*drawing, Box) error { panic("a layer for tests") }

// forTests adds, inside tests only, a layer that panics, so that tests of the
// server can see what an open gets then.
func forTests(kinds map[string]func(*layoutReader, *strict.Node) layer) {
	if !testing.Testing() {
		return
	}
	kinds["panic"] = func(r *layoutReader, n *strict.Node) layer {
		l := &panicLayer{}
		keys := r.keys(&l.common)
		keys["value"] = func(n *strict.Node) { r.value(&l.common, n, "text", "number", "moment", "picture", "list", "colour") }
		r.Map(n, keys)
		return l
	}
}
