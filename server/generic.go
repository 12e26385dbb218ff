package server

import (
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"

	"example.com/opentime/render"
	"example.com/opentime/rules"
)

// formats is how many formats a fallback may be drawn in.
const formats = int(render.GIF) + 1

// genericBytes is how many bytes of generic pictures are held in memory; all
// are in files.
const genericBytes = 64 << 20

// genericPicture is the fallback of one position, in one locale and format, as
// it was drawn when the campaign was published. It never changes: a catalogue
// that changed makes new ones.
type genericPicture struct {
	path  string // of the image; its name holds the picture's digest
	shown shownPosition
}

// generics are a campaign's generic pictures, by position, locale and format;
// nil where a format was never published.
type generics []atomic.Pointer[genericPicture]

func (p *Published) genericAt(at, locale int, format render.Format) *atomic.Pointer[genericPicture] {
	i := (at*len(p.Locales)+locale)*formats + int(format)
	if i >= len(p.generic) {
		return &atomic.Pointer[genericPicture]{}
	}
	return &p.generic[i]
}

// DrawGeneric draws every fallback of a campaign, in the formats it was ever
// published in, into files under dir by its revision, so that a rung is there
// that needs neither signals nor a place to draw. It is called before the
// campaign is served, and again when the catalogue may have changed: what is
// drawn already stays. It fails when a fallback cannot be drawn; those drawn
// before then serve on.
func DrawGeneric(p *Published, items rules.Items, draw func(*render.Picture) (render.Image, error), dir string) error {
	c := p.Campaign
	if p.generic == nil {
		p.generic = make(generics, c.Positions*len(c.Locales)*formats)
	}
	folder := filepath.Join(dir, hex.EncodeToString(p.Revision[:]))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("keep fallbacks of %s: %w", c.ID, err)
	}
	used := map[string]bool{}
	var decider rules.Decider
	decisions := rules.Fallbacks(c, items)
	for i := range decisions {
		d := &decisions[i]
		signals := rules.Signals{Items: items}
		texts, to := decider.Resolve(c, &signals, d), decider.Destination(c, &signals, d, clickMarks())
		for _, format := range p.formatsOf(d.Block) {
			picture := p.fallbackPicture(d, &texts, format)
			shown := shownOf(d, &texts, &to)
			shown.Digest = digest(picture.Key(nil))
			at := place(d.Block, d.Position)
			name := fmt.Sprintf("%d-%s-%016x.%s", at, c.Locales[d.Locale], shown.Digest, format.Extension())
			g := &genericPicture{path: filepath.Join(folder, name), shown: shown}
			if err := g.draw(picture, draw); err != nil {
				return fmt.Errorf("draw fallback of %s/%s/%d: %w", c.ID, d.Block.ID, d.Position, err)
			}
			used[name] = true
			p.genericAt(at, d.Locale, format).Store(g)
		}
	}
	if err := p.keepGeneric(folder); err != nil {
		return fmt.Errorf("keep fallbacks of %s: %w", c.ID, err)
	}
	used[genericIndex] = true
	return removeOthers(folder, used)
}

// fallbackPicture composes a fallback as it is drawn when its campaign is
// published.
func (p *Published) fallbackPicture(d *rules.Decision, texts *rules.Resolved, format render.Format) *render.Picture {
	return Compose(p, d, texts, format, p.Starts)
}

// FallbackPictures calls each for the picture of every fallback of a campaign, in
// its block's format: position by position, in every locale.
func FallbackPictures(p *Published, items rules.Items, each func(*rules.Block, *render.Picture)) {
	var decider rules.Decider
	decisions := rules.Fallbacks(p.Campaign, items)
	for i := range decisions {
		d := &decisions[i]
		texts := decider.Resolve(p.Campaign, &rules.Signals{Items: items}, d)
		each(d.Block, p.fallbackPicture(d, &texts, FormatOf(d.Block)))
	}
}

