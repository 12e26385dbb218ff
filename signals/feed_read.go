package signals

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// Limits of a feed.
const (
	maxFeedBytes = 2 << 30 // unpacked too
	maxRowBytes  = 1 << 20
	maxFeedItems = 1_000_000

	// readAhead is how much may be read ahead of a row: the buffers of unpacking
	// and of a table.
	readAhead = 128 << 10
)

// The errors of reading what is too large.
var (
	errFeedSize = fmt.Errorf("larger than %d MiB", maxFeedBytes>>20)
	errRowSize  = fmt.Errorf("a row is larger than %d MiB", maxRowBytes>>20)
)

// ReadFeed reads a feed to its end. It fails where the feed is broken or cut
// off, so that no half a feed is taken for a whole one; rows that are wrong are
// left out and reported, with the content or the error. now is when it was
// received.
func ReadFeed(config FeedConfig, in io.Reader, now time.Time) (*FeedContent, FeedReport, error) {
	config = config.withDefaults()
	r := newFeedReader(&config, now)
	err := r.read(in)
	content := r.finish()
	if err == nil && content.Report.Items == 0 {
		err = errNoRows
	}
	if err != nil {
		return nil, content.Report, fmt.Errorf("read %s: %w", config.name(), err)
	}
	return content, content.Report, nil
}

// unpack returns a feed's bytes as they were before they were packed, if they
// are.
func unpack(in io.Reader) (io.Reader, error) {
	limited := newFeedLimit(in)
	limited.row = maxFeedBytes // rows are measured once unpacked
	packed := bufio.NewReaderSize(limited, readAhead/2)
	if magic, _ := packed.Peek(2); string(magic) != "\x1f\x8b" {
		return packed, nil
	}
	plain, err := gzip.NewReader(packed)
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	return plain, nil
}

// read reads the rows of a feed, unpacking it first if it is packed.
func (r *feedReader) read(in io.Reader) error {
	unpacked, err := unpack(in)
	if err != nil {
		return err
	}
	limited := newFeedLimit(unpacked)
	plain := bufio.NewReaderSize(limited, readAhead/2)
	if bom, _ := plain.Peek(3); string(bom) == "\xef\xbb\xbf" {
		_, _ = plain.Discard(len(bom))
	}
	if bom, _ := plain.Peek(2); string(bom) == "\xff\xfe" || string(bom) == "\xfe\xff" {
		return errors.New("it is UTF-16; write it as UTF-8")
	}
	err = r.rows(plain, limited)
	switch {
	case errors.Is(err, errFeedSize), errors.Is(err, errRowSize), errors.Is(err, errInterrupted):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errCutOff
	}
	return err
}

// rows reads the rows of a feed in its format.
func (r *feedReader) rows(in *bufio.Reader, limit *feedLimit) error {
	switch r.config.Format {
	case GoogleTSV, CSV:
		return r.readTable(in, limit)
	case JSONLines:
		return r.readLines(in, limit)
	}
	return r.readXML(in, limit)
}

// errCutOff says that the end of a feed is missing.
var errCutOff = errors.New("it is cut off")

// feedLimit bounds how much is read in all, and since the last row began.
type feedLimit struct {
	in        io.Reader
	left, row int
}

func newFeedLimit(in io.Reader) *feedLimit {
	return &feedLimit{in: in, left: maxFeedBytes, row: maxRowBytes + readAhead}
}

// next says that a row begins.
func (l *feedLimit) next() { l.row = maxRowBytes + readAhead }

func (l *feedLimit) Read(p []byte) (int, error) {
	if len(p) > 64<<10 {
		p = p[:64<<10]
	}
	n, err := l.in.Read(p)
	l.left -= n
	l.row -= n
	switch {
	case l.left < 0:
		return 0, errFeedSize
	case l.row < 0:
		return 0, errRowSize
	}
	return n, err
}

// errInterrupted says that a refresh ended for one that was asked for by hand.
var errInterrupted = errors.New("interrupted by a refresh or a rollback that was asked for")

// interruptible is a reader that ends with its context.
type interruptible struct {
	ctx context.Context
	in  io.Reader
}

func (r interruptible) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	return r.in.Read(p)
}

// tooMany says when there are more items than are taken.
func (r *feedReader) tooMany() error {
	if len(r.seen) > maxFeedItems {
		return fmt.Errorf("more than %d items", maxFeedItems)
	}
	return nil
}
