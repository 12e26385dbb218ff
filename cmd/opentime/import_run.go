package main

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"maps"
	"slices"
	"time"

	"example.com/opentime/people"
	"example.com/opentime/strict"
)

// Limits of an import.
const (
	toldRows       = 10       // that were refused, on the screen
	importGivesUp  = 10_000   // refused, and more than half of all
	importDistinct = 8 << 20  // slots: 6 million ids are counted, of more some
	importKept     = 30 * day // how far an import is, that nobody goes on with
)

// importRun is an import of a file.
type importRun struct {
	env    *env
	source *importSource
	sink   importer
	file   *people.File
	errors *importErrors
	meter  *meter
	ids    *distinct

	open   func(name string, in io.Reader) (*people.File, []strict.Problem)
	like   people.Piece // what every piece is of
	id     [32]byte     // the import is known by
	sum    importSum
	read   *pieceReader
	ignore map[string]int64 // by reason, of this run
}

// importSum is what became of a file, as --json prints it.
type importSum struct {
	File    string `json:"file"`
	Rows    int64  `json:"rows"`
	Applied int64  `json:"applied"`
	Ignored int64  `json:"ignored"`
	Refused int64  `json:"refused"`
	// Repeated is how many rows are of recipients that an earlier row is of; About
	// says that it is an estimate.
	Repeated int64  `json:"repeated"`
	About    bool   `json:"about"`
	Resumed  int64  `json:"resumed"` // rows that were done before
	Errors   string `json:"errors"`  // the file of rows that were refused; "": none
	Seconds  int64  `json:"seconds"`
	Rate     int64  `json:"rows_a_second"`
}

func newImportRun(e *env, source *importSource, sink importer, errorsFile string) *importRun {
	return &importRun{
		env: e, source: source, sink: sink, errors: &importErrors{name: errorsFile}, ids: newDistinct(importDistinct),
		id: source.id, sum: importSum{File: source.name}, ignore: map[string]int64{},
	}
}

// run imports the file, from where an import of it was stopped.
func (r *importRun) run(ctx context.Context) error {
	begin, err := r.resume()
	if err != nil {
		return err
	}
	file, problems := r.open(r.source.name, r.source)
	if len(problems) > 0 {
		return r.env.tell(problems, false)
	}
	r.file = file
	if err := r.errors.begin(begin.Mark); err != nil {
		return err
	}
	r.meter = newMeter(r.env, r.source)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	r.read = &pieceReader{file: file, source: r.source, begin: begin, seed: maphash.MakeSeed(), ids: r.ids, like: r.like}
	pieces := make(chan *importPiece, 1)
	go r.read.read(ctx, pieces)
	err = r.take(ctx, pieces, begin)
	r.meter.end()
	if err = errors.Join(err, r.errors.close()); err != nil {
		return err
	}
	if err := r.end(); err != nil {
		return err
	}
	if r.source.changed() {
		return errors.New("the file changed while it was read; import it again")
	}
	return nil
}

// end ends the import once all that was sent is safe on disk.
func (r *importRun) end() error {
	last := people.Piece{Name: r.source.path, From: r.sum.Rows, To: r.sum.Rows, Mark: r.errors.size}
	if _, err := r.sink.Import(r.id, &last); err != nil {
		return hint(fmt.Errorf("the rows are not all there: %w", err), "import the file again, and it goes on where they end")
	}
	return r.sink.EndImport(r.id)
}

// resume returns how far an import of the file is, and forgets imports that nobody
// will go on with: of what the file was before, and old ones.
func (r *importRun) resume() (begin people.Progress, err error) {
	imports, err := r.sink.Imports()
	if err != nil {
		return begin, err
	}
	now := r.env.now()
	for _, progress := range imports {
		switch {
		case progress.File == r.id:
			begin = progress
			continue
		case progress.Name == r.source.path && r.source.name != "-":
			_, _ = fmt.Fprintf(r.env.stderr, "%s: note: it has changed since an import of it was stopped after %d rows; it begins anew\n", r.source.name, progress.Rows)
		case now.Sub(time.UnixMilli(progress.Began)) < importKept:
			continue
		}
		if err := r.sink.EndImport(progress.File); err != nil {
			return begin, err
		}
	}
	if begin.Rows > 0 {
		_, _ = fmt.Fprintf(r.env.stderr, "%s: note: goes on after %d rows\n", r.source.name, begin.Rows)
	}
	r.sum.Applied, r.sum.Ignored, r.sum.Refused, r.sum.Resumed = begin.Applied, begin.Ignored, begin.Refused, begin.Rows
	r.sum.Rows = begin.Rows
	return begin, nil
}

