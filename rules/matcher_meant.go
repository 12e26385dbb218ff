package rules

import (
	"fmt"
	"strings"
)

// meantMatcher says what to write for a matcher that cannot be read, where it is
// one of another notation; else what is wrong with its literal.
func (l *loader) meantMatcher(text string, t Type, err error) string {
	reads := func(part string) bool {
		_, err := literal(t, strings.TrimSpace(part), l.c.Zone)
		return err == nil
	}
	if l.naked(text) {
		return fmt.Sprintf("%s is a signal, and two signals are never compared; write a value", text)
	}
	if rest := strings.TrimLeft(text, "<>= "); rest != text && strings.Contains(rest, "..") {
		return fmt.Sprintf("%q is an operator and a range; write one of them, and for both all: [{...}, {...}]", text)
	}
	for _, op := range [][2]string{{"=>", ">= "}, {"=<", "<= "}, {"≥", ">= "}, {"≤", "<= "}, {"==", ""}, {"=", ""}} {
		if rest, ok := strings.CutPrefix(text, op[0]); ok && reads(rest) {
			return fmt.Sprintf("%q begins with no operator of ours; write %q", text, op[1]+strings.TrimSpace(rest))
		}
	}
	for _, op := range []string{"!=", "<>", "!", "≠"} {
		if rest, ok := strings.CutPrefix(text, op); ok && reads(rest) {
			return fmt.Sprintf("%q begins with no operator of ours; write not: {...: %s}", text, strings.TrimSpace(rest))
		}
	}
	if dense := strings.ReplaceAll(text, " ", ""); dense != text && reads(dense) {
		return fmt.Sprintf("%q has spaces; write %s", text, dense)
	}
	from, to, _ := strings.Cut(text, "..")
	switch {
	case from == "" && reads(to):
		return fmt.Sprintf("the range %q has no first end; write %q", text, "<= "+strings.TrimSpace(to))
	case to == "" && reads(from):
		return fmt.Sprintf("the range %q has no last end; write %q", text, ">= "+strings.TrimSpace(from))
	}
	if from, to, ok := meantRange(text, reads); ok {
		return fmt.Sprintf("%q is no range; write %s..%s", text, from, to)
	}
	return err.Error()
}

// meantRange splits a text at what people write between the ends of a range.
func meantRange(text string, reads func(string) bool) (from, to string, ok bool) {
	for _, separator := range []string{"...", "…", "–", "-", " to ", " tot ", " and ", " en "} {
		for at := strings.Index(text, separator); at > 0; {
			from, to := text[:at], text[at+len(separator):]
			if reads(from) && reads(to) {
				return strings.TrimSpace(from), strings.TrimSpace(to), true
			}
			next := strings.Index(to, separator)
			if next < 0 {
				break
			}
			at += len(separator) + next
		}
	}
	return "", "", false
}
