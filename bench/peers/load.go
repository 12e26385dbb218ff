//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	_ "image/gif" // what answers are decoded with
	_ "image/jpeg"
	"net/netip"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// connections is how many are kept open. Each asks again once it is answered.
const connections = 64

// maxAnswer bounds an answer.
const maxAnswer = 256 << 10

// asked is what came of asking for a while.
type asked struct {
	requests  int
	bytes     int64
	seconds   float64
	latencies []time.Duration // at a rate only, from when each was to be sent
}

// asker asks one server over its connections, in one thread, with epoll.
type asker struct {
	poll    int
	conns   []*conn
	free    []*conn // of those, when asking at a rate
	known   map[uint32]bool
	events  [connections]syscall.EpollEvent
	request []byte
}

type conn struct {
	fd     int
	buffer []byte
	n      int       // bytes in buffer
	number int       // of what it waits for
	due    time.Time // when what it waits for was to be sent
	waits  bool
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// newAsker opens the connections.
func newAsker(address string, known map[uint32]bool) (*asker, error) {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, err
	}
	a := &asker{known: known}
	if a.poll, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC); err != nil {
		return nil, err
	}
	for range connections {
		fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
		if err != nil {
			return nil, err
		}
		if err := syscall.Connect(fd, &syscall.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}); err != nil {
			return nil, err
		}
		if err := errors.Join(syscall.SetNonblock(fd, true), syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)); err != nil {
			return nil, err
		}
		c := &conn{fd: fd, buffer: make([]byte, maxAnswer)}
		event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(len(a.conns))}
		if err := syscall.EpollCtl(a.poll, syscall.EPOLL_CTL_ADD, fd, &event); err != nil {
			return nil, err
		}
		a.conns = append(a.conns, c)
	}
	return a, nil
}

// close closes the connections.
func (a *asker) close() {
	for _, c := range a.conns {
		_ = syscall.Close(c.fd)
	}
	_ = syscall.Close(a.poll)
}

// plan says for how long, how fast and what is asked.
type plan struct {
	during   time.Duration
	interval time.Duration            // from one request to the next, whether answered or not; 0: each connection asks once it is answered
	most     int                      // requests; 0: as many as there is time for
	next     func(dst []byte) []byte  // appends the next request
	took     func(n int, body []byte) // is given the n-th request's image, its own until it returns; may be nil
}

// stream is a plan under way.
type stream struct {
	*asker
	*plan
	start, end, due time.Time
	sent, waiting   int
	got             asked
}

// ask sends what is planned and waits for all answers. At a rate requests are sent
// when they are due, or as soon as a connection is free.
func (a *asker) ask(ctx context.Context, p plan) (*asked, error) {
	now := time.Now()
	s := &stream{asker: a, plan: &p, start: now, due: now, end: now.Add(p.during)}
	a.free = append(a.free[:0], a.conns...)
	for {
		now := time.Now()
		open := now.Before(s.end) && !s.all() && ctx.Err() == nil
		if !open && s.waiting == 0 {
			s.got.seconds = now.Sub(s.start).Seconds()
			return &s.got, ctx.Err()
		}
		if open {
			if err := s.send(now); err != nil {
				return nil, fmt.Errorf("send request: %w", err)
			}
		}
		if err := s.collect(); err != nil {
			return nil, err
		}
		if now.Sub(s.end) > patience {
			return nil, fmt.Errorf("%d requests were not answered within %v", s.waiting, patience)
		}
	}
}

// patience is how long the last answers are waited for.
const patience = 5 * time.Second

func (s *stream) all() bool { return s.most > 0 && s.sent >= s.most }

