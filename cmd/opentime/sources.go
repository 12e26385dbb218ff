package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/opentime/assets"
	"example.com/opentime/people"
	"example.com/opentime/render"
	"example.com/opentime/server"
	"example.com/opentime/signals"
)

// openSources loads every source of signals and keeps it fresh until ctx ends.
func (a *app) openSources(ctx context.Context, library *render.Library, data string) error {
	kept, still := filepath.Join(a.picturesOf, "last"), a.picturesOf != a.data || a.site.folder.embedded != nil
	a.files, a.databases = newDataFiles(kept, still, a.env.now), newDataFiles(kept, still, a.env.now)
	clients, err := signals.LoadClients(assets.FS)
	if err != nil {
		return fmt.Errorf("load client tables: %w", err)
	}
	gazetteer, err := signals.LoadGazetteer(assets.FS)
	if err != nil {
		return err
	}
	if err := a.openCatalogue(ctx, library, data); err != nil {
		return err
	}
	zones, err := a.zones()
	if err != nil {
		return err
	}
	sources := signals.Sources{
		Attributes: a.site.config.attributes, Clients: clients, Zones: zones, Gazetteer: gazetteer,
		Places: map[string]*signals.Places{}, Weather: a.openWeather(ctx), Catalogue: a.catalogue,
	}
	a.gatherer = signals.NewGatherer(sources)
	a.loadFiles(a.site)
	return nil
}

// unpackZones begins to unpack the map of time zones, the longest part of a
// start, beside the rest of it; zones waits for that.
func (a *app) unpackZones() {
	unpack := a.env.zones
	if unpack == nil {
		unpack = signals.LoadZones
	}
	a.zones = sync.OnceValues(unpack)
	go guarded("time zones", func() { _, _ = a.zones() })
}

// openWeather starts the weather, if a source of it is named and there.
func (a *app) openWeather(ctx context.Context) *signals.Weather {
	c := a.site.config.weather
	config := signals.WeatherConfig{
		Contact: c.contact, Age: c.age, Now: a.env.now,
		Key: a.env.getenv("OPENTIME_WEATHER_KEY"), URL: a.env.getenv("OPENTIME_WEATHER_URL"),
	}
	switch c.from {
	case "":
		return nil
	case "met.no":
		config.Key = ""
	case "open-meteo":
		if config.Source = signals.OpenMeteo; config.Key == "" {
			slog.Warn("Open-Meteo's free service is for what is not commercial; set OPENTIME_WEATHER_KEY to your key")
		}
	case "openweather":
		if config.Source = signals.OpenWeather; config.Key == "" {
			slog.Error("weather is unknown: OpenWeather answers those with a key only; set OPENTIME_WEATHER_KEY")
			return nil
		}
	case "file":
		files, dir := a.site.folder.files(c.file)
		transport, err := signals.RecordedWeather(files, dir)
		if err != nil {
			slog.Error("weather is unknown", "err", err)
			return nil
		}
		config.Transport, config.Recorded, config.PerSecond = transport, true, 1000
	}
	if !config.Recorded {
		slog.Info("weather has to be named where it shows", "say", config.Source.Attribution())
	}
	weather := signals.NewWeather(config)
	a.running.Go(func() { guarded("weather", func() { weather.Run(ctx) }) })
	return weather
}

// guarded runs f and tells of a panic instead of ending the process.
func guarded(what string, f func()) {
	defer func() {
		if cause := recover(); cause != nil {
			slog.Error("background work panicked", "what", what, "cause", cause)
		}
	}()
	f()
}

// files returns the file system and the path in it of a file that opentime.yaml
// names.
func (f folder) files(name string) (fs.FS, string) {
	if f.embedded != nil {
		return f.embedded, f.path(name)
	}
	whole := f.path(name)
	return os.DirFS(filepath.Dir(whole)), filepath.Base(whole)
}

// openCatalogue loads the feeds and keeps them fresh.
func (a *app) openCatalogue(ctx context.Context, library *render.Library, data string) error {
	config := signals.CatalogueConfig{Store: a.store, Now: a.env.now, HasPlace: a.hasPlace, Pictures: a.pictures(library), Network: a.env.network}
	for _, f := range a.site.config.feeds {
		feed := signals.FeedConfig{
			ID: f.id, URL: f.url, Format: f.format, Refresh: f.refresh, Currency: f.currency, Attributes: f.attributes,
			Hosts: a.site.config.hosts, Zone: a.site.config.zone, Keep: filepath.Join(data, "feeds"),
			Lost: f.guard.lost, ZeroPrices: f.guard.zeroPrices, Duplicates: f.guard.duplicates, Images: f.guard.images,
			PictureHosts: f.pictureHosts(a.site.config.hosts),
		}
		if f.file != "" {
			feed.File = a.site.folder.path(f.file)
			feed.Open = a.site.folder.open
			beside, files := path.Dir(filepath.ToSlash(feed.File)), a.site.folder
			feed.Picture = func(name string) (string, error) {
				picture, err := files.read(path.Join(beside, name))
				if err != nil {
					return "", fmt.Errorf("read picture %s: %w", name, cause(err))
				}
				hash, err := library.Add(picture)
				return hash.String(), err
			}
		}
		config.Feeds = append(config.Feeds, feed)
	}
	catalogue, err := signals.NewCatalogue(config)
	if err != nil {
		return err
	}
	a.catalogue = catalogue
	a.firstRefresh(ctx, config.Feeds)
	a.running.Go(func() { guarded("feeds", func() { catalogue.Run(ctx) }) })
	return nil
}

