package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
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
	"example.com/opentime/rules"
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

	store     *store.Store
	journal   *journal.Journal
	catalogue *signals.Catalogue
	gatherer  *signals.Gatherer
	profiles  *people.Profiles
	publisher *publisher
	front     *server.Public
	server    *server.Server
	files     *dataFiles           // but databases
	databases *dataFiles           // of addresses; held by verifying
	tables    ownTables            // of clients, in use
	naming    atomic.Pointer[site] // whose databases are wanted
	listens   bool                 // it is a server, not somebody who asks once

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

// open opens the data and builds everything up to the server.
func (a *app) open(ctx context.Context, o serveOptions) error {
	a.unpackZones()
	if err := a.openData(o); err != nil {
		return err
	}
	data := a.data
	keys, err := siteKeys(a.site.folder, a.env)
	if err != nil {
		return err
	}
	a.seal = keys.Seal(a.started.sender, backupID)
	if err := keys.CanSign(a.env.now()); err != nil {
		slog.Warn("the key that signs is over; run opentime keys rotate", "err", err)
	}
	if err := a.openStore(o); err != nil {
		return err
	}
	library, err := a.openLibrary(o)
	if err != nil {
		return err
	}
	fonts, err := a.site.fonts()
	if err != nil {
		slog.Error("fonts of the sender's own are left out", "err", err)
		a.site.config.fonts = nil
		if fonts, err = a.site.fonts(); err != nil {
			return err
		}
	}
	renderer := render.New(fonts, library)
	if err := a.openSources(ctx, library, data); err != nil {
		return err
	}
	if err := a.openProfiles(keys); err != nil {
		return err
	}
	if a.publisher, err = newPublisher(data, a.site.config.sender, library, renderer.Draw, a.catalogue.Items); err != nil {
		return err
	}
	a.publisher.ungated, a.publisher.now = o.idle, a.env.now
	config, err := a.serverConfig(o, keys, renderer)
	if err != nil {
		return err
	}
	if a.server, err = server.New(config); err != nil {
		return err
	}
	a.publish(a.site)
	if !o.idle {
		a.keepUp(ctx)
	}
	return nil
}

// openStore opens the store, which knows at once who was forgotten, and the
// journal.
func (a *app) openStore(o serveOptions) (err error) {
	if a.store, err = store.Open(a.storeFolder(a.data, o), a.site.config.sender); err != nil {
		return err
	}
	if !o.idle {
		a.keepForgotten()
	}
	a.journalFolder = filepath.Join(a.data, "journal")
	a.journal, err = journal.Open(a.journalFolder, "local", build, a.env.now)
	return err
}

// openProfiles opens the profiles, and brings the demo's in.
func (a *app) openProfiles(keys *server.Keys) error {
	verify := func(id, seal string) bool { return keys.Verify(a.site.config.sender, id, seal, a.env.now()) }
	a.profiles = people.Open(a.store, a.site.sender, a.site.config.consent, a.env.now, verify)
	if a.site.config.recipients == rules.Keyed {
		a.profiles.RequireSecretIDs()
	}
	return a.importDemo()
}

// openData finds the data folder, which a restore must have come to its end in.
func (a *app) openData(o serveOptions) (err error) {
	if a.data, err = a.dataFolder(o); err != nil {
		return err
	}
	removeStages(a.data)
	return unfinishedRestore(a.data)
}

// dataFolder returns where data is kept; for the demo a folder that goes with
// the process, unless one is named.
func (a *app) dataFolder(o serveOptions) (string, error) {
	switch {
	case o.data != "":
		return o.data, os.MkdirAll(o.data, 0o750)
	case a.site.folder.embedded != nil || o.idle:
		dir, err := os.MkdirTemp("", "opentime-")
		a.scratch = dir
		return dir, err
	}
	dir := a.site.folder.path(a.site.config.data)
	return dir, os.MkdirAll(dir, 0o750)
}

// openLibrary opens the library of pictures. One that listens to nothing also
// reads those from the web that the site's own data has.
func (a *app) openLibrary(o serveOptions) (*render.Library, error) {
	library, err := render.OpenLibrary(filepath.Join(a.data, "pictures"))
	if err != nil {
		return nil, err
	}
	a.picturesOf = a.data
	if o.idle && a.site.folder.embedded == nil {
		a.picturesOf = a.site.folder.path(a.site.config.data)
		library.Borrow(filepath.Join(a.picturesOf, "pictures"))
	}
	return library, nil
}

// storeFolder returns where the store is. One that listens to nothing keeps
// everything else in a folder of its own but knows what the site's store has.
func (a *app) storeFolder(data string, o serveOptions) string {
	if own := a.site.storeFolder(); o.idle && !o.apart && a.site.folder.embedded == nil && a.site.folder.isDir(own) {
		return own
	}
	return filepath.Join(data, "store")
}

// serverConfig gathers what the server is made of.
func (a *app) serverConfig(o serveOptions, keys *server.Keys, renderer *render.Renderer) (server.Config, error) {
	c := &a.site.config
	config := server.Config{
		Sender: c.sender, Public: c.public, Home: c.home, Keys: keys, Recipients: c.recipients, Consent: c.consent,
		TrustedProxies: c.trusted, KeepShown: c.keep.shown, Gatherer: a.gatherer, Profiles: a.profiles,
		Renderer: renderer, Store: a.store, Events: a.store, Journal: a.journal, Now: a.env.now,
		Tokens: server.Tokens{
			Ingest: a.env.getenv("OPENTIME_TOKEN_INGEST"), Read: a.env.getenv("OPENTIME_TOKEN_READ"),
			Publish: a.env.getenv("OPENTIME_TOKEN_PUBLISH"),
		},
		Build: build, StoreStats: func() server.StoreStats { return server.StoreStats(a.store.Stats()) }, Disk: a.disk, Backup: a.backup,
	}
	if !o.idle {
		config.Webhooks = a.webhooks()
	}
	if o.listen != "" && a.site.folder.embedded != nil {
		config.Public = "http://" + a.public
	}
	for _, text := range o.trusted {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return config, usageError{fmt.Sprintf("%q is no network; write one such as 10.0.0.0/8", text)}
		}
		config.TrustedProxies = append(config.TrustedProxies, network)
	}
	if a.site.folder.embedded == nil {
		return config, nil
	}
	demo, err := loadDemo()
	config.Demo = demo
	return config, err
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
