package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"example.com/opentime/people"
	"example.com/opentime/signals"
	"example.com/opentime/strict"
)

// Types of CloudEvents that are changes: each is a row of a route.
const (
	stockPut      = "opentime.stock.put"
	itemsPatch    = "opentime.items.patch"
	profilesPut   = "opentime.profiles.put"
	profilesPatch = "opentime.profiles.patch"
	eventsPost    = "opentime.events.post"
)

// changeTypes are all of them.
var changeTypes = [...]string{stockPut, itemsPatch, profilesPut, profilesPatch, eventsPost}

// postChanges takes CloudEvents, each a change of stock, of an item or of a profile,
// and answers once they are safe on disk.
func (s *Server) postChanges(ctx *fasthttp.RequestCtx, received time.Time) {
	header := func(name string) string { return string(ctx.Request.Header.Peek(name)) }
	events, batch, err := readEvents(header("Content-Type"), header, ctx.PostBody())
	switch {
	case errors.Is(err, errNoEvents):
		answerError(ctx, fasthttp.StatusUnsupportedMediaType, err.Error())
		return
	case err != nil:
		answerError(ctx, fasthttp.StatusBadRequest, err.Error())
		return
	}
	applied, err := s.change(events, received)
	switch {
	case err != nil:
		answerUnkept(ctx, err)
	case !batch && len(applied.Refused) > 0: // so that its sender puts it aside
		answerError(ctx, fasthttp.StatusBadRequest, applied.Refused[0].Why)
	default:
		answerJSON(ctx, applied)
	}
}

// changes are the rows of events, in groups that are applied together.
type changes struct {
	groups  []*changeGroup
	applied signals.Applied
	events  []event // by row, from 0; those that are done have a status
}

// changeGroup are rows of one type that were received at one moment.
type changeGroup struct {
	kind     string
	received time.Time
	rows     []int // of the events, from 1
	stock    []signals.StockRow
	items    []signals.ItemRow
	profiles []people.Row
	events   []people.EventRow
}

// change applies events that did not come before. An error means that those of
// which nothing is said are not applied, and that all may come again.
func (s *Server) change(list []cloudEvent, received time.Time) (signals.Applied, error) {
	c := &changes{events: make([]event, len(list)), applied: signals.Applied{Ignored: []signals.RowNote{}, Refused: []signals.RowNote{}}}
	var undated []event
	seen := map[[16]byte]bool{}
	for i := range list {
		ce, row := &list[i], i+1
		if ce.wrong != nil {
			c.refuse(row, ce.wrong)
			continue
		}
		e, again, err := s.recall(newEvent(received, "event", ce.Source, ce.ID))
		if err != nil {
			return c.applied, err
		}
		if e.status != 0 || seen[e.hash] {
			c.applied.Ignored = append(c.applied.Ignored, signals.RowNote{Row: row, Why: cameBefore})
			continue
		}
		dated, err := c.add(row, ce, e.received)
		if err != nil {
			c.refuse(row, err)
			continue
		}
		seen[e.hash], c.events[i] = true, e
		if !dated && !again {
			undated = append(undated, e)
		}
	}
	// What is of its receipt is so when it comes again, too.
	if err := s.remember(true, undated...); err != nil {
		return c.applied, err
	}
	for _, group := range c.groups {
		if err := s.applyGroup(c, group); err != nil {
			return c.applied, err
		}
	}
	slices.SortStableFunc(c.applied.Ignored, byRow)
	slices.SortStableFunc(c.applied.Refused, byRow)
	return c.applied, s.remember(false, slices.DeleteFunc(c.events, func(e event) bool { return e.status == 0 })...)
}

func byRow(a, b signals.RowNote) int { return a.Row - b.Row }

func (c *changes) refuse(row int, err error) {
	c.applied.Refused = append(c.applied.Refused, signals.RowNote{Row: row, Why: err.Error()})
}

