package server

import (
	"example.com/opentime/rules"
)

// noteOpen adds to a recipient's history that they opened a campaign, unless a copy was
// fetched ahead, and what they were shown. It is for full consent, from a keyed link
// on, and beside the path of an open.
func (s *Server) noteOpen(recipient string, r *reading, shown *shownReading) {
	events := make([]rules.Event, 0, len(shown.Positions)+1)
	if shown.Class == rules.Person || shown.Class == rules.Proxy {
		events = append(events, rules.Event{Kind: rules.Opened, At: shown.At, Campaign: r.published.ID})
	}
	for i := range shown.Positions {
		p := &shown.Positions[i]
		events = append(events, rules.Event{Kind: rules.Shown, At: shown.At, Campaign: r.published.ID, Block: p.Block, Rule: p.Rule, Item: p.Item})
	}
	s.notes.Add(recipient, events...)
}

// noteClick adds a click to its recipient's history, under the same conditions. A
// scanner's is nobody's.
func (s *Server) noteClick(open *Open, r *reading, p *shownPosition) {
	if r.consent != rules.ConsentFull || r.trust < rules.Keyed || open.Client.Class == rules.Scanner || open.Method == 'h' {
		return
	}
	e := rules.Event{Kind: rules.Clicked, At: open.At.UnixMilli(), Campaign: r.published.ID, Block: open.Link.Block}
	if p != nil {
		e.Rule, e.Item = p.Rule, p.Item
	}
	s.notes.Add(open.Recipient, e)
}
