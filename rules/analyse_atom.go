package rules

import (
	"slices"
	"sort"
	"strings"
	"time"
	"unicode"
)

// atom is one thing that a box says something about: a signal or what is asked
// of it, each of its values a whole number. Atoms are taken as independent of
// one another; where two are not, fewer values are possible than boxes allow,
// and what holds in all boxes holds still.
type atom struct {
	ref   Ref // of kind NoRef: a behaviour
	items int // which items an attribute is of
	view  aspect
	match Match // what the aspect is about
	typ   Type
	name  string
	kin   kin
	base  int      // the atom of the signal as a whole; itself, if it is that
	texts []string // of a text: the beginnings of its values' runs, sorted when sealed
	all   spans    // the values it can have, unknownAt among them if it may be unknown
	known spans    // the others, once asked for
}

// aspect is what of a signal an atom is about.
type aspect uint8

// The aspects. Conditions whose ends count from different things cannot be
// compared, nor can those on different elements of a list.
const (
	whole      aspect = iota // the value
	fromNow                  // the value less now
	fromToday                // the value less today
	yearless                 // of a date the day of the year
	inCurrency               // of money in one currency
	element                  // whether a list has the element
	opaque                   // whether a matcher holds, however that is found
)

// signalKey tells signals apart as a rule's conditions see them.
type signalKey struct {
	ref   Ref
	items int
}

// aspectKey tells the aspects of a signal apart.
type aspectKey struct {
	base  int
	view  aspect
	match Match
}

// where is what the conditions of a rule are read with: the items in its scope,
// and whether they stand beside a daypart that may have begun the day before.
type where struct {
	items int
	eve   bool
}

// itemsKey tells the items of rules apart: those of one list, or one by its id.
type itemsKey struct {
	id   string
	list any
}

// itemsOf numbers the items in a rule's scope, 0 without any. A split may have
// several, which are then nobody else's.
func (a *analysis) itemsOf(r *Rule) int {
	key := func(v *Variant) itemsKey {
		if v.List != nil {
			return itemsKey{list: v.List.Node}
		}
		return itemsKey{id: v.Item}
	}
	own := key(r.Variant)
	for _, v := range r.Split {
		if key(v) != own {
			own = itemsKey{list: r}
		}
	}
	if own == (itemsKey{}) {
		return 0
	}
	if a.items[own] == 0 {
		a.items[own] = len(a.items) + 1
	}
	return a.items[own]
}

// signal returns the atom of a signal as a whole.
func (a *analysis) signal(ref Ref, t Type, name string, at where) int {
	key := signalKey{ref: ref}
	if ofItem(ref) {
		key.items = at.items
	}
	i, ok := a.signals[key]
	if !ok {
		i = len(a.atoms)
		a.signals[key] = i
		a.atoms = append(a.atoms, atom{ref: ref, items: key.items, typ: t, name: name, kin: a.kinOf(ref), base: i})
		if x := &a.atoms[i]; !isText(t) {
			x.all = a.values(x)
		} else if a.sealed {
			a.seal(x)
		}
	}
	return i
}

// ofItem reports whether a reference is to something of the item in scope.
func ofItem(ref Ref) bool { return ref.Kind == ItemRef || ref.Kind == PlaceStockRef }

// clockOf returns which clock a reference is to, or "".
func (a *analysis) clockOf(ref Ref) string {
	if ref.Kind == SignalRef && a.c.Signals[ref.Index].Source == ClockSource {
		return a.c.Signals[ref.Index].Key
	}
	return ""
}

// aspect returns the atom of an aspect of a signal.
func (a *analysis) aspect(base int, view aspect, match Match) int {
	if view == whole {
		return base
	}
	key := aspectKey{base, view, match}
	i, ok := a.aspects[key]
	if !ok {
		i = len(a.atoms)
		a.aspects[key] = i
		x := a.atoms[base]
		x.view, x.match, x.texts, x.known = view, match, nil, nil
		x.all = a.values(&x)
		a.atoms = append(a.atoms, x)
	}
	return i
}

// ofEve reports whether a condition may be on the date of the day before. Nothing
// is known of its values then: to a client that fetches ahead, who is not told
// the hour, it is only certain where it is so on both days.
func (a *analysis) ofEve(c *Condition, at where) bool {
	if !at.eve || c.Op != Compare {
		return false
	}
	switch a.clockOf(c.Ref) {
	case "date", "weekday", "month":
		return true
	}
	return false
}

// behaviour returns the atom of a condition that is only told apart by its text.
func (a *analysis) behaviour(c *Condition) int {
	text := c.atom()
	i, ok := a.behaviours[text]
	if !ok {
		i = len(a.atoms)
		a.behaviours[text] = i
		kin := kinHistory
		if c.Op == Compare {
			kin = kinClock // of the day before
		}
		a.atoms = append(a.atoms, atom{view: opaque, typ: Boolean, name: c.Name, kin: kin, base: i, all: spans{{unknownAt, unknownAt}, {0, 1}}})
	}
	return i
}

