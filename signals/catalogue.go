package signals

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"example.com/opentime/rules"
)

// CatalogueConfig is what a Catalogue is made of.
type CatalogueConfig struct {
	Feeds []FeedConfig
	Store FactStore        // where facts of the API survive a restart; nil: nowhere
	Now   func() time.Time // required
	// HasPlace says whether a place of that id exists, so that counts at others
	// are refused; nil: all are taken.
	HasPlace func(id string) bool
	Pictures *PictureConfig // nil: none are fetched
	Network  Network
}

// FactStore keeps what the API said of stock and items, as this package
// encodes it. Its methods are called by one goroutine at a time.
type FactStore interface {
	// Facts calls each for every value kept. It stops at the first error of
	// each and returns it. What is passed on is valid during the call only.
	Facts(each func(item, place string, at int64, payload []byte) error) error
	// PutFacts writes what fill puts, all or nothing, and returns once it would
	// survive a loss of power. Payloads are copied.
	PutFacts(fill func(put func(item, place string, at int64, payload []byte))) error
}

// ErrClosed says that the Catalogue takes no more changes.
var ErrClosed = errors.New("catalogue is closed")

// Catalogue is all items of all feeds, and their stock. Items are swapped
// whole; stock is an array beside them, changed in place. It is safe for
// concurrent use: readers never wait, and one goroutine applies every change.
type Catalogue struct {
	config  CatalogueConfig
	feeds   map[string]*feed
	table   atomic.Pointer[table]
	version atomic.Uint64
	stale   atomic.Int32 // feeds that are

	pictures *pictures // nil: none are fetched

	known   map[string]*known              // of the goroutine that applies changes
	loaded  map[string]loaded              // likewise, by feed
	by      map[string]map[string][]string // likewise: items by the value of an attribute, until a feed is loaded
	changes chan *change
	stop    chan struct{}
	closing sync.Once
	done    sync.WaitGroup
}

// NewCatalogue returns a Catalogue with the facts its store kept, and no items
// yet: Refresh or Run loads the feeds. It must be closed.
func NewCatalogue(config CatalogueConfig) (*Catalogue, error) {
	x := &Catalogue{
		config: config, feeds: map[string]*feed{}, known: map[string]*known{}, loaded: map[string]loaded{},
		by:      map[string]map[string][]string{},
		changes: make(chan *change), stop: make(chan struct{}),
	}
	for i := range config.Feeds {
		f := &feed{FeedConfig: config.Feeds[i].withDefaults(), network: config.Network}
		f.index = f.readIndex()
		f.notes.index = f.index
		x.feeds[f.ID] = f
	}
	if config.Pictures != nil {
		x.pictures = newPictures(*config.Pictures, config.Network)
	}
	if err := x.readFacts(); err != nil {
		return nil, fmt.Errorf("load catalogue: %w", err)
	}
	x.swap(newTable(slices.Sorted(maps.Keys(x.feeds)), x.known))
	x.done.Go(x.run)
	return x, nil
}

// Close ends the goroutine that applies changes. What it holds can still be
// read.
func (x *Catalogue) Close() error {
	x.closing.Do(func() { close(x.stop) })
	x.done.Wait()
	return nil
}

// Items answers for the items of a feed as they are now; nil if there is no
// such feed. Items are those of this moment, stock is that of the moment it is
// asked.
func (x *Catalogue) Items(feed string) rules.Items {
	if v := x.table.Load().views[feed]; v != nil {
		return v
	}
	return nil
}

// Stock returns the count of an item, at a place or, with "", of all: a Number,
// Some, or unknown.
func (x *Catalogue) Stock(item, place string) rules.Value {
	if k := x.table.Load().stock(item); k != nil {
		return k.count(place)
	}
	return rules.Value{}
}

// HasItems reports whether a feed has been loaded and has items.
func (x *Catalogue) HasItems(feed string) bool {
	v := x.table.Load().views[feed]
	return v != nil && len(v.order) > 0
}

// HasItem reports whether a feed has, or ever had, an item.
func (x *Catalogue) HasItem(id string) bool {
	t := x.table.Load()
	i, ok := t.byID[id]
	return ok && t.held[i].item != nil
}

// Tags are those of an item, whatever its feed; nil where it has none, or is unknown.
// Nobody may change them.
func (x *Catalogue) Tags(id string) []string {
	t := x.table.Load()
	if i, ok := t.byID[id]; ok && t.held[i].item != nil {
		return t.held[i].item.Tags
	}
	return nil
}

