package server

import (
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"

	"example.com/opentime/render"
)

// connection answers opens before fasthttp's server sees them, where one whole request
// came at once that wants nothing but an image. Where its head is, to the byte, one of
// a moment ago, it is the same recipient in the same client, and only the path has to be
// read. Everything else is left to fasthttp as it came.
//
// fasthttp calls Read when it waits for a request, and in the middle of one. Only in the
// former may anything be answered here, so between is true but from when fasthttp was
// given bytes until it answered a plain request that they were the whole of.
type connection struct {
	*lazyConn
	public *Public
	peer   netip.Addr

	counted func() // says that fasthttp counts it

	inRow   int    // answers here, so far
	between bool   // what comes next begins a request
	begun   bool   // fasthttp has answered one: to it a connection that has not is never idle
	whole   bool   // fasthttp was given one whole head, and nothing after it
	key     []byte // of the head that is answered
	open    Open
	head    []byte // of the answer
	pieces  [2][]byte
	buffers net.Buffers
	files   *fileSender  // once there was one to send
	leaving atomic.Int64 // until when the last request is waited for, Unix ns; 0: not yet
}

// lastTime is how long a connection's next request is waited for where the server ends.
const lastTime = requestTime

// connections is a listener that serves what it accepts, each connection in a goroutine
// of its own. fasthttp's pool of workers, where there is one processor, accepts none
// until work on the last one's first request rests: behind pictures that are being drawn
// that is one connection each ten milliseconds, and the others wait for seconds.
type connections struct {
	lazy
	public *Public
	handed *sync.WaitGroup // connections that fasthttp does not count yet
}

func newConnections(listener net.Listener, public *Public) connections {
	return connections{lazy{patient{listener}}, public, &sync.WaitGroup{}}
}

// Accept returns no connection, but the error that ends accepting: then fasthttp, which
// calls it, counts all that were accepted.
func (l connections) Accept() (net.Conn, error) {
	for {
		conn, err := l.lazy.accept()
		if err != nil {
			l.handed.Wait()
			return nil, err
		}
		c := &connection{lazyConn: conn, public: l.public, between: true}
		if peer, ok := conn.RemoteAddr().(*net.TCPAddr); ok {
			c.peer = peer.AddrPort().Addr().Unmap()
		}
		l.handed.Add(1)
		c.counted = sync.OnceFunc(l.handed.Done)
		go l.serve(c)
	}
}

// serve serves a connection until it is closed. What is wrong with it is its peer's.
func (l connections) serve(c *connection) {
	defer func() {
		if cause := recover(); cause != nil {
			slog.Error("connection panicked", "cause", cause, "stack", string(debug.Stack()))
		}
		c.counted()
		_ = c.lazyConn.Close()
	}()
	_ = l.public.http.ServeConn(c)
}

// Read returns what comes and is not answered here.
func (c *connection) Read(p []byte) (int, error) {
	c.counted()
	for {
		n, err := c.lazyConn.Read(p)
		if err != nil || !c.between {
			c.whole = false
			return n, err
		}
		answered, err := c.answer(p[:n])
		if err != nil {
			return 0, err
		}
		if !answered {
			c.between, c.whole = false, c.whole && !bareFeed(p[:n])
			return n, nil
		}
		if c.inRow++; c.inRow%mostInRow != 0 {
			runtime.Gosched() // while others are answered the next request comes, and need not be waited for
		}
	}
}

// mostInRow is how many answers a connection gives without waiting for the next request.
// The runtime looks for requests of connections that wait only once nobody else can run.
const mostInRow = 8

// Close closes the connection; where the server ends, soon. Then fasthttp closes who waits
// for a request, which may be there already, and unread: that is answered first, and serve
// closes what is left.
func (c *connection) Close() error {
	if !c.public.ending.Load() {
		return c.lazyConn.Close()
	}
	soon := time.Now().Add(lastTime) //nolint:forbidigo // for a deadline, which is no open's
	c.leaving.CompareAndSwap(0, soon.UnixNano())
	return c.SetReadDeadline(soon)
}

// SetReadDeadline sets until when Read waits: no longer than Close said.
func (c *connection) SetReadDeadline(t time.Time) error {
	err := c.lazyConn.SetReadDeadline(t)
	if leaving := c.leaving.Load(); leaving != 0 { // after that, lest Close comes in between
		err = c.lazyConn.SetReadDeadline(time.Unix(0, leaving))
	}
	return err
}

