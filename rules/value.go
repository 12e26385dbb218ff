package rules

// Type is the type of a signal, a literal or a layout's value.
type Type uint8

// The types. Unknown is the type of a Value nobody knows.
const (
	Unknown Type = iota
	Text
	Number   // N: millionths
	Percent  // N: millionths of a percent
	Money    // N: minor units of ISO 4217; Text: the currency, upper case
	Boolean  // N: 0 or 1
	TextList // List
	Time     // N: seconds since midnight, 0..86400
	Weekday  // N: 0 Monday .. 6 Sunday
	Month    // N: 1..12
	Date     // N: days since 1970-01-01
	Yearly   // N: month*100 + day
	Moment   // N: Unix ms
	Duration // N: ms
	Picture  // Text: reference by content, as Sender.Picture gives it
	Colour   // Text: #rrggbb or #rrggbbaa
	Some     // stock: in stock, number not given (Merchant feeds)
)

// Value is one value. The zero Value is unknown. What N holds is said at each
// type. A Value is never changed in place; List belongs to whoever made it.
type Value struct {
	Type Type
	N    int64
	Text string
	List []string
}

// Known reports whether the value is known.
func (v Value) Known() bool { return v.Type != Unknown }

// Million is the number of a Value per whole.
const Million = 1_000_000

// Truth is Kleene's: false, unknown or true, in this order.
type Truth uint8

// The truth values, so that and is the minimum and or the maximum.
const (
	False Truth = iota
	Maybe
	True
)
