package strict

import (
	"fmt"
	"strings"
)

// flaw is what is wrong with the signs of a file, and where.
type flaw struct {
	line, at int // the line from 1, the byte in it from 0
	what     string
}

// flows looks for the first flaw among the quotes, brackets and commas of a
// file, as far as a line: YAML notices many of them lines later only.
type flows struct {
	open  []bracket // those not closed yet
	line  int
	found *flaw
	// block is the indentation of the key above a block text, or -1.
	block int
}

type bracket struct {
	sign     byte
	line, at int
	valued   bool // it is a value
}

// flawIn returns the first flaw of lines, or nil.
func flawIn(lines []string) *flaw {
	f := &flows{block: -1}
	for i, line := range lines {
		f.line = i + 1
		f.read(line)
		if f.found != nil {
			return f.found
		}
	}
	if len(f.open) > 0 {
		return f.unclosed()
	}
	return nil
}

func (f *flows) flaw(at int, format string, args ...any) {
	if f.found == nil {
		f.found = &flaw{f.line, at, fmt.Sprintf(format, args...)}
	}
}

// unclosed is the flaw of a bracket that nothing closes.
func (f *flows) unclosed() *flaw {
	b := f.open[0]
	return &flaw{b.line, b.at, fmt.Sprintf("this %c is never closed; add the %c that is missing", b.sign, closes(b.sign))}
}

func closes(sign byte) byte {
	if sign == '{' {
		return '}'
	}
	return ']'
}

// read reads a line: what brackets hold, or the beginning of them.
func (f *flows) read(line string) {
	begin := indentOf(line)
	text := strings.TrimSpace(line)
	switch {
	case text == "" || strings.HasPrefix(text, "#"):
		return
	case f.block >= 0 && begin > f.block:
		return // within a block text
	}
	f.block = -1
	if len(f.open) > 0 {
		if strings.HasPrefix(text, "- ") || begin == 0 && text[0] != '}' && text[0] != ']' {
			f.found = f.unclosed()
			return
		}
		f.signs(line, begin)
		return
	}
	at := valueAt(line)
	if at >= len(line) {
		return
	}
	switch line[at] {
	case '|', '>':
		f.block = begin
	case '{', '[', '"', '\'':
		f.signs(line, at)
	}
}

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// valueAt returns where the value of a line in block style begins: behind its
// dashes and its key.
func valueAt(line string) int {
	at := indentOf(line)
	for strings.HasPrefix(line[at:], "- ") {
		at += 2 + indentOf(line[at+2:])
	}
	if at < len(line) && strings.IndexByte(`{["'`, line[at]) >= 0 {
		return at
	}
	i := strings.Index(line[at:], ": ")
	if i < 0 {
		return len(line)
	}
	at += i + 2
	return at + indentOf(line[at:])
}

// Where the reader of signs stands.
type stand uint8

const (
	beginning stand = iota // of a key, a value or an item
	within                 // a text without quotes
	behind                 // something that has ended
)

// signs reads the signs of a line from at on.
func (f *flows) signs(line string, at int) {
	where, begin, valued, comma := beginning, at, false, false
	for i := at; i < len(line) && f.found == nil; i++ {
		c := line[i]
		switch {
		case c == ' ':
			continue
		case c == '#' && i > 0 && line[i-1] == ' ':
			return
		case where != within && (c == '"' || c == '\''):
			if where == behind {
				f.flaw(i, "text goes on behind what has ended; put all of it in one pair of quotes, quotes inside it as %s", inner(c))
				return
			}
			i, where = f.quoted(line, i), behind
		case c == '{' || c == '[':
			f.opens(line, i, begin, where)
			f.open = append(f.open, bracket{c, f.line, i, valued})
			where, valued = beginning, false
		case c == '}' || c == ']':
			begin, valued = f.closes(line, i)
			where = behind
		case c == ',' && len(f.open) > 0:
			if where == beginning && (comma || !valued) {
				f.flaw(i, "a comma too many; remove it")
			}
			where, valued, comma = beginning, false, true
			continue
		case c == ':' && endsKey(line, i) && (where != beginning):
			if valued && len(f.open) > 0 {
				f.secondColon(line, begin, i)
			}
			where, valued = beginning, true
		case where == behind:
			f.goesOn(line, begin, i)
		case where == beginning:
			where, begin = within, i
		}
		comma = false
	}
}