// kin says which atoms may depend on one another: those that have one of its
// kinds in common.
type kin uint8

// The kinds of kin. What the language does not relate is taken as independent.
const (
	kinClock   kin = 1 << iota
	kinClient      // unknown together
	kinPlace       // of one place
	kinStock       // of one item: what is in stock has a count
	kinPrice       // of one item
	kinHistory     // what the recipient did
	kinVotes       // those for the answers of a question
)

// related reports whether the values of two atoms may depend on one another.
func (a *analysis) related(i, j int) bool {
	return a.atoms[i].base == a.atoms[j].base || a.atoms[i].kin&a.atoms[j].kin != 0
}

func (a *analysis) kinOf(ref Ref) kin {
	switch ref.Kind {
	case ItemRef:
		return kinOfItem(ItemAttribute(ref.Index))
	case PlaceStockRef:
		return kinStock | kinPlace
	case AnswerRef:
		return kinVotes | kinClock // open until it closes
	}
	switch sig := &a.c.Signals[ref.Index]; sig.Source {
	case ClockSource:
		return kinClock
	case ClientSource:
		return kinClient
	case HereSource:
		if sig.Key == "from" {
			return kinPlace | kinClient // only a person's address says where
		}
		return kinPlace
	case NearSource, WeatherSource:
		return kinPlace
	case StockSource:
		return kinStock | kinPlace
	case ItemSource:
		return kinOfItem(ItemAttribute(sig.Index))
	case ResultsSource:
		return kinVotes
	case FirstOpenSource:
		return kinHistory | kinClock // never after now
	case CartSource, InterestSource, AnsweredSource, CodeSource:
		return kinHistory
	}
	return 0
}

// kinOfItem is kinOf for an attribute of an item.
func kinOfItem(i ItemAttribute) kin {
	switch i {
	case ItemStock, ItemInStock:
		return kinStock
	case ItemPrice, ItemSalePrice, ItemPriceThen, ItemPriceDrop:
		return kinPrice
	case ItemViewed, ItemCarted, ItemBought, ItemWished, ItemBecause:
		return kinHistory
	}
	return 0
}

// isText reports whether values of a type are one text.
func isText(t Type) bool { return t == Text || t == Picture || t == Colour }

// values returns the values an atom can have. Those of texts are not numbered
// before all are collected.
func (a *analysis) values(x *atom) spans {
	known := a.knownValues(x)
	if a.neverUnknown(x) {
		return known
	}
	return joined(append([]span{{unknownAt, unknownAt}}, known...))
}

func (a *analysis) knownValues(x *atom) spans {
	clock := a.clockOf(x.ref)
	switch {
	case x.view == element || x.view == opaque || x.view == whole && x.typ == Boolean:
		return spans{{0, 1}}
	case x.ofYear():
		return spans{{1, 366}}
	case x.view != whole:
		return spans{{firstAt, most}}
	case clock == "now":
		return spans{a.runs}
	case clock == "date":
		return spans{a.dates()}
	}
	switch x.typ {
	case Time:
		if clock != "" {
			return spans{{0, daySeconds - 1}}
		}
		return spans{{0, daySeconds}} // what closes at midnight closes at 24:00
	case Weekday:
		return spans{{0, 6}}
	case Month:
		return spans{{1, 12}}
	case TextList, Money, Unknown:
		return spans{{0, 0}} // known, and no more is asked of the whole
	case Number:
		if a.counted(x.ref) {
			return spans{{someAt, most}}
		}
	}
	return spans{{firstAt, most}}
}

// ofYear reports whether an atom's values are numbered days of the year.
func (x *atom) ofYear() bool { return x.view == yearless || x.view == whole && x.typ == Yearly }

// counted reports whether a reference is to a count of stock, which may be Some.
func (a *analysis) counted(ref Ref) bool {
	switch ref.Kind {
	case SignalRef:
		return a.c.Signals[ref.Index].Source == StockSource
	case ItemRef:
		return ItemAttribute(ref.Index) == ItemStock
	}
	return ref.Kind == PlaceStockRef
}

// neverUnknown reports whether the whole of a signal is always known. The hour
// is not, to clients that fetch ahead.
func (a *analysis) neverUnknown(x *atom) bool {
	if x.ref.Kind == AnswerRef {
		return AnswerPart(x.ref.Index) == AnswerText || AnswerPart(x.ref.Index) == AnswerOpen
	}
	if x.ref.Kind != SignalRef || x.view == inCurrency {
		return false
	}
	switch sig := &a.c.Signals[x.ref.Index]; sig.Source {
	case ClockSource:
		return sig.Key != "time" && sig.Key != "daypart"
	case ClientSource:
		return sig.Key == "class"
	case HereSource:
		return sig.Key == "from"
	}
	return false
}

