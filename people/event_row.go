package people

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// EventRow is something that a recipient did, as POST /v1/events takes it.
type EventRow struct {
	// ID is what it is known by when it comes again; "": by what it says.
	ID string
	// R is an id, or an id with its seal.
	R string
	// Kind is one of EventKinds.
	Kind string
	// At is when it was; "": when it was received.
	At string
	// Item is the item's id, and Tags are what it is about, beside those that the
	// catalogue has of the item.
	Item string
	Tags []string
	// Search is what was searched for.
	Search  string
	Channel string
	// Count is how many of the item there are in the cart, or were bought; "": 1.
	Count string
	// Price is what one of the item costs: 12.50 EUR.
	Price string
	// Value is a rating's, from 1 to 5.
	Value string
	// Told is when a purchase was told, by who tells of it again as it changes; "": At.
	Told   string
	unread string // why it is none
}

// EventKinds are the kinds of events that a sender tells of.
func EventKinds() []string { return slices.Clone(eventKinds[:]) }

// eventKinds are the words of events; never changed.
var eventKinds = [...]string{"viewed", "carted", "uncarted", "bought", "wished", "unwished", "rated", "searched", "unbought"}

// eventKeys are the keys of an EventRow, and the columns of a file of them.
var eventKeys = [...]string{"id", "r", "kind", "at", "item", "tags", "search", "channel", "count", "price", "value"}

// UnmarshalJSON reads an object of eventKeys.
func (r *EventRow) UnmarshalJSON(data []byte) error {
	var keys map[string]any
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&keys); err != nil {
		return fmt.Errorf("read event: %w", err)
	}
	for key, value := range keys {
		if err := r.set(key, value); err != nil && r.unread == "" {
			r.unread = err.Error()
		}
	}
	return nil
}

// set sets a key of a row.
func (r *EventRow) set(key string, value any) error {
	if key == "tags" {
		text, err := rules.FactText(value)
		if err != nil {
			return errors.New("tags: write a list of texts")
		}
		r.Tags = splitTags(text)
		return nil
	}
	to := map[string]*string{
		"id": &r.ID, "r": &r.R, "kind": &r.Kind, "at": &r.At, "item": &r.Item, "search": &r.Search, "channel": &r.Channel,
		"count": &r.Count, "price": &r.Price, "value": &r.Value,
	}[key]
	if to == nil {
		return fmt.Errorf("unknown key %q; %s", key, strict.DidYouMean(key, eventKeys[:]))
	}
	text, err := rules.FactText(value)
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	*to = strings.TrimSpace(text)
	return nil
}

// splitTags splits tags at ;.
func splitTags(text string) []string {
	var tags []string
	for tag := range strings.SplitSeq(text, ";") {
		if tag = strings.TrimSpace(tag); tag != "" {
			tags = append(tags, tag)
		}
	}
	return tags
}

// Limits of an event.
const (
	maxTags     = 8
	maxTagBytes = 60
	maxItemText = 100 // characters, as everywhere
	maxQuantity = 10_000
)

// understood is an event that was understood, and whose it is.
type understood struct {
	id    string
	event keptEvent
}

// readEventRow understands a row, or says what is wrong with it.
func (p *Profiles) readEventRow(row *EventRow, now, received time.Time) (*understood, error) {
	if row.unread != "" {
		return nil, errors.New(row.unread)
	}
	id, err := p.identify(row.R)
	if err != nil {
		return nil, err
	}
	e := keptEvent{quantity: 1}
	if e.stored, err = storedKind(row.Kind); err != nil {
		return nil, err
	}
	e.Kind = rules.EventKind(e.stored - 1)
	e.At = received.UnixMilli()
	if row.At != "" {
		if e.At, err = rules.FactTime(row.At, now); err != nil {
			return nil, err
		}
	}
	if err := row.what(&e); err != nil {
		return nil, err
	}
	if err := row.numbers(&e); err != nil {
		return nil, err
	}
	if e.stored == keptUnbought {
		e.Value, e.currency, e.quantity = rules.Value{}, "", 1
	}
	if e.told = e.At; row.Told != "" {
		if e.told, err = rules.FactTime(row.Told, now); err != nil {
			return nil, err
		}
	}
	e.id = eventHash(row, e.At)
	if p.tagsOf != nil && e.Item != "" {
		e.Tags = joinTags(e.Tags, p.tagsOf(e.Item))
	}
	return &understood{id, e}, nil
}

