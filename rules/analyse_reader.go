package rules

import (
	"cmp"
	"slices"
	"strings"
)

// reader is somebody who is never told some of what others are.
type reader struct {
	// lacks returns what a signal is called if the reader is not told it, or not
	// in that format, else "".
	lacks func(Ref, *TextFormat) string
	// counts: of stock the reader is told whether there is some.
	counts bool
	// forgotten: the reader is not told what they did, and has no items of their own.
	forgotten bool
	// first: of a split the reader is shown the first variant only.
	first bool
}

// What a reader who is forgotten is not told.
const (
	ownDeeds = "what the recipient did"
	ownItems = "the recipient's own items"
)

// plainFormat is that of a signal that is not written.
var plainFormat = TextFormat{Name: "number"}

// readers reports blocks of which some readers can only ever see the fallback.
func (a *analysis) readers() {
	if hidden := a.blocked(&reader{lacks: a.hidden}); len(hidden) > 0 {
		homes := ""
		if slices.ContainsFunc(hidden, func(w string) bool { return w == "here" || w == "near" || w == "weather" }) {
			homes = ", or import profiles with a home"
		}
		a.l.Warnf(a.b.Node, "behind mail proxies only the fallback can show; add a rule without %s%s", listed(hidden), homes)
	}
	if a.b.AsOpened {
		return
	}
	if passing := a.blocked(&reader{lacks: a.passing, counts: true}); len(passing) > 0 {
		a.l.Warnf(a.b.Node, "Apple Mail readers see only the fallback; add a rule without %s", listed(passing))
	}
}

// listed writes a, b and c.
func listed(all []string) string {
	if last := len(all) - 1; last > 0 {
		return strings.Join(all[:last], ", ") + " and " + all[last]
	}
	return strings.Join(all, "")
}

// hidden is what mail proxies are not told.
func (a *analysis) hidden(ref Ref, _ *TextFormat) string {
	switch {
	case ref.Kind == PlaceStockRef && strings.HasPrefix(a.c.stockPlaces[ref.Index], "near."):
		return "near"
	case ref.Kind != SignalRef:
		return ""
	}
	switch sig := &a.c.Signals[ref.Index]; {
	case sig.Source == HereSource && sig.Key != "from":
		return "here"
	case sig.Source == NearSource, sig.Source == StockSource && strings.HasPrefix(sig.At, "near."):
		return "near"
	case sig.Source == WeatherSource:
		return "weather"
	case sig.Source == ClientSource && sig.Key != "class", sig.Source == FirstOpenSource:
		return sig.Name
	}
	return ""
}

// passing is what clients that fetch ahead are not told, since it passes within
// hours.
func (a *analysis) passing(ref Ref, f *TextFormat) string {
	clock := a.clockOf(ref)
	switch {
	case f.Name == "left":
		return "the time left"
	case clock == "now" && f.writesClock():
		return "the hour"
	case clock == "time" || clock == "daypart":
		return clock
	case a.counted(ref):
		return stockCounts
	case ref.Kind == AnswerRef && (AnswerPart(ref.Index) == AnswerShare || AnswerPart(ref.Index) == AnswerCount):
		return "votes"
	case ref.Kind != SignalRef:
		return ""
	}
	switch sig := &a.c.Signals[ref.Index]; {
	case sig.Source == WeatherSource:
		return "weather"
	case sig.Source == NearSource && (sig.Key == "open" || sig.Key == "closes"):
		return "opening hours"
	case sig.Source == ResultsSource:
		return "votes"
	}
	return ""
}

// stockCounts is what counts of stock are called.
const stockCounts = "stock counts"

// blocked returns what keeps a reader from all rules of the block, by its names;
// nothing where a rule may be shown to them.
func (a *analysis) blocked(r *reader) []string {
	var all []string
	for i := range a.rules {
		x := &a.rules[i]
		if x.lost {
			continue
		}
		word := a.blocks(x, r)
		if word == "" {
			return nil
		}
		if !slices.Contains(all, word) {
			all = append(all, word)
		}
	}
	return all
}

