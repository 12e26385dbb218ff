package signals

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"example.com/opentime/rules"
)

// maxPictures bounds the pictures that are fetched.
const maxPictures = 100_000

// maxPictureLink bounds an image_link, in bytes.
const maxPictureLink = 2048

// PictureConfig is where the pictures that feeds name on the web go. They are
// fetched by Run, ahead of any open: an item whose picture is not there yet has
// none.
type PictureConfig struct {
	Keep string // a file for what is known of them, so that a start fetches none again
	// Add checks a picture and keeps it, and returns a reference to it by content.
	Add func(data []byte) (ref string, err error)
	// Has, List and Remove are of what Add kept.
	Has      func(ref string) bool
	List     func() ([]string, error)
	Remove   func(ref string) error
	Patience time.Duration // how long one may take in all; 0: 10 s
	Still    bool          // none are fetched: those that are known are used
}

// pictures are the pictures that feeds name on the web, by their links.
type pictures struct {
	config  PictureConfig
	network Network
	client  *http.Client
	wake    chan struct{} // has new ones looked for

	mu    sync.Mutex
	known map[string]*picture
	loose map[string]time.Time // references that nothing names, since when
	over  int                  // links beyond maxPictures
	dirty bool                 // since it was kept
}

// picture is what is known of one. Fields are guarded by pictures.mu.
type picture struct {
	Link string `json:"link"`
	Ref  string `json:"ref,omitempty"` // "": it is not there
	// Tag and Since are its server's ETag and Last-Modified, as it said them.
	Tag     string    `json:"tag,omitempty"`
	Since   string    `json:"since,omitempty"`
	Next    time.Time `json:"next,omitzero"`   // when it is asked for again
	Failed  int       `json:"failed,omitzero"` // in a row
	Why     string    `json:"why,omitempty"`   // it failed last
	Unnamed time.Time `json:"unnamed,omitzero"`

	checked bool // whether Ref is there
	busy    bool // being fetched
}

// newPictures returns the pictures that were known before this start.
func newPictures(config PictureConfig, network Network) *pictures {
	p := &pictures{
		config: config, network: network, wake: make(chan struct{}, 1),
		known: map[string]*picture{}, loose: map[string]time.Time{},
	}
	p.config.Patience = cmp.Or(p.config.Patience, pictureTime)
	p.client = p.newClient()
	var kept keptPictures
	data, err := os.ReadFile(config.Keep)
	if err == nil {
		err = json.Unmarshal(data, &kept)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		slog.Warn("what is known of pictures is damaged; they are fetched again", "err", err)
		return p
	}
	for _, one := range kept.Pictures {
		if one != nil && one.Link != "" {
			p.known[one.Link] = one
		}
	}
	if kept.Loose != nil {
		p.loose = kept.Loose
	}
	return p
}

// keptPictures is how they are kept.
type keptPictures struct {
	Pictures []*picture           `json:"pictures"`
	Loose    map[string]time.Time `json:"loose,omitempty"`
}

// keep writes what is known, if that changed.
func (p *pictures) keep() {
	p.mu.Lock()
	if !p.dirty {
		p.mu.Unlock()
		return
	}
	p.dirty = false
	kept := keptPictures{Loose: p.loose}
	for _, one := range p.known {
		kept.Pictures = append(kept.Pictures, one)
	}
	data, err := json.Marshal(kept)
	p.mu.Unlock()
	if err == nil {
		err = writeWhole(p.config.Keep, data)
	}
	if err != nil {
		slog.Warn("what is known of pictures was not kept", "err", err)
	}
}

// ref returns a reference to the picture under a link; "" if it is not there.
func (p *pictures) ref(link string) string {
	if p == nil {
		return ""
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if one := p.known[link]; one != nil {
		return one.Ref
	}
	return ""
}

// look has new pictures looked for soon.
func (p *pictures) look() {
	if p == nil {
		return
	}
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// pictureLink returns an image_link on the web as it is fetched, or says what is
// wrong with it.
func (f *FeedConfig) pictureLink(link string) (string, error) {
	if strings.HasPrefix(link, "//") {
		link = "https:" + link
	}
	u, err := url.Parse(link)
	switch {
	case len(link) > maxPictureLink:
		return "", fmt.Errorf("it is longer than %d bytes; shorten it", maxPictureLink)
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.Opaque != "":
		return "", fmt.Errorf("%q is no http address; write one", link)
	case u.User != nil:
		return "", errors.New("it has a name or password in it; remove it")
	case !rules.IsHost(u.Hostname(), f.PictureHosts):
		return "", fmt.Errorf("it leads to %s, where no pictures are fetched; add it to the feed's pictures in opentime.yaml", u.Hostname())
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return "", errors.New("it has an address in place of a name; write the name")
	}
	u.Fragment = ""
	return u.String(), nil
}

// PictureStatus is how the pictures of a feed's items do.
type PictureStatus struct {
	Named   int `json:"named"`   // by items
	There   int `json:"there"`   // and shown
	Waiting int `json:"waiting"` // to be fetched the first time
	Failed  int `json:"failed"`  // and tried again; what was there before is shown
	// Over are those beyond the most that are fetched, of all feeds.
	Over int `json:"over,omitempty"`
	// Problems are of those that failed, twenty at most.
	Problems []string `json:"problems,omitempty"`
}

// maxPictureProblems bounds what is told of pictures.
const maxPictureProblems = 20

// pictureStatus says how the pictures of a feed do; nil if it names none.
func (x *Catalogue) pictureStatus(feed string) *PictureStatus {
	if x.pictures == nil {
		return nil
	}
	p, v, s := x.pictures, x.table.Load().views[feed], &PictureStatus{}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, i := range v.order {
		h := v.table.held[i]
		if h.picture == "" {
			continue
		}
		s.Named++
		one := p.known[h.picture]
		switch {
		case one == nil || one.Ref == "" && one.Failed == 0:
			s.Waiting++
			continue
		case one.Ref != "":
			s.There++
		}
		if one.Failed > 0 {
			s.Failed++
			if len(s.Problems) < maxPictureProblems {
				s.Problems = append(s.Problems, fmt.Sprintf("item %s: image: %s", h.item.ID, one.Why))
			}
		}
	}
	if s.Named == 0 {
		return nil
	}
	s.Over = p.over
	return s
}
