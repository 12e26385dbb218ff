package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"

	"example.com/opentime/journal"
	"example.com/opentime/people"
	"example.com/opentime/render"
	"example.com/opentime/rules"
	"example.com/opentime/server"
	"example.com/opentime/signals"
	"example.com/opentime/store"
)

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
	if err := a.openProfiles(ctx, keys); err != nil {
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
		a.publisher.warmer = a.server.Warm
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
func (a *app) openProfiles(ctx context.Context, keys *server.Keys) error {
	verify := func(id, seal string) bool { return keys.Verify(a.site.config.sender, id, seal, a.env.now()) }
	a.profiles = people.Open(a.store, a.site.sender, a.site.config.consent, a.env.now, verify)
	a.profiles.Remember(a.site.config.keep.behaviour, a.catalogue.Tags)
	if a.site.config.recipients == rules.Keyed {
		a.profiles.RequireSecretIDs()
	}
	a.openProfileFeeds()
	a.learner = newLearner(ctx, a)
	a.gatherer.Swap(func(s *signals.Sources) { s.Lists, s.Results = a.profiles.Lists(), a.store.Results })
	a.loadLists(a.site)
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
		TrustedProxies: c.trusted, KeepShown: c.keep.shown, Origins: c.origins, Gatherer: a.gatherer, Profiles: a.profiles,
		Renderer: renderer, Store: a.store, Events: a.store, Answers: a.store, Journal: a.journal, Now: a.env.now,
		Tokens: server.Tokens{
			Ingest: a.env.getenv("OPENTIME_TOKEN_INGEST"), Read: a.env.getenv("OPENTIME_TOKEN_READ"),
			Publish: a.env.getenv("OPENTIME_TOKEN_PUBLISH"),
		},
		Build: build, StoreStats: func() server.StoreStats { return server.StoreStats(a.store.Stats()) }, Disk: a.disk, Backup: a.backup,
		Model: a.learner.status, Train: a.learner.train,
		ProfileFeeds: a.profileFeeds.status, RefreshProfiles: a.profileFeeds.Refresh,
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
