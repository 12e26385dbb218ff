// Package load sends an opentime server requests at times that are fixed ahead,
// checks the answers and counts them. What is sent is its callers' to say: what
// follows a send (bench), more than the server can draw (bench/overload).
package load

import (
	"context"
	"crypto/tls"
	"math/rand/v2"
	"net"
	"net/url"
	"sync"
	"syscall"
	"time"

	"github.com/valyala/fasthttp"
)

// queued is how many requests may wait for a connection; more are unsent.
const queued = 1 << 17

// Image is what an image that is asked for must be.
type Image struct {
	Extension string // jpg, png or gif
	Width     int    // as the HTML has it; 0: unknown
}

// Request is one that is sent at its time.
type Request struct {
	At     time.Duration // since the start; fixed ahead
	Path   string        // with its query
	Client *Client
	Image  *Image // nil: a click
	Kind   string // the caller's word for what it is
}

// Sender sends requests over a number of connections.
type Sender struct {
	Public      *url.URL
	Token       string   // that images are asked with, so that they say their rung; ""
	Hosts       []string // where clicks may lead; none: anywhere
	Connections int
	Duration    time.Duration // how long requests are due
	Timeout     time.Duration // how long an answer is waited for
	Decode      float64       // share of the images that are decoded whole
	Seed        uint64
	Seen        func(*Outcome) // is told of each outcome, by many goroutines; nil

	tally   *Tally
	client  *fasthttp.HostClient
	started time.Time
	over    time.Time // what is not sent by then is unsent
	queue   chan Request
}

// Send sends all requests that next returns, which must be in order of time, at
// their times, and returns once the answers are there or were waited for long
// enough. A server that is slow delays nothing: requests wait in a queue for a
// connection, and the time they wait counts. What is never sent counts as waited
// for until the end. When ctx ends, what was not sent yet is left out. A Sender
// sends once.
func (s *Sender) Send(ctx context.Context, next func() (Request, bool), t *Tally, started time.Time) {
	s.begin(t, started)
	s.queue = make(chan Request, queued)
	workers := s.workers(ctx)
	s.pace(ctx, next)
	close(s.queue)
	workers.Wait()
	s.client.CloseIdleConnections()
}

// Loop sends what next returns one after another over each connection until the
// time is over, whatever At says: as many requests as the server answers. It is
// called by one goroutine at a time, and a request's At becomes when it was sent.
func (s *Sender) Loop(ctx context.Context, next func() (Request, bool), t *Tally, started time.Time) {
	s.begin(t, started)
	ctx, cancel := context.WithDeadline(ctx, started.Add(s.Duration))
	defer cancel()
	s.queue = make(chan Request)
	workers := s.workers(context.Background())
	for r, more := next(); more && ctx.Err() == nil; r, more = next() {
		r.At = -1
		select {
		case s.queue <- r:
		case <-ctx.Done():
		}
	}
	close(s.queue)
	workers.Wait()
	s.client.CloseIdleConnections()
}

// begin makes a sender ready to send.
func (s *Sender) begin(t *Tally, started time.Time) {
	s.tally, s.started, s.over = t, started, started.Add(s.Duration+s.Timeout)
	s.client = &fasthttp.HostClient{
		Addr: dialled(s.Public), IsTLS: s.Public.Scheme == "https", TLSConfig: &tls.Config{ServerName: s.Public.Hostname(), MinVersion: tls.VersionTLS12},
		MaxConns: s.Connections, MaxIdleConnDuration: 5 * time.Second, MaxIdemponentCallAttempts: 1,
		ReadTimeout: s.Timeout, WriteTimeout: s.Timeout, MaxResponseBodySize: maxImage,
		NoDefaultUserAgentHeader: true, DisablePathNormalizing: true, DialDualStack: true,
	}
}

// workers start a goroutine for each connection.
func (s *Sender) workers(ctx context.Context) *sync.WaitGroup {
	var workers sync.WaitGroup
	for i := range s.Connections {
		workers.Go(func() { s.work(ctx, rand.New(rand.NewPCG(s.Seed, uint64(i)+3))) })
	}
	return &workers
}

