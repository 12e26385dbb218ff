package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"example.com/opentime/server"
	"example.com/opentime/signals"
)

// reloadSources reads again what lies in files. What is wrong keeps the last
// good one.
func (a *app) reloadSources(s *site) {
	for _, f := range a.site.config.feeds {
		if f.file != "" {
			a.refresh(context.Background(), f.id)
		}
	}
	a.loadPlaceFiles(s)
	a.keepWarm()
}

// loadPlaceFiles reads the geo database and the lists of places. Of one that
// cannot be read its last good copy serves, at a start too; where there is none
// what it would say is unknown.
func (a *app) loadPlaceFiles(s *site) {
	places := map[string]*signals.Places{}
	for _, p := range s.config.places {
		a.useFile(s, p.file, "places-"+p.id+".csv", func(data []byte) (err error) {
			places[p.id], err = a.places(s, p, data)
			return err
		})
	}
	var geo *signals.Geo
	if s.config.geo != "" {
		a.useFile(s, s.config.geo, "geo.mmdb", func(data []byte) (err error) {
			geo, err = s.readGeo(data)
			return err
		})
	}
	a.gatherer.Swap(func(sources *signals.Sources) { sources.Places, sources.Geo = places, geo })
}

// useFile has a file of the site used and a copy of it kept, or the copy used
// where the file is not there or not accepted.
func (a *app) useFile(s *site, name, keptAs string, use func(data []byte) error) {
	whole, kept := s.folder.path(name), filepath.Join(a.data, "last", keptAs)
	data, err := s.folder.read(whole)
	if err == nil {
		err = use(data)
	}
	if err == nil {
		a.keepCopy(kept, data)
		return
	}
	err = fmt.Errorf("read %s: %w", whole, cause(err))
	last, missing := os.ReadFile(kept)
	if missing == nil && use(last) == nil {
		slog.Error("the last good copy of a file serves on", "err", err)
		return
	}
	slog.Error("what a file would say is unknown", "err", err)
}

func (a *app) keepCopy(name string, data []byte) {
	if before, err := os.ReadFile(name); err == nil && bytes.Equal(before, data) {
		return
	}
	err := os.MkdirAll(filepath.Dir(name), 0o750)
	if err == nil {
		err = server.WriteWhole(name, data)
	}
	if err != nil {
		slog.Warn("no copy could be kept", "err", err)
	}
}

// readGeo reads the geo database.
func (s *site) readGeo(data []byte) (*signals.Geo, error) {
	return signals.LoadGeo(s.config.geo, data, func(err error) { slog.Error("geo database", "err", err) })
}

// places reads a list of places; rows that are wrong are told and left out.
func (a *app) places(s *site, p placesConfig, data []byte) (*signals.Places, error) {
	list, problems := signals.LoadPlaces(signals.PlaceList{
		ID: p.id, File: s.folder.path(p.file), Route: p.route, Hosts: s.config.hosts,
		Zones: a.gatherer.Sources().Zones, Zone: s.config.zone,
	}, data)
	for _, problem := range problems {
		slog.Warn("in a list of places", "problem", problem.String())
	}
	if list == nil {
		return nil, fmt.Errorf("nothing in it is a place")
	}
	return list, nil
}
