package server

import (
	"bufio"
	"bytes"
	"hash/maphash"
	"sync/atomic"
	"weak"

	"github.com/valyala/fasthttp"
)

// Limits of the heads that are kept: those of mails that were opened a moment ago.
const (
	headSlots = 1 << 13
	maxHead   = 2 << 10 // bytes
)

// heads keeps what the heads of opens under way said. The images of a mail are asked
// for together, and nothing but the path differs from one request to the next: what
// was read once need not be read again. Each head has one place, and takes it from
// whoever has it. It is safe for concurrent use.
type heads struct {
	seed  maphash.Seed
	slots [headSlots]atomic.Pointer[head]
}

// head is what a request said in all but its path, who opened by it, and the reading
// that open belongs to, as long as the table of readings has it: what a reading was
// decided by takes memory. It never changes.
type head struct {
	key     []byte // full, compared on every look-up
	open    *Open
	reading weak.Pointer[reading]
}

// find returns the open and the reading that are kept under key, or nil.
func (h *heads) find(key []byte) (*Open, *reading) {
	if kept := h.slots[maphash.Bytes(h.seed, key)%headSlots].Load(); kept != nil && bytes.Equal(kept.key, key) {
		if r := kept.reading.Value(); r != nil {
			return kept.open, r
		}
	}
	return nil, nil
}

// keep keeps a copy of key with an open, which does not change any more, and its
// reading. One that is not in the table of readings is that open's alone, and not kept.
func (h *heads) keep(key []byte, open *Open, r *reading) {
	if r.key != nil {
		h.slots[maphash.Bytes(h.seed, key)%headSlots].Store(&head{bytes.Clone(key), open, weak.Make(r)})
	}
}

// forget lets all go.
func (h *heads) forget() {
	for i := range h.slots {
		h.slots[i].Store(nil)
	}
}

// What a request's line begins and ends with, so that its method and version are those
// that heads are kept of; and what ends a head and its lines.
var (
	lineBegin = []byte("GET /")
	lineEnd   = []byte(" HTTP/1.1\r\n")
	headEnd   = []byte("\r\n\r\n")
	lineBreak = []byte("\r\n")
	lineFeed  = []byte("\n")
)

// parts are those of a head: path, query, and all that follows the request's line. They
// are valid as long as what they are of.
type parts struct{ path, query, rest []byte }

// splitHead takes apart what came over a connection where it is one whole head of a
// GET.
func splitHead(data []byte) (parts, bool) {
	if !bytes.HasPrefix(data, lineBegin) || !bytes.HasSuffix(data, headEnd) || bytes.Index(data, headEnd) != len(data)-len(headEnd) {
		return parts{}, false
	}
	end := bytes.IndexByte(data, '\r')
	line := data[:end+2]
	if !bytes.HasSuffix(line, lineEnd) {
		return parts{}, false
	}
	target := line[len(lineBegin)-1 : len(line)-len(lineEnd)]
	if bytes.IndexByte(target, '#') >= 0 || bytes.IndexByte(target, ' ') >= 0 {
		return parts{}, false
	}
	path, query, _ := bytes.Cut(target, []byte("?"))
	return parts{path, query, data[end:]}, true
}

// bareFeed reports whether a line ends without a carriage return. Fasthttp takes two such
// ends for that of a head, whatever follows.
func bareFeed(data []byte) bool {
	return bytes.Count(data, lineFeed) != bytes.Count(data, lineBreak)
}

// headRoom is where a head is read by fasthttp's parsers, as its server reads it.
type headRoom struct {
	data   bytes.Reader
	buffer *bufio.Reader
	header fasthttp.RequestHeader
	uri    fasthttp.URI
}

// newHeadRoom returns a room for heads that may be as large as those that are kept.
func newHeadRoom() any { return &headRoom{buffer: bufio.NewReaderSize(nil, maxHead)} }

// read reads a whole head, and reports whether it wants nothing but an answer. The
// header is valid until the next.
func (r *headRoom) read(data []byte) bool {
	r.data.Reset(data)
	r.buffer.Reset(&r.data)
	r.header.Reset()
	return r.header.Read(r.buffer) == nil && r.buffer.Buffered() == 0 && wantsAnswer(&r.header) &&
		r.uri.Parse(r.header.Host(), r.header.RequestURI()) == nil
}

// wantsAnswer reports whether a request wants nothing but an answer: no body follows, the
// connection stays, and nobody is to be told more than others.
func wantsAnswer(h *fasthttp.RequestHeader) bool {
	return h.IsGet() && h.IsHTTP11() && !h.ConnectionClose() &&
		(h.ContentLength() == 0 || h.ContentLength() < -1) &&
		len(h.Peek("Transfer-Encoding")) == 0 && len(h.Peek("Expect")) == 0 && len(h.Peek("Upgrade")) == 0 &&
		len(h.Peek("Authorization")) == 0
}
