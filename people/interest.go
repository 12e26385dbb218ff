package people

import (
	"math"
	"time"

	"example.com/opentime/rules"
)

// weights say how much an event of a kind tells of what somebody cares for, a look
// at an item being 1. That an item was shown, or a mail opened, says nothing.
var weights = [...]float64{
	rules.Viewed: 1, rules.Carted: 3, rules.Bought: 5, rules.Wished: 3, rules.Rated: 0, rules.Opened: 0, rules.Clicked: 2, rules.Shown: 0,
	rules.Searched: 1, rules.Answered: 0,
}

// Weight is how much an event says for what it is about: 1 for a look at an item, up
// to 5 for buying it; of a rating from -2 for 1 to 4 for 5. Of events that are counted
// together it is that of one.
func Weight(e *rules.Event) float64 {
	if e.Kind == rules.Rated {
		if !e.Value.Known() {
			return 0
		}
		return ratingWeight(e.Value.N)
	}
	return weights[e.Kind]
}

// ratingWeight is the weight of a rating of 1 to 5, in millionths.
func ratingWeight(value int64) float64 {
	return 1.5*(max(1, min(5, float64(value)/rules.Million))-3) + 1
}

// Of an interest.
const (
	halfLife  = 60 * 24 * time.Hour // in which what somebody did comes to say half as much
	halfScore = 3                   // at which an interest is 0.5
)

// Interest is how much a recipient cares for a tag at a moment, in Unix ms: what
// they did with its items, each event by its weight, halved every 60 days; s of that
// is an interest of s / (s + 3). mails says whether what mails tell of counts.
func (p *Past) Interest(tag string, at int64, mails bool) float64 {
	score := 0.0
	var undone undoing
	p.walk(true, func(w *walked, e *rawEvent) {
		kind, is := e.is()
		if !is {
			undone.undoes(w, e)
			return
		}
		it := w.item(e.item)
		if !mails && rules.InMails.Has(kind) || !hasTag(it.tags, tag) || undone.undid(kind, it.id, e.at) {
			return
		}
		weight := weights[kind]
		if kind == rules.Rated && e.valued {
			weight = ratingWeight(e.value)
		}
		score += weight * float64(e.times) * (fade(at-e.at) + fade(at-e.first)) / 2
	})
	score = max(0, score)
	return score / (score + halfScore)
}

// fade is what is left of a weight after so many ms; nothing of what is still to
// come.
func fade(age int64) float64 {
	if age < 0 {
		return 0
	}
	return math.Exp2(-float64(age) / float64(halfLife.Milliseconds()))
}
