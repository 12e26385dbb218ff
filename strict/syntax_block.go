package strict

import (
	"fmt"
	"strings"
)

// misplaced looks for what is wrong with the beginning of a line that YAML
// refuses: its indentation, its dash, or the colon of the line before. It
// returns nil where it cannot tell.
func misplaced(lines []string, line int, message string) *flaw {
	this := lines[line-1]
	at := indentOf(this)
	text := strings.TrimSpace(this)
	before := lineBefore(lines, line)
	if text == "" || before == 0 {
		return nil
	}
	previous := lines[before-1]
	column := indentOf(previous)
	switch {
	case dashed(text) != "":
		return &flaw{line, at, dashed(text)}
	case noKey(previous) && !isItem(previous):
		return &flaw{before, column, withColon(strings.TrimSpace(previous))}
	case strings.HasPrefix(strings.TrimSpace(previous), "{") && (itemAt(lines, before) == column || isItem(this) && at == column):
		return &flaw{before, column, "items of a list begin with a dash; write - before this"}
	case strings.Contains(message, "mapping values") && at > column:
		return &flaw{line, at, fmt.Sprintf("this stands under line %d, which has a value already; begin it in column %d", before, column+1)}
	case strings.Contains(message, "'-'") && !isItem(this) && at == itemAt(lines, line):
		return &flaw{line, at, "this begins where the items of a list do; write - before it, or move it to the column of the keys it belongs to"}
	case at != column:
		what, where := "keys of one map", before
		if isItem(this) {
			what = "items of one list, and keys of an item without a dash,"
		}
		return &flaw{line, at, fmt.Sprintf("this begins in column %d and line %d in column %d; begin %s in one column", at+1, where, column+1, what)}
	}
	return nil
}

// withColon says how to write a line that has no colon and space.
func withColon(text string) string {
	i := strings.IndexAny(text, ":= ")
	if i < 0 {
		return fmt.Sprintf("%s has no colon; write %s:", quote(text), text)
	}
	return fmt.Sprintf("%s has no colon and space; write %s: %s", quote(text), text[:i], strings.TrimLeft(text[i:], ":= "))
}

// dashed says what is wrong with the dash of a line, "" if nothing is.
func dashed(text string) string {
	for _, sign := range []string{"–", "—", "•", "* "} {
		if strings.HasPrefix(text, sign) {
			return "items of a list begin with - and a space; write - for " + strings.TrimSpace(sign)
		}
	}
	if text[0] == '-' && len(text) > 1 && strings.IndexByte("{[\"'", text[1]) >= 0 {
		return "a dash needs a space behind it; write - " + text[1:2]
	}
	return ""
}

// noKey reports whether a line has no key where one is wanted.
func noKey(line string) bool {
	text := strings.TrimSpace(line)
	return !strings.Contains(text, ": ") && !strings.HasSuffix(text, ":") && strings.IndexByte("{[}]\"'|>#-%.", text[0]) < 0
}

func isItem(line string) bool { return strings.HasPrefix(strings.TrimLeft(line, " "), "- ") }

// lineBefore returns the number of the line before that is not empty, or 0.
func lineBefore(lines []string, line int) int {
	for line--; line > 0; line-- {
		if text := strings.TrimSpace(lines[line-1]); text != "" && text[0] != '#' {
			return line
		}
	}
	return 0
}

// itemAt returns the indentation of the list's item before a line, or -1.
func itemAt(lines []string, line int) int {
	for at := indentOf(lines[line-1]); line > 0; line = lineBefore(lines, line) {
		if isItem(lines[line-1]) && indentOf(lines[line-1]) <= at {
			return indentOf(lines[line-1])
		}
	}
	return -1
}
