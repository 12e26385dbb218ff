package main

import (
	"slices"
	"time"

	"example.com/opentime/strict"
)

// profileFeedConfig is a feed of profiles: a file or a URL.
type profileFeedConfig struct {
	id           string
	node         *strict.Node
	url, file    string
	refreshEvery time.Duration
	lost         float64 // the share of rows gone from which on it is refused
}

// same reports whether two feeds are declared alike.
func (f profileFeedConfig) same(o profileFeedConfig) bool {
	return f.id == o.id && f.url == o.url && f.file == o.file && f.refreshEvery == o.refreshEvery && f.lost == o.lost
}

// lostRows is the share of rows gone from which on a feed is refused.
const lostRows = 0.4

// profileFeed reads a feed of profiles.
func (r *configReader) profileFeed(id string, n *strict.Node) {
	f := profileFeedConfig{id: id, node: n, refreshEvery: 15 * time.Minute, lost: lostRows}
	r.Map(n, profileFeedFields.Read(strict.Keys{
		"url":     func(n *strict.Node) { f.url = r.link(n) },
		"file":    func(n *strict.Node) { f.file = r.Text(n) },
		"refresh": func(n *strict.Node) { f.refreshEvery = r.Duration(n) },
		"guard": func(n *strict.Node) {
			r.Map(n, profileGuardFields.Read(strict.Keys{"lost": func(n *strict.Node) { f.lost = r.share(n) }}))
		},
	}))
	r.oneSource(id, n)
	r.c.profileFeeds = append(r.c.profileFeeds, f)
}

// requireFeedNames says which feeds of profiles have the name of a feed of items: they
// are asked for by it.
func (r *configReader) requireFeedNames() {
	for _, f := range r.c.profileFeeds {
		if slices.ContainsFunc(r.c.feeds, func(o feedConfig) bool { return o.id == f.id }) {
			r.Errorf(f.node, "feed %q is one of items already; write another name", f.id)
		}
	}
}
