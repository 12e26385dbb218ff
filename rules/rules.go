// Package rules decides what a block shows. It holds the campaign language:
// loading a campaign from YAML, checking it, deciding it and testing it. It is
// pure: no I/O, no clock, no HTTP, no pixels. Everything a decision depends on
// is in the Campaign and in the Signals it is given.
//
// A Campaign is compiled: every signal it asks about has a slot, and whoever
// gathers fills Signals.Values slot by slot. Decide then only compares numbers
// and texts; it cannot fail and always yields a variant for every block.
package rules

import (
	"time"

	"example.com/opentime/strict"
)

// Campaign is one campaign file, loaded. A Campaign is never changed after
// Load and is safe for concurrent use.
type Campaign struct {
	ID        string
	File      string
	Zone      *time.Location
	Locales   []string // at least one; the first is the default
	Seed      string
	Starts    time.Time // zero: not limited
	Ends      time.Time // zero: not limited; the first instant after the last
	Catalogue string    // the feed items are looked up in; "" if there is none
	Holdout   float64   // 0..1
	Append    []Append
	Dayparts  []Daypart
	Blocks    []*Block
	Params    []Parameter

	// Signals are the signals the campaign asks about. The place of a signal
	// in this list is its slot in Signals.Values.
	Signals []Signal
	// Kinds are the kinds of events that it asks about.
	Kinds Kinds
	// Positions is the number of block positions, at most 128. Block.First
	// numbers them.
	Positions int

	// Where these are true, Starts and Ends are the recipient's wall clock, as
	// if it were UTC.
	startsLocal, endsLocal bool

	writers     []*writer // by locale
	sender      *Sender
	attributes  []Attribute           // declared, of the catalogue's items
	slots       map[string]int        // by the signals' names
	segments    map[string]*Condition // by their ids, those that are used or the campaign's own
	answers     map[string][]string   // the ids of the answers, by block
	votes       map[string][]int      // the slots of the answers' votes, by block, where they are asked for
	stockPlaces []string              // what PlaceStockRefs number
	nearIDs     map[string]int        // the slots of near.<list>.id, by list, where a count needs them
}

// Append is a query parameter added to every destination.
type Append struct {
	Name string
	Text Template
}

// Daypart is a named span of the recipient's day, in seconds since midnight.
// Where To <= From it passes midnight.
type Daypart struct {
	ID       string
	From, To int64
}

// Parameter is something the mail platform may merge into a link besides r.
type Parameter struct {
	Name   string
	Type   Type
	Name30 bool     // of type name: letters, marks, single spaces and hyphens, one script
	Max    int      // characters
	Values []string // the allowed ones; empty: any
}

// Block is one place in an email: an image and the link around it.
type Block struct {
	ID            string
	Node          *strict.Node // where it stands
	Width, Height int          // CSS pixels
	Positions     int          // 1..24
	First         int          // number of its position 1 among the campaign's positions
	Format        Format
	Alt           []string // by locale
	Rules         []*Rule  // may be empty: then the fallback serves
	Fallback      *Variant
	AsOpened      bool   // prefetched: as-opened
	Retired       string // the link of a retired block, else ""

	// Of a block that asks: Question and Thanks by locale (nil: ours), the
	// answers, one a position, and when it closes; zero: never.
	Question, Thanks []string
	Answers          []Answer
	Closes           time.Time
	closesLocal      bool // Closes is the recipient's wall clock, as if it were UTC
}

// Answer is one choice of a block that asks.
type Answer struct {
	ID   string
	Text []string // by locale
}

// Format is an image format.
type Format uint8

// The image formats.
const (
	JPG Format = iota
	PNG
	GIF
)

// Rule shows a variant while its conditions hold.
type Rule struct {
	Name    string
	Node    *strict.Node
	When    *Condition // nil: always
	Variant *Variant
	// Split are the variants of a split, each already laid over the rule's
	// show; empty without one. Weights are as long, and sum to 1. Optimise is
	// what moves them: clicks, conversions or nothing.
	Split    []*Variant
	Weights  []float64
	Optimise string
}

// variants are what the rule may show.
func (r *Rule) variants() []*Variant {
	if len(r.Split) > 0 {
		return r.Split
	}
	return []*Variant{r.Variant}
}

// Variant is one thing a block can show, with everything inherited already in
// place.
type Variant struct {
	ID      string // the split variant's id, else "none"
	Node    *strict.Node
	Nothing bool    // draws a transparent picture 1 px high
	Layout  *Layout // nil if Nothing
	Values  []Expr  // by the layout's values; an Expr of type 0 is absent
	Item    string  // one item by id, or ""
	List    *List   // a list of items, or nil
	Link    [][]Template
	After   [][]Template
}

