package render

import (
	"testing"
	"time"

	"example.com/opentime/strict"
)

// panicLayer panics when it is drawn.
type panicLayer struct{ common }

func (l *panicLayer) natural(*drawing, float64, float64) (float64, float64) { return 0, 0 }

func (l *panicLayer) draw(*drawing, Box) error { panic("a layer for tests") }

// slowLayer takes longer than an open can wait.
type slowLayer struct{ common }

func (l *slowLayer) natural(*drawing, float64, float64) (float64, float64) { return 0, 0 }

func (l *slowLayer) draw(*drawing, Box) error {
	time.Sleep(400 * time.Millisecond)
	return nil
}

// forTests adds, inside tests only, a layer that panics and one that is slow, so
// that tests of the server can see what an open gets then.
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
	kinds["slow"] = func(r *layoutReader, n *strict.Node) layer {
		l := &slowLayer{}
		r.Map(n, r.keys(&l.common))
		return l
	}
}
