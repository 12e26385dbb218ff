package main

import (
	"context"
	"fmt"
	"hash/maphash"

	"example.com/opentime/people"
	"example.com/opentime/strict"
)

// Limits of a piece: a server takes 1 MiB at once, and what it does for one piece
// should not be long.
const (
	pieceRows  = 250
	pieceBytes = 384 << 10
)

// importPiece is a piece with its rows as they stand in the file.
type importPiece struct {
	people.Piece
	rows   []strict.Record // those that are wrong too
	ends   []int           // of their Raw in raw
	raw    []byte
	again  bool  // it was applied before; only its errors are to be written
	taken  int64 // bytes of the file up to its end
	failed error // why there are no more
}

// pieceReader cuts a file into pieces.
type pieceReader struct {
	file   *people.File
	source *importSource
	begin  people.Progress // of the import when it begins here
	seed   maphash.Seed
	ids    *distinct
	like   people.Piece // what every piece is of
	rows   int64        // that have an id, of the whole file
	piece  *importPiece
}

// read sends the file's pieces until ctx ends. The last one has failed: io.EOF
// where the file was read to its end.
func (r *pieceReader) read(ctx context.Context, pieces chan<- *importPiece) {
	defer close(pieces)
	var failed error
	defer func() {
		if cause := recover(); cause != nil {
			failed = fmt.Errorf("panic: %v", cause)
		}
		r.send(ctx, pieces, &importPiece{failed: failed})
	}()
	r.next(r.begin.From)
	for n := int64(0); ; n++ {
		record, err := r.file.Next()
		if err != nil {
			if failed = err; !r.flush(ctx, pieces, n) {
				failed = ctx.Err()
			}
			return
		}
		if id := r.file.ID(record); id != "" {
			r.rows++
			r.ids.add(maphash.String(r.seed, id), 1)
		}
		if n < r.begin.From {
			continue
		}
		r.add(record)
		if n+1 == r.begin.Rows || n >= r.begin.Rows && r.full() {
			if !r.flush(ctx, pieces, n+1) {
				failed = ctx.Err()
				return
			}
		}
	}
}

// next begins a piece behind so many rows.
func (r *pieceReader) next(from int64) {
	r.piece = &importPiece{Piece: r.like, raw: make([]byte, 0, pieceBytes)}
	r.piece.Name, r.piece.From = r.source.path, from
	if r.file.Head != nil {
		r.piece.Text = append(append(make([]byte, 0, pieceBytes), r.file.Head...), '\n')
	}
}

// add adds a row to the piece.
func (r *pieceReader) add(record *strict.Record) {
	p := r.piece
	kept := *record
	kept.Cells = nil
	p.rows = append(p.rows, kept)
	p.raw = append(p.raw, record.Raw...)
	p.ends = append(p.ends, len(p.raw))
	if record.Why != "" {
		p.Refused++
		return
	}
	p.Text = append(append(p.Text, record.Raw...), '\n')
}

func (r *pieceReader) full() bool {
	return len(r.piece.rows) >= pieceRows || len(r.piece.raw) >= pieceBytes
}

// flush sends the piece that ends behind so many rows, and begins the next one.
// It reports whether somebody takes it.
func (r *pieceReader) flush(ctx context.Context, pieces chan<- *importPiece, to int64) bool {
	p := r.piece
	if len(p.rows) == 0 {
		return true
	}
	begin := 0
	for i, end := range p.ends {
		p.rows[i].Raw = p.raw[begin:end]
		begin = end
	}
	if p.Refused == int64(len(p.rows)) {
		p.Text = nil
	}
	p.To, p.again, p.taken = to, to <= r.begin.Rows, r.source.taken.Load()
	r.next(to)
	return r.send(ctx, pieces, p)
}

func (r *pieceReader) send(ctx context.Context, pieces chan<- *importPiece, p *importPiece) bool {
	select {
	case pieces <- p:
		return true
	case <-ctx.Done():
		return false
	}
}

// refused are the rows of a piece that were refused, in their order: those that
// no row could be read from, and those that were not applied.
func (p *importPiece) refused(applied people.Applied) []rejected {
	why := map[int]string{} // by the number in Text
	for _, note := range applied.Refused {
		why[note.Row] = note.Why
	}
	var all []rejected
	sent := 0
	for i := range p.rows {
		row := rejected{record: &p.rows[i], why: p.rows[i].Why}
		if row.why == "" {
			sent++
			row.why = why[sent]
		}
		if row.why != "" {
			row.line = row.record.Line
			all = append(all, row)
		}
	}
	return all
}
