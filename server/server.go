// Package server answers the images and links of sent mails over HTTP: an open
// in, an image out; a click in, a redirect out. Read open.go first.
//
// Whatever happens, /i/ is answered 200 with an image of the asked type and
// /c/ with a 302 to one of the sender's own pages. fasthttp does not recover
// panics, so every handler and every goroutine here does.
package server

import (
	"bytes"
	"context"
	"hash/maphash"
	"html/template"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"

	"example.com/opentime/journal"
	"example.com/opentime/people"
	"example.com/opentime/render"
	"example.com/opentime/rules"
	"example.com/opentime/signals"
)

// Config is what a Server is made of. All of it but Tokens and what is said so of is required.
type Config struct {
	Sender         string // in every seal: never change it
	Public         string // what links begin with: https://img.cinema.example
	Home           string // where a click goes when nothing is left
	Keys           *Keys
	Recipients     rules.Trust   // Keyed where unsealed ids that were imported are believed
	Consent        rules.Consent // of recipients without a word of their own
	TrustedProxies []netip.Prefix
	KeepShown      time.Duration
	Origins        []string // of web pages that may ask for decisions and tell what recipients do: https://shop.example
	Gatherer       *signals.Gatherer
	Profiles       *people.Profiles
	Renderer       *render.Renderer
	Store          Store
	Events         EventStore
	Answers        AnswerStore
	Journal        *journal.Journal
	Now            func() time.Time
	Tokens         Tokens
	Webhooks       map[string]Webhook // by id
	Demo           *Demo              // nil: no demo page
	// For metrics and status; the functions may be nil.
	Build      string
	StoreStats func() StoreStats
	Disk       func() Disk
	// Model says how what lists are ranked with does. Train begins to learn it anew,
	// settings too, and closes done after that; who asks meanwhile waits for the same.
	Model func() ModelStatus
	Train func() (done <-chan struct{})
	// ProfileFeeds says how feeds of profiles do, RefreshProfiles asks the source of one
	// now; nil: there are none.
	ProfileFeeds    func() []signals.FeedStatus
	RefreshProfiles func(ctx context.Context, feed string, force bool) (signals.FeedReport, error)
	// Backup makes a backup of now ready.
	Backup func() (Backup, error)
}

// StoreStats says how the store's engine does. Writes count since the start.
type StoreStats struct {
	Synced, Unsynced uint64 // batches written, by whether somebody waited for the disk
	Compactions      uint64
	Debt             uint64 // bytes that compactions are behind by
	Hits, Misses     uint64 // of blocks in its memory
	Memory           uint64 // bytes
}

// Disk is what the data folder holds, and what its disk has left, in bytes.
type Disk struct {
	Free    uint64           `json:"free"`
	Size    uint64           `json:"size"`
	Folders map[string]int64 `json:"folders"` // by the name of each: store, journal, ...
}

// Tokens open the admin listener's scopes. An empty one leaves its scope to
// whoever reaches the listener, which then must be loopback.
type Tokens struct {
	Ingest, Read, Publish string
}

// Server answers opens and clicks.
type Server struct {
	config    Config
	site      atomic.Pointer[Site]
	readings  *readings
	images    *images
	generics  *memory // images of generic pictures, by their paths
	files     imageFiles
	shown     *shownBook
	recorder  *recorder
	notes     *people.Notes
	answers   *answerBook
	asking    *template.Template // the page of an answer
	answering sync.Map           // hashes of requests with a key that are being answered
	metrics   *metrics
	advice    *adviser
	public    atomic.Pointer[Public] // nil until it answers
	lately    lately
	started   time.Time
	backingUp sync.Mutex               // one at a time
	problems  atomic.Pointer[[]string] // that keep what is in the files from being served
	deciders  sync.Pool                // of *rules.Decider
	reads     chan struct{}            // the gate of reads of the store
	beacons   chan struct{}            // and of what pages tell
	rates     rates
	rooms     sync.Pool // of *composition
	agents    agents
	heads     heads
	headRooms sync.Pool // of *headRoom
	paths     paths
	use       *keyUse
	admin     *fasthttp.Server
}

// New returns a Server that serves nothing until Publish.
func New(config Config) (*Server, error) {
	s := &Server{config: config, readings: newReadings(), metrics: newMetrics(), started: config.Now()}
	s.metrics.expect(config.Webhooks)
	s.advice = newAdviser(s.metrics)
	s.agents.seed, s.paths.seed, s.heads.seed = maphash.MakeSeed(), maphash.MakeSeed(), maphash.MakeSeed()
	s.use = newKeyUse(s.metrics, config.Keys, config.Now())
	images, err := newImages(s.draw, config.Now)
	if err != nil {
		return nil, err
	}
	s.images = images
	if s.generics, err = newMemory(genericBytes); err != nil {
		return nil, err
	}
	s.shown = newShownBook(config.Store)
	if s.asking, err = template.ParseFS(pages, "page/answer.html"); err != nil {
		return nil, err
	}
	s.notes = people.NewNotes(config.Profiles)
	s.answers = newAnswerBook(config.Answers)
	s.recorder = newRecorder(config.Journal, config.Profiles)
	s.deciders.New = func() any { return new(rules.Decider) }
	s.reads = make(chan struct{}, storeReads)
	s.beacons = make(chan struct{}, beaconsOpen)
	s.headRooms.New = newHeadRoom
	s.rooms.New = func() any { return new(composition) }
	s.site.Store(&Site{Campaigns: map[string]*Published{}})
	s.admin = s.newAdmin()
	return s, nil
}

