package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"

	"example.com/opentime/render"
	"example.com/opentime/rules"
	"example.com/opentime/server"
	"example.com/opentime/strict"
)

// largeImage is how many bytes an image may have before a phone shows it late.
const largeImage = 200_000

// draw draws the fallbacks of the campaigns that have no problem, as publishing
// does, each picture once, and says which are large or cannot be drawn or read.
func (f found) draw() ([]strict.Problem, error) {
	fonts, err := f.fonts()
	if err != nil {
		return nil, nil // said already, and nothing can be drawn
	}
	dir, err := os.MkdirTemp("", "opentime-")
	if err != nil {
		return nil, fmt.Errorf("draw fallbacks: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	library, err := render.OpenLibrary(dir)
	if err != nil {
		return nil, fmt.Errorf("draw fallbacks: %w", err)
	}
	d := &drawing{site: f.site, library: library, renderer: render.New(fonts, library), drawn: map[string]drawnImage{}}
	var problems []strict.Problem
	for _, c := range f.campaigns() {
		if !c.bad {
			problems = append(problems, d.campaign(c)...)
		}
	}
	return problems, nil
}

// drawing draws pictures of a site.
type drawing struct {
	site     *site
	library  *render.Library
	renderer *render.Renderer
	drawn    map[string]drawnImage // by the pictures' keys
}

// drawnImage is what came of drawing a picture.
type drawnImage struct {
	bytes int
	side  int // the shorter one, in pixels
	texts []render.Finding
	err   error
}

// campaign draws a campaign's fallbacks, and says of each block what is wrong with
// the largest.
func (d *drawing) campaign(c *campaign) []strict.Problem {
	var items rules.Items
	if d.site.catalogue != nil && c.Catalogue != "" {
		items = d.site.catalogue.Items(c.Catalogue)
	}
	var r strict.Reader
	worst, texts := map[*rules.Block]drawnImage{}, map[*rules.Block][]render.Finding{}
	server.FallbackPictures(&server.Published{Campaign: c.Campaign, Layouts: d.site.layouts}, items, func(b *rules.Block, p *render.Picture) {
		image := d.image(c, p)
		if before := worst[b]; before.err == nil && (image.err != nil || image.bytes > before.bytes) {
			worst[b] = image
		}
		texts[b] = append(texts[b], image.texts...)
	})
	for _, b := range c.Blocks {
		switch image := worst[b]; {
		case image.err != nil:
			r.Errorf(b.Node, "the fallback cannot be drawn: %v; put another picture there", image.err)
		case image.bytes > largeImage:
			r.Warnf(b.Node, "the fallback is %d KB, and mail clients on phones show it late; %s", image.bytes/1000, smaller(b))
		}
		if image := worst[b]; image.err == nil && image.side > 1 && image.side <= render.InvertedSide {
			r.Warnf(b.Node, "the fallback has a side of %d pixels, and Gmail inverts images of %d or less in dark mode; write a larger size", image.side, render.InvertedSide)
		}
		warnOfTexts(&r, b, texts[b])
	}
	return r.Problems
}

// warnOfTexts says which texts of a block's fallback cannot be read: the first that
// is cut off, the first with characters that no font has, and the faintest.
func warnOfTexts(r *strict.Reader, b *rules.Block, found []render.Finding) {
	if i := slices.IndexFunc(found, func(f render.Finding) bool { return f.Cut }); i >= 0 {
		r.Warnf(b.Node, "the fallback's text %q is cut off; shorten it, or give it more room in the layout", found[i].Text)
	}
	if i := slices.IndexFunc(found, func(f render.Finding) bool { return f.Missing > 0 }); i >= 0 {
		r.Warnf(b.Node, "the fallback's text %q has characters that no font has; name a font that has them in opentime.yaml's fonts", found[i].Text)
	}
	faint := slices.DeleteFunc(slices.Clone(found), func(f render.Finding) bool { return f.Contrast == 0 })
	if len(faint) > 0 {
		f := slices.MinFunc(faint, func(a, b render.Finding) int { return cmp.Compare(a.Contrast/a.Needed, b.Contrast/b.Needed) })
		r.Warnf(b.Node, "the fallback's text %q has a contrast of %.1f to what lies behind it, and is hard to read; %g are needed: change its colour, or what lies behind", f.Text, f.Contrast, f.Needed)
	}
}

// smaller says what makes a block's images smaller.
func smaller(b *rules.Block) string {
	if server.FormatOf(b) != render.JPG {
		return "write format: jpg, or draw less of a photo"
	}
	return "write a smaller size, or take a plainer photo"
}

// image draws a picture, or returns what came of it before.
func (d *drawing) image(c *campaign, p *render.Picture) drawnImage {
	key := string(p.Key(nil))
	image, known := d.drawn[key]
	if !known {
		image = d.draw(c, p)
		d.drawn[key] = image
	}
	return image
}

// draw draws a picture with the photos it names.
func (d *drawing) draw(c *campaign, p *render.Picture) (image drawnImage) {
	defer func() {
		if cause := recover(); cause != nil {
			image.err = fmt.Errorf("draw picture: panic: %v", cause)
		}
	}()
	for _, v := range p.Values {
		if v.Kind != render.Photo {
			continue
		}
		if image.err = d.add(c, v.Photo); image.err != nil {
			return image
		}
	}
	drawn, err := d.renderer.Draw(p)
	if err != nil {
		return drawnImage{err: err}
	}
	texts, err := d.renderer.Inspect(p)
	return drawnImage{len(drawn.Bytes), min(drawn.Width, drawn.Height), texts, err}
}

// add puts a photo of the campaign's, or of an item's, into the library.
func (d *drawing) add(c *campaign, hash render.Hash) error {
	data, ok := c.pictures[hash]
	if name, ofItem := d.site.itemPictures[hash]; !ok && ofItem {
		var err error
		if data, err = d.site.folder.read(name); err != nil {
			return fmt.Errorf("read picture %s: %w", name, cause(err))
		}
	}
	_, err := d.library.Add(data)
	return err
}