// send sends what is due over free connections.
func (s *stream) send(now time.Time) error {
	for len(s.free) > 0 && !s.all() && (s.interval == 0 || !s.due.After(now)) {
		c := s.free[len(s.free)-1]
		s.free = s.free[:len(s.free)-1]
		s.request = s.next(s.request[:0])
		c.due, c.n, c.number, c.waits = s.due, 0, s.sent, true
		s.waiting++
		s.sent++
		s.due = s.due.Add(s.interval)
		if n, err := syscall.Write(c.fd, s.request); err != nil || n < len(s.request) {
			return fmt.Errorf("%d of %d bytes were taken: %w", n, len(s.request), errors.Join(err))
		}
	}
	return nil
}

// collect takes the answers that have come. It does not wait for any: the core is its
// own, and waking it is done by who answers, the more often the longer that one takes.
func (s *stream) collect() error {
	n, err := syscall.EpollWait(s.poll, s.events[:], 0)
	if err != nil && !errors.Is(err, syscall.EINTR) {
		return err
	}
	for _, event := range s.events[:max(n, 0)] {
		c := s.conns[event.Fd]
		body, err := s.receive(c)
		if err != nil {
			return err
		}
		if body == nil {
			continue
		}
		if s.took != nil {
			s.took(c.number, body)
		}
		s.waiting--
		s.got.requests++
		s.got.bytes += int64(c.n)
		if s.interval > 0 {
			s.got.latencies = append(s.got.latencies, time.Since(c.due))
		}
		s.free = append(s.free, c)
	}
	return nil
}

// receive reads what there is, and checks the answer once it is whole. It returns its
// image, which is the connection's until that asks again; nil before.
func (a *asker) receive(c *conn) (body []byte, err error) {
	n, err := syscall.Read(c.fd, c.buffer[c.n:])
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EINTR) {
		return nil, nil
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("receive answer: %w", err)
	case n == 0:
		return nil, errors.New("receive answer: the connection was closed")
	case !c.waits:
		return nil, errors.New("receive answer: one that was not asked for")
	}
	c.n += n
	head := bytes.Index(c.buffer[:min(c.n, 4096)], []byte("\r\n\r\n"))
	if head < 0 {
		return nil, nil
	}
	length, ok := contentLength(c.buffer[:head+2])
	if !ok || head+4+length > maxAnswer {
		return nil, fmt.Errorf("receive answer: its length is unknown or too large: %q", c.buffer[:head])
	}
	if c.n < head+4+length {
		return nil, nil
	}
	c.waits = false
	body = c.buffer[head+4 : c.n]
	return body, a.check(c.buffer[:head+4], body, length)
}

var (
	lengthHeader = []byte("\r\nContent-Length: ")
	typeHeader   = []byte("\r\nContent-Type: image/")
	statusLine   = []byte("HTTP/1.1 200 ")
)

// contentLength is what a head says, each of whose lines ends.
func contentLength(head []byte) (int, bool) {
	_, text, _ := bytes.Cut(head, lengthHeader)
	text, _, _ = bytes.Cut(text, []byte("\r"))
	n, err := strconv.Atoi(string(text))
	return n, err == nil && n >= 0
}

// check refuses what is not 200 with an image. Each body is decoded the first time
// it is seen, and known by its sum from then on.
func (a *asker) check(head, body []byte, length int) error {
	if !bytes.HasPrefix(head, statusLine) || !bytes.Contains(head, typeHeader) || len(body) != length {
		return fmt.Errorf("a wrong answer, with a body of %d bytes: %q", len(body), head)
	}
	sum := crc32.Checksum(body, castagnoli)
	if a.known[sum] {
		return nil
	}
	if _, _, err := image.Decode(bytes.NewReader(body)); err != nil {
		return fmt.Errorf("a broken image of %d bytes: %w", len(body), err)
	}
	a.known[sum] = true
	return nil
}

// percentile is that of latencies, in milliseconds.
func percentile(latencies []time.Duration, share float64) float64 {
	if len(latencies) == 0 {
		return 0
	}
	slices.Sort(latencies)
	at := min(int(share*float64(len(latencies))), len(latencies)-1)
	return float64(latencies[at]) / float64(time.Millisecond)
}
