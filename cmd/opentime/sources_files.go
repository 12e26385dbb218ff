package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

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
	a.profileFeeds.changed()
	a.loadFiles(s)
	a.keepWarm()
}

// loadFiles reads the tables of clients, the lists of places and of relays, and
// the databases of addresses. Of a file that cannot be read its last good version
// serves, at a start too; where there is none what it would say is unknown.
func (a *app) loadFiles(s *site) {
	next := a.gatherer.Sources()
	loadNew(a.files, s.folder, namedFile{"relays", s.config.relays}, &next.Relays, fileData.relays)
	a.loadClients(s, &next)
	next.Places = map[string]*signals.Places{}
	for _, p := range a.site.config.places { // of those named before; the rest is said anew
		if !slices.ContainsFunc(s.config.places, func(o placesConfig) bool { return o.id == p.id }) {
			a.files.forget("places " + p.id)
		}
	}
	for _, p := range s.config.places {
		read := func(f fileData) (err error) {
			next.Places[p.id], err = a.places(s, p, f.bytes)
			return err
		}
		a.files.use(s.folder, "places "+p.id, p.file, read, func() bool { return a.files.useKept("places "+p.id, read) })
	}
	a.gatherer.Swap(func(sources *signals.Sources) {
		sources.Relays, sources.Clients, sources.Places = next.Relays, next.Clients, next.Places
	})
	a.tellFiles(a.files, false)
	a.loadDatabases(s)
	if a.profiles != nil { // else openProfiles does
		a.loadLists(s)
	}
}

// loadDatabases reads the databases of addresses: large ones beside everything
// else, since to verify one takes seconds. Until then the last good one serves.
func (a *app) loadDatabases(s *site) {
	load := func() {
		a.verifying.Lock()
		defer a.verifying.Unlock()
		next := a.gatherer.Sources()
		s := a.naming.Load()
		loadNew(a.databases, s.folder, namedFile{"geo", s.config.geo}, &next.Geo, fileData.geo)
		loadNew(a.databases, s.folder, namedFile{"asn", s.config.asn}, &next.ASNs, fileData.asns)
		a.gatherer.Swap(func(sources *signals.Sources) { sources.Geo, sources.ASNs = next.Geo, next.ASNs })
		a.tellFiles(a.databases, true)
	}
	a.naming.Store(s)
	if !a.listens || !s.isLarge(s.config.geo) && !s.isLarge(s.config.asn) {
		load()
		return
	}
	a.lastDatabases(s)
	go guarded("databases of addresses", load)
}

// lastDatabases has the last good databases serve where none does yet. While one
// is verified that has been done.
func (a *app) lastDatabases(s *site) {
	if !a.verifying.TryLock() {
		return
	}
	defer a.verifying.Unlock()
	next := a.gatherer.Sources()
	keepLast(a.databases, namedFile{"geo", s.config.geo}, &next.Geo, fileData.geo)
	keepLast(a.databases, namedFile{"asn", s.config.asn}, &next.ASNs, fileData.asns)
	a.gatherer.Swap(func(sources *signals.Sources) { sources.Geo, sources.ASNs = next.Geo, next.ASNs })
}

// largeFile is how long a database is that is verified beside everything else.
const largeFile = 8 << 20

func (s *site) isLarge(file string) bool {
	if file == "" {
		return false
	}
	info, err := s.folder.stat(s.folder.path(file))
	return err == nil && info.Size() >= largeFile
}

// tellFiles has the sources say what became of the files of d, which are those of
// databases or all others.
func (a *app) tellFiles(d *dataFiles, databases bool) {
	a.gatherer.Swap(func(sources *signals.Sources) {
		files := maps.Clone(d.state)
		for name, state := range sources.Files {
			if isDatabase := name == "geo" || name == "asn"; isDatabase != databases || strings.HasPrefix(name, listPrefix) {
				files[name] = state
			}
		}
		sources.Files = files
	})
}

// namedFile is a file of data by what opentime data calls it.
type namedFile struct{ name, file string }

// loadNew loads a file if it changed, and takes it if it is good.
func loadNew[T any](d *dataFiles, f folder, of namedFile, into **T, load func(f fileData, last *T) (*T, error)) {
	keepLast(d, of, into, load)
	if of.file == "" {
		d.forget(of.name)
		return
	}
	d.useNew(f, of.name, of.file, func(f fileData) error {
		loaded, err := load(f, *into)
		if err == nil {
			*into = loaded
		}
		return err
	}, func() bool { return *into != nil })
}

// keepLast loads the last good copy of a file where there is nothing in use of
// it, which is at a start: what is new is compared with what was.
func keepLast[T any](d *dataFiles, of namedFile, into **T, load func(f fileData, last *T) (*T, error)) {
	if of.file == "" {
		*into = nil
		return
	}
	if *into == nil {
		d.useKept(of.name, func(f fileData) (err error) {
			last, err := load(f, nil)
			if err == nil {
				*into = last
			}
			return err
		})
	}
}

// geo reads a file as a database of places.
func (f fileData) geo(last *signals.Geo) (*signals.Geo, error) {
	return signals.LoadGeo(f.addresses(), last, tellDatabase)
}

// asns reads a file as a database of ASNs.
func (f fileData) asns(last *signals.ASNs) (*signals.ASNs, error) {
	return signals.LoadASNs(f.addresses(), last, tellDatabase)
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
		read := func(f fileData) error {
			with := maps.Clone(tables)
			with["clients/"+name+".tsv"] = f.bytes
			_, err := signals.LoadClients(with)
			if err == nil {
				tables = with
			}
			return err
		}
		a.files.use(s.folder, "clients/"+name, file, read, func() bool { return a.files.useKept("clients/"+name, read) })
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

// places reads a list of places. Rows that are wrong are told and left out; where
// they are more than the others it is not used.
func (a *app) places(s *site, p placesConfig, data []byte) (*signals.Places, error) {
	list, problems := signals.LoadPlaces(signals.PlaceList{
		ID: p.id, File: s.folder.path(p.file), Route: p.route, Hosts: s.config.hosts,
		Zones: a.gatherer.Sources().Zones, Zone: s.config.zone,
	}, data)
	for _, problem := range problems {
		slog.Warn("in a list of places", "problem", problem.String())
	}
	if list == nil {
		return nil, errors.New("it is no list of places; see what is wrong with opentime check")
	}
	return list, nil
}
