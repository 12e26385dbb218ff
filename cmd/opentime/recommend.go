package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/signal"
	"strings"
	"syscall"

	"example.com/opentime/people/recommend"
)

// recommendCmd is opentime recommend.
type recommendCmd struct {
	Train      string `required:"" placeholder:"FILE" help:"What was done: person, item, time, value."`
	Items      string `placeholder:"FILE" help:"Items: id, title, features, year or price. Only these are recommended."`
	Input      string `placeholder:"FILE" help:"For whom: person, history, declared features."`
	Candidates string `placeholder:"FILE" help:"Ids of items, one a line: only these are recommended."`
	Top        int    `default:"10" help:"How many items each is given."`
	Truth      string `placeholder:"FILE" help:"What persons of the input did choose: person, items. Prints how well that was foretold."`
	Report     bool   `help:"Print what was tuned, and the lift over what is popular."`
	Out        string `short:"o" placeholder:"FILE" help:"File to write; standard output without it."`
}

// Help teaches the command.
func (recommendCmd) Help() string {
	return `Learns from what was done, tunes itself to it, and writes for each person of the input the items to recommend, best first: person, a tab, and the items with commas between. Nobody is given what is in their history already, nothing comes twice, and everybody is given --top items where so many are allowed.

All files have tabs between columns, with or without a line of names, packed with gzip or not:

  --train       person, item; then a time (days, Unix seconds or milliseconds, or 2026-11-23T08:00:00Z) and a value (stars, a number bought), if there are
  --items       item; then title, features with | between (genres, brand, tags), and a year or a price, if there are
  --input       person; then the history, oldest first with commas between, and declared features with | between, if there are
  --truth       person, items with commas between

  opentime recommend --train train.tsv.gz --items items.tsv.gz --input input.tsv > lists.tsv
  opentime recommend --train train.tsv.gz --items items.tsv.gz --report

Where most of the input's persons are in --train it is tuned to what they do next, else to what else people like who are new. Nothing is to be set: the same files give the same lists.`
}

// Run learns, and recommends.
func (c *recommendCmd) Run(e *env) error {
	if c.Top < 1 {
		return usageError{fmt.Sprintf("--top %d is below 1; ask for at least one item", c.Top)}
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	bar := newProgressBar(e)
	data, err := c.read(e)
	if err != nil {
		return err
	}
	tuned, err := recommend.Tune(ctx, data.log, data.audience(), bar.tell)
	if err != nil {
		return fmt.Errorf("tune: %w", err)
	}
	model, err := recommend.Train(ctx, data.log, tuned.Settings, bar.tell)
	if err != nil {
		return err
	}
	bar.end()
	if c.Report {
		data.report(e.stderr, &tuned)
	}
	if c.Input == "" {
		return nil
	}
	asked := data.ask(model, c.Top)
	if c.Truth != "" {
		if err := data.judge(ctx, e.stderr, model, asked); err != nil {
			return err
		}
	}
	write := func(out io.Writer) error { return c.write(out, model, asked) }
	if c.Out == "" {
		return write(e.stdout)
	}
	return writeFile(c.Out, write)
}

// query is a person of the input, and what is asked for them.
type query struct {
	person string
	query  recommend.Query
}

// write writes the lists.
func (c *recommendCmd) write(out io.Writer, model *recommend.Model, asked []query) error {
	w := bufio.NewWriter(out)
	scratch := model.NewScratch()
	var picks []recommend.Pick
	for n := range asked {
		picks = model.Recommend(scratch, &asked[n].query, picks[:0])
		_, _ = w.WriteString(asked[n].person) // bufio keeps the error for Flush
		for i, p := range picks {
			_, _ = w.WriteString([]string{",", "\t"}[max(0, 1-i)])
			_, _ = w.WriteString(model.Item(p.Item).ID)
		}
		if len(picks) == 0 {
			_ = w.WriteByte('\t')
		}
		_ = w.WriteByte('\n')
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write lists: %w", cause(err))
	}
	return nil
}

// splitList splits a text into its parts, without those that are empty.
func splitList(text, separator string) []string {
	var parts []string
	for part := range strings.SplitSeq(text, separator) {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}
