package rules

import (
	"fmt"
	"slices"
	"strings"

	"example.com/opentime/strict"
)

// The limits of an analysis. A step is about one comparison of two numbers.
const (
	maxBoxes   = 256       // of a rule
	maxSteps   = 4_000_000 // of a campaign
	unionSteps = 400       // boxes looked at to find one covered by several
	costOfSet  = 4         // steps a set kept in a box counts for
)

// analysis proves what it can of a campaign's rules. The conditions of a rule
// become a union of boxes, in each of which they certainly hold. Sound, not
// complete: what is reported is so.
type analysis struct {
	l          *loader
	c          *Campaign
	atoms      []atom
	signals    map[signalKey]int
	aspects    map[aspectKey]int
	behaviours map[string]int
	items      map[itemsKey]int
	segments   map[boxesKey][]box
	collected  map[boxesKey]bool
	runs       span // when the campaign runs
	nights     bool // a daypart passes midnight
	sealed     bool // all texts are collected
	many       bool // the boxes of the rule under way are too many
	steps      int
	b          *Block
	rules      []ruled // the block's
}

// ruled is a rule and what is known of it.
type ruled struct {
	*Rule
	at    where
	boxes []box
	many  bool // its boxes are too many: nothing is known of when it holds
	sure  bool // where it holds it is shown
	lost  bool // reported: it never holds or is never reached
}

// analyse reports what is wrong with the rules as a whole. It says nothing
// where a problem was found before: what follows from that is not meant.
func (l *loader) analyse() {
	if strict.Bad(l.Problems) || l.Held > 0 || slices.ContainsFunc(l.c.Blocks, partial) {
		return
	}
	newAnalysis(l).campaign()
}

func newAnalysis(l *loader) *analysis {
	a := &analysis{
		l: l, c: l.c,
		signals: map[signalKey]int{}, aspects: map[aspectKey]int{}, behaviours: map[string]int{}, items: map[itemsKey]int{},
		segments: map[boxesKey][]box{}, collected: map[boxesKey]bool{},
	}
	a.runs = a.limits()
	a.nights = slices.ContainsFunc(a.c.Dayparts, func(d Daypart) bool { return d.To <= d.From })
	return a
}

// partial reports whether a block is not whole, which was reported then.
func partial(b *Block) bool {
	return b.Fallback == nil || slices.ContainsFunc(b.Rules, func(r *Rule) bool {
		return r.Variant == nil || slices.Contains(r.Split, nil)
	})
}

// campaign analyses block by block, down to where it has taken too long.
func (a *analysis) campaign() {
	for _, b := range a.c.Blocks {
		for _, r := range b.Rules {
			a.collect(r.When, where{items: a.itemsOf(r)})
		}
	}
	for i := range a.atoms {
		if x := &a.atoms[i]; isText(x.typ) {
			a.seal(x)
		}
	}
	a.sealed = true
	for _, a.b = range a.c.Blocks {
		if a.b.Retired != "" {
			continue
		}
		if a.block(); a.spent() {
			a.l.Warnf(a.b.Node, "too many combinations to analyse, in this block and those after it; write fewer conditions")
			return
		}
	}
}

// block analyses a block.
func (a *analysis) block() {
	a.rules = a.rules[:0]
	for _, r := range a.b.Rules {
		if a.rule(r); a.spent() {
			return
		}
	}
	for _, look := range []func(){a.unreachable, a.alike, a.overlaps, a.gaps, a.readers, a.classes, a.ageing, a.rights, a.pixels} {
		if look(); a.spent() {
			return
		}
	}
}

// spend counts steps.
func (a *analysis) spend(n int) { a.steps += n }

// spent reports whether the steps are used up. Whoever goes through many boxes
// asks, and then knows nothing.
func (a *analysis) spent() bool { return a.steps > maxSteps }

// rule makes the boxes of a rule, and reports one that never holds.
func (a *analysis) rule(r *Rule) {
	a.many = false
	x := ruled{Rule: r, at: where{items: a.itemsOf(r)}}
	x.boxes = a.boxes(r.When, true, x.at)
	switch x.many = a.many; {
	case a.spent():
	case x.many:
		a.l.Warnf(r.nameNode(), "too many combinations to analyse; write fewer alternatives, or several rules")
	case len(x.boxes) == 0:
		x.lost = true
		a.contradictory(&x)
	}
	x.sure = !x.many && !x.lost && a.sure(&x)
	a.rules = append(a.rules, x)
}

// nameNode is where a rule is named.
func (r *Rule) nameNode() *strict.Node {
	if n := r.Node.Find("name"); n != nil {
		return n
	}
	return r.Node
}

// demand is a condition that has to hold, or not to, for a rule to hold.
type demand struct {
	*Condition
	want  bool
	own   bool // stands in the rule, not in a segment
	boxes []box
}

// demands appends the conditions that all have to hold for c to be as wanted.
func (a *analysis) demands(all []demand, c *Condition, want, own bool, at where) []demand {
	every, next := want, want
	switch c.Op {
	case And:
		own = own && c.Name == ""
		at = a.beside(c, at)
	case Or:
		every = !want
	case Not:
		next = !want
	default:
		a.spend(10 * costOfSet)
		return append(all, demand{c, want, own, a.boxesOf(c, want, at)})
	}
	if !every && len(c.Parts) > 1 {
		return all // any of them will do
	}
	for _, part := range c.Parts {
		all = a.demands(all, part, next, own, at)
	}
	return all
}