// formatsOf are the formats a block's generic pictures are drawn in: its own,
// and those its sent links may still ask for.
func (p *Published) formatsOf(b *rules.Block) []render.Format {
	own := FormatOf(b)
	if slices.Contains(p.Formats[b.ID], own) {
		return p.Formats[b.ID]
	}
	return append([]render.Format{own}, p.Formats[b.ID]...)
}

// draw draws the picture into its file, unless it is there.
func (g *genericPicture) draw(picture *render.Picture, draw func(*render.Picture) (render.Image, error)) error {
	if info, err := os.Stat(g.path); err == nil && info.Size() > 0 {
		return nil
	}
	image, err := draw(picture)
	if err != nil {
		return err
	}
	return WriteWhole(g.path, image.Bytes)
}

// WriteWhole writes a file so that it is there whole or not at all, after a
// loss of power too.
func WriteWhole(path string, data []byte) error {
	part, err := os.Create(path + ".part")
	if err != nil {
		return err
	}
	_, err = part.Write(data)
	if err == nil {
		err = part.Sync()
	}
	if closed := part.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(part.Name(), path)
}

// removeOthers removes what a folder holds but the used names.
func removeOthers(folder string, used map[string]bool) error {
	entries, err := os.ReadDir(folder)
	for _, entry := range entries {
		if !used[entry.Name()] {
			err = errors.Join(err, os.Remove(filepath.Join(folder, entry.Name())))
		}
	}
	return err
}

// fallback is what a position's fallback shows, as it is kept; nil if there is
// none of it.
func (p *Published) fallback(at, locale int) *shownPosition {
	for format := range formats {
		if g := p.genericAt(at, locale, render.Format(format)).Load(); g != nil {
			return &g.shown
		}
	}
	return nil
}

// locale is the reading's, as an index into its campaign's.
func (r *reading) locale() int { return r.published.LocaleIndex(r.signals.Locale) }

// generic answers with the block's fallback as drawn when it was published; if
// that is of a type never published, or gone, with the built-in image. It
// waits for nothing but, at worst, one file.
func (s *Server) generic(r *reading, open *Open, block *rules.Block) shown {
	format := open.Link.Format
	slot := r.published.genericAt(place(block, open.Link.Position), r.locale(), format)
	for range 2 { // a catalogue that changed may have replaced the first
		g := slot.Load()
		if g == nil {
			break
		}
		if kept := s.load(g, format); kept != nil {
			return shown{image: kept.image, kept: kept, rung: Generic, fallback: &g.shown, digest: g.shown.Digest}
		}
	}
	return shown{image: render.BuiltIn(format), rung: BuiltIn}
}

// load returns a generic picture from memory, else from its file; nil where that is gone.
func (s *Server) load(g *genericPicture, format render.Format) *remembered {
	if kept := s.generics.get([]byte(g.path)); kept != nil {
		return kept
	}
	data, err := os.ReadFile(g.path)
	if err != nil {
		slog.Warn("fallback gone", "path", g.path, "err", err)
		return nil
	}
	kept := remember(g.path, render.Image{Bytes: data, Type: format})
	s.generics.keep(kept, 0)
	return kept
}

// cause says why an answer came from the lowest rung.
type cause string

// The causes.
const (
	unknownLink  cause = "unknown-link"
	refused      cause = "refused"
	panicked     cause = "panic"
	headersLarge cause = "headers"
	starting     cause = "starting"
)

// sendBuiltIn answers with the image compiled in.
func (s *Server) sendBuiltIn(ctx *fasthttp.RequestCtx, format render.Format, why cause) {
	took := time.Since(ctx.Time())
	if why == refused || why == headersLarge {
		took = 0 // it came to no handler, and the time is that of the request before
	}
	s.metrics.builtIn(why, took)
	s.explainRung(ctx, BuiltIn)
	sendImage(ctx, render.BuiltIn(format))
}
