package strict

import (
	"regexp"
	"strconv"
	"strings"
)

// patterns of lines that YAML refuses and people write, with the remedy.
// Compiled once; never changed.
var (
	indicator   = regexp.MustCompile(`(?:^|[:\[,{-]\s+)([>@%*!|&\x60][^\s,}\]]*(?:\s*[^,}\]]*)?)`)
	bracketKey  = regexp.MustCompile(`[{,]\s*([A-Za-z_.]*\[[^\]]*\][^:,}]*)\s*:`)
	secondColon = regexp.MustCompile(`^\s*(?:- )?[^:"'{}\[\]]+:\s+([^"'{\[].*:\s.*)$`)
)

// explainSyntax says what is wrong with a line that YAML refuses, and at which
// column if it can tell; else it repeats the parser's words.
func explainSyntax(line, message string) (what string, col int) {
	if strings.HasPrefix(strings.TrimLeft(line, " "), "\t") {
		return "a tab in the indentation; use spaces", 1 + strings.IndexByte(line, '\t')
	}
	if m := bracketKey.FindStringSubmatchIndex(line); m != nil {
		return "an id in brackets splits the map; put the key in quotes: " + quote(strings.TrimSpace(line[m[2]:m[3]])), m[2] + 1
	}
	if m := indicator.FindStringSubmatchIndex(line); m != nil {
		return beginsWrong(strings.TrimSpace(line[m[2]:m[3]])), m[2] + 1
	}
	if m := secondColon.FindStringSubmatchIndex(line); m != nil {
		return "a text with \": \" in it; put it in quotes: " + quote(line[m[2]:m[3]]), m[2] + 1
	}
	return "cannot be read: " + message + "; check quotes, brackets and indentation", 0
}

// beginsWrong says that a value cannot begin as this one does.
func beginsWrong(value string) string {
	return "a value cannot begin with " + quote(value[:1]) + " here; put it in quotes: " + quote(value)
}

// flowKey says what is wrong with a key without a value inside { }.
func flowKey(key string) string {
	if strings.Contains(key, ".") || !strings.Contains(key, " ") && strings.ContainsAny(key, "{|") {
		return "a placeholder outside quotes is a map; put it in quotes: " + quote("{"+key+"}")
	}
	return "key " + quote(key) + " has no value; texts with a comma need quotes inside { }"
}

func quote(text string) string { return strconv.Quote(text) }
func itoa(n int) string        { return strconv.Itoa(n) }
