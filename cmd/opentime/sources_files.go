package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"path"
	"path/filepath"

	"example.com/opentime/assets"
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
	a.loadFiles(s)
	a.keepWarm()
}

// loadFiles reads the databases of addresses, the tables of clients and the
// lists of places. Of a file that cannot be read its last good version serves,
// at a start too; where there is none what it would say is unknown.
func (a *app) loadFiles(s *site) {
	next := a.gatherer.Sources()
	loadNew(a.files, s, "geo", s.config.geo, &next.Geo, func(f fileData, last *signals.Geo) (*signals.Geo, error) {
		return signals.LoadGeo(f.addresses(), last, tellDatabase)
	})
	loadNew(a.files, s, "asn", s.config.asn, &next.ASNs, func(f fileData, last *signals.ASNs) (*signals.ASNs, error) {
		return signals.LoadASNs(f.addresses(), last, tellDatabase)
	})
	loadNew(a.files, s, "relays", s.config.relays, &next.Relays, func(f fileData, last *signals.Relays) (*signals.Relays, error) {
		return f.relays(last)
	})
	a.loadClients(s, &next)
	next.Places = map[string]*signals.Places{}
	for _, p := range s.config.places {
		a.files.use(s.folder, "places "+p.id, p.file, func(f fileData) (err error) {
			next.Places[p.id], err = a.places(s, p, f.bytes)
			return err
		}, true)
	}
	next.Files = maps.Clone(a.files.state)
	a.gatherer.Swap(func(sources *signals.Sources) {
		sources.Geo, sources.ASNs, sources.Relays, sources.Clients = next.Geo, next.ASNs, next.Relays, next.Clients
		sources.Places, sources.Files = next.Places, next.Files
	})
}

// loadNew loads a file if it changed, and takes it if it is good. At a start the
// last good copy is loaded first if it is another: what is new is compared with
// what was.
func loadNew[T any](d *dataFiles, s *site, name, file string, into **T, load func(f fileData, last *T) (*T, error)) {
	if file == "" {
		d.forget(name)
		*into = nil
		return
	}
	d.useNew(s.folder, name, file, func(f fileData) error {
		last := *into
		if last == nil && !f.checked {
			last = lastGood(d, name, load)
		}
		loaded, err := load(f, last)
		if err == nil {
			*into = loaded
		}
		return err
	})
}

// lastGood is the copy that is kept of a file; nil if there is none.
func lastGood[T any](d *dataFiles, name string, load func(f fileData, last *T) (*T, error)) (last *T) {
	f, err := readData(folder{}, filepath.Join(d.kept, keptName(name)))
	if err != nil {
		return nil
	}
	f.checked = f.proven
	last, _ = load(f, nil)
	return last
}

// addresses is a file as a database of addresses.
func (f fileData) addresses() signals.AddressFile {
	return signals.AddressFile{Name: filepath.Base(f.path), Data: f.bytes, Proven: f.proven, Checked: f.checked}
}

// relays reads a file as Apple's list. What is proven is taken as it is.
func (f fileData) relays(last *signals.Relays) (*signals.Relays, error) {
	if f.proven || f.checked {
		last = nil
	}
	return signals.LoadRelays(f.path, f.bytes, f.modified, last)
}

func tellDatabase(err error) { slog.Error("database of addresses", "err", err) }

// loadClients reads the sender's own tables of clients, each in the place of the
// one built in.
func (a *app) loadClients(s *site, next *signals.Sources) {
	tables := ownTables{}
	for _, name := range signals.ClientTables() {
		file := tableFile(s, name)
		if file == "" {
			a.files.forget("clients/" + name)
			continue
		}
		a.files.use(s.folder, "clients/"+name, file, func(f fileData) error {
			with := maps.Clone(tables)
			with["clients/"+name+".tsv"] = f.bytes
			_, err := signals.LoadClients(with)
			if err == nil {
				tables = with
			}
			return err
		}, true)
	}
	if maps.EqualFunc(tables, a.tables, bytes.Equal) {
		return // what is known of User-Agents is kept
	}
	clients, err := signals.LoadClients(tables)
	if err != nil {
		slog.Error("the tables of clients do not go together; the last good ones serve on", "err", err)
		return
	}
	a.tables, next.Clients = tables, clients
}

// tableFile is where a sender's own table of clients is; "" if there is none.
func tableFile(s *site, name string) string {
	if s.config.clients == "" {
		return ""
	}
	file := path.Join(s.config.clients, name+".tsv")
	if _, err := s.folder.stat(s.folder.path(file)); errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return file
}

// ownTables are the built-in files with some of a sender's own in their place.
type ownTables map[string][]byte

// Open opens a built-in file.
func (t ownTables) Open(name string) (fs.File, error) { return assets.FS.Open(name) }

// ReadFile returns a file, which is not to be changed.
func (t ownTables) ReadFile(name string) ([]byte, error) {
	if own, ok := t[name]; ok {
		return own, nil
	}
	return assets.FS.ReadFile(name)
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