// blocks returns what keeps a reader from a rule, "" if nothing does.
func (a *analysis) blocks(x *ruled, r *reader) string {
	if x.many {
		return ""
	}
	first := ""
	for _, b := range x.boxes {
		if a.spend(len(b) + 1); a.spent() {
			return ""
		}
		word := a.untold(b, r)
		if word == "" {
			word = a.undrawn(x, b, r)
		}
		if word == "" {
			return ""
		}
		first = cmp.Or(first, word)
	}
	return first
}

// untold returns what a box needs to be told that the reader is not.
func (a *analysis) untold(b box, r *reader) string {
	for _, s := range b {
		x := &a.atoms[s.atom]
		word := ""
		switch {
		case x.ref.Kind != NoRef:
			word = r.lacks(x.ref, &plainFormat)
		case r.forgotten && x.kin == kinHistory:
			word = ownDeeds
		}
		if word == "" {
			continue
		}
		told := spans{{unknownAt, unknownAt}}
		if r.counts && word == stockCounts {
			told = spans{{unknownAt, 0}} // none, or some
		}
		if !s.in.meets(told) {
			return word
		}
	}
	return ""
}

// undrawn returns what every variant of a rule needs that the reader is not
// told, where the rule holds in a box.
func (a *analysis) undrawn(x *ruled, b box, r *reader) string {
	first := ""
	for _, v := range a.shownTo(x, r) {
		for i := range a.c.Locales {
			d := drawing{a, r, v, b, x.at, i}
			word := d.lacks()
			if word == "" {
				return ""
			}
			first = cmp.Or(first, word)
		}
	}
	return first
}

// drawing is a variant as a reader of one locale is to see it.
type drawing struct {
	*analysis
	reader  *reader
	variant *Variant
	box     box
	at      where
	locale  int
}

// lacks returns what keeps the variant from being complete, "" if nothing does
// for certain.
func (d *drawing) lacks() string {
	if d.variant.Nothing {
		return ""
	}
	if d.reader.forgotten && d.variant.List.ownOnly() {
		return ownItems
	}
	for i := range d.variant.Values {
		e := &d.variant.Values[i]
		if d.variant.Layout.Values[i].Optional || e.Type == Unknown {
			continue
		}
		if word := d.ofValue(e); word != "" {
			return word
		}
	}
	return d.ofTexts(d.variant.Link)
}

// ofValue returns what a value of the variant lacks.
func (d *drawing) ofValue(e *Expr) string {
	switch {
	case e.Texts != nil:
		return d.ofTexts(e.Texts)
	case e.Ref.Kind != NoRef:
		return d.of(e.Ref, &plainFormat)
	}
	return ""
}

// ofTexts returns what all texts of the locale lack.
func (d *drawing) ofTexts(texts [][]Template) string {
	if len(texts) == 0 {
		return ""
	}
	first := ""
	for _, t := range texts[d.locale] {
		word := ""
		for i := range t {
			if t[i].Ref.Kind != NoRef {
				word = cmp.Or(word, d.of(t[i].Ref, &t[i].Format))
			}
		}
		if word == "" && len(t) > 0 {
			return ""
		}
		first = cmp.Or(first, word)
	}
	return first
}

// of returns what is lacking to write a signal. Of counts that are none the
// number is told.
func (d *drawing) of(ref Ref, f *TextFormat) string {
	word := d.reader.lacks(ref, f)
	if word != stockCounts {
		return word
	}
	none := spans{{firstAt, 0}}
	key := signalKey{ref: ref}
	if ofItem(ref) {
		key.items = d.at.items
	}
	at, asked := d.signals[key]
	switch list := d.variant.List; {
	case asked && !d.valuesIn(d.box, at).meets(none):
		return word
	case ref.Kind == ItemRef && list != nil && list.InStock && !slices.ContainsFunc(list.From, isFacts):
		return word // what is offered is in stock
	}
	return ""
}
