package strict

import (
	"regexp"
	"strconv"
	"strings"
)

// patterns of lines that YAML refuses and people write, with the remedy.
// Compiled once; never changed.
var (
	indicator   = regexp.MustCompile(`(?:^|[:,{-]\s+|\[\s*)([>@%*!|&\x60][^\s,}\]]*(?:\s*[^,}\]]*)?)`)
	bracketKey  = regexp.MustCompile(`[{,]\s*([A-Za-z_.]*\[[^\]]*\][^:,}]*)\s*:`)
	secondColon = regexp.MustCompile(`^\s*(?:- )?[^:"'{}\[\]]+:\s+([^"'{\[].*:\s.*)$`)
)

// explainSyntax says what is wrong with lines, of which YAML refuses the last, and
// where; nil if it cannot tell.
func explainSyntax(lines []string, message string) *flaw {
	line := lines[len(lines)-1]
	here := func(at int, what string) *flaw { return &flaw{len(lines), at, what} }
	if strings.HasPrefix(strings.TrimLeft(line, " "), "\t") {
		return here(strings.IndexByte(line, '\t'), "a tab in the indentation; use spaces")
	}
	if m := bracketKey.FindStringSubmatchIndex(line); m != nil {
		return here(m[2], "an id in brackets splits the map; put the key in quotes: "+quote(strings.TrimSpace(line[m[2]:m[3]])))
	}
	if m := indicator.FindStringSubmatchIndex(line); m != nil {
		return here(m[2], beginsWrong(strings.TrimSpace(line[m[2]:m[3]])))
	}
	if m := secondColon.FindStringSubmatchIndex(line); m != nil {
		return here(m[2], twoColons(line[m[2]:m[3]]))
	}
	if f := flawIn(lines); f != nil {
		return f
	}
	return misplaced(lines, len(lines), message)
}

// twoColons says what to do with a value that has a colon and a space in it: it
// is a text, or a map if it begins with what may be a key.
func twoColons(value string) string {
	what := "a text with \": \" in it; put it in quotes: " + quote(value)
	if key, _, _ := strings.Cut(value, ": "); !strings.Contains(key, " ") {
		what += ", or in braces if it is a map: {" + value + "}"
	}
	return what
}

// beginsWrong says that a value cannot begin as this one does.
func beginsWrong(value string) string {
	return "a value cannot begin with " + quote(value[:1]) + " here; put it in quotes: " + quote(value)
}

// flowKey says what is wrong with a key without a value inside { }. only tells
// that it is the only key there.
func flowKey(key string, only bool) string {
	word, rest, colon := strings.Cut(key, ":")
	first, _, spaced := strings.Cut(key, " ")
	switch {
	case only && key == "nothing":
		return "nothing is written without braces; remove them"
	case only && !colon:
		return "a placeholder outside quotes is a map; put it in quotes: " + quote("{"+key+"}") + ", or give the key a value"
	case strings.ContainsAny(key, "“”„‘’"):
		return "key " + quote(key) + " has no value; write straight quotes around a text with a comma: \" for “ and ”"
	case colon:
		return "key " + quote(key) + " has no value; write a space behind the colon: " + word + ": " + rest
	case spaced && strings.Contains(key, "."):
		return "key " + quote(key) + " has no value; write a colon behind " + quote(first)
	}
	return "key " + quote(key) + " has no value; texts with a comma need quotes inside { }, lists brackets: [a, b]"
}

func quote(text string) string { return strconv.Quote(text) }
func itoa(n int) string        { return strconv.Itoa(n) }
