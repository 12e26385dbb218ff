package server

import (
	"context"
	"log/slog"
	"net"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"

	"example.com/opentime/render"
)

// Public answers on the public listener. It is there before its Server: who
// comes while that one starts waits for it a while, then gets the lowest rung.
type Public struct {
	http     *fasthttp.Server
	home     string
	patience time.Duration
	listener net.Listener
	ended    chan error             // of the two listeners
	server   atomic.Pointer[Server] // nil while it starts
	started  chan struct{}          // closed once there is one
	early    atomic.Uint64          // images that were sent before that
	draining atomic.Bool
	ending   atomic.Bool // no connection stays
	dates    dates
}

// startPatience is how long who comes is kept waiting for a server that starts.
const startPatience = 3 * time.Second

// Limits of the public listener.
const (
	maxHeader      = 16 << 10
	maxBody        = 16 << 10
	writeBuffer    = 128 << 10
	readTime       = 5 * time.Second
	writeTime      = 10 * time.Second
	idleTime       = 30 * time.Second
	maxConnections = 100_000
)

// ServePublic answers on a listener from now on, until Close. Clicks lead to
// home until a Server answers.
func ServePublic(listener net.Listener, home string) *Public {
	p := newPublic(listener, home)
	go serveOn(p.http, newConnections(listener, p), p.ended)
	return p
}

func newPublic(listener net.Listener, home string) *Public {
	p := &Public{home: home, patience: startPatience, listener: listener, ended: make(chan error, 2), started: make(chan struct{})}
	p.http = &fasthttp.Server{
		Handler: p.handle, ErrorHandler: p.refuse, Logger: silent{},
		ReadBufferSize: maxHeader, WriteBufferSize: writeBuffer, MaxRequestBodySize: maxBody,
		ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleTime,
		Concurrency: maxConnections, NoDefaultServerHeader: true, NoDefaultContentType: true,
		CloseOnShutdown: true, HeaderReceived: leaveBody,
	}
	return p
}

// Close stops accepting and lets requests under way finish until ctx ends.
func (p *Public) Close(ctx context.Context) error {
	p.ending.Store(true)
	err := p.http.ShutdownWithContext(ctx)
	_ = p.listener.Close() // where it did not come to serving
	return err
}

// Answer lets a server answer from now on, first whoever waits. It is called
// once.
func (p *Public) Answer(s *Server) {
	s.public.Store(p)
	p.server.Store(s)
	close(p.started)
	for range p.early.Load() {
		s.metrics.builtIn(starting, p.patience)
	}
}

// Drain has a balancer take the server out: /healthz says so from now on, and
// everything else goes on being answered.
func (p *Public) Drain() { p.draining.Store(true) }

// State says in a word whether a balancer should send anybody here: serving,
// starting or draining. It is not about sources, store or disk: where one is away,
// the ladder's answer is better than the front's.
func (p *Public) State() string {
	switch {
	case p.draining.Load():
		return "draining"
	case p.server.Load() == nil:
		return "starting"
	}
	return "serving"
}

// sendState answers 200 where the state is serving, else 503.
func sendState(ctx *fasthttp.RequestCtx, state string) {
	ctx.Response.Header.Set("Cache-Control", "no-store")
	ctx.SetContentType("text/plain")
	ctx.SetBodyString(state + "\n")
	if state != "serving" {
		ctx.SetStatusCode(fasthttp.StatusServiceUnavailable)
	}
}

func (p *Public) handle(ctx *fasthttp.RequestCtx) {
	defer p.rescue(ctx)
	if c, ok := ctx.Conn().(*connection); ok {
		defer c.answered(wantsAnswer(&ctx.Request.Header))
	}
	if isHealthPath(ctx) && !ctx.IsOptions() {
		sendState(ctx, p.State())
		return
	}
	if s := p.wait(); s != nil {
		s.handle(ctx)
		return
	}
	if path := ourPath(ctx); isImagePath(path) || isClickPath(path) || isAnswerPath(path) || isBeaconPath(path) {
		p.sendLowest(ctx, path, starting)
		return
	}
	ctx.Error("starting\n", fasthttp.StatusServiceUnavailable)
}

// isHealthPath reports whether a balancer asks. Links are told without taking their
// URL apart.
func isHealthPath(ctx *fasthttp.RequestCtx) bool {
	uri := ctx.Request.Header.RequestURI()
	return !isImagePath(uri) && !isClickPath(uri) && string(ctx.Path()) == "/healthz"
}

// rescue answers a request whose handling panicked.
func (p *Public) rescue(ctx *fasthttp.RequestCtx) {
	cause := recover()
	if cause == nil {
		return
	}
	slog.Error("request panicked", "cause", cause, "stack", string(debug.Stack()))
	ctx.Response.Reset()
	p.sendLowest(ctx, ourPath(ctx), panicked)
}

// sendLowest answers a click, or an answer, with a redirect home, what a page tells as
// not kept, and anything else with the image compiled in.
func (p *Public) sendLowest(ctx *fasthttp.RequestCtx, path []byte, why cause) {
	s := p.server.Load()
	switch {
	case isClickPath(path), isAnswerPath(path):
		sendRedirect(ctx, p.home)
	case isBeaconPath(path):
		sendHeeded(ctx, false)
	case s != nil:
		s.sendBuiltIn(ctx, formatOf(path), why)
	default:
		p.early.Add(1)
		sendImage(ctx, render.BuiltIn(formatOf(path)))
	}
}

// wait returns the server, or nil where it has not started in time.
func (p *Public) wait() *Server {
	if s := p.server.Load(); s != nil {
		return s
	}
	late := time.NewTimer(p.patience)
	defer late.Stop()
	select {
	case <-p.started:
	case <-late.C:
	}
	return p.server.Load()
}