// answered says that fasthttp's request, plain or not, is about to be answered.
func (c *connection) answered(plain bool) {
	c.begun = true
	c.between = plain && c.whole
}

// answer answers what came where that is an open.
func (c *connection) answer(data []byte) (bool, error) {
	head, ok := splitHead(data)
	s := c.public.server.Load()
	if c.whole = ok; !ok || len(data) > maxHead || s == nil || !c.begun || c.public.ending.Load() || !isImagePath(head.path) {
		return false, nil
	}
	shown, ok := c.show(s, data, head)
	if !ok {
		return false, nil
	}
	return true, c.send(shown.image, s.files.of(shown.kept))
}

// show works out what an open is shown. A panic sends the request to fasthttp, which
// answers it once more.
func (c *connection) show(s *Server, data []byte, head parts) (image shown, ok bool) {
	defer func() {
		if cause := recover(); cause != nil {
			slog.Error("request panicked", "cause", cause, "stack", string(debug.Stack()))
			ok = false
		}
	}()
	link, ok := s.paths.parse(head.path)
	if !ok {
		return shown{}, false
	}
	peer := c.peer.As16()
	c.key = append(append(append(c.key[:0], peer[:]...), head.query...), head.rest...)
	if known, r := s.heads.find(c.key); r != nil {
		open := &c.open
		*open = *known
		open.Link.Campaign, open.Link.Block, open.Link.Position, open.Link.Format = link.Campaign, link.Block, link.Position, link.Format
		if shown, ok := s.join(open, r); ok {
			return shown, true
		}
	}
	room := s.headRooms.Get().(*headRoom)
	defer s.headRooms.Put(room)
	if !room.read(data) {
		return shown{}, false
	}
	link.parseQuery(head.query)
	open, r, image := s.openBy(&room.header, c.peer, link)
	if r == nil {
		return shown{}, false
	}
	s.heads.keep(c.key, open, r)
	return image, true
}

// send answers with an image, as sendImage does, and waits for the next request from
// then on. Where the image is a file, too, that is sent.
func (c *connection) send(image render.Image, file *imageFile) error {
	now := time.Now() //nolint:forbidigo // for deadlines and the date, which are no open's
	c.head = appendHead(c.head[:0], image, c.public.dates.line(now))
	if err := errors.Join(c.SetWriteDeadline(now.Add(writeTime)), c.SetReadDeadline(now.Add(idleTime))); err != nil {
		return err
	}
	if file != nil && c.files == nil {
		c.files = newFileSender(c.Conn)
	}
	if file != nil && c.files != nil {
		c.files.begin(c.head, file, len(image.Bytes))
		for {
			if err := c.files.rest(); !c.writing.early(err) {
				return err
			}
		}
	}
	c.pieces = [2][]byte{c.head, image.Bytes}
	c.buffers = c.pieces[:]
	for {
		if _, err := c.buffers.WriteTo(c.Conn); !c.writing.early(err) {
			return err
		}
	}
}

// appendHead appends what stands before an image's bytes.
func appendHead(dst []byte, image render.Image, date []byte) []byte {
	dst = append(dst, "HTTP/1.1 200 OK\r\nDate: "...)
	dst = append(dst, date...)
	dst = append(dst, "\r\nContent-Type: "...)
	dst = append(dst, image.Type.ContentType()...)
	dst = append(dst, "\r\nContent-Length: "...)
	dst = strconv.AppendInt(dst, int64(len(image.Bytes)), 10)
	dst = append(dst, "\r\n"...)
	dst = append(dst, imageHeaders[0]...)
	dst = append(dst, ": "...)
	dst = append(dst, imageHeaders[1]...)
	return append(dst, "\r\n\r\n"...)
}

// dates keeps the date of the second, as a response has it. It is safe for concurrent
// use.
type dates struct{ last atomic.Pointer[dated] }

// dated is a second's date. It never changes.
type dated struct {
	second int64
	text   []byte
}

// line returns the date of a moment.
func (d *dates) line(now time.Time) []byte {
	second := now.Unix()
	if last := d.last.Load(); last != nil && last.second == second {
		return last.text
	}
	text := fasthttp.AppendHTTPDate(nil, now)
	d.last.Store(&dated{second, text})
	return text
}
