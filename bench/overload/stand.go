package main

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"time"

	"example.com/opentime/assets"
	"example.com/opentime/bench/load"
	"example.com/opentime/server"
)

//go:embed site
var site embed.FS

// stand is a server under load and what is sent to it.
type stand struct {
	*load.Program
	options *options
	keys    *server.Keys
	dir     string
	folder  string // of the site
	agent   load.Client
	numbers atomic.Int64 // of the last picture asked for
}

// photo is the one that the site's pictures show.
const photo = "photos/popcorn.jpg"

// newStand builds opentime and starts it on a copy of the site.
func newStand(ctx context.Context, o *options) (*stand, error) {
	dir, err := os.MkdirTemp("", "opentime-overload")
	if err != nil {
		return nil, err
	}
	s := &stand{options: o, dir: dir, folder: filepath.Join(dir, "site"), agent: load.Client{
		Name: "outlook", Opens: "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)",
	}}
	if err := s.start(ctx); err != nil {
		_ = os.RemoveAll(dir)
		return nil, err
	}
	return s, nil
}

func (s *stand) start(ctx context.Context) error {
	key := "a:" + load.Random()
	var err error
	if s.keys, err = server.ParseKeys(key); err != nil {
		return err
	}
	own, err := fs.Sub(site, "site")
	if err != nil {
		return err
	}
	if err := os.CopyFS(s.folder, own); err != nil {
		return err
	}
	data, err := assets.FS.ReadFile("demo/campaigns/" + photo)
	if err != nil {
		return err
	}
	file := filepath.Join(s.folder, "campaigns", photo)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		return err
	}
	fmt.Fprintln(s.options.stderr, "Building opentime, and starting it in a process of its own.")
	program, err := load.Build(ctx, s.dir, s.options.stderr)
	if err != nil {
		return err
	}
	launch := load.Launch{Program: program, Site: s.folder, Dir: s.dir, Key: key, Command: s.processors()}
	s.Program, err = launch.Start(ctx)
	return err
}

// processors is the command that keeps the server to the first half of the
// processors; none where there is one, or no such command.
func (s *stand) processors() []string {
	taskset, err := exec.LookPath("taskset")
	if n := runtime.NumCPU() / 2; s.options.pin && err == nil && n > 0 {
		return []string{taskset, "-c", fmt.Sprintf("0-%d", n-1)}
	}
	return nil
}

// close ends the server and removes what it was made of.
func (s *stand) close() {
	s.Program.Close()
	_ = os.RemoveAll(s.dir)
}

// Kinds of requests.
const (
	signed   = "signed"
	stranger = "stranger"
)

// signed is the open of a recipient whose link is sealed, of a picture that nobody
// asked for before.
func (s *stand) signed() load.Request {
	n := s.numbers.Add(1)
	id := fmt.Sprintf("b%d", n)
	return s.request(fmt.Sprintf("r=%s.%s&points=%d", id, s.keys.Seal("busy", id), n), signed)
}

// stranger is an open by a link that anybody can write, of a picture that nobody
// asked for before.
func (s *stand) stranger() load.Request {
	return s.request(fmt.Sprintf("points=%d", s.numbers.Add(1)), stranger)
}

func (s *stand) request(query, kind string) load.Request {
	path := fmt.Sprintf("/i/busy/%s.%s?%s&deadline=2031-05-17T20:00:00Z", s.options.picture, pictures[s.options.picture].Extension, query)
	image := pictures[s.options.picture]
	return load.Request{Path: path, Client: &s.agent, Image: &image, Kind: kind}
}

// pictures are what may be drawn, and what its image must be. Never changed.
var pictures = map[string]load.Image{"photo": {Extension: "jpg", Width: 600}, "countdown": {Extension: "gif", Width: 600}}

// even returns requests that are due at an even rate until a time is over.
func even(rate float64, duration time.Duration, request func() load.Request) func() (load.Request, bool) {
	n := 0
	return func() (load.Request, bool) {
		at := time.Duration(float64(n) / rate * float64(time.Second))
		if n++; at >= duration {
			return load.Request{}, false
		}
		r := request()
		r.At = at
		return r, true
	}
}

// both merges two streams of requests in order of time.
func both(a, b func() (load.Request, bool)) func() (load.Request, bool) {
	x, moreX := a()
	y, moreY := b()
	return func() (load.Request, bool) {
		if moreX && (!moreY || x.At <= y.At) {
			r := x
			x, moreX = a()
			return r, true
		}
		r, more := y, moreY
		if more {
			y, moreY = b()
		}
		return r, more
	}
}

// sender is one that sends to the server for so long.
func (s *stand) sender(duration time.Duration, seen *series) *load.Sender {
	return &load.Sender{
		Public: s.Public, Token: s.Token, Connections: s.options.connections, Duration: duration, Timeout: patience,
		Decode: 0.02, Seed: 1, Seen: seen.add,
	}
}

// patience is how long a client waits for an image.
const patience = 2 * time.Second

// send sends requests at their times, and returns what came of them.
func (s *stand) send(ctx context.Context, duration time.Duration, next func() (load.Request, bool)) *series {
	seen := newSeries(duration)
	before, cpu := s.Metrics(), readCPU(s.ID)
	started := time.Now()
	tally := load.NewTally(duration)
	s.sender(duration, seen).Send(ctx, next, tally, started)
	seen.end(tally.Result(), before, s.Metrics(), readCPU(s.ID).minus(cpu), time.Since(started))
	return seen
}

// saturate asks for pictures, each another one, as fast as they are drawn: the
// most that the server draws.
func (s *stand) saturate(ctx context.Context, duration time.Duration) *series {
	seen := newSeries(duration)
	before, cpu := s.Metrics(), readCPU(s.ID)
	started := time.Now()
	tally := load.NewTally(duration)
	sender := s.sender(duration, seen)
	sender.Connections = 2 * max(1, runtime.NumCPU())
	sender.Loop(ctx, func() (load.Request, bool) { return s.signed(), true }, tally, started)
	seen.end(tally.Result(), before, s.Metrics(), readCPU(s.ID).minus(cpu), time.Since(started))
	return seen
}