// draw draws a picture, and counts how long that took.
func (s *Server) draw(p *render.Picture) (render.Image, error) {
	began := s.config.Now()
	defer func() { s.metrics.draws.add(s.config.Now().Sub(began)) }()
	return s.config.Renderer.Draw(p)
}

// Publish serves site from the next open on. Readings under way end with what
// they were decided with.
func (s *Server) Publish(site *Site) { s.site.Store(site) }

// NoteProblems takes what keeps the sender's files, as they are now, from being
// served. It is for metrics and status.
func (s *Server) NoteProblems(problems []string) { s.problems.Store(&problems) }

// Site returns what is served now.
func (s *Server) Site() *Site { return s.site.Load() }

// Shutdown stops answering on the admin listener, lets requests under way finish
// until ctx ends, and writes what waits for the store. The public listener has
// been closed before; the journal and the store stay the caller's to close.
func (s *Server) Shutdown(ctx context.Context) error {
	err := s.admin.ShutdownWithContext(ctx)
	s.images.close()
	s.generics.close()
	s.recorder.close()
	s.shown.close()
	s.answers.close()
	s.notes.Close()
	return err
}

// handle answers a request on the public listener.
func (s *Server) handle(ctx *fasthttp.RequestCtx) {
	path, query := target(ctx)
	switch {
	case ctx.IsOptions():
		s.allow(ctx, path)
	case isImagePath(path):
		s.handleImage(ctx, path, query)
	case isClickPath(path):
		link, _ := ParseLink(path, query)
		s.click(ctx, link)
	case isAnswerPath(path):
		link, _ := ParseLink(path, query)
		s.answer(ctx, link)
	case isDecisionPath(path):
		s.decision(ctx, path)
	case isBeaconPath(path) && (ctx.IsPost() || ctx.IsGet() || ctx.IsHead()):
		s.beacon(ctx, query)
	default:
		notFound(ctx)
	}
}

// allow says which methods a path takes, and lets pages of the sender's origins tell
// what recipients do.
func (s *Server) allow(ctx *fasthttp.RequestCtx, path []byte) {
	h := &ctx.Response.Header
	h.Set("Allow", "GET, HEAD, OPTIONS")
	ctx.SetStatusCode(fasthttp.StatusNoContent)
	if !isBeaconPath(path) && !isAnswerPath(path) {
		return
	}
	h.Set("Allow", "GET, HEAD, OPTIONS, POST")
	if isAnswerPath(path) {
		return
	}
	s.allowOrigin(ctx)
	if len(h.Peek("Access-Control-Allow-Origin")) > 0 {
		h.Set("Access-Control-Allow-Methods", "GET, POST")
		h.Set("Access-Control-Allow-Headers", "Content-Type")
		h.Set("Access-Control-Max-Age", "86400")
	}
}

// handleImage answers under /i/: with the block's image where the URL names
// one, else with the built-in one.
func (s *Server) handleImage(ctx *fasthttp.RequestCtx, path, query []byte) {
	link, ok := s.paths.parse(path)
	if !ok {
		s.sendBuiltIn(ctx, link.Format, unknownLink)
		return
	}
	link.parseQuery(query)
	s.open(ctx, link)
}

// target is a request's path and query as they came. fasthttp takes them apart, and
// tidies the path, only where that is needed to tell whose they are.
func target(ctx *fasthttp.RequestCtx) (path, query []byte) {
	uri := ctx.Request.Header.RequestURI()
	if (isImagePath(uri) || isClickPath(uri)) && bytes.IndexByte(uri, '#') < 0 {
		path, query, _ = bytes.Cut(uri, []byte("?"))
		return path, query
	}
	return ourPath(ctx), ctx.URI().QueryString()
}

// ourPath is the path of a request as it came, or tidied where only that is one
// of ours: people paste slashes twice.
func ourPath(ctx *fasthttp.RequestCtx) []byte {
	path := ctx.URI().PathOriginal()
	if isImagePath(path) || isClickPath(path) || isAnswerPath(path) || isDecisionPath(path) {
		return path
	}
	return ctx.Path()
}

func isImagePath(path []byte) bool { return hasPrefixFold(path, "/i/") }
func isClickPath(path []byte) bool { return hasPrefixFold(path, "/c/") }

// isAnswerPath reports whether a path is of an answer's link.
func isAnswerPath(path []byte) bool { return hasPrefixFold(path, "/a/") }

// isDecisionPath reports whether a path asks for a decision as JSON.
func isDecisionPath(path []byte) bool { return hasPrefixFold(path, "/d/") }

func hasPrefixFold(path []byte, prefix string) bool {
	return len(path) >= len(prefix) && path[0] == '/' && path[1]|0x20 == prefix[1] && path[2] == '/'
}

func notFound(ctx *fasthttp.RequestCtx) {
	ctx.SetStatusCode(fasthttp.StatusNotFound)
	ctx.Response.Header.Set("X-Robots-Tag", "noindex")
}

// silent drops what fasthttp logs: it prints URLs.
type silent struct{}

// Printf drops its arguments.
func (silent) Printf(string, ...any) {}