// contradictory reports a rule that never holds, and what of it excludes what.
func (a *analysis) contradictory(x *ruled) {
	all := a.demands(nil, x.When, true, true, x.at)
	for j := range all {
		if len(all[j].boxes) == 0 {
			a.excludes(x, &all[j], &all[j])
			return
		}
		for i := range j {
			if a.allApart(all[i].boxes, all[j].boxes) {
				a.excludes(x, &all[i], &all[j])
				return
			}
		}
	}
	a.l.Errorf(x.nameNode(), "rule never holds: its conditions exclude one another; remove one")
}

// excludes reports two conditions that exclude one another, or one that never
// holds by itself.
func (a *analysis) excludes(x *ruled, p, q *demand) {
	node := x.nameNode()
	if q.own {
		node = q.Node
	}
	runs := ""
	switch a.clockOf(q.Ref) {
	case "now", "date":
		if q.Op == Compare && (a.runs.lo != firstAt || a.runs.hi != most) {
			runs = " between the campaign's starts and ends"
		}
	}
	switch {
	case p != q && q.Op == Known:
		a.l.Errorf(node, "rule never holds: %s cannot be %s and %s; remove one", p.Name, p.written(), q.written())
	case p != q:
		a.l.Errorf(node, "rule never holds: %s cannot be %s and %s%s; remove one", q.Name, p.written(), q.written(), runs)
	case q.want:
		a.l.Errorf(node, "rule never holds: %s cannot be %s%s; change or remove it", q.Name, q.written(), runs)
	case q.Op == Known:
		a.l.Errorf(node, "rule never holds: %s is always known; remove it", q.Name)
	default:
		a.l.Errorf(node, "rule never holds: %s is never anything but %s%s; remove it", q.Name, q.matcher(), runs)
	}
}

// written is what a demand asks of its signal.
func (d *demand) written() string {
	switch {
	case d.Op == Known && d.want:
		return "known"
	case d.Op == Known:
		return "unknown"
	case d.want:
		return d.matcher()
	}
	return "not " + d.matcher()
}

// matcher is a demand's as it was written.
func (d *demand) matcher() string {
	if d.Matcher.Kind != strict.List {
		return canonical(d.Matcher)
	}
	var all []string
	for _, n := range d.Matcher.Items {
		all = append(all, canonical(n))
	}
	return "[" + strings.Join(all, ", ") + "]"
}

// unreachable reports rules that hold only where one before them is shown.
func (a *analysis) unreachable() {
	var before []box // of rules that are sure
	var of []*Rule
	for i := range a.rules {
		x := &a.rules[i]
		if a.spent() {
			return
		}
		if !x.many && !x.lost && len(before) > 0 {
			if by := a.covering(x.boxes, before, of); by != nil {
				x.lost = true
				a.l.Errorf(x.nameNode(), "rule %q is never reached: %s whenever it does; move it up", x.Name, hold(by))
			}
		}
		if x.sure && !x.lost {
			before = append(before, x.boxes...)
			for range x.boxes {
				of = append(of, x.Rule)
			}
		}
	}
}

// covering returns the rules that hold wherever one of these boxes does; nil
// where some do not, or nobody knows.
func (a *analysis) covering(boxes, before []box, of []*Rule) []*Rule {
	var by []*Rule
	for _, b := range boxes {
		found := slices.IndexFunc(before, func(x box) bool { return a.covers(x, b) })
		switch {
		case a.spent():
			return nil
		case found < 0:
			return a.byAll(boxes, before, of)
		}
		if !slices.Contains(by, of[found]) {
			by = append(by, of[found])
		}
	}
	return by
}

// byAll is covering where it takes several boxes to cover one. It looks no
// further where it finds a corner that none covers.
func (a *analysis) byAll(boxes, before []box, of []*Rule) []*Rule {
	for _, b := range boxes {
		for _, last := range []bool{false, true} {
			if !slices.ContainsFunc(before, func(x box) bool { return a.hasCorner(x, b, last) }) || a.spent() {
				return nil
			}
		}
	}
	var near []box
	var by []*Rule
	for i, x := range before {
		if a.spent() {
			return nil
		}
		if !a.allApart(boxes, []box{x}) {
			near = append(near, x)
			if !slices.Contains(by, of[i]) {
				by = append(by, of[i])
			}
		}
	}
	steps := unionSteps
	for _, b := range boxes {
		if _, ok := a.outside(b, near, &steps); ok || steps < 0 {
			return nil
		}
	}
	return by
}

// hold writes that rules hold.
func hold(by []*Rule) string {
	names := make([]string, 0, 3)
	for i, r := range by {
		if i == 2 && len(by) > 3 {
			names = append(names, fmt.Sprintf("%d more", len(by)-2))
			break
		}
		names = append(names, fmt.Sprintf("%q (line %d)", r.Name, r.Node.Line))
	}
	if len(names) == 1 {
		return "rule " + names[0] + " holds"
	}
	last := len(names) - 1
	return "rules " + strings.Join(names[:last], ", ") + " and " + names[last] + " together hold"
}
