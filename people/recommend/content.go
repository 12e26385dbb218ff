package recommend

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
)

// Sizes of what is known of new items.
const (
	borrowFrom = 30  // known items that a new one borrows from
	titleShare = 0.5 // what a word of the title counts beside a feature
	fewEvents  = 3   // with fewer an item is also known by what it is like
	ownShare   = 0.1 // what an item speaks for a new one that is like it
)

// content finds items that are alike by what is said of them.
type content struct {
	words  [][]word          // by item
	with   map[string][]word // the known items that have a word
	count  map[string]int    // items that have it
	number []float64
}

// word is a word of an item, or an item that has it, by what it counts.
type word struct {
	text   string
	item   int32
	weight float64
}

// newContent reads what is said of items, to find those among them that known
// holds for.
func newContent(items []Item, known func(i int32) bool) *content {
	c := &content{words: make([][]word, len(items)), with: map[string][]word{}, count: map[string]int{}}
	for i := range items {
		c.words[i] = wordsOf(&items[i], int32(i))
		for _, w := range c.words[i] {
			c.count[w.text]++
			if known(int32(i)) {
				c.with[w.text] = append(c.with[w.text], w)
			}
		}
		c.number = append(c.number, items[i].Number)
	}
	length := make([]float64, len(items))
	for i := range items {
		for n := range c.words[i] {
			w := &c.words[i][n]
			w.weight *= c.rare(w.text)
			length[i] += w.weight * w.weight
		}
		for n := range c.words[i] {
			c.words[i][n].weight /= math.Sqrt(length[i])
		}
	}
	for text, list := range c.with {
		rare := c.rare(text)
		for n := range list {
			list[n].weight *= rare / math.Sqrt(length[list[n].item])
		}
	}
	return c
}

// rare is what a word counts that so many items have.
func (c *content) rare(text string) float64 {
	return math.Log(1 + float64(len(c.words))/float64(c.count[text]))
}

// wordsOf returns the features and the words of the title, each once.
func wordsOf(item *Item, i int32) []word {
	var words []word
	add := func(text string, weight float64) {
		if text != "" && !slices.ContainsFunc(words, func(w word) bool { return w.text == text }) {
			words = append(words, word{text, i, weight})
		}
	}
	for _, f := range item.Features {
		add("="+f, 1)
	}
	for text := range strings.FieldsFuncSeq(strings.ToLower(item.Title), func(r rune) bool { return strings.ContainsRune(" ,.:;()[]/!?\"", r) }) {
		add(text, titleShare)
	}
	return words
}

// maxHolders bounds the items that share words with one and are looked at: where
// there are more, what its rarest words say is enough.
const maxHolders = 20_000

// like returns the n known items that are most like an item, best first. sums is
// by item, all 0 before and after.
func (c *content) like(i int32, n int, sums []float64) []candidate {
	var list []candidate
	var touched []int32
	words := slices.Clone(c.words[i])
	slices.SortStableFunc(words, func(a, b word) int { return len(c.with[a.text]) - len(c.with[b.text]) })
	left := maxHolders
	for _, w := range words {
		holders := c.with[w.text]
		if left -= len(holders); left < 0 && len(touched) > n {
			break
		}
		for _, o := range holders {
			if sums[o.item] == 0 {
				touched = append(touched, o.item)
			}
			sums[o.item] += w.weight * o.weight
		}
	}
	for _, j := range touched {
		if j != i && sums[j] > 0 {
			list = append(list, candidate{j, float32(sums[j] * (0.6 + 0.4*closeness(c.number[i], c.number[j])))})
		}
		sums[j] = 0
	}
	keepBest(&list, n)
	slices.SortFunc(list, order)
	return slices.Clone(list)
}

// closeness is how near two numbers are, 0..1: as years where both can be one,
// else as prices. 0.5 where one is not known.
func closeness(a, b float64) float64 {
	year := func(n float64) bool { return n >= 1850 && n <= 2150 && n == math.Trunc(n) }
	switch {
	case a <= 0 || b <= 0:
		return 0.5
	case year(a) && year(b):
		return math.Exp(-math.Abs(a-b) / 8)
	}
	return math.Exp(-math.Abs(math.Log(a / b)))
}

// likeness says which known items others are like by what is said of them.
type likeness struct {
	lists [][]candidate // by item of few events, best first
	fresh []int32       // items that nobody took
}

// newLikeness looks at items by what is said of them. events are by item.
func newLikeness(items []Item, events []int32, hands int) *likeness {
	a := &likeness{lists: make([][]candidate, len(items))}
	known := func(j int32) bool { return events[j] >= fewEvents }
	var few []int32
	for i := range int32(len(items)) {
		if known(i) {
			continue
		}
		few = append(few, i)
		if events[i] == 0 {
			a.fresh = append(a.fresh, i)
		}
	}
	if len(few) == 0 || len(few) == len(items) {
		a.fresh = nil
		return a
	}
	c := newContent(items, known)
	_ = parallel(context.Background(), hands, len(few), nil, func() func(int) { // nothing there can fail
		sums := make([]float64, len(items))
		return func(n int) { a.lists[few[n]] = c.like(few[n], borrowFrom, sums) }
	})
	return a
}

// maxLent is how many new items a known one lends its weights to, those that are
// most like it.
const maxLent = 200

// borrow gives items that nobody took yet the weights of known ones that they are
// like: the mean by likeness.
func (a *likeness) borrow(m *Model, hands int) *lists {
	bySource := make([][]candidate, len(m.items))
	if len(a.fresh) == 0 {
		return packLists(bySource, 0)
	}
	lent := make([][]candidate, len(m.items)) // by known item, to which new ones and how much
	own := make([][]candidate, len(m.items))
	for _, i := range a.fresh {
		total := float32(0)
		for _, o := range a.lists[i] {
			total += o.score
		}
		for _, o := range a.lists[i] {
			lent[o.item] = append(lent[o.item], candidate{i, o.score / total})
			own[o.item] = append(own[o.item], candidate{i, ownShare * o.score})
		}
	}
	for i := range lent {
		keepBest(&lent[i], maxLent)
		keepBest(&own[i], maxLent)
	}
	_ = parallel(context.Background(), hands, len(m.items), nil, func() func(int) {
		sums := make([]float64, len(m.items))
		var list []candidate
		return func(source int) {
			list = append(list[:0], own[source]...)
			target, weight, scale := m.lists.of(int32(source))
			for n, j := range target {
				for _, o := range lent[j] {
					list = append(list, candidate{o.item, o.score * scale * float32(weight[n])})
				}
			}
			bySource[source] = slices.Clone(strongest(sum(list, sums), freshKeep))
		}
	})
	return packLists(bySource, freshKeep)
}

// strongest cuts a list to the n that are largest, be they below zero or not.
func strongest(list []candidate, n int) []candidate {
	if len(list) <= n {
		return list
	}
	slices.SortFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(max(b.score, -b.score), max(a.score, -a.score)), cmp.Compare(a.item, b.item))
	})
	return list[:n]
}

// freshKeep is how many new items an item speaks for at most.
const freshKeep = 100

// sum adds up what is there several times. sums is all 0 before and after.
func sum(list []candidate, sums []float64) []candidate {
	out := list[:0]
	for _, c := range list {
		sums[c.item] += float64(c.score)
	}
	for _, c := range list {
		if v := sums[c.item]; v != 0 {
			sums[c.item] = 0
			out = append(out, candidate{c.item, float32(v)})
		}
	}
	return out
}
