package server

import (
	"time"

	"example.com/opentime/render"
	"example.com/opentime/rules"
)

// Site is everything that is served at one moment. A Site is never changed
// after it was published; a change publishes another one.
type Site struct {
	Sender    *rules.Sender
	Campaigns map[string]*Published // by id
}

// Published is a campaign with all it names, by the hash of its content.
type Published struct {
	*rules.Campaign
	Revision [16]byte
	Number   uint64                     // grows with every publishing
	At       time.Time                  // when that revision was published; zero: not known
	Layouts  map[string]*render.Layout  // by id, as the campaign's rules.Layouts name them
	Formats  map[string][]render.Format // that sent links may ask for, by block: all it ever was published in

	// FallbackOnly: the campaign's file says nothing any more that this release
	// would serve. Its images are its fallbacks, and its clicks lead to what was
	// shown, or to theirs.
	FallbackOnly bool

	generic generics
}

// find returns the published campaign and block that a link names.
func (s *Site) find(link *Link) (*Published, *rules.Block, bool) {
	published, ok := s.Campaigns[link.Campaign]
	if !ok {
		return nil, nil, false
	}
	block, ok := published.Block(link.Block)
	return published, block, ok
}