// dayOfYear numbers a day of the year, month*100+day, among those of a leap
// year, from 1 on. One beyond its month is one of the next.
func dayOfYear(n int64) int64 {
	first := time.Date(2024, time.Month(n/100), 1, 0, 0, 0, 0, time.UTC)
	return int64(first.YearDay()) - 1 + n%100
}

// limits are the instants at which the campaign runs, in Unix ms. Those that
// are a wall clock are an instant for each recipient, up to a day apart.
func (a *analysis) limits() span {
	runs := span{firstAt, most}
	if !a.c.Starts.IsZero() {
		runs.lo = a.c.Starts.UnixMilli()
		if a.c.startsLocal {
			runs.lo -= dayMillis
		}
	}
	if !a.c.Ends.IsZero() {
		runs.hi = a.c.Ends.UnixMilli() - 1
		if a.c.endsLocal {
			runs.hi += dayMillis
		}
	}
	return runs
}

// dates are the dates that recipients may have while the campaign runs, in
// whatever zone.
func (a *analysis) dates() span {
	const apart = 15 * 3_600_000 // more than any zone is from UTC
	dates := span{firstAt, most}
	if a.runs.lo != firstAt {
		dates.lo = floorDiv(a.runs.lo-apart, dayMillis)
	}
	if a.runs.hi != most {
		dates.hi = floorDiv(a.runs.hi+apart, dayMillis)
	}
	return dates
}

// fold returns a text with each letter the first of those that differ in case
// only.
func fold(text string) string {
	return strings.Map(func(r rune) rune {
		first := r
		if r >= 'A' {
			for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
				first = min(first, other)
			}
		}
		return first
	}, text)
}

// run returns the texts that match, as they are compared: from the first on to
// before the second, in the order of their bytes.
func run(m *Match) (from, to string) {
	if m.Prefix {
		from = fold(m.Text)
		return from, from + "\xff"
	}
	from = fold(strings.TrimSpace(m.Text))
	return from, from + "\x00"
}

// seal numbers the values of a text: the runs of texts between those that
// conditions and declarations name.
func (a *analysis) seal(x *atom) {
	values := a.valuesOf(x)
	for _, v := range values {
		from, to := run(&Match{Text: v})
		x.texts = append(x.texts, from, to)
	}
	slices.Sort(x.texts)
	x.texts = slices.Compact(x.texts)
	x.all = spans{{0, int64(len(x.texts))}}
	if values != nil {
		var known []span
		for _, v := range values {
			known = append(known, x.cells(&Match{Text: v}))
		}
		x.all = joined(known)
	}
	if !a.neverUnknown(x) {
		x.all = joined(append([]span{{unknownAt, unknownAt}}, x.all...))
	}
}

// cells numbers the texts that match.
func (x *atom) cells(m *Match) span {
	from, to := run(m)
	return span{int64(sort.SearchStrings(x.texts, from)) + 1, int64(sort.SearchStrings(x.texts, to))}
}

// valuesOf returns the only texts that a signal can be; nil where it can be any.
func (a *analysis) valuesOf(x *atom) []string {
	switch {
	case a.clockOf(x.ref) == "daypart":
		return a.dayparts()
	case x.ref.Kind == SignalRef:
		if k, err := a.c.find(a.c.Signals[x.ref.Index].Name); err == nil && len(k.values) > 0 {
			return k.values
		}
	case x.ref.Kind == ItemRef && x.ref.Index >= int(ItemMore):
		if values := a.c.attributes[x.ref.Index-int(ItemMore)].Values; len(values) > 0 {
			return values
		}
	}
	return nil
}

// dayparts lists the dayparts that hours lie in, and none if some lie in none.
// Of two that overlap the first counts.
func (a *analysis) dayparts() []string {
	var all []string
	for _, d := range a.c.Dayparts {
		if len(a.hours(d.ID)) > 0 {
			all = append(all, d.ID)
		}
	}
	if len(a.hours("none")) > 0 {
		all = append(all, "none")
	}
	return all
}

// hours returns the seconds of the day that lie in a daypart; those in none for
// the id none.
func (a *analysis) hours(id string) spans {
	left := spans{{0, daySeconds - 1}}
	for _, d := range a.c.Dayparts {
		own := left.meet(circle(d.From, d.To-1, d.To <= d.From))
		if d.ID == id {
			return own
		}
		left = left.minus(own)
	}
	return left
}

// circle returns lo..hi or, where that wraps, what does not lie between them.
func circle(lo, hi int64, wraps bool) spans {
	if wraps {
		return joined([]span{{firstAt, hi}, {lo, most}})
	}
	return spans{{lo, hi}}
}
