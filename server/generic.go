package server

import (
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"

	"github.com/valyala/fasthttp"

	"example.com/opentime/render"
	"example.com/opentime/rules"
)

// genericPicture is the fallback of one position in one locale, drawn when the
// campaign was published and kept as a file. image is nil while it is not in
// memory; there is no other way to it than the file then.
type genericPicture struct {
	path  string
	image atomic.Pointer[render.Image]
}

// DrawGeneric draws every fallback of a published campaign, into files under
// dir by its revision, so that a rung is there that needs neither signals nor
// a place to draw. It is called before the campaign is served, and again when
// the catalogue changed. It fails when a fallback cannot be drawn.
func DrawGeneric(p *Published, items rules.Items, draw func(*render.Picture) (render.Image, error), dir string) error {
	c := p.Campaign
	generic := make([]genericPicture, c.Positions*len(c.Locales))
	folder := filepath.Join(dir, hex.EncodeToString(p.Revision[:]))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("keep fallbacks of %s: %w", c.ID, err)
	}
	decisions := rules.Fallbacks(c, items)
	for i := range decisions {
		d := &decisions[i]
		resolved := rules.Resolve(c, &rules.Signals{Items: items}, d, clickMark)
		picture := Compose(p, d, &resolved, formatOfBlock(d.Block), c.Starts)
		image, err := draw(picture)
		if err != nil {
			return fmt.Errorf("draw fallback of %s/%s/%d: %w", c.ID, d.Block.ID, d.Position, err)
		}
		at := place(d.Block, d.Position)*len(c.Locales) + d.Locale
		g := &generic[at]
		g.path = filepath.Join(folder, strconv.Itoa(at)+"."+image.Type.Extension())
		g.image.Store(&image)
		if err := writeWhole(g.path, image.Bytes); err != nil {
			return fmt.Errorf("keep fallbacks of %s: %w", c.ID, err)
		}
	}
	p.generic = generic
	return nil
}

// writeWhole writes a file so that it is there whole or not at all.
func writeWhole(path string, data []byte) error {
	part := path + ".part"
	if err := os.WriteFile(part, data, 0o644); err != nil {
		return err
	}
	return os.Rename(part, path)
}

// generic answers with the block's fallback as drawn when it was published; if
// that is of another type than asked for, or gone, with the built-in image. It
// takes no lock and waits for nothing but, at worst, one file.
func (s *Server) generic(r *reading, open *Open, block *rules.Block) shown {
	c := r.published.Campaign
	locale := c.LocaleIndex(r.signals.Locale)
	at := place(block, open.Link.Position)*len(c.Locales) + locale
	if at < len(r.published.generic) {
		if image, ok := r.published.generic[at].load(formatOfBlock(block)); ok && image.Type == open.Link.Format {
			return shown{image: image, rung: Generic}
		}
	}
	return shown{image: render.BuiltIn(open.Link.Format), rung: BuiltIn}
}

// load returns the picture from memory, else from its file.
func (g *genericPicture) load(format render.Format) (render.Image, bool) {
	if image := g.image.Load(); image != nil {
		return *image, true
	}
	data, err := os.ReadFile(g.path)
	if err != nil {
		slog.Warn("fallback gone", "path", g.path, "err", err)
		return render.Image{}, false
	}
	return render.Image{Bytes: data, Type: format}, true
}

// cause says why an answer came from the lowest rung.
type cause string

// The causes.
const (
	unknownLink  cause = "unknown-link"
	refused      cause = "refused"
	panicked     cause = "panic"
	notAnImage   cause = "not-an-image"
	headersLarge cause = "headers"
)

// sendBuiltIn answers with the image compiled in.
func (s *Server) sendBuiltIn(ctx *fasthttp.RequestCtx, format render.Format, why cause) {
	s.metrics.builtIn(why)
	s.explainRung(ctx, BuiltIn)
	sendImage(ctx, render.BuiltIn(format))
}
