package rules

import (
	"maps"
	"slices"
	"strings"

	"example.com/opentime/strict"
)

// compiled is a condition with what the limits count.
type compiled struct {
	*Condition
	tests, levels int
}

// when reads a rule's conditions.
func (l *loader) when(n *strict.Node, sc scope) *Condition {
	c := l.conditions(n, sc)
	if c.tests > maxConditions {
		l.Errorf(n, "%d conditions, those of segments included; write at most %d", c.tests, maxConditions)
	}
	if c.levels > maxLevels {
		l.Errorf(n, "conditions lie %d levels deep, those of segments included; write at most %d", c.levels, maxLevels)
	}
	return c.Condition
}

// conditions reads a map of conditions, all of which must hold.
func (l *loader) conditions(n *strict.Node, sc scope) compiled {
	whole := compiled{Condition: &Condition{Op: And, Node: n}, levels: 1}
	if n.Kind != strict.Map {
		l.Errorf(n, "expected conditions; write {weather.rain: true}, and a list of them under any: or all:")
		return whole
	}
	if len(n.Entries) == 0 {
		l.Errorf(n, "no condition is written; write one, or remove the key for what always holds")
	}
	for _, e := range n.Entries {
		whole.add(l.condition(e, sc))
	}
	return whole.simple()
}

// add lays a part under a whole.
func (c *compiled) add(part compiled) {
	if part.Condition == nil {
		return
	}
	c.Parts = append(c.Parts, part.Condition)
	c.tests = min(c.tests+part.tests, maxConditions*maxConditions) // segments multiply
	c.levels = max(c.levels, part.levels+1)
}

// simple returns the only part of an and or or, which is worth the whole.
func (c compiled) simple() compiled {
	if (c.Op == And || c.Op == Or) && len(c.Parts) == 1 && c.Name == "" {
		return compiled{Condition: c.Parts[0], tests: c.tests, levels: c.levels - 1}
	}
	return c
}

// condition reads one key of a map of conditions.
func (l *loader) condition(e strict.Entry, sc scope) compiled {
	switch word := e.Key.Text; word {
	case "any":
		return l.listed(e, Or, sc)
	case "all":
		return l.listed(e, And, sc)
	case "not":
		return l.not(e, sc)
	case "known":
		return l.knownOf(e, sc)
	case "segment":
		return l.segmentOf(e)
	default:
		if kind, ok := parseEventKind(word); ok {
			return l.behaved(e, kind)
		}
		if key := l.meantCondition(word); key != "" {
			l.Errorf(e.Key, "unknown condition %q; did you mean %q?", word, key)
			meant := *e.Key
			meant.Text = key
			return l.condition(strict.Entry{Key: &meant, Value: e.Value}, sc)
		}
		return l.test(e, sc)
	}
}

// meantCondition returns the key of conditions that a word was meant to be; "" if
// it is a signal, or looks like none.
func (l *loader) meantCondition(word string) string {
	if _, err := l.c.find(word); err == nil {
		return ""
	}
	switch word {
	case "and":
		return "all"
	case "or":
		return "any"
	case "purchased", "ordered":
		return "bought"
	}
	for _, event := range eventNames {
		if len(word) > 3 && strings.HasPrefix(event, word) {
			return event
		}
	}
	return strict.Nearest(word, append([]string{"any", "all", "not", "known", "segment"}, eventNames[:]...))
}

// listed reads the list under any and all.
func (l *loader) listed(e strict.Entry, op Op, sc scope) compiled {
	whole := compiled{Condition: &Condition{Op: op, Node: e.Key}, levels: 1}
	if e.Value.Kind != strict.List || len(e.Value.Items) == 0 {
		l.Errorf(e.Value, "expected a list of conditions; write %s: [{...}, {...}]", e.Key.Text)
		return compiled{}
	}
	for _, item := range e.Value.Items {
		whole.add(l.conditions(item, sc))
	}
	return whole
}

// not reads conditions none of which holds.
func (l *loader) not(e strict.Entry, sc scope) compiled {
	whole := compiled{Condition: &Condition{Op: Not, Node: e.Key}, levels: 1}
	if e.Value.Kind == strict.List {
		if len(e.Value.Items) == 0 {
			l.Errorf(e.Value, "no condition is written; write one")
		}
		for _, item := range e.Value.Items {
			whole.add(l.conditions(item, sc))
		}
		return whole
	}
	if e.Value.Kind == strict.Map && len(e.Value.Entries) > 1 {
		l.Errorf(e.Value, "not with several keys reads as neither and means not both; write a list for neither, not: [{...}, {...}]")
		return compiled{}
	}
	whole.add(l.conditions(e.Value, sc))
	return whole
}

