package rules

import "time"

// Reason is why a decision shows what it shows.
type Reason uint8

// The reasons.
const (
	Matched Reason = iota
	Fallback
	Holdout
	NotStarted
	Ended
	Retired
	Failed
)

// Decision is what one position of one block shows, and why. It refers to the
// Campaign and the Candidate it chose; Resolve turns it into texts.
type Decision struct {
	Block    *Block
	Position int   // from 1
	Rule     *Rule // nil: the fallback
	Variant  *Variant
	Reason   Reason
	Item     *Candidate // nil: none; never changed
	Locale   int        // index in Campaign.Locales

	ranked bool // the item was ranked for the recipient, no fact
}

// Resolved is a decision turned into what is drawn. It owns its strings and points
// into no request.
type Resolved struct {
	Values []Value // by the layout's values; unknown: left out
	AsDate bool    // for a prefetcher: a countdown draws its date
	Locale string  // the campaign's locale the texts are in
}

// Destination is where a click on a decision leads. It owns its strings.
type Destination struct {
	Link  string    // with the campaign's append; "" for answers
	After string    // once the offer has ended; "" if none
	Ended time.Time // when the offer ends, so far as it is known; zero: never
}