// take hands on the pieces, each with what is refused of it written down.
func (r *importRun) take(ctx context.Context, pieces <-chan *importPiece, begin people.Progress) error {
	for piece := range pieces {
		if ctx.Err() != nil {
			break
		}
		if errors.Is(piece.failed, io.EOF) {
			return nil
		}
		if piece.failed != nil {
			return piece.failed
		}
		applied := begin.Last
		if !piece.again {
			piece.Mark = r.errors.size
			var err error
			if applied, err = r.sink.Import(r.id, &piece.Piece); err != nil {
				return err
			}
			r.count(piece, applied)
		}
		if err := r.refuse(piece, applied); err != nil {
			return err
		}
		r.meter.tell(r.sum.Rows, piece.taken)
		if r.sum.Refused > importGivesUp && r.sum.Refused > r.sum.Rows/2 {
			err := fmt.Errorf("more than half of %d rows were refused; put them right and import the file again", r.sum.Rows)
			return errors.Join(err, r.sink.EndImport(r.id))
		}
	}
	return hint(fmt.Errorf("stopped after %d rows", r.sum.Rows), "import the file again, and it goes on there")
}

// count adds what became of a piece.
func (r *importRun) count(piece *importPiece, applied people.Applied) {
	r.sum.Rows = piece.To
	r.sum.Applied += int64(applied.Applied)
	r.sum.Ignored += int64(len(applied.Ignored))
	r.sum.Refused += int64(len(applied.Refused)) + piece.Refused
	for _, note := range applied.Ignored {
		r.ignore[note.Why]++
	}
}

// refuse writes down the rows of a piece that were refused, and tells of the first.
func (r *importRun) refuse(piece *importPiece, applied people.Applied) error {
	rows := piece.refused(applied)
	before := r.sum.Refused - int64(len(rows))
	for i, row := range rows {
		if !piece.again && before+int64(i) < toldRows {
			line, col := r.file.Where(row.record, row.why)
			r.meter.above("%s:%d:%d: %s", r.source.name, line, col, row.why)
		}
	}
	return r.errors.add(r.file, rows)
}

// tell prints what became of the file.
func (r *importRun) tell(asJSON bool) error {
	distinct := r.ids.count(1)
	r.sum.Repeated, r.sum.About = max(0, r.read.rows-int64(distinct.N)), distinct.About
	seconds := r.meter.seconds()
	r.sum.Seconds, r.sum.Rate = int64(seconds), int64(float64(r.sum.Rows-r.sum.Resumed)/max(seconds, 0.001))
	if r.errors.size > 0 {
		r.sum.Errors = r.errors.name
	}
	if r.sum.Refused > toldRows && r.sum.Errors != "" {
		_, _ = fmt.Fprintf(r.env.stderr, "%s: %d rows were refused, the first %d are above\n", r.source.name, r.sum.Refused, toldRows)
	}
	for _, why := range slices.Sorted(maps.Keys(r.ignore)) {
		_, _ = fmt.Fprintf(r.env.stderr, "%s: note: ignored in %s: %s\n", r.source.name, count(int(r.ignore[why]), "row"), why)
	}
	if r.sum.Repeated > 0 && !r.like.Events {
		_, _ = fmt.Fprintf(r.env.stderr, "%s: note: rows of recipients who stand there before: %s%d; of each the newest counts, of equals the last\n",
			r.source.name, map[bool]string{true: "about "}[r.sum.About], r.sum.Repeated)
	}
	if asJSON {
		if err := writeJSON(r.env.stdout, r.sum); err != nil {
			return fmt.Errorf("print what became of the rows: %w", err)
		}
	} else {
		r.env.print("%d applied, %d ignored, %d refused", r.sum.Applied, r.sum.Ignored, r.sum.Refused)
	}
	if r.sum.Refused == 0 {
		return nil
	}
	if r.sum.Errors != "" {
		return hint(errProblems, "they stand in %s: put them right there, and import that file", r.sum.Errors)
	}
	return errProblems
}
