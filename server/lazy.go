package server

import (
	"errors"
	"net"
	"os"
	"sync/atomic"
	"time"
)

// lazy is a listener whose connections set their deadlines seldom. fasthttp asks
// for three at every request; moving the runtime's timers each time costs as much as
// working out what is shown.
type lazy struct{ net.Listener }

// Accept returns the next connection.
func (l lazy) Accept() (net.Conn, error) {
	conn, err := l.accept()
	if err != nil {
		return nil, err // and no connection
	}
	return conn, nil
}

func (l lazy) accept() (*lazyConn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &lazyConn{Conn: conn}
	c.reading.set, c.writing.set = conn.SetReadDeadline, conn.SetWriteDeadline
	return c, nil
}

// lazyConn keeps the connection's own deadlines at or before those that are asked
// for. Where one passes too early, the next is set and what was under way goes on.
type lazyConn struct {
	net.Conn
	reading, writing lazyDeadline
}

// lazyDeadline is one of a connection's two. Times are Unix ns; 0: none.
type lazyDeadline struct {
	wanted, own atomic.Int64
	set         func(time.Time) error
}

// want asks for a deadline. The connection's own changes only if it is later, or
// there is none.
func (d *lazyDeadline) want(t time.Time) error {
	wanted := int64(0)
	if !t.IsZero() {
		wanted = t.UnixNano()
	}
	d.wanted.Store(wanted)
	if own := d.own.Load(); own != 0 && (wanted == 0 || own <= wanted) {
		return nil
	}
	d.own.Store(wanted)
	return d.set(t)
}

// early reports whether an error is only of the connection's own deadline, and
// then sets that to what is wanted.
func (d *lazyDeadline) early(err error) bool {
	if err == nil || !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	wanted := d.wanted.Load()
	if wanted == d.own.Swap(wanted) {
		return false
	}
	to := time.Time{}
	if wanted != 0 {
		to = time.Unix(0, wanted)
	}
	return d.set(to) == nil
}

// SetReadDeadline sets until when Read waits.
func (c *lazyConn) SetReadDeadline(t time.Time) error { return c.reading.want(t) }

// SetWriteDeadline sets until when Write waits.
func (c *lazyConn) SetWriteDeadline(t time.Time) error { return c.writing.want(t) }

// SetDeadline sets both.
func (c *lazyConn) SetDeadline(t time.Time) error {
	return errors.Join(c.reading.want(t), c.writing.want(t))
}

// Read reads until the deadline that was asked for.
func (c *lazyConn) Read(p []byte) (int, error) {
	for {
		n, err := c.Conn.Read(p)
		if n > 0 || !c.reading.early(err) {
			return n, err
		}
	}
}

// Write writes until the deadline that was asked for.
func (c *lazyConn) Write(p []byte) (int, error) {
	written := 0
	for {
		n, err := c.Conn.Write(p[written:])
		written += n
		if !c.writing.early(err) {
			return written, err
		}
	}
}
