package server

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"example.com/opentime/people"
	"example.com/opentime/rules"
	"example.com/opentime/signals"
)

// errUnproven says that a recipient is named where visitors of a shop could name any.
var errUnproven = errors.New("its recipient is not proven: visitors can write that field, so it has to be r with its seal")

// takeOrder adds what a shop tells of an order to the history of its recipient. It is
// one row, whatever it says. An error means that nothing was kept.
func (s *Server) takeOrder(w *signals.Webhook, topic string, body []byte, received time.Time) (signals.Applied, error) {
	none := signals.Applied{Ignored: []signals.RowNote{}, Refused: []signals.RowNote{}}
	note := func(err error) (signals.Applied, error) {
		if signals.IsIgnored(err) || errors.Is(err, errUnproven) {
			none.Ignored = append(none.Ignored, signals.RowNote{Row: 1, Why: err.Error()})
		} else {
			none.Refused = append(none.Refused, signals.RowNote{Row: 1, Why: err.Error()})
		}
		return none, nil
	}
	order, err := s.config.Gatherer.Catalogue().ReadOrder(w, topic, body)
	if err != nil {
		return note(err)
	}
	switch proven, err := s.provesOrder(w, &order); {
	case err != nil:
		return none, err
	case !proven:
		return note(errUnproven)
	}
	rows, unknown := orderRows(w, &order)
	of, err := s.config.Profiles.AddEvents(rows, received)
	s.metrics.behaviour(of, err)
	if err != nil {
		return none, err
	}
	return orderApplied(&of, unknown), nil
}

// provesOrder reports whether an order proves whose it is.
func (s *Server) provesOrder(w *signals.Webhook, order *signals.Order) (bool, error) {
	if order.Own || w.Orders.Hashed || strings.Contains(order.Recipient, ".") {
		return true, nil // a seal is verified with the row
	}
	if s.config.Recipients != rules.Keyed {
		return false, nil
	}
	profile, err := s.config.Profiles.Profile(order.Recipient)
	if err != nil {
		return false, fmt.Errorf("read whose order it is: %w", err)
	}
	_, trust, _ := s.config.believe(profile, rules.Claimed)
	return trust == rules.Keyed, nil
}

// orderRows are the events that an order is, by its lines, and what lines say of
// items that are not known here.
func orderRows(w *signals.Webhook, order *signals.Order) (rows []people.EventRow, unknown []string) {
	for _, line := range order.Lines {
		row := people.EventRow{
			ID: fmt.Sprintf("%s\n%s\n%s", w.ID, order.ID, line.ID), R: order.Recipient, Kind: "bought", At: order.At, Told: order.Told,
			Channel: order.Channel, Count: strconv.Itoa(line.Count), Price: line.Price,
		}
		if line.Gone {
			row = people.EventRow{ID: row.ID, R: row.R, Kind: "unbought", At: order.Told}
		}
		if len(line.Items) == 0 && !line.Gone {
			unknown = append(unknown, line.Key)
			continue
		}
		for i, item := range line.Items {
			each := row
			if each.Item = item; i > 0 {
				each.ID += "\n" + item
			}
			rows = append(rows, each)
		}
		if len(line.Items) == 0 {
			rows = append(rows, row)
		}
	}
	return rows, unknown
}

// orderApplied is what became of an order's rows, as of one.
func orderApplied(of *people.Applied, unknown []string) signals.Applied {
	applied := signals.Applied{Ignored: []signals.RowNote{}, Refused: []signals.RowNote{}}
	if of.Applied > 0 {
		applied.Applied = 1
	}
	add := func(to *[]signals.RowNote, why string) {
		for _, note := range *to {
			if note.Why == why {
				return
			}
		}
		*to = append(*to, signals.RowNote{Row: 1, Why: why})
	}
	for _, note := range of.Ignored {
		add(&applied.Ignored, note.Why)
	}
	for _, note := range of.Refused {
		add(&applied.Refused, note.Why)
	}
	for _, key := range unknown {
		add(&applied.Ignored, fmt.Sprintf("no item is %.60q", key))
	}
	return applied
}