// add adds the row that an event is, and reports whether it says when it was true.
func (c *changes) add(row int, e *cloudEvent, received time.Time) (dated bool, err error) {
	g, joins := c.lastLike(e.Type), true
	if g == nil || g.kind != e.Type || !g.received.Equal(received) {
		g, joins = &changeGroup{kind: e.Type, received: received}, false
	}
	var at *string
	switch e.Type {
	case stockPut:
		g.stock, at, err = addRow(g.stock, e, func(r *signals.StockRow) *string { return &r.At })
	case itemsPatch:
		g.items, at, err = addRow(g.items, e, func(r *signals.ItemRow) *string { return &r.At })
	case profilesPut, profilesPatch:
		g.profiles, at, err = addRow(g.profiles, e, func(r *people.Row) *string { return &r.At })
	case eventsPost:
		g.events, at, err = addRow(g.events, e, func(r *people.EventRow) *string { return &r.At })
		if n := len(g.events); err == nil && g.events[n-1].ID == "" {
			g.events[n-1].ID = e.Source + "\n" + e.ID
		}
	default:
		err = fmt.Errorf("unknown type %.60q; %s", e.Type, strict.DidYouMean(e.Type, changeTypes[:]))
	}
	if err != nil {
		return false, err
	}
	if *at == "" {
		*at = e.Time
	}
	g.rows = append(g.rows, row)
	if !joins {
		c.groups = append(c.groups, g)
	}
	return *at != "", nil
}

// lastLike returns the last group that changes what events of a type do; nil if
// there is none. A row joins no other: of two of one date the later has to win.
func (c *changes) lastLike(kind string) *changeGroup {
	what := kind[:strings.LastIndexByte(kind, '.')+1]
	for _, g := range slices.Backward(c.groups) {
		if strings.HasPrefix(g.kind, what) {
			return g
		}
	}
	return nil
}

// addRow adds the data of an event to rows, and returns where it says when it was
// true.
func addRow[Row any](rows []Row, e *cloudEvent, at func(*Row) *string) ([]Row, *string, error) {
	var row Row
	if err := json.Unmarshal(e.Data, &row); err != nil {
		return rows, nil, fmt.Errorf("data is not the row expected: %s", ofJSON(err, "an object"))
	}
	rows = append(rows, row)
	return rows, at(&rows[len(rows)-1]), nil
}

// applyGroup applies rows, and notes what became of them by their events.
func (s *Server) applyGroup(c *changes, g *changeGroup) error {
	var applied signals.Applied
	var of people.Applied
	var err error
	switch g.kind {
	case stockPut:
		applied, err = s.config.Gatherer.Catalogue().PutStock(g.stock, g.received)
	case itemsPatch:
		applied, err = s.config.Gatherer.Catalogue().PatchItems(g.items, g.received)
	case profilesPut:
		of, err = s.config.Profiles.PutAt(g.profiles, g.received)
	case eventsPost:
		of, err = s.config.Profiles.AddEvents(g.events, g.received)
		s.metrics.behaviour(of, err)
	case profilesPatch:
		of, err = s.config.Profiles.Patch(g.profiles, g.received)
	}
	if err != nil {
		return err
	}
	applied.Applied += of.Applied
	for _, note := range of.Ignored {
		applied.Ignored = append(applied.Ignored, signals.RowNote(note))
	}
	for _, note := range of.Refused {
		applied.Refused = append(applied.Refused, signals.RowNote(note))
	}
	for _, row := range g.rows {
		c.events[row-1].status = fasthttp.StatusOK
	}
	c.applied.Applied += applied.Applied
	for _, note := range applied.Ignored {
		c.applied.Ignored = append(c.applied.Ignored, signals.RowNote{Row: g.rows[note.Row-1], Why: note.Why})
	}
	for _, note := range applied.Refused {
		c.applied.Refused = append(c.applied.Refused, signals.RowNote{Row: g.rows[note.Row-1], Why: note.Why})
		c.events[g.rows[note.Row-1]-1].status = 0 // it may be taken another time
	}
	return nil
}