// storedKind is the number under which a kind is stored.
func storedKind(word string) (uint64, error) {
	switch word {
	case "uncarted":
		return keptUncarted, nil
	case "unwished":
		return keptUnwished, nil
	case "unbought":
		return keptUnbought, nil
	}
	if !slices.Contains(eventKinds[:], word) {
		return 0, fmt.Errorf("unknown kind %.40q; %s", word, strict.DidYouMean(word, eventKinds[:]))
	}
	kind, err := rules.ParseEventKind(word)
	return uint64(kind) + 1, err
}

// what reads what an event is about.
func (r *EventRow) what(e *keptEvent) error {
	if len(r.Tags) > maxTags {
		return fmt.Errorf("tags: %d of them; send %d at most", len(r.Tags), maxTags)
	}
	for _, tag := range r.Tags {
		if err := checkText("tags", tag, maxTagBytes); err != nil {
			return err
		}
	}
	if err := errors.Join(checkText("item", r.Item, maxItemText*utf8.UTFMax), checkText("search", r.Search, maxTagBytes), checkText("channel", r.Channel, maxTagBytes)); err != nil {
		return err
	}
	if utf8.RuneCountInString(r.Item) > maxItemText || strings.Contains(r.Item, "]") {
		return fmt.Errorf("item is no id; write 1 to %d characters without ]", maxItemText)
	}
	e.Item, e.Tags, e.Channel = strings.Clone(r.Item), slices.Clone(r.Tags), r.Channel
	switch {
	case e.stored == keptUnbought && r.ID == "":
		return errors.New("id is missing; write that of the purchase")
	case e.stored == keptUnbought:
		e.Item, e.Tags, e.Channel = "", nil, ""
	case e.Kind == rules.Searched && r.Search == "":
		return errors.New("search is missing; write what was searched for")
	case e.Kind == rules.Searched:
		e.Tags = joinTags([]string{strings.ToLower(r.Search)}, e.Tags)
	case r.Search != "":
		return errors.New("search is of events of kind searched; write item or tags")
	case e.Item == "" && (len(e.Tags) == 0 || e.Kind != rules.Viewed && e.Kind != rules.Bought):
		return errors.New("item is missing; write its id")
	}
	return nil
}

// checkText says what is wrong with a text of an event.
func checkText(key, text string, most int) error {
	switch {
	case len(text) > most:
		return fmt.Errorf("%s is longer than %d bytes; shorten it", key, most)
	case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r == utf8.RuneError }):
		return fmt.Errorf("%s has control characters; remove them", key)
	}
	return nil
}

// numbers reads count, price and value.
func (r *EventRow) numbers(e *keptEvent) error {
	if r.Count != "" {
		n, err := strconv.ParseFloat(r.Count, 64)
		if err != nil || n != math.Trunc(n) || n < 1 || n > maxQuantity {
			return fmt.Errorf("count %.20q is no whole number from 1 to %d; of an item that is taken out of the cart send uncarted", r.Count, maxQuantity)
		}
		e.quantity = int64(n)
	}
	if r.Price != "" {
		price, err := rules.ParseFact(rules.Money, r.Price, time.UTC)
		if err != nil {
			return fmt.Errorf("price: %w", err)
		}
		e.Value, e.currency = rules.NumberOf(price), price.Text
	}
	if r.Value == "" {
		if e.Kind == rules.Rated {
			return errors.New("value is missing; write the rating, from 1 to 5")
		}
		return nil
	}
	value, err := rules.ParseFact(rules.Number, r.Value, time.UTC)
	switch {
	case err != nil:
		return fmt.Errorf("value: %w", err)
	case e.Kind != rules.Rated:
		return errors.New("value is a rating's; write price")
	case value.N < rules.Million || value.N > 5*rules.Million:
		return fmt.Errorf("value %.20q is no rating; write a number from 1 to 5", r.Value)
	}
	e.Value = value
	return nil
}

// joinTags joins tags, each once, as many as an event may have.
func joinTags(tags, more []string) []string {
	for _, tag := range more {
		if len(tags) < maxTags && len(tag) <= maxTagBytes && !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	return tags
}

// eventHash is what an event is known by when it comes again: its id or, without one,
// what it says.
func eventHash(row *EventRow, at int64) uint32 {
	h := sha256.New()
	write := func(parts ...string) {
		for _, part := range parts {
			h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
			h.Write([]byte(part))
		}
	}
	if row.ID != "" {
		write("id", row.ID)
	} else {
		write("what", row.Item, row.Search, row.Channel, row.Count, row.Price, row.Value, strconv.FormatInt(at, 10))
		write(row.Tags...)
	}
	return max(1, binary.BigEndian.Uint32(h.Sum(nil)))
}
