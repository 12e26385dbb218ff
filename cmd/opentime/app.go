package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"example.com/opentime/assets"
	"example.com/opentime/journal"
	"example.com/opentime/people"
	"example.com/opentime/render"
	"example.com/opentime/server"
	"example.com/opentime/signals"
	"example.com/opentime/store"
	"example.com/opentime/strict"
)

// serveOptions are what a run of the server is told beside its files.
type serveOptions struct {
	path, listen, admin, data string
	trusted                   []string // networks whose forwarded address is believed, beside the file's
	idle                      bool     // listen to nothing: for explain and preview
	apart                     bool     // leave the site's store alone: a server holds it
}

// app is a running server with everything it is made of.
type app struct {
	env    *env
	site   *site  // of a server that runs: a reload's, held by reloading
	folder folder // the site's, whatever is reloaded
	public string // the addresses it listens on
	admin  string
	zones  func() (*signals.Zones, error)

	store        *store.Store
	journal      *journal.Journal
	catalogue    *signals.Catalogue
	gatherer     *signals.Gatherer
	profiles     *people.Profiles
	learner      *learner
	profileFeeds *profileFeeds
	publisher    *publisher
	front        *server.Public
	server       *server.Server
	files        *dataFiles           // but databases
	databases    *dataFiles           // of addresses; held by verifying
	imported     listFiles            // of items
	tables       ownTables            // of clients, in use
	naming       atomic.Pointer[site] // whose databases are wanted
	listens      bool                 // it is a server, not somebody who asks once

	reloading sync.Mutex
	verifying sync.Mutex
	ending    sync.Once
	stopped   context.CancelFunc
	served    chan error
	running   sync.WaitGroup
	scratch   string // a data folder that goes with the process

	data          string                           // the data folder
	sizes         atomic.Pointer[map[string]int64] // of its folders, as measured last
	picturesOf    string                           // the one whose pictures from the web are used
	journalFolder string
	started       config // what it was started with
	seal          string // of backupID
}

// startApp loads a site, opens its data and serves it.
func startApp(e *env, o serveOptions) (*app, error) {
	where, err := findFolder(o.path)
	if err != nil {
		return startWithout(e, o, err)
	}
	s, err := loadSite(where)
	if err != nil {
		return nil, err
	}
	if ofConfig := s.problemsIn(s.config.file); strict.Bad(ofConfig) {
		last, err := loadLastConfig(s.folder, cmp.Or(o.data, s.folder.path(s.config.data)))
		if err != nil {
			return nil, e.tell(ofConfig, false)
		}
		slog.Error("the last good opentime.yaml serves on")
		last.problems = append(last.problems, ofConfig...)
		s = last
	}
	return startSite(e, s, o)
}

// startWithout starts a site whose opentime.yaml is not there, if its data folder
// knows the last one.
func startWithout(e *env, o serveOptions, why error) (*app, error) {
	where := folder{dir: filepath.Clean(o.path)}
	s, err := loadLastConfig(where, cmp.Or(o.data, where.path(defaultConfig("").data)))
	if o.path == "" || err != nil {
		return nil, why
	}
	slog.Error("the last good opentime.yaml serves on", "err", why)
	s.problems = append(s.problems, strict.Problem{File: s.config.file, Line: 1, Col: 1, Text: why.Error()})
	return startSite(e, s, o)
}

// loadLastConfig loads a site whose opentime.yaml is broken with the last one
// that was published, which its data folder knows.
func loadLastConfig(where folder, data string) (*site, error) {
	text, err := lastConfig(data)
	if err != nil {
		return nil, err
	}
	s, err := loadSiteAs(where, text, nothing)
	if err == nil && strict.Bad(s.problemsIn(s.config.file)) {
		err = errors.New("the last opentime.yaml is no better")
	}
	return s, err
}