// dialled is where an address's connections go.
func dialled(public *url.URL) string {
	port := public.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[public.Scheme]
	}
	return net.JoinHostPort(public.Hostname(), port)
}

// pace puts requests into the queue when it is time.
func (s *Sender) pace(ctx context.Context, next func() (Request, bool)) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	last := time.Duration(-1)
	for r, more := next(); more; r, more = next() {
		if !s.await(ctx, timer, r.At) {
			return
		}
		if r.At != last { // what is asked for together is late together
			s.tally.Late(time.Since(s.started) - r.At)
			last = r.At
		}
		s.put(r)
	}
}

// coarse is what a timer may come too late by.
const coarse = 2 * time.Millisecond

// await waits for a time since the start; false if ctx ends before.
func (s *Sender) await(ctx context.Context, timer *time.Timer, at time.Duration) bool {
	if wait := at - time.Since(s.started) - coarse; wait > 0 {
		timer.Reset(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	for wait := at - time.Since(s.started); wait > 0 && ctx.Err() == nil; wait = at - time.Since(s.started) {
		pause(wait)
	}
	return ctx.Err() == nil
}

// put never waits: the next request has its time, too.
func (s *Sender) put(r Request) {
	select {
	case s.queue <- r:
	default:
		s.count(&Outcome{Request: r, Verdict: Verdict{Unsent, "the queue is full"}, Took: s.over.Sub(s.started) - r.At})
	}
}

// work sends requests over one connection at a time.
func (s *Sender) work(ctx context.Context, random *rand.Rand) {
	req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(res)
	for r := range s.queue {
		switch {
		case ctx.Err() != nil:
			continue
		case time.Now().After(s.over):
			s.count(&Outcome{Request: r, Verdict: Verdict{Unsent, "no connection was free until the end"}, Took: s.over.Sub(s.started) - r.At})
			continue
		}
		if r.At < 0 {
			r.At = time.Since(s.started)
		}
		s.fill(req, &r)
		waited := time.Since(s.started) - r.At
		err := s.client.DoTimeout(req, res, s.Timeout)
		o := Outcome{Request: r, Took: time.Since(s.started) - r.At, Waited: waited}
		if err != nil {
			o.Verdict = checkFailure(err)
		} else {
			s.check(&o, res, random)
		}
		if o.What != Valid {
			o.Why += ": " + r.Path
		}
		s.count(&o)
	}
}

// count counts an outcome, and tells of it.
func (s *Sender) count(o *Outcome) {
	s.tally.Add(*o)
	if s.Seen != nil {
		s.Seen(o)
	}
}

// fill makes the request.
func (s *Sender) fill(req *fasthttp.Request, r *Request) {
	req.Reset()
	req.Header.SetRequestURI(r.Path)
	req.Header.SetHost(s.Public.Host)
	req.URI().SetScheme(s.Public.Scheme)
	agent := r.Client.Opens
	if r.Image == nil {
		agent = r.Client.Clicks
	}
	req.Header.SetUserAgent(agent)
	for _, h := range r.Client.Headers {
		req.Header.Set(h[0], h[1])
	}
	if s.Token != "" {
		req.Header.Set("Authorization", "Bearer "+s.Token)
	}
}

// check fills in what came back.
func (s *Sender) check(o *Outcome, res *fasthttp.Response, random *rand.Rand) {
	o.Bytes = len(res.Body())
	if o.Image == nil {
		o.Verdict = checkClick(s.Hosts, res)
		return
	}
	o.Rung = string(res.Header.Peek("Opentime-Rung"))
	if o.Verdict = checkImage(o.Image, res); o.What == Valid && random.Float64() < s.Decode {
		o.Decoded = true
		o.Verdict = checkPixels(o.Image, res.Body())
	}
}

// OwnCPU is the CPU time that this process has used, in seconds.
func OwnCPU() float64 {
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano()).Seconds()
}
