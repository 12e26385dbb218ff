package strict

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Edit is a new text for a scalar of a file.
type Edit struct {
	Node *Node // of a Parse of the file
	Text string
}

// Rewrite returns a file in which some scalars have another text, quoted as they
// were as far as the new text allows. Everything else, comments and layout too,
// stays byte for byte, and Parse reads the new texts back. It fails, and changes
// nothing, where the file has problems or is another one by now.
func Rewrite(file string, data []byte, edits []Edit) ([]byte, error) {
	root, problems := Parse(file, data)
	if root == nil || Bad(problems) {
		return nil, errors.New("the file has problems")
	}
	bom := len(data) - len(bytes.TrimPrefix(data, []byte("\ufeff")))
	r := &rewriting{data: data[bom:], texts: map[place]string{}}
	for _, e := range edits {
		r.texts[place{e.Node.Line, e.Node.Col}] = e.Text
		if old := root.at(e.Node.Line, e.Node.Col); old == nil || old.Text != e.Node.Text || !r.cut(old, e.Text) {
			return nil, fmt.Errorf("%d:%d: the text %q is not found there", e.Node.Line, e.Node.Col, e.Node.Text)
		}
	}
	out := append(slices.Clone(data[:bom]), r.apply()...)
	after, problems := Parse(file, out)
	if after == nil || Bad(problems) || !r.same(root, after) {
		return nil, errors.New("the new texts would not be read back")
	}
	return out, nil
}

// place is where a node stands.
type place struct{ line, col int }

// cut is a part of a file to be replaced.
type cut struct {
	from, to int
	with     string
}

// rewriting is a file being rewritten.
type rewriting struct {
	data  []byte
	texts map[place]string // the new ones
	cuts  []cut
}

// at returns the scalar at a place; nil if there is none.
func (n *Node) at(line, col int) *Node {
	if n.Kind == Scalar && n.Line == line && n.Col == col {
		return n
	}
	for _, e := range n.Entries {
		if found := e.Value.at(line, col); found != nil {
			return found
		}
	}
	for _, item := range n.Items {
		if found := item.at(line, col); found != nil {
			return found
		}
	}
	return nil
}

// same reports whether a file was rewritten into the other: all but the new
// texts are alike.
func (r *rewriting) same(a, b *Node) bool {
	text := a.Text
	if changed, ok := r.texts[place{a.Line, a.Col}]; ok && a.Kind == Scalar {
		text = changed
	}
	if a.Kind != b.Kind || text != b.Text || len(a.Entries) != len(b.Entries) || len(a.Items) != len(b.Items) {
		return false
	}
	for i := range a.Entries {
		if a.Entries[i].Key.Text != b.Entries[i].Key.Text || !r.same(a.Entries[i].Value, b.Entries[i].Value) {
			return false
		}
	}
	for i := range a.Items {
		if !r.same(a.Items[i], b.Items[i]) {
			return false
		}
	}
	return true
}

// cut notes what is replaced where a scalar gets another text.
func (r *rewriting) cut(n *Node, text string) bool {
	from := r.offset(n.Line, n.Col)
	if from < 0 {
		return false
	}
	var to int
	switch quote := r.data[from]; quote {
	case '"', '\'':
		to = r.closing(from, quote)
		if quote == '\'' && !slices.ContainsFunc([]rune(text), needsEscape) {
			text = "'" + strings.ReplaceAll(text, "'", "''") + "'"
		} else {
			text = inQuotes(text)
		}
	case '|', '>':
		return r.cutBlock(from, inQuotes(text))
	default:
		to = r.plainEnd(from, n.Text)
		if !isPlain(text) {
			text = inQuotes(text)
		}
	}
	r.cuts = append(r.cuts, cut{from, to, text})
	return to > from
}

// apply makes the cuts.
func (r *rewriting) apply() []byte {
	slices.SortFunc(r.cuts, func(a, b cut) int { return a.from - b.from })
	var out []byte
	at := 0
	for _, c := range r.cuts {
		out = append(append(out, r.data[at:c.from]...), c.with...)
		at = c.to
	}
	return append(out, r.data[at:]...)
}