// startSite serves a site that is loaded.
func startSite(e *env, s *site, o serveOptions) (*app, error) {
	a := &app{env: e, site: s, folder: s.folder, started: s.config, served: make(chan error, 1), listens: !o.idle}
	ctx, stop := context.WithCancel(context.Background())
	a.stopped = stop
	if o.idle {
		if err := a.open(ctx, o); err != nil {
			return nil, errors.Join(err, a.stop())
		}
		return a, nil
	}
	public, admin, err := a.bind(o)
	if err != nil {
		return nil, errors.Join(err, a.stop())
	}
	// Who comes while the server starts waits instead of being refused.
	a.front = server.ServePublic(public, s.config.home)
	if err := a.open(ctx, o); err != nil {
		_ = admin.Close()
		return nil, errors.Join(err, a.stop())
	}
	a.front.Answer(a.server)
	go func() { a.served <- a.server.Serve(a.front, admin) }()
	return a, nil
}

// loadDemo reads what the demo page offers.
func loadDemo() (*server.Demo, error) {
	text, err := assets.FS.ReadFile("demo/demo.json")
	if err != nil {
		return nil, fmt.Errorf("load demo: %w", err)
	}
	demo := &server.Demo{}
	if err := json.Unmarshal(text, demo); err != nil {
		return nil, fmt.Errorf("load demo: %w", err)
	}
	mail, err := assets.FS.ReadFile("demo/mail.html")
	demo.Mail = string(mail)
	return demo, err
}

// stop ends everything in the order in which it leans on each other: what
// waits for the store and the journal is written. Stopping twice is stopping
// once.
func (a *app) stop() (err error) {
	a.ending.Do(func() { err = a.end() })
	return err
}

func (a *app) end() error {
	a.stopped()
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	var err error
	if a.front != nil {
		err = a.front.Close(ctx)
	}
	if a.server != nil {
		err = errors.Join(err, a.server.Shutdown(ctx))
	}
	a.running.Wait()
	if a.catalogue != nil {
		err = errors.Join(err, a.catalogue.Close())
	}
	if a.journal != nil {
		a.journal.Close()
	}
	if a.store != nil {
		err = errors.Join(err, a.store.Close())
	}
	if a.scratch != "" {
		err = errors.Join(err, os.RemoveAll(a.scratch))
	}
	return err
}

// drainTime is how long requests under way may take after SIGTERM.
const drainTime = 10 * time.Second

// publish publishes what a site's files say, and returns what keeps files from it.
func (a *app) publish(s *site) []strict.Problem {
	served, problems := a.publisher.publish(s)
	a.server.Publish(served)
	return a.note("not published", problems)
}

// note logs problems that keep files from being served, has the server know of
// them, and returns them; notes and warnings are check's to say.
func (a *app) note(what string, problems []strict.Problem) []strict.Problem {
	problems = slices.DeleteFunc(problems, func(p strict.Problem) bool { return p.Level != strict.Wrong })
	var texts []string
	for _, p := range problems {
		texts = append(texts, p.String())
		slog.Error(what, "problem", p.String())
	}
	a.server.NoteProblems(texts)
	return problems
}

// reload reads the files again. What is wrong leaves the last good state
// serving.
func (a *app) reload() []strict.Problem {
	a.reloading.Lock()
	defer a.reloading.Unlock()
	s, err := loadSite(a.site.folder)
	const failed = "reload failed; the last good state serves on"
	if err != nil {
		problems := []strict.Problem{{File: a.site.config.file, Line: 1, Col: 1, Text: err.Error()}}
		return a.note(failed, problems)
	}
	if ofConfig := s.problemsIn(s.config.file); strict.Bad(ofConfig) {
		return a.note(failed, ofConfig)
	}
	if changed := a.started.needsRestart(&s.config); len(changed) > 0 {
		slog.Warn("changed in opentime.yaml, and in force after a restart only", "keys", changed)
	}
	a.profiles.Declare(s.sender.Attributes)
	a.gatherer.Swap(func(sources *signals.Sources) { sources.Attributes = s.sender.Attributes })
	a.reloadSources(s)
	a.site = s
	return a.publish(s)
}

// fonts are those built in, and those named by path.
func (s *site) fonts() (*render.Fonts, error) {
	built, err := fs.Sub(assets.FS, "fonts")
	if err != nil {
		return nil, fmt.Errorf("load fonts: %w", err)
	}
	var more []string
	for _, name := range s.config.fonts {
		more = append(more, s.folder.path(name))
	}
	return render.LoadFonts(built, more...)
}
