package signals

import (
	"fmt"
	"strings"
)

// token is a piece of a User-Agent that tells a client, and where it has to
// stand. Letters are compared without case.
type token struct {
	text    string // lower case, two bytes at least
	place   tokenPlace
	also    string   // must stand somewhere too, if not ""
	without []string // must not stand anywhere
}

// tokenPlace is where a token has to stand.
type tokenPlace uint8

const (
	anywhere  tokenPlace = iota
	whole                // it is all of the User-Agent
	first                // the User-Agent begins with it
	last                 // the User-Agent ends with it
	asWord               // neither preceded nor followed by a letter or digit
	wordStart            // not preceded by a letter or digit
)

// newToken reads the columns match, token, also and without (words parted by
// spaces) of a table.
func newToken(match, text, also, without string) (token, error) {
	t := token{text: strings.ToLower(text), also: strings.ToLower(also)}
	switch match {
	case "part":
		t.place = anywhere
	case "is":
		t.place = whole
	case "starts":
		t.place = first
	case "ends":
		t.place = last
	case "word":
		t.place = asWord
	case "begins":
		t.place = wordStart
	default:
		return t, fmt.Errorf("unknown match %q; known: is, starts, ends, word, begins, part", match)
	}
	if len(t.text) < 2 {
		return t, fmt.Errorf("token %q is too short; two characters at least", text)
	}
	t.without = strings.Fields(strings.ToLower(without))
	return t, nil
}

// fits reports whether the token stands at byte i of agent, and all else it
// asks for holds.
func (t *token) fits(agent string, i int) bool {
	end := i + len(t.text)
	if end > len(agent) || !equalFold(agent[i:end], t.text) || !t.placed(agent, i, end) {
		return false
	}
	if t.also != "" && !containsFold(agent, t.also) {
		return false
	}
	for _, word := range t.without {
		if containsFold(agent, word) {
			return false
		}
	}
	return true
}

func (t *token) placed(agent string, i, end int) bool {
	free := func(at int) bool { return at < 0 || at >= len(agent) || !alphanumeric(agent[at]) }
	switch t.place {
	case whole:
		return i == 0 && end == len(agent)
	case first:
		return i == 0
	case last:
		return end == len(agent)
	case asWord:
		return free(i-1) && free(end)
	case wordStart:
		return free(i - 1)
	}
	return true
}

// tokenIndex finds the tokens that may begin with two given bytes.
type tokenIndex struct {
	bucket [1 << 12]uint16 // by a mix of both bytes: the number in rows, 0 for none
	rows   [][]int32       // the first is empty
}

func (x *tokenIndex) add(text string, row int) {
	if x.rows == nil {
		x.rows = make([][]int32, 1)
	}
	at := &x.bucket[mix(text[0], text[1])]
	if *at == 0 {
		*at = uint16(len(x.rows))
		x.rows = append(x.rows, nil)
	}
	x.rows[*at] = append(x.rows[*at], int32(row))
}

func (x *tokenIndex) starting(a, b byte) []int32 {
	return x.rows[x.bucket[mix(lower(a), lower(b))]]
}

func mix(a, b byte) uint16 { return (uint16(a)<<5 ^ uint16(b)) & (1<<12 - 1) }

func lower(b byte) byte {
	if b >= 'A' && b <= 'Z' {
		return b + 'a' - 'A'
	}
	return b
}

func alphanumeric(b byte) bool {
	b = lower(b)
	return b >= 'a' && b <= 'z' || b >= '0' && b <= '9'
}

// equalFold reports whether s is lowered, which is lower case already, but for
// the case of ASCII letters.
func equalFold(s, lowered string) bool {
	for i := range len(lowered) {
		if lower(s[i]) != lowered[i] {
			return false
		}
	}
	return true
}

// containsFold is strings.Contains without the case of ASCII letters. part is
// lower case.
func containsFold(s, part string) bool {
	for i := 0; i+len(part) <= len(s); i++ {
		if equalFold(s[i:i+len(part)], part) {
			return true
		}
	}
	return false
}
