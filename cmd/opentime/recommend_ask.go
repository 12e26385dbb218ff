package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"example.com/opentime/people/recommend"
)

// audience is for whom to tune: known persons, where most of the input's are of
// whom anything is known.
func (d *recommendData) audience() recommend.Audience {
	persons := d.persons()
	known := d.log.Histories(persons)
	strangers := 0
	for n := range d.input {
		if _, ok := known[d.input[n].person]; !ok && len(d.input[n].history) > 0 {
			strangers++
		}
	}
	if strangers > len(known) {
		return recommend.Strangers
	}
	return recommend.Known
}

// persons are those of the input.
func (d *recommendData) persons() []string {
	persons := make([]string, len(d.input))
	for n := range d.input {
		persons[n] = d.input[n].person
	}
	return persons
}

// ask makes the queries of the input.
func (d *recommendData) ask(model *recommend.Model, top int) []query {
	known := d.log.Histories(d.persons())
	allowed := recommend.NewSet(model.Items())
	for i := range int32(model.Items()) {
		id := model.Item(i).ID
		if (d.listed == nil || d.listed[id]) && (d.candidates == nil || d.candidates[id]) {
			allowed.Add(i)
		}
	}
	out := make([]query, len(d.input))
	for n, row := range d.input {
		q := recommend.Query{N: top, Allowed: allowed, History: d.history(model, row.history, known[row.person])}
		for _, s := range known[row.person] {
			q.Barred = append(q.Barred, s.Item)
		}
		for _, id := range d.refused[row.person] {
			if i, ok := model.Number(id); ok {
				q.Barred = append(q.Barred, i)
			}
		}
		for _, name := range row.declared {
			if f, ok := model.Feature(name); ok && !slices.Contains(q.Declared, f) {
				q.Declared = append(q.Declared, f)
			}
		}
		out[n] = query{row.person, q}
	}
	return out
}

// history is a history of the input, with the times that the log has of it. What
// the log lacks was at the time of what stands before it; without any the order
// alone counts. Where the input has none it is what the log has.
func (d *recommendData) history(model *recommend.Model, ids []string, known []recommend.Seen) []recommend.Seen {
	if len(ids) == 0 {
		return known
	}
	times := make(map[int32]recommend.Seen, len(known))
	for _, s := range known {
		times[s.Item] = s
	}
	var out []recommend.Seen
	seen := make(map[int32]bool, len(ids))
	for _, id := range ids {
		i, ok := model.Number(id)
		if !ok || seen[i] {
			continue
		}
		seen[i] = true
		s, ok := times[i]
		switch {
		case ok:
		case len(known) == 0:
			s = recommend.Seen{Item: i, At: float64(len(out))}
		case len(out) > 0:
			s = recommend.Seen{Item: i, At: out[len(out)-1].At}
		default:
			s = recommend.Seen{Item: i, At: known[0].At}
		}
		out = append(out, s)
	}
	return out
}

// report prints what was tuned.
func (d *recommendData) report(out io.Writer, tuned *recommend.Tuned) {
	value := "each event counts the same or by its value"
	if d.stars {
		value = "values are read as ratings"
	}
	_, _ = fmt.Fprintf(out, "%s events, %s; tuned in %d trainings:\n  %s\n", thousands(d.events), value, tuned.Trials, tuned.Settings)
	for _, r := range tuned.Results {
		_, _ = fmt.Fprintf(out, "  %s, %s persons: NDCG@5 %.4f, before tuning %.4f, popular %.4f, lift x%.2f\n",
			r.Name, thousands(r.Persons), r.NDCG, r.Default, r.Popular, r.Lift())
	}
	if len(tuned.Results) == 0 {
		_, _ = fmt.Fprintf(out, "  too little is known to tune by: 20 persons who did something at two times\n")
	}
}

// judge prints how well the truth was foretold, and what must not be.
func (d *recommendData) judge(ctx context.Context, out io.Writer, model *recommend.Model, asked []query) error {
	var cases []recommend.Case
	for _, a := range asked {
		c := recommend.Case{Query: a.query}
		for n, id := range d.truth[a.person] {
			if i, ok := model.Number(id); ok {
				c.Truth = append(c.Truth, i)
			} else {
				c.Truth = append(c.Truth, int32(-1-n)) // never foretold
			}
		}
		if len(c.Truth) > 0 {
			cases = append(cases, c)
		}
	}
	got, err := model.Measure(ctx, cases, 5)
	if err != nil {
		return fmt.Errorf("measure: %w", err)
	}
	popular, err := model.MeasurePopular(ctx, cases, 5)
	if err != nil {
		return fmt.Errorf("measure: %w", err)
	}
	_, _ = fmt.Fprintf(out, "truth, %s persons: NDCG@5 %.4f, popular %.4f, lift x%.2f\n", thousands(len(cases)), got, popular, got/max(popular, 1e-9))
	return nil
}
