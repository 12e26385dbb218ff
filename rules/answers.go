package rules

import (
	"math"
	"slices"

	"example.com/opentime/strict"
)

// noteAnswers notes the answers of all blocks before any condition is read: one
// block may ask what was answered in another.
func (l *loader) noteAnswers(blocks *strict.Node) {
	l.c.answers = map[string][]string{}
	if blocks == nil || blocks.Kind != strict.Map {
		return
	}
	for _, e := range blocks.Entries {
		for _, key := range e.Value.Entries {
			if strict.Nearest(key.Key.Text, blockFields.Names()) != "answers" {
				continue
			}
			ids := []string{}
			for _, answer := range key.Value.Entries {
				ids = append(ids, answer.Key.Text)
			}
			l.c.answers[e.Key.Text] = ids
		}
	}
}

// asks reads the question of a block, its answers and what belongs to them.
func (bl *blockLoader) asks() {
	answers := bl.found["answers"]
	for _, key := range []string{"question", "closes", "thanks"} {
		if n := bl.found[key]; n != nil && answers == nil {
			bl.Errorf(n, "%s belongs to a block with answers; add answers, or remove it", key)
		}
	}
	if answers == nil {
		return
	}
	b := bl.b
	switch n := len(answers.Entries); {
	case answers.Kind != strict.Map:
		bl.Errorf(answers, "expected an id and a text for each answer; write {yes: Ja, no: Nee}")
	case n == 0 || n > maxPositions:
		bl.Errorf(answers, "%d answers; write 1 to %d", n, maxPositions)
	}
	if len(answers.Entries) == 0 {
		b.Answers = []Answer{{Text: make([]string, len(bl.c.Locales))}} // reported; what follows from it is not
		return
	}
	for _, e := range answers.Entries {
		id := bl.ID(e.Key)
		b.Answers = append(b.Answers, Answer{ID: id, Text: bl.constants(e.Value)})
	}
	b.Positions = min(max(1, len(b.Answers)), maxPositions)
	if n := bl.found["positions"]; n != nil {
		bl.Errorf(n, "a block with answers has a position for each; remove positions")
	}
	if n := bl.found["question"]; n != nil {
		b.Question = bl.constants(n)
	} else {
		bl.Errorf(b.Node, "a block with answers asks something; add question, which the page behind it shows")
	}
	if n := bl.found["thanks"]; n != nil {
		b.Thanks = bl.constants(n)
	}
	if n := bl.found["closes"]; n != nil {
		b.Closes, b.closesLocal = bl.moment(n, EndsAt)
	}
}

// constants reads a text without placeholders, by locale.
func (l *loader) constants(n *strict.Node) []string {
	sc := scope{kind: constantText}
	out := make([]string, len(l.c.Locales))
	texts, _ := l.texts(n, sc, func(n *strict.Node) (Template, bool) {
		t, ok := l.template(n, sc)
		if ok && len(t) == 0 {
			l.Errorf(n, "the text is empty; write one")
		}
		return t, ok
	})
	for i := range texts {
		if len(texts[i]) > 0 && len(texts[i][0]) > 0 {
			out[i] = texts[i][0][0].Literal
		}
	}
	return out
}

// findAnswer returns what is known of the answer of a position.
func findAnswer(_ *Campaign, parts []string, _ string) *known {
	i := slices.IndexFunc(answerFields[:], func(f described) bool { return f.name == parts[1] })
	if i < 0 || len(parts) != 2 {
		return nil
	}
	return &known{name: "answer." + parts[1], typ: answerFields[i].typ, kind: AnswerRef, index: i}
}

// findAnswered returns the answer that was given in a block, of this campaign
// or another.
func (c *Campaign) findAnswered(parts []string, _ string) *known {
	k := &known{typ: Text, signal: Signal{Source: AnsweredSource, Type: Text, Key: parts[len(parts)-1]}}
	k.name = "answered"
	for _, part := range parts[1:] {
		k.name += bracket(part)
	}
	k.signal.Name = k.name
	switch {
	case len(parts) == 3 && strict.IsID(parts[1]) && strict.IsID(parts[2]):
		k.signal.At = parts[1]
		return k
	case len(parts) != 2 || c.answers[parts[1]] == nil:
		return nil
	}
	if ids := c.answers[parts[1]]; len(ids) > 0 {
		k.values = append(slices.Clone(ids), "none")
	}
	return k
}

// findResults returns the votes so far in a block: all, or one answer's.
func (c *Campaign) findResults(parts []string, _ string) *known {
	ids, ok := c.answers[parts[1]]
	if !ok || len(parts) > 3 || len(parts) == 3 && !slices.Contains(ids, parts[2]) {
		return nil
	}
	name := "results" + bracket(parts[1])
	k := &known{typ: Number, signal: Signal{Source: ResultsSource, Type: Number, Key: parts[1]}}
	if len(parts) == 3 {
		name += bracket(parts[2])
		k.signal.At = parts[2]
	}
	k.name, k.signal.Name = name, name
	return k
}

// countVotes makes slots for the votes of a block's answers.
func (c *Campaign) countVotes(block string) {
	if c.votes[block] != nil {
		return
	}
	for _, answer := range c.answers[block] {
		k := c.findResults([]string{"results", block, answer}, "")
		c.votes[block] = append(c.votes[block], c.slot(k.signal))
	}
}

// allVotes returns the votes for all answers of a block, which are known
// together.
func allVotes(values []Value, slots []int) Value {
	sum := Value{Type: Number}
	for _, slot := range slots {
		if !values[slot].Known() {
			return Value{}
		}
		sum.N += values[slot].N
	}
	return sum
}

// answer returns a part of the answer of this position.
func (v *view) answer(part AnswerPart) Value {
	if v.position > len(v.block.Answers) {
		return Value{}
	}
	switch part {
	case AnswerText:
		return Value{Type: Text, Text: v.block.Answers[v.position-1].Text[v.locale]}
	case AnswerOpen:
		closes, ok := v.closes()
		return Value{Type: Boolean, N: flag(!ok || v.clock.ms < closes)}
	}
	slots := v.campaign.votes[v.block.ID]
	if v.position > len(slots) {
		return Value{}
	}
	count := v.values[slots[v.position-1]]
	if part == AnswerCount {
		return count
	}
	all := allVotes(v.values, slots)
	switch {
	case !all.Known():
		return Value{}
	case all.N == 0:
		return Value{Type: Percent}
	}
	return Value{Type: Percent, N: int64(math.Round(float64(count.N) / float64(all.N) * 100 * Million))}
}

// Closed reports whether a block's question is closed at the moment of signals, on
// their recipient's clock.
func Closed(c *Campaign, s *Signals, b *Block) bool {
	var d Decider
	d.begin(c, s)
	d.enter(b)
	closes, ok := d.closes()
	return ok && d.clock.ms >= closes
}

// closes returns when the block's question closes, for this recipient.
func (v *view) closes() (ms int64, ok bool) {
	switch {
	case v.block.Closes.IsZero():
		return 0, false
	case v.block.closesLocal:
		return v.clock.instant(v.block.Closes.UnixMilli(), EndsAt), true
	}
	return v.block.Closes.UnixMilli(), true
}
