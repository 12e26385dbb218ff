package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/opentime/strict"
)

// Trust is how far a link proves its recipient.
type Trust uint8

// The trust classes, each knowing more than the one before.
const (
	Anonymous Trust = iota
	Claimed
	Keyed
	Signed
)

// Class is the class of a client.
type Class uint8

// The classes of clients.
const (
	Person Class = iota
	Proxy
	Prefetcher
	Scanner
)

// Words of trust, classes and where here comes from, by their numbers.
var (
	trustNames = [...]string{"anonymous", "claimed", "keyed", "signed"}
	classNames = [...]string{"person", "proxy", "prefetcher", "scanner"}
	fromNames  = [...]string{"unknown", "address", "relay", "profile"}
)

// String returns the trust's word.
func (t Trust) String() string { return trustNames[t] }

// ParseTrust reads a trust's word.
func ParseTrust(word string) (Trust, error) {
	i, err := parseWord("trust", word, trustNames[:])
	return Trust(i), err
}

// String returns the class's word.
func (c Class) String() string { return classNames[c] }

// HidesReader reports whether clients of the class stand between us and the
// reader: neither what they say of themselves nor their address is the reader's.
func (c Class) HidesReader() bool { return c == Proxy || c == Prefetcher }

// knows reports whether a signal is gathered for clients of the class. Of those
// that hide the reader a home in the profile says the country, the city, and so
// what is near and the weather.
func (c Class) knows(sig *Signal, home bool) bool {
	switch {
	case !c.HidesReader():
		return true
	case sig.Source == ClientSource:
		return sig.Key == "class"
	case sig.Source == HereSource:
		return sig.Key == "from" || home && sig.Key != "region"
	case sig.Source == NearSource, sig.Source == WeatherSource, sig.Source == StockSource && strings.HasPrefix(sig.At, "near."):
		return home
	}
	return true
}

// ParseClass reads a class's word.
func ParseClass(word string) (Class, error) {
	i, err := parseWord("class", word, classNames[:])
	return Class(i), err
}

// parseWord returns a word's number; 0 with an error where it has none.
func parseWord(what, word string, names []string) (int, error) {
	if i := slices.Index(names, word); i >= 0 {
		return i, nil
	}
	return 0, fmt.Errorf("unknown %s %q; %s", what, word, strict.DidYouMean(word, names))
}

// From says where here comes from.
type From uint8

// Where here comes from.
const (
	FromNowhere From = iota
	FromAddress
	FromRelay
	FromProfile
)

// String returns the word for where here comes from.
func (f From) String() string { return fromNames[f] }

// Signals is what is known at one open, gathered for one campaign. Decide
// reads it and never changes it.
type Signals struct {
	At        time.Time      // the clock, read once
	Zone      *time.Location // the recipient's; nil: the campaign's
	Locale    string         // the recipient's, BCP 47; "": the campaign's first
	Recipient string         // the id as in the link; "" for the anonymous
	Trust     Trust
	Class     Class
	HereFrom  From
	// Values are by the slots of Campaign.Signals and exactly as long. Slots of
	// the clock may be left unknown: Decide works them out. One that is known
	// stands (a test's or explain's given).
	Values []Value
	// Origins say, slot by slot, where a value came from; nil unless asked for
	// by explain.
	Origins []string
	Items   Items // nil: no items
	// History is what the recipient did, in any order. Without HasHistory it is
	// not known; with it, what is not there was not done. NoMails says that of it
	// what mails tell of (InMails) is not known, for want of full consent.
	History    []Event
	HasHistory bool
	NoMails    bool
}

// Items answers for the catalogue at this open. Its methods never block.
type Items interface {
	// Item returns the item with this id, and whether the catalogue has, or
	// ever had, it. A Candidate that is Gone is as last known.
	Item(id string) (Candidate, bool)
	// Rank appends to dst at most n items of a list, best first, that keep lets
	// through. An unknown or empty list appends nothing.
	Rank(list Listing, keep func(*Candidate) bool, n int, dst []Candidate) []Candidate
	// StockAt is the count of an item at a place: a Number, Some, or unknown.
	StockAt(id, place string) Value
}

// Listing names a list of items.
type Listing struct {
	From  string // popular, recent, recommend, ...
	To    string // of similar and alternatives: an item's id, cart or viewed
	Named string // of imported: which list
	// Anybody asks for popular as it is to everybody, wherever they are and whatever
	// was bought lately: fallbacks are drawn before anybody opens.
	Anybody bool
}

