package rules

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// FactOf is a value as an API's row has it, so that ParseFact reads it back: a text, a
// json.Number, a boolean, a list of texts, or nil for one that is unknown.
func FactOf(v Value) any {
	number := func(n int64) string { return strings.TrimSuffix(strings.TrimRight(decimal(n, 6), "0"), ".") }
	switch v.Type {
	case Unknown:
		return nil
	case Number:
		return json.Number(number(v.N))
	case Percent:
		return number(v.N) + "%"
	case Money:
		return decimal(v.N, currencyDigits(v.Text)) + " " + v.Text
	case Boolean:
		return v.N != 0
	case TextList:
		return v.List
	case Time:
		return fmt.Sprintf("%02d:%02d", v.N/3600, v.N/60%60)
	case Weekday:
		return strings.ToLower(time.Weekday((v.N + 1) % 7).String()[:3])
	case Month:
		return fmt.Sprint(v.N)
	case Date:
		return time.Unix(v.N*daySeconds, 0).UTC().Format(time.DateOnly)
	case Yearly:
		return fmt.Sprintf("%02d-%02d", v.N/100, v.N%100)
	case Moment:
		return time.UnixMilli(v.N).UTC().Format(time.RFC3339Nano)
	case Duration:
		return fmt.Sprintf("%ds", v.N/1000)
	case Some:
		return "some"
	}
	return v.Text
}
