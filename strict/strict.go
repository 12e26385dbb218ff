// Package strict reads YAML the way the campaign language wants it: every
// scalar stays the text that was written, every node knows its place, and
// nothing of YAML that surprises people (anchors, tags, merge keys, nulls,
// several documents) gets through. Reading collects every problem instead of
// stopping at the first.
//
// The typical caller parses a file, then walks it with a Reader:
//
//	node, problems := strict.Parse("spring.yaml", data)
//	r := strict.Reader{Problems: problems}
//	r.Map(node, strict.Keys{
//		"campaign": func(n *strict.Node) { c.ID = r.ID(n) },
//		"holdout":  func(n *strict.Node) { c.Holdout = r.Percent(n) },
//	})
package strict

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Kind says what a Node is.
type Kind uint8

// The kinds of nodes.
const (
	Scalar Kind = iota
	Map
	List
)

// Node is one value of a file, with its place. A Node is never changed after
// Parse.
type Node struct {
	File      string
	Line, Col int // from 1
	Kind      Kind
	Text      string // of a scalar: as written, quotes removed
	Quoted    bool   // of a scalar: stood in quotes or is a block text
	Entries   []Entry
	Items     []*Node // of a list

	bad bool // reported by Parse: a Reader says nothing more of it
}

// Entry is one key of a map and its value, in the order of the file.
type Entry struct {
	Key   *Node
	Value *Node
}

// Find returns the value under key, or nil.
func (n *Node) Find(key string) *Node {
	if n == nil {
		return nil
	}
	for _, e := range n.Entries {
		if e.Key.Text == key {
			return e.Value
		}
	}
	return nil
}

// Reported tells that Parse found something wrong with the node itself, so that
// what it holds is not what was meant.
func (n *Node) Reported() bool { return n.bad }

// Level says how much a Problem weighs.
type Level uint8

// A Wrong file is not used; a Warning fails only where the user asked for
// strictness; a Note fails never.
const (
	Wrong Level = iota
	Warning
	Note
)

// String returns the level's word.
func (l Level) String() string { return [...]string{"problem", "warning", "note"}[l] }

// Problem is something wrong in a file, with its place. Text reads "what is
// wrong; what to do".
type Problem struct {
	File      string
	Line, Col int
	Level     Level
	Text      string
}

// String returns the problem as people read it: file:line:col: text.
func (p Problem) String() string {
	level := ""
	if p.Level != Wrong {
		level = p.Level.String() + ": "
	}
	return fmt.Sprintf("%s:%d:%d: %s%s", p.File, p.Line, p.Col, level, p.Text)
}

// Parts splits the text into what is wrong and what to do: at the last "; " that
// stands in no quotes. A text without one only says what is wrong.
func (p Problem) Parts() (wrong, remedy string) {
	at, quoted := -1, false
	for i := range len(p.Text) {
		switch {
		case p.Text[i] == '"' && (i == 0 || p.Text[i-1] != '\\'):
			quoted = !quoted
		case !quoted && strings.HasPrefix(p.Text[i:], "; "):
			at = i
		}
	}
	if quoted { // a text that is cut, with one quote
		at = strings.LastIndex(p.Text, "; ")
	}
	if at < 0 {
		return p.Text, ""
	}
	return p.Text[:at], p.Text[at+len("; "):]
}

// Sort orders problems by file, line, column and text, and drops repeats.
func Sort(problems []Problem) []Problem {
	slices.SortFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Col, b.Col), cmp.Compare(a.Text, b.Text))
	})
	return slices.Compact(problems)
}

// Bad reports whether any of the problems is Wrong.
func Bad(problems []Problem) bool {
	return slices.ContainsFunc(problems, func(p Problem) bool { return p.Level == Wrong })
}