// Layout is what rules know of a layout: render makes it, rules check variants
// against it. Draws lists which values a moment counts down to, if any.
type Layout struct {
	ID            string
	Width, Height int // CSS pixels
	Values        []LayoutValue
	Countdown     bool // has a countdown layer, so that its default format is GIF
}

// LayoutValue is a value a layout declares.
type LayoutValue struct {
	Name     string
	Type     Type // Text, Picture, Number, Moment, List or Colour
	Optional bool
	Default  *strict.Node // nil: none; may use item.* only
}

// Expr is what a variant gives for one of its layout's values.
type Expr struct {
	Type Type // of the layout's value; 0: absent
	// Texts holds, of a text, picture or colour, by locale the alternatives:
	// the first whose placeholders are all known is taken.
	Texts [][]Template
	// Ref, or Literal where Ref.Kind is NoRef, is the value of a number,
	// moment or list; Offset, in ms, is added to a moment. A Local literal is
	// the recipient's wall clock, as if it were UTC.
	Ref     Ref
	Literal Value
	Local   bool
	Offset  int64
}

// Template is a text with placeholders. A Template without placeholders has
// one piece at most.
type Template []Piece

// Piece is a literal or a placeholder with its format.
type Piece struct {
	Literal string // if Ref.Kind is NoRef
	Ref     Ref
	Format  TextFormat
	Whole   bool // of a link or picture: the placeholder is the whole of it
	// Unproven: of a whole link that nobody has looked at yet; it is known only
	// where it leads to one of the sender's hosts.
	Unproven bool
	// Pictures are, of a picture's path that names {position}, the references
	// by position, from 1 on; Ref.Kind is then PositionRef.
	Pictures []string
}

// TextFormat is how a placeholder's value is written.
type TextFormat struct {
	Name  string            // money, number, percent, date, time, moment, left, list, distance, plural, missing, upper; "": the type's own
	Arg   string            // short, day
	N     int64             // number 1, list 3; missing: the number in millionths
	Words map[string]string // plural: CLDR category to word
}

// RefKind says what a Ref refers to.
type RefKind uint8

// The kinds of Refs.
const (
	NoRef       RefKind = iota
	SignalRef           // Index is the slot in Signals.Values
	ItemRef             // Index is an ItemAttribute of the item in scope, or ItemMore + the feed's declared attribute
	CampaignRef         // the campaign's id
	BlockRef
	RuleRef
	VariantRef
	PositionRef
	ClickRef      // the click's id, in append only: written as Marks has it
	AnswerRef     // Index is an AnswerPart of the position's answer
	PlaceStockRef // stock of the item in scope at a place, which Index numbers
	RecipientRef  // the link's r, alone in append only: written as Marks has it
)

// AnswerPart numbers what is known of the answer of a position.
type AnswerPart int

// The parts of an answer.
const (
	AnswerText  AnswerPart = iota
	AnswerShare            // of all votes
	AnswerCount            // votes
	AnswerOpen             // votes are still taken
)

// Ref is a reference to something known at an open.
type Ref struct {
	Kind  RefKind
	Index int
}

// Signal is one thing known at an open that a campaign asks about.
type Signal struct {
	Name   string // as a campaign writes it: stock.dune-3@near.shops
	Source Source
	Type   Type
	Key    string // country, temperature, distance_km; the attribute's or parameter's name; of stock the item's id; a tag, pool or block
	At     string // of stock: a place, or near.<list>; of near: the list; of answered: another campaign; of results: one answer
	Item   string // of item.<id>.<attribute>: the id; Index then is its ItemRef index
	Index  int    // of a profile attribute: its place in Sender.Attributes, or -1 for locale zone country city postcode
}

// Source is what supplies a signal.
type Source uint8

// The sources. Clock and position are rules' own, the others are gathered.
const (
	ClockSource Source = iota
	ClientSource
	HereSource
	NearSource
	WeatherSource
	StockSource
	ItemSource // a named item's attribute
	ProfileSource
	ParameterSource
	CartSource      // count, total, age
	InterestSource  // in the tag Key
	FirstOpenSource // of this campaign
	CodeSource      // a single-use code of the pool Key
	AnsweredSource  // the answer that was given in the block Key
	ResultsSource   // votes so far in the block Key
)

// List is a list of items.
type List struct {
	Node  *strict.Node
	IDs   []string   // fixed ids; then From is empty
	From  []string   // popular, recent, recommend, ...: the next fills what the former left open
	To    string     // of similar and alternatives: an item's id, cart or viewed
	Named string     // of imported: which list
	Where *Condition // on attributes of each item; nil: none
	// InStock and NotBought are the defaults that a where naming them replaces.
	InStock, NotBought bool
}
