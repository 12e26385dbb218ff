package strict

import (
	"fmt"
	"maps"
	"slices"
)

// Reader walks nodes and collects the problems found on the way. The zero
// Reader is ready. Of a node that Parse reported, it reports nothing more.
type Reader struct {
	Problems []Problem
	// Elsewhere, if given, says what to do with an entry whose key looks like
	// none that may stand there; "" if it does not know.
	Elsewhere func(Entry) string

	// Held is how often something was not reported, since the node had been
	// already.
	Held int

	meant map[meant]bool
	// mismatched are nodes of another kind than was wanted, with the places of
	// what was said of them among Problems.
	mismatched map[*Node]int
}

// meant is a key that a map was read as having, though it is written otherwise.
type meant struct {
	node *Node
	key  string
}

// Keys names the keys a map may have and what to do with each value.
type Keys map[string]func(*Node)

// Map calls keys' function for each entry of n, in the order of the file. An
// unknown key is a problem with the nearest known one as remedy, and is read as
// that one if n lacks it, so that nothing follows from a slip of the pen. An n
// that is no map is a problem too.
func (r *Reader) Map(n *Node, keys Keys) {
	if !r.IsMap(n) {
		return
	}
	for _, e := range n.Entries {
		read, ok := keys[e.Key.Text]
		if !ok {
			read, ok = keys[r.unknown(n, e, slices.Sorted(maps.Keys(keys)))]
		}
		if ok {
			read(e.Value)
		}
	}
}

// unknown reports an entry of n, and returns the key it was meant to have, or "".
func (r *Reader) unknown(n *Node, e Entry, known []string) string {
	key := Nearest(e.Key.Text, known)
	remedy := ""
	if key == "" && r.Elsewhere != nil {
		remedy = r.Elsewhere(e)
	}
	if remedy == "" {
		remedy = DidYouMean(e.Key.Text, known)
	}
	r.Errorf(e.Key, "unknown key %q; %s", e.Key.Text, remedy)
	if key == "" || n.Find(key) != nil {
		return ""
	}
	if r.meant == nil {
		r.meant = map[meant]bool{}
	}
	r.meant[meant{n, key}] = true
	return key
}

// IsMap reports whether n is a map; if not, it is a problem.
func (r *Reader) IsMap(n *Node) bool {
	if n.Kind != Map {
		r.mismatch(n, "expected a map; write key: value pairs")
	}
	return n.Kind == Map
}

// Need reports each of keys that the map n lacks, at n.
func (r *Reader) Need(n *Node, keys ...string) {
	if n.Kind != Map {
		return
	}
	for _, key := range keys {
		if n.Find(key) == nil && !r.meant[meant{n, key}] {
			r.Errorf(n, "%q is missing; add it", key)
		}
	}
}

// Each calls read for each item of the list n. Anything but a list is a
// problem.
func (r *Reader) Each(n *Node, read func(*Node)) {
	if n.Kind != List {
		r.mismatch(n, "expected a list; write [a, b], or one item a line, each after a dash")
		return
	}
	for _, item := range n.Items {
		read(item)
	}
}

// Errorf adds a problem at n. The text reads "what is wrong; what to do".
func (r *Reader) Errorf(n *Node, format string, args ...any) { r.add(n, Wrong, format, args) }

// Warnf adds a warning at n.
func (r *Reader) Warnf(n *Node, format string, args ...any) { r.add(n, Warning, format, args) }

// Notef adds a note at n.
func (r *Reader) Notef(n *Node, format string, args ...any) { r.add(n, Note, format, args) }

// mismatch reports a node of another kind than is wanted: of its content nothing
// more is said.
func (r *Reader) mismatch(n *Node, text string) {
	before := len(r.Problems)
	r.Errorf(n, "%s", text)
	if len(r.Problems) == before {
		return
	}
	if r.mismatched == nil {
		r.mismatched = map[*Node]int{}
	}
	r.mismatched[n] = before
}

func (r *Reader) add(n *Node, level Level, format string, args []any) {
	at, ok := r.mismatched[n]
	if n.bad || ok && at < len(r.Problems) && r.Problems[at].Line == n.Line && r.Problems[at].Col == n.Col {
		r.Held++
		return
	}
	r.Problems = append(r.Problems, Problem{
		File: n.File, Line: n.Line, Col: n.Col, Level: level, Text: fmt.Sprintf(format, args...),
	})
}
