package journal

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Extension is that of journal files.
const Extension = ".otj"

// hourForm is an hour in UTC as files are named by it.
const hourForm = "20060102T15"

// Header is what a file says of itself.
type Header struct {
	Server, Build string
	Start         int64 // Unix ms
}

// Loss is what could not be read of a file.
type Loss struct {
	Records int  // damaged ones that were seen
	Words   int  // records read with a text missing
	Torn    bool // the last record broke off, as a crash leaves it
}

func hourOf(t time.Time) time.Time { return t.UTC().Truncate(time.Hour) }

func fileName(hour time.Time, server string, n int) string {
	return hour.Format(hourForm) + "-" + server + "-" + strconv.Itoa(n) + Extension
}

// hourOfName returns the hour a file is named by.
func hourOfName(name string) (time.Time, bool) {
	hour, rest, ok := strings.Cut(filepath.Base(name), "-")
	if !ok || !strings.HasSuffix(rest, Extension) {
		return time.Time{}, false
	}
	t, err := time.Parse(hourForm, hour)
	return t, err == nil
}

// Prune removes the journal files in dir of hours that ended before a moment, and
// returns how many.
func Prune(dir string, before time.Time) (removed int, err error) {
	files, err := Files(dir)
	if err != nil {
		return 0, err
	}
	for _, name := range files {
		if hour, ok := hourOfName(name); !ok || hour.Add(time.Hour).After(before) {
			continue
		}
		if err := os.Remove(name); err != nil {
			return removed, fmt.Errorf("prune journal: %w", err)
		}
		removed++
	}
	return removed, nil
}

// Files returns the journal files in dir, by hour, server and number.
func Files(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("list journal: %w", err)
	}
	var names []string
	for _, e := range entries {
		if _, ok := hourOfName(e.Name()); ok {
			names = append(names, filepath.Join(dir, e.Name()))
		}
	}
	slices.SortFunc(names, compareNames)
	return names, nil
}

// compareNames orders -9 before -10.
func compareNames(a, b string) int {
	cutA, cutB := strings.LastIndexByte(a, '-'), strings.LastIndexByte(b, '-')
	if c := strings.Compare(a[:cutA], b[:cutB]); c != 0 {
		return c
	}
	if c := len(a) - len(b); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}

// Read calls each for every record of a file, in the order they were written,
// with all words resolved. The Record is valid during the call only; its texts
// stay. A torn tail is dropped, damage costs the records it hit; what was lost
// is returned. A file may be read while it is being written.
func Read(name string, each func(*Record)) (Loss, error) {
	hour, ok := hourOfName(name)
	if !ok {
		return Loss{}, fmt.Errorf("read journal %s: not named <hour>-<server>-<n>%s", name, Extension)
	}
	f, err := os.Open(name)
	if err != nil {
		return Loss{}, fmt.Errorf("read journal: %w", err)
	}
	defer func() { _ = f.Close() }()
	loss, err := read(f, hour, each)
	if err != nil {
		return loss, fmt.Errorf("read journal %s: %w", name, err)
	}
	return loss, nil
}

// read reads a file of that hour. A block's records are told once the words of
// the next block are known too, where those of this one stand again.
func read(r io.Reader, hour time.Time, each func(*Record)) (Loss, error) {
	d := &decoder{base: hour.UnixMilli(), words: map[uint64]string{}}
	this, err := readBlock(r)
	if err != nil {
		return d.loss, err
	}
	if this, err = d.begin(this); err != nil {
		return d.loss, err
	}
	d.learn(this)
	for {
		next, err := readBlock(r)
		d.learn(next)
		d.tell(this, len(next) == 0, each)
		if err != nil || len(next) == 0 {
			return d.loss, err
		}
		this = next
	}
}

// readBlock returns the next block, as far as the file goes.
func readBlock(r io.Reader) ([]byte, error) {
	block := make([]byte, blockSize)
	n, err := io.ReadFull(r, block)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return block[:n], err
}

// begin passes over the magic and the header of the first block.
func (d *decoder) begin(block []byte) ([]byte, error) {
	if len(block) >= len(magic) && string(block[:3]) == magic[:3] && block[3] != magic[3] {
		return nil, fmt.Errorf("version %q is not known to this build", block[:len(magic)])
	}
	h, rest, ok := headerOf(block)
	switch {
	case !ok && len(block) < blockSize:
		d.loss.Torn = true
	case h == Header{}:
		d.loss.Records++
	}
	return rest, nil
}

// headerOf splits the header off a file's first block. One whose sum is wrong
// is empty; ok is false where not even its length can be read.
func headerOf(block []byte) (h Header, rest []byte, ok bool) {
	if len(block) < len(magic) {
		return h, nil, false
	}
	block = block[len(magic):]
	length, n := binary.Uvarint(block)
	if n <= 0 || length > maxRecord || int(length)+n+4 > len(block) {
		return h, nil, false
	}
	payload, rest := block[n+4:n+4+int(length)], block[n+4+int(length):]
	if crc32.Checksum(payload, castagnoli) != binary.BigEndian.Uint32(block[n:]) {
		return h, rest, true
	}
	_ = fields(payload, func(f field) error {
		switch f.number {
		case headerServer:
			h.Server = string(f.bytes)
		case headerBuild:
			h.Build = string(f.bytes)
		case headerStart:
			h.Start = int64(f.v)
		}
		return nil
	})
	return h, rest, true
}

// ReadHeader returns what a file says of itself.
func ReadHeader(name string) (Header, error) {
	f, err := os.Open(name)
	if err != nil {
		return Header{}, fmt.Errorf("read journal: %w", err)
	}
	defer func() { _ = f.Close() }()
	block, err := readBlock(f)
	h, _, ok := headerOf(block)
	if err != nil || !ok || h == (Header{}) {
		return Header{}, fmt.Errorf("read journal %s: its header is damaged", name)
	}
	return h, nil
}

// scan calls each for every payload of a block whose sum is right.
func scan(block []byte, each func(payload []byte)) (bad int, torn bool) {
	for len(block) > 0 {
		length, n := binary.Uvarint(block)
		if n > 0 && length == 0 {
			return bad, false // filled to its end
		}
		if n <= 0 || length > maxRecord || int(length)+n+4 > len(block) {
			return bad, true
		}
		sum := binary.BigEndian.Uint32(block[n:])
		payload := block[n+4 : n+4+int(length)]
		block = block[n+4+int(length):]
		if crc32.Checksum(payload, castagnoli) != sum {
			bad++
			continue
		}
		each(payload)
	}
	return bad, false
}
