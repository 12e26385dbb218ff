package people

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"example.com/opentime/rules"
)

// About is all that is kept of a recipient's profile, consent and history, for people.
type About struct {
	R string `json:"r"`
	// Forgotten says that they were, so that nothing is kept.
	Forgotten bool `json:"forgotten"`
	// Consent is the one that counts; Own that it is their own word, of ConsentAt.
	Consent   string `json:"consent"`
	Own       bool   `json:"own"`
	ConsentAt string `json:"consent_at,omitempty"`
	// Profile is what was imported, as of At; nil: nothing.
	At      string         `json:"at,omitempty"`
	Profile map[string]any `json:"profile"`
	// Did is what they did, newest first; Interests are the tags they care most for, and
	// Cart is what is in their cart.
	Did       []AboutEvent    `json:"did"`
	Interests []AboutInterest `json:"interests"`
	Cart      AboutCart       `json:"cart"`
	// Alias is what stands for them in the journal, in hex; "": nothing does.
	Alias string `json:"alias,omitempty"`
}

// AboutEvent is an event, or several that are counted together.
type AboutEvent struct {
	Kind     string   `json:"kind"`
	At       string   `json:"at"`
	First    string   `json:"first,omitempty"` // of several
	Times    int64    `json:"times"`
	Item     string   `json:"item,omitempty"`
	Tags     []string `json:"tags,omitempty"`
	Channel  string   `json:"channel,omitempty"`
	Campaign string   `json:"campaign,omitempty"`
	Block    string   `json:"block,omitempty"`
	Rule     string   `json:"rule,omitempty"`
	Answer   string   `json:"answer,omitempty"`
	Value    any      `json:"value,omitempty"`
	Currency string   `json:"currency,omitempty"`
	Count    int64    `json:"count"`
}

// AboutInterest is how much they care for a tag, 0 to 1.
type AboutInterest struct {
	Tag      string  `json:"tag"`
	Interest float64 `json:"interest"`
}

// AboutCart is what is in a cart.
type AboutCart struct {
	Count int    `json:"count"`
	Total any    `json:"total"`
	At    string `json:"at,omitempty"` // when it was last changed
}

// mostInterests is how many tags are told of.
const mostInterests = 20

// About returns what is kept of a recipient, whatever they consent to.
func (p *Profiles) About(id string) (*About, error) {
	a := &About{R: id, Forgotten: p.store.Forgotten(id), Did: []AboutEvent{}, Interests: []AboutInterest{}}
	a.Consent = consentWords[p.consent]
	if a.Forgotten {
		a.Consent, a.Own = consentWords[rules.ConsentNone], true
		return a, nil
	}
	r := reading{word: word{consent: p.consent}}
	var profile *keptProfile
	err := p.store.One(id, func(kind byte, at int64, payload []byte, err error) {
		if kind == kindProfile && err == nil {
			profile, err = decodeProfile(payload)
			if at != 0 { // of who only a feed tells there is none
				a.At = aboutTime(at)
			}
		}
		r.err = errors.Join(r.err, r.take(kind, at, payload, err))
	})
	if err = errors.Join(err, r.err); err != nil {
		return nil, fmt.Errorf("read what is known: %w", err)
	}
	if a.Consent, a.Own = consentWords[r.word.consent], r.word.own; a.Own {
		a.ConsentAt = aboutTime(r.word.at)
	}
	if profile != nil {
		a.Profile = profile.about()
	}
	if r.alias != [16]byte{} {
		a.Alias = fmt.Sprintf("%x", r.alias)
	}
	if r.past != nil {
		a.did(r.past, p.now().UnixMilli())
	}
	return a, nil
}

func aboutTime(at int64) string { return time.UnixMilli(at).UTC().Format(time.RFC3339Nano) }

// about is a profile as a row of it would say it, attributes that are declared no
// longer too.
func (k *keptProfile) about() map[string]any {
	all := map[string]any{}
	for i, text := range k.home {
		if text != "" {
			all[homes[i]] = text
		}
	}
	for _, attribute := range k.attributes {
		all[attribute.name] = rules.FactOf(attribute.value)
	}
	return all
}

// did tells what somebody did.
func (a *About) did(past *Past, now int64) {
	tags := map[string]bool{}
	past.walk(true, func(w *walked, e *rawEvent) {
		kind, _ := e.is()
		event := w.event(e, kind)
		told := AboutEvent{
			Kind: keptWord(e), At: aboutTime(e.at), Times: e.times, Item: event.Item, Tags: slices.Clone(event.Tags), Channel: event.Channel,
			Campaign: event.Campaign, Block: event.Block, Rule: event.Rule, Answer: event.Answer, Value: rules.FactOf(event.Value),
			Currency: w.word(e.currency), Count: e.quantity,
		}
		if e.times > 1 {
			told.First = aboutTime(e.first)
		}
		a.Did = append(a.Did, told)
		for _, tag := range event.Tags {
			tags[tag] = true
		}
	})
	for tag := range tags {
		if interest := past.Interest(tag, now, true); interest > 0 {
			a.Interests = append(a.Interests, AboutInterest{tag, float64(int(interest*1000)) / 1000})
		}
	}
	slices.SortFunc(a.Interests, func(x, y AboutInterest) int {
		return cmp.Or(cmp.Compare(y.Interest, x.Interest), cmp.Compare(x.Tag, y.Tag))
	})
	a.Interests = a.Interests[:min(mostInterests, len(a.Interests))]
	cart := past.Cart(now)
	a.Cart = AboutCart{Count: cart.Items, Total: rules.FactOf(cart.Total)}
	if cart.Changed != 0 {
		a.Cart.At = aboutTime(cart.Changed)
	}
}

// keptWord is the word of an event's kind.
func keptWord(e *rawEvent) string {
	kind, is := e.is()
	switch {
	case is:
		return kind.String()
	case e.kind == keptUncarted:
		return "uncarted"
	case e.kind == keptUnwished:
		return "unwished"
	case e.kind == keptUnbought && e.value == 0:
		return "unbought"
	case e.kind == keptUnbought:
		return "bought after all"
	}
	return "unknown" // of a later release
}