// Version grows with every change of items or stock.
func (x *Catalogue) Version() uint64 { return x.version.Load() }

// PutStock applies counts, each where it is not older than what is known. It
// returns when they are safe on disk; an error means that none was applied. Rows
// that do not say when they were true were so when they were received.
func (x *Catalogue) PutStock(rows []StockRow, received time.Time) (Applied, error) {
	out := x.ask(&change{stock: rows, received: received})
	return out.applied, out.err
}

// PatchItems applies attributes of items, each where it is not older than what
// is known. It returns when they are safe on disk; an error means that none was
// applied. Rows without a date are as in PutStock.
func (x *Catalogue) PatchItems(rows []ItemRow, received time.Time) (Applied, error) {
	out := x.ask(&change{items: rows, received: received})
	return out.applied, out.err
}

// change is asked of the goroutine that applies them: rows of one sort, what a
// webhook says, a feed that was read, a feed that has not answered for too long,
// or pictures that came.
type change struct {
	stock    []StockRow
	items    []ItemRow
	webhook  *Webhook
	notice   *notice // the webhook's
	received time.Time
	content  *FeedContent
	expire   string
	pictures map[string]string // references by links
	done     chan outcome
}

// outcome is what became of a change.
type outcome struct {
	applied Applied
	err     error
}

// ask hands a change over and waits for what becomes of it.
func (x *Catalogue) ask(c *change) outcome {
	c.done = make(chan outcome, 1)
	select {
	case <-x.stop:
		return outcome{err: ErrClosed}
	default:
	}
	select {
	case x.changes <- c:
		return <-c.done
	case <-x.stop:
		return outcome{err: ErrClosed}
	}
}

// maxTogether bounds the changes that share one write to the store.
const maxTogether = 256

// run applies changes, in the order they come, until stop. Rows that wait while
// others are written are written together.
func (x *Catalogue) run() {
	for {
		select {
		case <-x.stop:
			return
		case c := <-x.changes:
			rows := []*change{c}
			for c.isRows() && len(rows) < maxTogether {
				select {
				case c = <-x.changes:
					rows = append(rows, c)
					continue
				default:
				}
				break
			}
			x.apply(rows)
		}
	}
}

func (c *change) isRows() bool { return c.content == nil && c.expire == "" && c.pictures == nil }

// apply applies changes; only the last may be other than rows.
func (x *Catalogue) apply(list []*change) {
	answered := 0
	defer func() {
		if cause := recover(); cause != nil {
			for _, c := range list[answered:] {
				c.done <- outcome{err: fmt.Errorf("change catalogue: %v", cause)}
			}
		}
	}()
	last := list[len(list)-1]
	rows := list
	if !last.isRows() {
		rows = list[:len(list)-1]
	}
	if len(rows) > 0 {
		outcomes := x.applyRows(rows)
		for i, c := range rows {
			answered++
			c.done <- outcomes[i]
		}
	}
	if !last.isRows() {
		err := x.applyOther(last)
		answered++
		last.done <- outcome{err: err}
	}
}

// applyOther applies a change that is no rows.
func (x *Catalogue) applyOther(c *change) error {
	switch {
	case c.content != nil:
		return x.applyFeed(c.content)
	case c.pictures != nil:
		x.applyPictures(c.pictures)
	default:
		x.expireFeed(c.expire)
	}
	return nil
}

// applyRows applies rows of several callers with one write to the store. Nobody
// sees a row before it is safe.
func (x *Catalogue) applyRows(list []*change) []outcome {
	s := newStaging(x, x.config.Now())
	outcomes := make([]outcome, len(list))
	for i, c := range list {
		applied := newApplied()
		for n := range c.stock {
			applied.note(n+1, s.stock(&c.stock[n], c.received))
		}
		for n := range c.items {
			applied.note(n+1, s.item(&c.items[n], c.received))
		}
		if c.notice != nil {
			s.notice(c.webhook, c.notice, c.received, &applied)
		}
		outcomes[i].applied = applied
	}
	if err := s.keep(); err != nil {
		for i := range outcomes {
			outcomes[i] = outcome{err: fmt.Errorf("keep changes: %w", err)}
		}
		return outcomes
	}
	s.publish()
	return outcomes
}

// swap shows a new table to readers.
func (x *Catalogue) swap(t *table) {
	x.table.Store(t)
	x.version.Add(1)
}