// knownOf reads signals all of which must be known.
func (l *loader) knownOf(e strict.Entry, sc scope) compiled {
	c := &Condition{Op: Known, Node: e.Key}
	nodes := []*strict.Node{e.Value}
	if e.Value.Kind == strict.List {
		nodes = e.Value.Items
	}
	var names []string
	for _, n := range nodes {
		if k, ok := l.asked(n, l.Text(n), sc); ok {
			c.Refs = append(c.Refs, l.c.ref(k))
			names = append(names, k.name)
		}
	}
	c.Name = strings.Join(names, ", ")
	if len(nodes) == 0 {
		l.Errorf(e.Value, "no signal is written; write one")
	}
	return compiled{Condition: c, tests: 1}
}

// test reads a signal and its matcher.
func (l *loader) test(e strict.Entry, sc scope) compiled {
	if word := e.Key.Text; slices.Contains([]string{"within", "count", "tag", "channel"}, word) {
		l.Errorf(e.Key, "%s is a detail of a behaviour; write it inside one, as in viewed: {within: 30d}", word)
		return compiled{}
	}
	k, ok := l.asked(e.Key, e.Key.Text, sc)
	if !ok {
		return compiled{}
	}
	return l.compare(e, k)
}

// asked finds the signal that a condition asks about.
func (l *loader) asked(n *strict.Node, name string, sc scope) (*known, bool) {
	k, ok := l.signal(n, name, sc)
	if ok && k.kind != NoRef && k.kind != ItemRef && k.kind != AnswerRef && k.kind != PlaceStockRef {
		l.Errorf(n, "%s can stand in texts only; ask about another signal", k.name)
		return nil, false
	}
	return k, ok
}

// compare makes a test of a signal.
func (l *loader) compare(e strict.Entry, k *known) compiled {
	c := &Condition{Op: Compare, Node: e.Key, Matcher: e.Value, Ref: l.c.ref(k), Type: k.typ, Name: k.name, Any: l.matcher(e.Value, k)}
	return compiled{Condition: c, tests: 1}
}

// segment is a named set of conditions.
type segment struct {
	node   *strict.Node
	cond   compiled
	state  uint8
	used   bool
	shared bool
}

// The states of a segment.
const (
	unread uint8 = iota
	reading
	read
)

// readSegments notes the shared segments and reads the campaign's own.
func (l *loader) readSegments(own, shared *strict.Node) {
	l.segments = map[string]*segment{}
	if shared != nil && shared.Kind == strict.Map {
		for _, e := range shared.Entries {
			l.segments[e.Key.Text] = &segment{node: e.Value, shared: true}
		}
	}
	if own == nil || !l.IsMap(own) {
		return
	}
	if len(own.Entries) > maxSegments {
		l.Errorf(own, "%d segments; write at most %d", len(own.Entries), maxSegments)
	}
	for _, e := range own.Entries {
		l.ID(e.Key)
		id := e.Key.Text
		if s := l.segments[id]; s != nil && s.shared {
			l.Errorf(e.Key, "segment %q is one of opentime.yaml, which a campaign cannot change; choose another name", id)
			continue
		}
		l.segments[id] = &segment{node: e.Value}
	}
	for _, e := range own.Entries {
		if s := l.segments[e.Key.Text]; s != nil && !s.shared {
			l.segment(e.Key.Text, e.Key)
		}
	}
}

// segment returns a segment's conditions, reading them at first use. n is
// where it is named.
func (l *loader) segment(id string, n *strict.Node) compiled {
	s := l.segments[id]
	switch {
	case s == nil && len(l.segments) == 0:
		l.Errorf(n, "unknown segment %q; declare it under segments at the top of the campaign", id)
		return compiled{}
	case s == nil:
		l.Errorf(n, "unknown segment %q; %s", id, strict.DidYouMean(id, slices.Sorted(maps.Keys(l.segments))))
		return compiled{}
	case s.state == reading:
		l.Errorf(n, "segment %q is made of itself; remove it here", id)
		return compiled{}
	case s.state == unread:
		s.state = reading
		c := l.conditions(s.node, scope{kind: segmentText})
		s.cond = compiled{
			Condition: &Condition{Op: And, Node: s.node, Name: id, Parts: []*Condition{c.Condition}},
			tests:     c.tests, levels: c.levels,
		}
		s.state = read
		l.c.segments[id] = s.cond.Condition
	}
	return s.cond
}

// segmentOf reads the name of a segment, or a list of them: any.
func (l *loader) segmentOf(e strict.Entry) compiled {
	nodes := []*strict.Node{e.Value}
	if e.Value.Kind == strict.List {
		nodes = e.Value.Items
	}
	if len(nodes) == 0 {
		l.Errorf(e.Value, "no segment is written; write one")
	}
	whole := compiled{Condition: &Condition{Op: Or, Node: e.Key}, levels: 1}
	for _, n := range nodes {
		id := l.Text(n)
		if n.Kind != strict.Scalar {
			continue
		}
		whole.add(l.segment(id, n))
		if s := l.segments[id]; s != nil {
			s.used = true
		}
	}
	if len(whole.Parts) == 0 {
		return compiled{}
	}
	return whole.simple()
}
