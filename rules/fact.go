package rules

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// maxFact bounds a text that comes from a feed, a file or an API.
const maxFact = 1000

// ParseFact reads a value of type t as the sender's other systems write it: in
// feeds, CSV files and API bodies. It is a literal of the language, only that
// moments may have fractions of a second, a birthday may have its year and a
// list is parted by ";". Moments without a zone lie in zone; a date as a moment
// is its first instant. An empty text is the unknown value.
func ParseFact(t Type, text string, zone *time.Location) (Value, error) {
	text = strings.TrimSpace(strings.Map(oneLine, strings.ToValidUTF8(text, "")))
	if text == "" {
		return Value{}, nil
	}
	if len(text) > maxFact {
		return Value{}, fmt.Errorf("%q... is longer than %d bytes; shorten it", text[:20], maxFact)
	}
	switch t {
	case Text:
		return Value{Type: Text, Text: text}, nil
	case TextList:
		return listFact(text), nil
	case Moment:
		if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return Value{Type: Moment, N: at.UnixMilli()}, nil
		}
	case Yearly:
		if _, err := time.Parse(time.DateOnly, text); err == nil {
			text = text[len("2006-"):]
		}
	}
	value, err := ParseValue(t, text, &Campaign{Zone: zone})
	if err == nil && value.Type == t {
		return value, nil
	}
	switch {
	case t == Moment:
		err = fmt.Errorf("%q is not a moment; write one such as 2026-11-27T08:00:00Z", text)
	case t == Date:
		err = fmt.Errorf("%q is not a date; write one such as 2026-11-27", text)
	case t == Yearly:
		err = fmt.Errorf("%q is not a day of the year; write one such as 12-24 or 1994-12-24", text)
	case err == nil:
		err = fmt.Errorf("%q is not a %s", text, t)
	}
	return Value{}, err
}

// oneLine turns control characters into spaces.
func oneLine(r rune) rune {
	if unicode.IsControl(r) {
		return ' '
	}
	return r
}

// listFact reads the parts of a list.
func listFact(text string) Value {
	var list []string
	for part := range strings.SplitSeq(text, ";") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	if len(list) == 0 {
		return Value{}
	}
	return Value{Type: TextList, List: list}
}

// Ahead is how far the date of a fact may be ahead of our clock.
const Ahead = 5 * time.Minute

// FactTime reads when a fact of an API or a file was true, in Unix ms; now if it
// does not say. It may be ahead of now by Ahead at most.
func FactTime(at string, now time.Time) (int64, error) {
	if at == "" {
		return now.UnixMilli(), nil
	}
	v, err := ParseFact(Moment, at, time.UTC)
	if err != nil || !v.Known() {
		return 0, fmt.Errorf("at %q is no moment; write one such as 2026-11-23T08:00:00Z", at)
	}
	if v.N > now.Add(Ahead).UnixMilli() {
		return 0, fmt.Errorf("at %s is ahead of the clock, which says %s; set the clocks right", at, now.UTC().Format(time.RFC3339))
	}
	return v.N, nil
}

// KeptTime is the date, in Unix ms, with which a fact that is kept counts against one
// that comes now. One from ahead of our clock was dated by it while it was wrong,
// and counts as of Ahead ago: it keeps nothing new out until that day comes.
func KeptTime(at int64, now time.Time) int64 {
	if at > now.Add(Ahead).UnixMilli() {
		return now.Add(-Ahead).UnixMilli()
	}
	return at
}

// FactText returns a value of an API's row, as encoding/json reads it, as the
// text that ParseFact takes: "" for nil, a list parted by ";".
func FactText(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case bool:
		return strconv.FormatBool(v), nil
	case json.Number:
		return v.String(), nil
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	case int:
		return strconv.Itoa(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case []string:
		return strings.Join(v, ";"), nil
	case []any:
		parts := make([]string, len(v))
		for i, part := range v {
			text, ok := part.(string)
			if !ok {
				return "", errors.New("a list has texts only")
			}
			parts[i] = text
		}
		return strings.Join(parts, ";"), nil
	}
	return "", errors.New("write a text, a number, true, false, or a list of texts")
}