// offset returns where a line and column, counted in characters, begin; -1 if
// the file has them not.
func (r *rewriting) offset(line, col int) int {
	at := 0
	for ; line > 1 && at < len(r.data); line-- {
		for at < len(r.data) && lineBreak(r.data[at:]) == 0 {
			at++
		}
		at += lineBreak(r.data[at:])
	}
	for ; col > 1 && at < len(r.data); col-- {
		_, size := utf8.DecodeRune(r.data[at:])
		at += size
	}
	if line > 1 || at >= len(r.data) {
		return -1
	}
	return at
}

// lineBreak returns the length of the line break that data begins with, as YAML
// counts lines; 0 if it begins with none.
func lineBreak(data []byte) int {
	for _, b := range [...]string{"\r\n", "\n", "\r", "\u0085", "\u2028", "\u2029"} {
		if bytes.HasPrefix(data, []byte(b)) {
			return len(b)
		}
	}
	return 0
}

// closing returns where a text in quotes ends; -1 if it does not.
func (r *rewriting) closing(from int, quote byte) int {
	for at := from + 1; at < len(r.data); at++ {
		switch {
		case quote == '"' && r.data[at] == '\\', quote == '\'' && bytes.HasPrefix(r.data[at:], []byte("''")):
			at++
		case r.data[at] == quote:
			return at + 1
		}
	}
	return -1
}

// plainEnd returns where a text without quotes ends, which may go on over
// several lines; -1 if it is another text.
func (r *rewriting) plainEnd(from int, text string) int {
	at := from
	for _, want := range text {
		if isSpace(want) {
			continue
		}
		for {
			got, size := utf8.DecodeRune(r.data[at:])
			if size == 0 || !isSpace(got) && got != want {
				return -1
			}
			if at += size; got == want {
				break
			}
		}
	}
	return at
}

func isSpace(c rune) bool {
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\u0085' || c == '\u2028' || c == '\u2029'
}

// cutBlock replaces a block text: what begins it, and the lines under it. What
// else stands on its first line, a comment, stays.
func (r *rewriting) cutBlock(from int, text string) bool {
	to := from + 1
	for to < len(r.data) && (r.data[to] == '-' || r.data[to] == '+') {
		to++
	}
	body := to
	for body < len(r.data) && lineBreak(r.data[body:]) == 0 {
		body++
	}
	r.cuts = append(r.cuts, cut{from, to, text})
	end, indent := body, -1
	for at := body; at < len(r.data); {
		at += lineBreak(r.data[at:])
		line := at
		for at < len(r.data) && lineBreak(r.data[at:]) == 0 {
			at++
		}
		spaces := len(r.data[line:at]) - len(bytes.TrimLeft(r.data[line:at], " "))
		switch {
		case spaces == at-line:
			continue // blank: of the text only if more follows
		case indent < 0:
			indent = spaces
		case spaces < indent:
			at = len(r.data)
			continue
		}
		end = at
	}
	r.cuts = append(r.cuts, cut{body, end, ""})
	return end > body
}

// isPlain reports whether a text surely stands for itself without quotes,
// within braces too.
func isPlain(text string) bool {
	before := ' '
	for i, c := range text {
		switch {
		case unicode.IsLetter(c) || unicode.IsDigit(c):
		case i == 0 || before == ':' && c != '/':
			return false
		case !strings.ContainsRune(" -_./+:%?&=", c):
			return false
		}
		before = c
	}
	return before != ' ' && before != ':'
}

// inQuotes writes a text in double quotes.
func inQuotes(text string) string {
	b := []byte{'"'}
	for _, c := range text {
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', byte(c))
		case c == '\n':
			b = append(b, `\n`...)
		case needsEscape(c) && c <= 0xff:
			b = fmt.Appendf(b, `\x%02x`, c)
		case needsEscape(c) && c <= 0xffff:
			b = fmt.Appendf(b, `\u%04x`, c)
		case needsEscape(c):
			b = fmt.Appendf(b, `\U%08x`, c)
		default:
			b = utf8.AppendRune(b, c)
		}
	}
	return string(append(b, '"'))
}

// needsEscape reports whether a character cannot stand in a text as it is, or
// would not be seen.
func needsEscape(c rune) bool {
	return !unicode.IsPrint(c) && c != '\u00a0'
}
