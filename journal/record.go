package journal

import (
	"crypto/rand"
	"encoding/base64"
)

// Kind is what a Record tells of. The numbers are in every file and never
// change.
type Kind uint8

// The kinds of records. Words are the journal's own: what a word says is
// written once and then referred to by number.
const (
	Impression Kind = iota
	word
	Click
	Answer
	Conversion
	Event
	Consent
)

// ID names a record, for good: 16 random bytes.
type ID [16]byte

// NewID returns an ID that nobody can guess.
func NewID() ID {
	var id ID
	_, _ = rand.Read(id[:]) // never fails
	return id
}

// String returns the ID as {click} writes it into a destination: 22 characters
// of base64url.
func (id ID) String() string { return base64.RawURLEncoding.EncodeToString(id[:]) }

// Record is one thing that happened. It holds no recipient's id, no address,
// no parameter and no text that was shown. Which fields are set depends on the
// Kind; the zero value of a field is not written.
//
// The numbers in Trust, Consent, Class, Reason, Rung and Matched are written
// down in README.md. They are the writer's: the journal keeps them as they are.
type Record struct {
	Kind     Kind
	ID       ID    // zero: Append makes one
	At       int64 // Unix ms
	Campaign string
	Revision [16]byte
	Block    string
	Position int // from 1; 0: of no position

	Send  string // which sending of the campaign
	Since int64  // seconds since that began

	Alias   [16]byte // the recipient's; zero: anonymous, or no consent to be followed
	Trust   uint8
	Consent uint8
	Reading [8]byte

	// The client, as it was classified then.
	Class   uint8
	App, OS string
	Mobile  bool

	// The evidence it can be classified by again.
	Method  byte // g GET, h HEAD, p POST
	Flags   uint64
	Network string
	Agent   string // the User-Agent
	Country string

	// What was decided, and why.
	Rule, Variant string
	Reason        uint8
	Holdout       bool // held out to measure against
	Split         bool // the variant was assigned by a split

	Items    []string
	Rung     uint8
	Digest   uint64 // of the picture
	Matched  uint8  // how a click was matched with what was shown
	Answer   string
	Value    int64 // of a conversion, in minor units
	Currency string
}

// provisional reports whether a record is of an answer that nobody confirmed: a link
// was followed.
func (r *Record) provisional() bool { return r.Kind == Answer && r.Method != 'p' && r.Method != 0 }