// endsKey reports whether the colon at i stands behind a key.
func endsKey(line string, i int) bool {
	return i+1 == len(line) || strings.IndexByte(" ,]}", line[i+1]) >= 0 || i > 0 && (line[i-1] == '"' || line[i-1] == '\'')
}

// inner is how a quote is written between a pair of quotes.
func inner(sign byte) string {
	if sign == '"' {
		return `\"`
	}
	return `''`
}

// quoted reads a text in quotes, and returns where it is closed.
func (f *flows) quoted(line string, at int) int {
	sign := line[at]
	for i := at + 1; i < len(line); i++ {
		switch {
		case line[i] == '\\' && sign == '"':
			if i+1 < len(line) && strings.IndexByte("0abtnvfre \"/\\N_LPxuU\t", line[i+1]) < 0 {
				f.flaw(i, `\%c means nothing; write \\ for a backslash`, line[i+1])
			}
			i++
		case line[i] != sign:
		case sign == '\'' && i+1 < len(line) && line[i+1] == sign:
			i++
		default:
			return i
		}
	}
	f.flaw(at, "this %c is never closed; close it at the end of the text", sign)
	return len(line)
}

// opens reads a bracket that opens.
func (f *flows) opens(line string, i, begin int, where stand) {
	switch where {
	case within:
		text := wordUntil(line[begin:])
		if key, _, ok := strings.Cut(line[begin:i], "="); ok {
			f.flaw(begin, "a key and its value are parted by a colon and a space; write %s: %s", strings.TrimSpace(key), wordUntil(line[i:]))
			return
		}
		f.flaw(begin, "a text with %q in it; put it in quotes: %s", line[i:i+1], quote(text))
	case behind:
		f.flaw(i, "a comma is missing before this; add it")
	}
}

// wordUntil returns a text up to the comma that ends it, or the bracket that
// does not open in it.
func wordUntil(text string) string {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth < 0 {
				return strings.TrimSpace(text[:i])
			}
		case ',':
			if depth == 0 {
				return strings.TrimSpace(text[:i])
			}
		}
	}
	return strings.TrimSpace(text)
}

// closes reads a bracket that closes, and returns where what it closes begins, and
// whether that is a value.
func (f *flows) closes(line string, i int) (begin int, valued bool) {
	if len(f.open) == 0 {
		f.flaw(i, "one %c too many; remove it", line[i])
		return i, false
	}
	last := f.open[len(f.open)-1]
	if closes(last.sign) != line[i] {
		f.flaw(i, "a %c is missing before this %c; add it", closes(last.sign), line[i])
	}
	f.open = f.open[:len(f.open)-1]
	f.ends(line, i)
	if last.line != f.line {
		return i, false // its beginning is on another line
	}
	return last.at, last.valued
}

// ends reports what follows the last bracket of all.
func (f *flows) ends(line string, i int) {
	rest := strings.TrimSpace(line[i+1:])
	if len(f.open) > 0 || rest == "" || rest[0] == '#' || rest[0] == ':' {
		return
	}
	if strings.IndexByte(",}]", rest[0]) >= 0 {
		f.flaw(i, "one %c too many; remove it", line[i])
		return
	}
	f.flaw(i+1, "nothing can follow here; remove %s", quote(rest))
}

// secondColon reports a second colon in one value.
func (f *flows) secondColon(line string, begin, i int) {
	value, key := wordUntil(line[begin:]), line[begin:i]
	space := strings.LastIndexByte(key, ' ')
	switch {
	case strings.Contains(key, ";"):
		f.flaw(begin+strings.IndexByte(key, ';'), "keys are parted by commas; write , for ;")
	case space < 0 || key[0] == '{' || key[0] == '[':
		f.flaw(begin, "a second \": \" in one value; put it in quotes: %s", quote(value))
	default:
		f.flaw(begin, "a second \": \" in one value; put a text in quotes: %s, or a comma before %q", quote(value), key[space+1:])
	}
}

// goesOn reports what follows something that has ended.
func (f *flows) goesOn(line string, begin, i int) {
	before := strings.TrimRight(line[:i], " ")
	sign := before[len(before)-1]
	switch {
	case sign == '}' && len(before) == i && line[begin] == '{':
		f.flaw(begin, "a placeholder outside quotes is a map; put the text in quotes: %s", quote(wordUntil(line[begin:])))
	case sign == '}' || sign == ']' || strings.Contains(line[i:], ":") && len(before) < i:
		f.flaw(i, "a comma is missing before this; add it")
	default:
		f.flaw(i, "text goes on behind the %c that ends it; write %s for one inside", sign, inner(sign))
	}
}