// Candidate is an item with what changes about it, as seen once: Stock, and
// the recipient's own four. Decide keeps the Candidate it chose, so that what
// was compared is also what is drawn.
type Candidate struct {
	*Item
	Stock                          Value // Number, Some or unknown; a feed without stock: unknown, and in stock
	Gone                           bool  // no longer in the catalogue
	Aged                           bool  // its feed has not answered for too long: what it said of stock is unknown
	Viewed, Carted, Bought, Wished Value // where they are not known, History tells
	PriceThen                      Value // what it cost when the campaign started
	Because                        Value // why it is recommended, in the recipient's language
}

// Item is one thing in the catalogue. An Item is never changed; a change makes
// a new one.
type Item struct {
	ID, Title, Description, Link string
	Image                        string // reference by content, as of Sender.Picture; "": unknown
	Brand, Category              string
	Tags                         []string
	Price, SalePrice             Value
	Rating, Reviews              Value
	Starts, Ends                 Value
	InStock                      Value   // Boolean by the feed's availability; unknown if it has none
	More                         []Value // by Declared
	// Declared are the attributes of the item's feed, which all of its items share.
	Declared []Attribute `json:"-"`
}

// ItemAttribute numbers the attributes of items for Ref.Index.
type ItemAttribute int

// The attributes of an item in scope. ItemMore + i is the i-th that the feed
// declared when the campaign was loaded; an item is asked for it by its name.
const (
	ItemID ItemAttribute = iota
	ItemTitle
	ItemDescription
	ItemLink
	ItemImage
	ItemBrand
	ItemCategory
	ItemTags
	ItemPrice
	ItemSalePrice
	ItemStock
	ItemRating
	ItemReviews
	ItemInStock
	ItemStarts
	ItemEnds
	ItemPriceThen
	ItemPriceDrop
	ItemBecause
	ItemViewed
	ItemCarted
	ItemBought
	ItemWished
	ItemMore
)

// ofRecipient reports whether an attribute is of the recipient as much as of
// the item.
func (a ItemAttribute) ofRecipient() bool { return a >= ItemBecause && a <= ItemWished }

// Consent is what a recipient allows to be kept, stricter first.
type Consent uint8

// The consents.
const (
	ConsentNone Consent = iota
	ConsentAggregate
	ConsentFull
)

// Profile is what was known of a recipient before the open.
type Profile struct {
	Locale, Zone, Country, City, Postcode string
	Attributes                            []Value     // by Declared; aged ones are unknown
	Declared                              []Attribute // those in force when it was read, which all profiles share
	Consent                               Consent
	HasConsent                            bool // the recipient has a word of their own
	Imported                              bool // the sender told of them, or they have a word of their own
	Past                                  Past // what they did; nil: nothing that is known
}

// Past is what a recipient did, kept in little space. It never changes.
type Past interface {
	// Events appends to dst the events of kinds, in any order. Their texts and tags
	// may be shared, and nobody may change them.
	Events(dst []Event, kinds Kinds) []Event
	// Cart is what is in the cart at a moment, in Unix ms. mails says whether what
	// mails tell of may be known, here and below.
	Cart(at int64) Cart
	// Interest is how much the recipient cares for a tag at a moment, from 0 to 1.
	Interest(tag string, at int64, mails bool) float64
}

// Cart is what is in a cart.
type Cart struct {
	Items   int   // different ones
	Total   Value // Money; unknown where a price is not known, or in two currencies
	Changed int64 // Unix ms, when something was last put in or taken out; 0: never
}

// Sender is what the sender's own files declare and campaigns may name.
type Sender struct {
	ID         string
	Home       string
	Hosts      []string // "cinema.example", "*.cinema.example"
	Zone       *time.Location
	Locales    []string
	Layouts    map[string]*Layout
	Feeds      map[string][]Attribute // declared attributes by feed
	Places     []string               // ids of the lists
	Lists      []string               // of items, that are imported
	Attributes []Attribute            // declared for profiles
	Codes      []string               // pools of single-use codes
	// Recipients is how far links are meant to prove theirs.
	Recipients Trust
	// Published says that the campaigns were sent already: they are not analysed,
	// lest a release that proves more takes them from the mails.
	Published bool
	Writers   *Writers // nil: each campaign has its own
	// Picture resolves a picture's path, relative to the campaign file's
	// folder, to a reference by content. It fails with text for a Problem.
	Picture func(path string) (ref string, err error)
	// HasItem and HasPlace say whether an id exists; nil where no data is at
	// hand, which check says once.
	HasItem, HasPlace func(id string) bool
}

// Attribute is a declared attribute of profiles or of a feed's items.
type Attribute struct {
	Name   string
	Type   Type
	Values []string      // the allowed ones; empty: any
	Age    time.Duration // older is unknown; 0: does not age
	Open   bool          // known for unsealed ids too
}
