package main

import (
	"context"
	"crypto/tls"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"github.com/valyala/fasthttp"
)

// queued is how many requests may wait for a connection; more are unsent.
const queued = 1 << 17

// request is one request of an event.
type request struct {
	event
	block int32
}

// sender sends what a plan says.
type sender struct {
	options *options
	target  *target
	tally   *tally
	client  *fasthttp.HostClient
	started time.Time
	over    time.Time // what is not sent by then is unsent
	queue   chan request
}

// send sends all opens and clicks at their times, and returns once the answers are
// there or were waited for long enough. A server that is slow delays nothing:
// requests wait in a queue for a connection, and the time they wait counts. What is
// never sent counts as waited for until the end. When ctx ends, what was not sent
// yet is left out.
func send(ctx context.Context, o *options, t *target, c *tally, started time.Time) {
	s := &sender{
		options: o, target: t, tally: c, started: started, over: started.Add(o.duration + o.timeout), queue: make(chan request, queued),
		client: &fasthttp.HostClient{
			Addr: dialled(t), IsTLS: t.public.Scheme == "https", TLSConfig: &tls.Config{ServerName: t.public.Hostname(), MinVersion: tls.VersionTLS12},
			MaxConns: o.connections, MaxIdleConnDuration: 5 * time.Second, MaxIdemponentCallAttempts: 1,
			ReadTimeout: o.timeout, WriteTimeout: o.timeout, MaxResponseBodySize: maxImage,
			NoDefaultUserAgentHeader: true, DisablePathNormalizing: true, DialDualStack: true,
		},
	}
	var workers sync.WaitGroup
	for i := range o.connections {
		workers.Go(func() { s.work(ctx, rand.New(rand.NewPCG(o.seed, uint64(i)+3))) })
	}
	s.pace(ctx, newPlan(o, t))
	close(s.queue)
	workers.Wait()
	s.client.CloseIdleConnections()
}

// dialled is where a target's connections go.
func dialled(t *target) string {
	port := t.public.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[t.public.Scheme]
	}
	return net.JoinHostPort(t.public.Hostname(), port)
}

// pace puts each event's requests into the queue when it is time.
func (s *sender) pace(ctx context.Context, p *plan) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		e, more := p.step()
		if !more {
			return
		}
		if !s.await(ctx, timer, e.at) {
			return
		}
		s.tally.late(time.Since(s.started) - e.at)
		if e.click >= 0 {
			s.put(request{e, e.click})
			continue
		}
		for block := range s.target.mail.blocks {
			s.put(request{e, int32(block)})
		}
	}
}

// coarse is what a timer may come too late by.
const coarse = 2 * time.Millisecond

// await waits for a time since the start; false if ctx ends before.
func (s *sender) await(ctx context.Context, timer *time.Timer, at time.Duration) bool {
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

// put never waits: the next event has its time, too.
func (s *sender) put(r request) {
	select {
	case s.queue <- r:
	default:
		s.tally.add(outcome{request: r, verdict: verdict{unsent, "the queue is full"}, took: s.over.Sub(s.started) - r.at})
	}
}

// work sends requests over one connection at a time.
func (s *sender) work(ctx context.Context, random *rand.Rand) {
	req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(res)
	var address []byte
	for r := range s.queue {
		switch {
		case ctx.Err() != nil:
			continue
		case time.Now().After(s.over):
			s.tally.add(outcome{request: r, verdict: verdict{unsent, "no connection was free until the end"}, took: s.over.Sub(s.started) - r.at})
			continue
		}
		address = s.fill(req, r, address[:0])
		waited := time.Since(s.started) - r.at
		err := s.client.DoTimeout(req, res, s.options.timeout)
		o := outcome{request: r, took: time.Since(s.started) - r.at, waited: waited}
		if err != nil {
			o.verdict = checkFailure(err)
		} else {
			s.check(&o, res, random)
		}
		if o.what != valid {
			o.why += ": " + string(address)
		}
		s.tally.add(o)
	}
}

// fill makes the request; it returns its address in the memory of the last one.
func (s *sender) fill(req *fasthttp.Request, r request, address []byte) []byte {
	b, c := &s.target.mail.blocks[r.block], &s.target.clients[r.client]
	var who recipient
	if r.who >= 0 {
		who = s.target.people[r.who]
	}
	path, agent := b.image, c.opens
	if r.click >= 0 {
		path, agent = b.click, c.clicks
	}
	address = b.address(address, path, who)
	req.Reset()
	req.Header.SetRequestURIBytes(address)
	req.Header.SetHost(s.target.public.Host)
	req.URI().SetScheme(s.target.public.Scheme)
	req.Header.SetUserAgent(agent)
	for _, h := range c.headers {
		req.Header.Set(h[0], h[1])
	}
	if s.target.asking != "" {
		req.Header.Set("Authorization", "Bearer "+s.target.asking)
	}
	return address
}

// check fills in what came back.
func (s *sender) check(o *outcome, res *fasthttp.Response, random *rand.Rand) {
	b := &s.target.mail.blocks[o.block]
	o.bytes = len(res.Body())
	if o.click >= 0 {
		o.verdict = checkClick(s.target.hosts, res)
		return
	}
	o.rung = string(res.Header.Peek("Opentime-Rung"))
	if o.verdict = checkImage(b, res); o.what == valid && random.Float64() < s.options.decode {
		o.decoded = true
		o.verdict = checkPixels(b, res.Body())
	}
}
