package main

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"sync"

	"example.com/opentime/people"
	"example.com/opentime/signals"
	"example.com/opentime/strict"
)

// listFiles reads the files of imported lists of items. No copy of them is kept:
// who is forgotten would stand in it.
type listFiles struct {
	mu    sync.Mutex
	read  map[string]fileStamp
	lists map[string]*people.Listed
	state map[string]signals.FileState
}

// listPrefix is what the names of lists begin with among files.
const listPrefix = "list "

// loadLists reads the imported lists that changed: large ones beside everything
// else, as databases are. What cannot be read leaves the last one in use.
func (a *app) loadLists(s *site) {
	large := false
	for _, l := range s.config.lists {
		large = large || s.isLarge(l.file)
	}
	if a.listens && large {
		a.running.Go(func() { guarded("lists", func() { a.readLists(s) }) })
		return
	}
	a.readLists(s)
}

// readLists is loadLists.
func (a *app) readLists(s *site) {
	f := &a.imported
	f.mu.Lock()
	defer f.mu.Unlock()
	read, lists, state := map[string]fileStamp{}, map[string]*people.Listed{}, map[string]signals.FileState{}
	for _, l := range s.config.lists {
		name, stamp := listPrefix+l.id, stampOf(s.folder, s.folder.path(l.file))
		read[l.id], lists[l.id], state[name] = stamp, f.lists[l.id], f.state[name]
		if before, ok := f.read[l.id]; ok && before == stamp && !stamp.unreadable {
			continue
		}
		list, problems, err := s.readList(l, a.store.Forgotten)
		for _, p := range problems {
			slog.Warn("in a list of items", "problem", p.String())
		}
		if err == nil {
			lists[l.id], state[name] = list, signals.FileState{Path: s.folder.path(l.file)}
			continue
		}
		slog.Error("a list of items is not taken", "list", l.id, "last", lists[l.id] != nil, "err", err)
		failed := signals.FileState{Path: s.folder.path(l.file), Error: err.Error(), Since: a.env.now(), Last: lists[l.id] != nil}
		if before := state[name]; before.Error != "" {
			failed.Since = before.Since
		}
		state[name] = failed
	}
	f.read, f.lists, f.state = read, lists, state
	a.profiles.Lists().UseListed(maps.Clone(lists))
	a.gatherer.Swap(func(sources *signals.Sources) {
		files := maps.Clone(state)
		for name, state := range sources.Files {
			if !strings.HasPrefix(name, listPrefix) {
				files[name] = state
			}
		}
		sources.Files = files
	})
}

// refreshLists reads lists anew whose change nobody told of, as on disks of
// another machine.
func (a *app) refreshLists() {
	a.reloading.Lock()
	s := a.site
	a.reloading.Unlock()
	a.loadLists(s)
}

// readList reads a list. Rows that are wrong are told.
func (s *site) readList(l listConfig, forgotten func(id string) bool) (*people.Listed, []strict.Problem, error) {
	name := s.folder.path(l.file)
	file, err := s.folder.open(name)
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", name, cause(err))
	}
	defer func() { _ = file.Close() }()
	list, problems := people.ReadListed(name, file, forgotten)
	if list == nil {
		return nil, problems, errors.New(problems[len(problems)-1].String())
	}
	return list, problems, nil
}

// addLists says what is wrong with imported lists, and which of their items no
// feed has.
func (s *site) addLists() {
	for _, l := range s.config.lists {
		if l.file == "" {
			continue // said already
		}
		list, problems, err := s.readList(l, nil)
		if list == nil {
			s.problems = append(s.problems, problemAt(l.node, "list %s cannot be read: %v; name another file", l.id, err))
			continue
		}
		s.problems = append(s.problems, leftOut(problems)...)
		if s.sender.HasItem == nil {
			continue
		}
		gone, such := 0, ""
		for _, id := range list.Items() {
			if !s.sender.HasItem(id) {
				gone, such = gone+1, id
			}
		}
		if gone > 0 {
			p := problemAt(l.node, "%d of %d items of list %s are in no feed, such as %q; they are passed over", gone, len(list.Items()), l.id, such)
			p.Level = strict.Warning
			s.problems = append(s.problems, p)
		}
	}
}
