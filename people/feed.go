package people

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"example.com/opentime/strict"
)

// Limits of a feed of profiles.
const (
	feedRows     = 500        // written together
	feedProblems = 100        // that are told
	maxFeedRows  = 50_000_000 // so that one that never ends does
)

// FeedSum is what became of the rows of a feed of profiles.
type FeedSum struct {
	Rows    int
	Applied int
	Ignored map[string]int // by reason
	Refused int
	// Problems are what is wrong with rows, a hundred at most.
	Problems []strict.Problem
}

// FeedFile is a feed of profiles as it was received: attributes that somebody else
// computes, such as personas and scores. It is what OpenFile reads, but without
// consent, which is the recipient's own.
type FeedFile struct {
	Name string // in problems
	Open func() (io.ReadCloser, error)
	At   time.Time // when rows without a date were true
	// Rest is called between rows now and then, so that nobody waits for them.
	Rest func()
}

// CheckFeed reads a feed to its end and keeps nothing. An error says why none of it
// may be kept: it is no such file, it is cut off, or most of its rows are wrong.
func (p *Profiles) CheckFeed(ctx context.Context, f *FeedFile) (FeedSum, error) {
	sum, now := FeedSum{Ignored: map[string]int{}}, p.now()
	err := p.readFeed(ctx, f, &sum, func(rows []fedRow) error {
		for i := range rows {
			if _, err := p.readRow(&rows[i].row, now, f.At); err != nil {
				sum.refuse(&rows[i], err.Error())
			}
		}
		return nil
	})
	switch {
	case err != nil:
	case sum.Rows == 0:
		err = errors.New("it has no rows")
	case 2*sum.Refused > sum.Rows:
		err = fmt.Errorf("%d of %d rows are wrong; put them right", sum.Refused, sum.Rows)
	}
	return sum, err
}

// ApplyFeed lays the rows of a feed over what is kept, each attribute where it is not
// older than what is kept of it, and returns when that is safe on disk. A profile that
// is put later, and does not name the attribute, leaves it. Rows that are wrong are
// told and left out, recipients who were forgotten passed over. What was written
// before an error stays.
func (p *Profiles) ApplyFeed(ctx context.Context, f *FeedFile) (FeedSum, error) {
	sum := FeedSum{Ignored: map[string]int{}}
	err := p.readFeed(ctx, f, &sum, func(fed []fedRow) error {
		rows := make([]Row, len(fed))
		for i := range fed {
			rows[i] = fed[i].row
		}
		applied, err := p.writeAs(rows, writeHow{p.now(), f.At, (*person).feed, func(_ Applied, fill filling) error {
			return p.store.PutRecipients(false, fill)
		}})
		if err != nil {
			return err
		}
		sum.Applied += applied.Applied
		for _, note := range applied.Ignored {
			sum.Ignored[note.Why]++
		}
		for _, note := range applied.Refused {
			sum.refuse(&fed[note.Row-1], note.Why)
		}
		return nil
	})
	if err != nil {
		return sum, err
	}
	// There is none of that name: it waits for what was written before.
	if err := p.store.EndImport(sha256.Sum256([]byte("feed\n" + f.Name))); err != nil {
		return sum, fmt.Errorf("keep profiles: %w", err)
	}
	return sum, nil
}

// fedRow is a row of a feed with its record.
type fedRow struct {
	row    Row
	record strict.Record
	file   *File
}

// refuse counts a row that is wrong, and tells of the first.
func (s *FeedSum) refuse(row *fedRow, why string) {
	if s.Refused++; len(s.Problems) < feedProblems {
		line, col := row.file.Where(&row.record, why)
		s.Problems = append(s.Problems, strict.Problem{Line: line, Col: max(1, col), Text: why})
	}
}

// readFeed hands the rows of a feed on, some hundreds at a time.
func (p *Profiles) readFeed(ctx context.Context, f *FeedFile, sum *FeedSum, take func([]fedRow) error) error {
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	defer func() {
		for i := range sum.Problems {
			sum.Problems[i].File = f.Name
		}
		slices.SortStableFunc(sum.Problems, func(a, b strict.Problem) int { return a.Line - b.Line })
	}()
	known := append(names(*p.attributes.Load()), "r", "at")
	file, problems := openFile(f.Name, in, known, "r,at and attributes")
	if len(problems) > 0 {
		sum.Problems = problems
		return errors.New(problems[0].String())
	}
	rows := make([]fedRow, 0, feedRows)
	for {
		record, err := file.Next()
		switch {
		case err == nil:
			if row, ok := sum.row(file, record); ok {
				rows = append(rows, row)
			}
		case !errors.Is(err, io.EOF):
			return fmt.Errorf("it cannot be read to its end: %w", err)
		}
		switch {
		case sum.Rows > maxFeedRows:
			return fmt.Errorf("it has more than %d rows", maxFeedRows)
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err == nil && len(rows) < feedRows:
			continue
		}
		if err := take(rows); err != nil || len(rows) < feedRows {
			return err
		}
		rows = rows[:0]
		f.Rest()
	}
}

// row counts a record, and returns its row if it is one.
func (s *FeedSum) row(file *File, record *strict.Record) (fedRow, bool) {
	s.Rows++
	row := fedRow{record: *record, file: file}
	if record.Why != "" {
		s.refuse(&row, record.Why)
		return row, false
	}
	var err error
	if row.row, err = file.Row(record); err == nil && row.row.Consent != "" {
		err = errors.New("consent: it is the recipient's own; import it, or remove it here")
	}
	if err != nil {
		s.refuse(&row, err.Error())
		return row, false
	}
	row.record.Raw, row.record.Cells = bytes.Clone(record.Raw), nil
	return row, true
}

// feed lays a feed's row over the profile, each attribute by its own date. It reports
// whether any was taken, and which were not.
func (who *person) feed(row *readRow) (taken bool, note string) {
	var older []string
	names := slices.Sorted(maps.Keys(row.given))
	for _, name := range names {
		lay := who.feedOne
		if slices.Contains(homes[:], name) {
			lay = who.patchOne
		}
		if !lay(row, name) {
			older = append(older, name)
		}
	}
	switch {
	case len(names) == 0:
		return false, "nothing to change; write an attribute"
	case len(older) == 0:
		return true, ""
	case len(older) == len(names):
		return false, "older"
	}
	return true, "older: " + strings.Join(older, ", ")
}

// feedOne lays one attribute over the profile's and reports whether it is the newest.
// One that the profile lacks is taken whatever the profile's date: who put that said
// nothing of it.
func (who *person) feedOne(row *readRow, name string) bool {
	k := &who.profile
	next := keptAttribute{name: name, at: row.at, value: row.profile.value(name), fed: true}
	i := k.index(name)
	if i < 0 {
		k.attributes = append(k.attributes, next)
		who.has, who.wrote = true, true
		return true
	}
	before := &k.attributes[i]
	at := before.at
	if at == 0 {
		at = who.profileAt
	}
	if row.at < at {
		return false
	}
	if v := before.value; !before.fed || before.at != next.at || v.Type != next.value.Type || v.N != next.value.N ||
		v.Text != next.value.Text || !slices.Equal(v.List, next.value.List) {
		*before, who.wrote = next, true
	}
	return true
}
