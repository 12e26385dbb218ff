package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"time"

	"example.com/opentime/render"
	"example.com/opentime/rules"
	"example.com/opentime/signals"
	"example.com/opentime/strict"
)

// addData reads the feeds and places that are files, says what is wrong with
// them, and lets campaigns name only what they have. What lies at a URL is not
// asked for: then nobody knows which ids there are.
func addData(now func() time.Time) func(*site) {
	return func(s *site) {
		s.addPlaces()
		s.addFeeds(now)
		s.addLists()
		s.addProfileFeeds(now)
		s.checkFiles()
	}
}

// checkFiles reads what else opentime.yaml names, so that a server will start
// with it.
func (s *site) checkFiles() {
	wrong := func(key string, err error) {
		if err != nil && s.config.at[key] != nil {
			s.problems = append(s.problems, problemAt(s.config.at[key], "%v; name another file", err))
		}
	}
	data := func(key, what, file string, load func(fileData) error) {
		if file == "" {
			return
		}
		f, err := readData(s.folder, s.folder.path(file))
		if err == nil {
			err = load(f)
		}
		if err != nil {
			wrong(key, fmt.Errorf("the %s %s cannot be read: %w", what, f.path, cause(err)))
		}
	}
	data("geo", "geo database", s.config.geo, func(f fileData) error {
		_, err := f.geo(nil)
		return err
	})
	data("asn", "database of ASNs", s.config.asn, func(f fileData) error {
		_, err := f.asns(nil)
		return err
	})
	data("relays", "list of relays", s.config.relays, func(f fileData) error {
		_, err := f.relays(nil)
		return err
	})
	if s.config.clients != "" && !s.folder.isDir(s.folder.path(s.config.clients)) {
		wrong("clients", fmt.Errorf("there is no folder %s", s.folder.path(s.config.clients)))
	}
	for _, name := range signals.ClientTables() {
		data("clients", "table", tableFile(s, name), func(f fileData) error {
			_, err := signals.LoadClients(ownTables{"clients/" + name + ".tsv": f.bytes})
			return err
		})
	}
	_, err := s.fonts()
	wrong("fonts", err)
	if s.config.weather.from == "file" {
		files, dir := s.folder.files(s.config.weather.file)
		_, err := signals.RecordedWeather(files, dir)
		wrong("weather", err)
	}
}

// warnUnknown warns of signals that nothing supplies.
func (s *site) warnUnknown(c *campaign) {
	fromWeather := func(sig rules.Signal) bool { return sig.Source == rules.WeatherSource }
	if s.config.weather.from != "" || !slices.ContainsFunc(c.Signals, fromWeather) {
		return
	}
	s.problems = append(s.problems, strict.Problem{
		File: c.File, Line: 1, Col: 1, Level: strict.Warning,
		Text: "weather is always unknown here, so no rule that needs it can hold; name a source with weather: in " + s.config.file,
	})
}

// warnUntold warns of an r that no page is told.
func (s *site) warnUntold(c *campaign) {
	isR := func(a rules.Append) bool { return len(a.Text) == 1 && a.Text[0].Ref.Kind == rules.RecipientRef }
	if len(s.config.origins) > 0 || !slices.ContainsFunc(c.Append, isR) {
		return
	}
	s.problems = append(s.problems, strict.Problem{
		File: c.File, Line: 1, Col: 1, Level: strict.Warning,
		Text: "{r} is left out of every link, since no page may know it; name the pages that may with origins: in " + s.config.file,
	})
}

// addPlaces reads the lists of places.
func (s *site) addPlaces() {
	known, all := map[string]bool{}, true
	for _, p := range s.config.places {
		if p.file == "" {
			continue // said already
		}
		name := s.folder.path(p.file)
		data, err := s.folder.read(name)
		if err != nil {
			s.problems = append(s.problems, problemAt(p.node, "places cannot be read from %s: %v; name another file", name, cause(err)))
			all = false
			continue
		}
		list, problems := signals.LoadPlaces(signals.PlaceList{ID: p.id, File: name, Route: p.route, Hosts: s.config.hosts, Zone: s.config.zone}, data)
		if list == nil {
			s.problems = append(s.problems, problems...)
			continue
		}
		s.problems = append(s.problems, leftOut(problems)...)
		for _, place := range list.All() {
			known[place.ID] = true
		}
	}
	s.sender.HasPlace = func(id string) bool { return known[id] }
	if all {
		s.checkLocations(known)
	}
}

// addFeeds reads the feeds of items.
func (s *site) addFeeds(now func() time.Time) {
	config := signals.CatalogueConfig{Now: now}
	s.itemPictures = map[render.Hash]string{}
	for _, f := range s.config.feeds {
		if f.file == "" {
			return
		}
		name := s.folder.path(f.file)
		config.Feeds = append(config.Feeds, signals.FeedConfig{
			ID: f.id, File: name, Format: f.format, Currency: f.currency, Attributes: f.attributes,
			Hosts: s.config.hosts, Zone: s.config.zone, Open: s.folder.open, Picture: s.itemPicture(name),
			PictureHosts: f.pictureHosts(s.config.hosts),
		})
	}
	catalogue, err := signals.NewCatalogue(config)
	if err != nil {
		return
	}
	defer func() { _ = catalogue.Close() }()
	for i, f := range config.Feeds {
		report, err := catalogue.Refresh(context.Background(), f.ID)
		if err != nil {
			s.problems = append(s.problems, problemAt(s.config.feeds[i].node, "feed %q cannot be read: %v; put it right, or name another file", f.ID, cause(err)))
			s.problems = append(s.problems, leftOut(report.Problems)...) // they may be why
			return
		}
		s.problems = append(s.problems, leftOut(report.Problems)...)
	}
	s.catalogue = catalogue
	s.sender.HasItem = func(id string) bool {
		for _, f := range config.Feeds {
			if items := catalogue.Items(f.ID); items != nil {
				if _, ok := items.Item(id); ok {
					return true
				}
			}
		}
		return false
	}
}

// itemPicture looks for the pictures that a feed names beside itself.
func (s *site) itemPicture(feed string) func(string) (string, error) {
	return func(name string) (string, error) {
		whole := path.Join(path.Dir(filepath.ToSlash(feed)), name)
		data, err := s.folder.read(whole)
		hash := render.Hash(sha256.Sum256(data))
		s.itemPictures[hash] = whole
		return hash.String(), err
	}
}

// leftOut makes warnings of problems with rows: such a row is left out, and the
// rest serves.
func leftOut(problems []strict.Problem) []strict.Problem {
	for i := range problems {
		problems[i].Level = max(problems[i].Level, strict.Warning)
	}
	return problems
}

// problemAt is a problem with the place of a node.
func problemAt(n *strict.Node, format string, args ...any) strict.Problem {
	var r strict.Reader
	r.Errorf(n, format, args...)
	return r.Problems[0]
}
