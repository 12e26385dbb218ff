package people

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"time"

	"example.com/opentime/strict"
)

// Progress is how far the import of a file is.
type Progress struct {
	File  [32]byte `json:"-"`     // SHA-256 of all of it
	Name  string   `json:"name"`  // as the importer calls it
	Began int64    `json:"began"` // Unix ms: the date of rows without one
	// Rows is how many rows of the file are done, From how many were before the
	// last piece.
	Rows int64 `json:"rows"`
	From int64 `json:"from"`
	// What became of them, by rows.
	Applied int64 `json:"applied"`
	Ignored int64 `json:"ignored"`
	Refused int64 `json:"refused"`
	// Mark is the importer's own, as it came with the last piece.
	Mark int64 `json:"mark"`
	// Last is what became of the last piece.
	Last Applied `json:"last"`
}

// Piece is rows of a file that is imported which stand together.
type Piece struct {
	Name string // of the file
	// From is how many of the file's rows are before it, To that and its own,
	// Refused how many of its own are wrong, and not in Text.
	From, To, Refused int64
	Mark              int64
	Text              []byte // the rows as they stand, below the names of a CSV
	// Events says that they are events, of Kind and Channel where a row names none.
	Events        bool
	Kind, Channel string
}

// pieceError says why a piece is not applied.
type pieceError struct{ text string }

func (e pieceError) Error() string { return e.text }

// Unfit says that the piece, not the store, is to blame.
func (pieceError) Unfit() bool { return true }

// Imports returns how far imports are that have not ended.
func (p *Profiles) Imports() ([]Progress, error) {
	var all []Progress
	err := p.store.Imports(func(file [32]byte, _ int64, payload []byte) error {
		progress, err := decodeProgress(payload)
		if err != nil {
			return nil //nolint:nilerr // of a later release: that import begins anew
		}
		progress.File = file
		all = append(all, progress)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read imports: %w", err)
	}
	return all, nil
}

// Import puts the rows of a piece, and keeps together with them how far the import
// of the file is: each piece is applied once, in order. The last one sent again,
// as by somebody who got no answer, is answered as it was. Nothing is said to be
// safe on disk before a piece without rows is answered, which is to be the last: it
// does not fit where the store has lost what was sent. Whatever survives until then
// is all that was sent up to some piece.
func (p *Profiles) Import(file [32]byte, piece *Piece) (Applied, error) {
	p.importing.Lock()
	defer p.importing.Unlock()
	progress, err := p.progress(file, piece)
	switch {
	case err != nil:
		return newApplied(), err
	case piece.From == piece.To && piece.To == progress.Rows:
		return newApplied(), p.keepProgress(true, file, &progress, func(func(string, byte, int64, []byte)) {})
	case piece.To == progress.Rows && piece.From == progress.From && piece.To > 0:
		return progress.Last, nil
	case piece.From != progress.Rows:
		return newApplied(), pieceError{fmt.Sprintf("%d rows of the file are done, and this piece begins behind %d; is it imported twice at once?", progress.Rows, piece.From)}
	}
	keep := func(done Applied, fill filling) error {
		progress.From, progress.Rows, progress.Mark, progress.Last = piece.From, piece.To, piece.Mark, done
		progress.Applied += int64(done.Applied)
		progress.Ignored += int64(len(done.Ignored))
		progress.Refused += int64(len(done.Refused)) + piece.Refused
		return p.keepProgress(false, file, &progress, fill)
	}
	now, began := p.now(), time.UnixMilli(progress.Began)
	if piece.Events {
		rows, err := piece.events()
		if err != nil {
			return newApplied(), err
		}
		return p.addRows(rows, began, keep)
	}
	rows, err := p.rowsOf(piece)
	if err != nil {
		return newApplied(), err
	}
	return p.writeAs(rows, writeHow{now, began, (*person).replace, keep})
}

// keepProgress writes how far an import is.
func (p *Profiles) keepProgress(sync bool, file [32]byte, progress *Progress, fill filling) error {
	if err := p.store.PutImport(sync, file, p.now().UnixMilli(), appendProgress(nil, progress), fill); err != nil {
		return fmt.Errorf("keep import: %w", err)
	}
	return nil
}

// progress returns how far the import of a piece's file is.
func (p *Profiles) progress(file [32]byte, piece *Piece) (Progress, error) {
	payload, _, err := p.store.Import(file, nil)
	if err != nil && !isDamaged(err) {
		return Progress{}, fmt.Errorf("read import: %w", err)
	}
	progress, err := decodeProgress(payload)
	if len(payload) == 0 || err != nil {
		return Progress{Name: piece.Name, Began: p.now().UnixMilli(), Last: newApplied()}, nil //nolint:nilerr // it begins
	}
	return progress, nil
}

// rowsOf reads the rows of a piece of profiles.
func (p *Profiles) rowsOf(piece *Piece) ([]Row, error) {
	open := func(in io.Reader) (*File, []strict.Problem) { return OpenFile(piece.Name, in, *p.attributes.Load()) }
	return rowsIn(piece, open, (*File).Row, func(why string) Row { return Row{unread: why} })
}

// events reads the rows of a piece of events.
func (piece *Piece) events() ([]EventRow, error) {
	open := func(in io.Reader) (*File, []strict.Problem) { return OpenEvents(piece.Name, in) }
	rows, err := rowsIn(piece, open, (*File).Event, func(why string) EventRow { return EventRow{unread: why} })
	for i := range rows {
		rows[i].Kind, rows[i].Channel = cmp.Or(rows[i].Kind, piece.Kind), cmp.Or(rows[i].Channel, piece.Channel)
	}
	return rows, err
}

// rowsIn reads the rows of a piece, each by row; what cannot be read is made one that
// says why.
func rowsIn[R any](piece *Piece, open func(io.Reader) (*File, []strict.Problem), row func(*File, *strict.Record) (R, error), unread func(why string) R) ([]R, error) {
	// Each takes a byte: no more memory is asked for than came.
	want := piece.To - piece.From - piece.Refused
	if want < 0 || want > int64(len(piece.Text)) || piece.Refused < 0 {
		return nil, pieceError{fmt.Sprintf("%d bytes are not the %d rows that there should be", len(piece.Text), want)}
	}
	if len(piece.Text) == 0 {
		return nil, nil
	}
	file, problems := open(bytes.NewReader(piece.Text))
	if len(problems) > 0 {
		return nil, pieceError{problems[0].Text}
	}
	rows := make([]R, 0, want)
	for {
		record, err := file.Next()
		switch {
		case errors.Is(err, io.EOF):
			if int64(len(rows)) != want {
				return nil, pieceError{fmt.Sprintf("%d rows, where there should be %d", len(rows), want)}
			}
			return rows, nil
		case err != nil:
			return nil, pieceError{err.Error()}
		}
		one, why := unread(record.Why), error(nil)
		if record.Why == "" {
			if one, why = row(file, record); why != nil {
				one = unread(why.Error())
			}
		}
		rows = append(rows, one)
		giveWay(len(rows))
	}
}

// EndImport ends an import, whether all of its rows were sent or not. It returns
// once all that the store has of it is safe on disk.
func (p *Profiles) EndImport(file [32]byte) error {
	if err := p.store.EndImport(file); err != nil {
		return fmt.Errorf("end import: %w", err)
	}
	return nil
}