// pictures says where pictures that feeds name on the web go. One that listens
// to nothing fetches none, and knows those of the site's own data.
func (a *app) pictures(library *render.Library) *signals.PictureConfig {
	of := func(ref string) render.Hash {
		hash, _ := render.ParseHash(ref) // what is none is nowhere
		return hash
	}
	return &signals.PictureConfig{
		Keep: filepath.Join(a.picturesOf, "feeds", "pictures.json"), Still: a.picturesOf != a.data,
		Add: func(picture []byte) (string, error) {
			hash, err := library.AddFetched(picture)
			return hash.String(), err
		},
		Has:    func(ref string) bool { return library.HasFetched(of(ref)) },
		Remove: func(ref string) error { return library.RemoveFetched(of(ref)) },
		List: func() ([]string, error) {
			all, err := library.Fetched()
			refs := make([]string, len(all))
			for i, hash := range all {
				refs[i] = hash.String()
			}
			return refs, err
		},
	}
}

// pictureHosts are the hosts that a feed's pictures are fetched from: those it
// names or, where it names none, those that links lead to and its own.
func (f *feedConfig) pictureHosts(hosts []string) []string {
	if f.pictures != nil {
		return f.pictures
	}
	if u, err := url.Parse(f.url); err == nil && f.url != "" {
		return append(slices.Clone(hosts), u.Hostname())
	}
	return hosts
}

// firstWait is how long a start waits for its feeds.
const firstWait = 5 * time.Second

// firstRefresh reads all feeds, and returns when they are read or firstWait has
// passed: a source that hangs does not hold the start up, and the last good copy
// is loaded before it is asked. A file that has none is read to its end first,
// however long it is. What is being read when this returns goes on aside.
func (a *app) firstRefresh(ctx context.Context, feeds []signals.FeedConfig) {
	soon, cancel := context.WithTimeout(ctx, firstWait)
	defer cancel()
	read := make([]chan struct{}, len(feeds))
	for i := range feeds {
		read[i] = make(chan struct{})
		a.running.Go(func() {
			defer close(read[i])
			guarded("feed", func() { a.refresh(ctx, feeds[i].ID) })
		})
	}
	for i, feed := range feeds {
		select {
		case <-read[i]:
		case <-soon.Done():
			if feed.File != "" && !a.catalogue.HasItems(feed.ID) {
				select {
				case <-read[i]:
				case <-ctx.Done():
				}
			}
		}
	}
}

// hasPlace reports whether a place of that id is in one of the lists, or is a
// location of a shop.
func (a *app) hasPlace(id string) bool {
	if webhook, location, ok := strings.Cut(id, "/"); ok {
		for _, w := range a.started.webhooks {
			if place, listed := w.Locations[location]; w.ID == webhook && listed && place == "" {
				return true
			}
		}
	}
	for _, list := range a.gatherer.Sources().Places {
		if _, ok := list.Place(id); ok {
			return true
		}
	}
	return false
}

// refresh reads a feed now and tells what is wrong with it. One that cannot be
// read keeps the last good one.
func (a *app) refresh(ctx context.Context, feed string) {
	report, err := a.catalogue.Refresh(ctx, feed)
	if err != nil {
		slog.Error("feed not loaded", "feed", feed, "err", err)
	}
	for _, problem := range report.Problems {
		slog.Warn("in a feed", "problem", problem.String())
	}
}

// open opens a file by a path as path returns it.
func (f folder) open(name string) (fs.File, error) {
	if f.embedded != nil {
		return f.embedded.Open(name)
	}
	return os.Open(name)
}

// importDemo brings the demo's recipients in.
func (a *app) importDemo() error {
	if a.site.folder.embedded == nil {
		return nil
	}
	data, err := assets.FS.ReadFile("demo/profiles.csv")
	if err != nil {
		return fmt.Errorf("import demo profiles: %w", err)
	}
	applied, err := people.Import(bytes.NewReader(data), a.site.sender.Attributes, a.profiles.Put)
	if err != nil {
		return fmt.Errorf("import demo profiles: %w", err)
	}
	if len(applied.Refused) > 0 {
		return fmt.Errorf("import demo profiles: row %d: %s", applied.Refused[0].Row, applied.Refused[0].Why)
	}
	return nil
}

// server returns a server that answers questions and listens to nothing, and
// how to end it.
func (s *site) server(e *env) (*server.Server, func(), error) {
	a, err := startSite(e, s, serveOptions{idle: true})
	if err != nil {
		return nil, nil, err
	}
	return a.server, func() { _ = a.stop() }, nil
}
