package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"example.com/opentime/render"
	"example.com/opentime/rules"
	"example.com/opentime/server"
	"example.com/opentime/strict"
)

// largeImage is how many bytes an image may have before a phone shows it late.
const largeImage = 200_000

// draw draws the fallbacks of the campaigns that have no problem, as publishing
// does, each picture once, and says which are large or cannot be drawn or read; and what
// rules show, at a time, with the feed's hardest items and names as long as can be.
func (f found) draw(at time.Time) ([]strict.Problem, error) {
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
	d, err := newDrawing(f.site, fonts, library, at)
	if err != nil {
		return nil, err
	}
	var problems []strict.Problem
	for _, c := range f.campaigns() {
		if !c.bad {
			problems = append(append(problems, d.campaign(c)...), d.rules(c)...)
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
	added    map[render.Hash]error // what came of adding photos to the library
	at       time.Time             // of what rules show
	grey     render.Hash           // a picture of one colour
}

// newDrawing returns what draws pictures of a site.
func newDrawing(s *site, fonts *render.Fonts, library *render.Library, at time.Time) (*drawing, error) {
	grey, err := library.Add(render.BuiltIn(render.PNG).Bytes)
	return &drawing{
		site: s, library: library, renderer: render.New(fonts, library), at: at, grey: grey,
		drawn: map[string]drawnImage{}, added: map[render.Hash]error{},
	}, err
}

// drawnImage is what came of drawing a picture.
type drawnImage struct {
	bytes int
	texts []render.Finding
	err   error
}

// items are a campaign's; nil where there are none.
func (d *drawing) items(c *campaign) rules.Items {
	if d.site.catalogue == nil || c.Catalogue == "" {
		return nil
	}
	return d.site.catalogue.Items(c.Catalogue)
}

// campaign draws a campaign's fallbacks, and says of each block what is wrong with
// the largest.
func (d *drawing) campaign(c *campaign) []strict.Problem {
	items := d.items(c)
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
		warnOfTexts(&r, b.Node, "the fallback's text", texts[b])
	}
	return r.Problems
}

// rules draws what the rules of a campaign show, and says of each what is wrong with its
// texts and how large it is.
func (d *drawing) rules(c *campaign) []strict.Problem {
	items := d.items(c)
	var r strict.Reader
	shown := map[*rules.Rule]*drawnImage{}
	var order []*rules.Rule
	server.RulePictures(&server.Published{Campaign: c.Campaign, Layouts: d.site.layouts}, samples(c.Campaign, d.at, items), hardItems(items), func(rule *rules.Rule, p *render.Picture) {
		blank := d.blank(c, p)
		image := d.image(c, p)
		if image.err != nil {
			return // it lacks what only an open knows
		}
		all := shown[rule]
		if all == nil {
			all = &drawnImage{}
			shown[rule], order = all, append(order, rule)
		}
		all.bytes = max(all.bytes, image.bytes)
		for _, f := range image.texts {
			if blank { // what will lie behind it is not known
				f.Contrast = 0
			}
			all.texts = append(all.texts, f)
		}
	})
	for _, rule := range order {
		all, what := shown[rule], fmt.Sprintf("rule %q", rule.Name)
		if all.bytes > largeImage {
			r.Warnf(rule.Node, "%s: an image of it is %d KB, and mail clients on phones show it late; take a plainer photo, or format: jpg", what, all.bytes/1000)
		}
		warnOfTexts(&r, rule.Node, what+": the text", all.texts)
	}
	return r.Problems
}

// blank puts a grey picture in the place of photos that are not here, as those of items
// on the web, and reports whether there are any.
func (d *drawing) blank(c *campaign, p *render.Picture) bool {
	some := false
	for i := range p.Values {
		if v := &p.Values[i]; v.Kind == render.Photo && d.add(c, v.Photo) != nil {
			v.Photo, some = d.grey, true
		}
	}
	return some
}

// warnOfTexts says which texts of a block's fallback, or of a rule, cannot be read: the
// first that is cut off, the first with characters that no font has, and the faintest.
func warnOfTexts(r *strict.Reader, n *strict.Node, what string, found []render.Finding) {
	if i := slices.IndexFunc(found, func(f render.Finding) bool { return f.Cut }); i >= 0 {
		r.Warnf(n, "%s %q is cut off; shorten it, or give it more room in the layout", what, unmarked(found[i].Text))
	}
	if i := slices.IndexFunc(found, func(f render.Finding) bool { return f.Missing > 0 }); i >= 0 {
		r.Warnf(n, "%s %q has characters that no font has; name a font that has them in opentime.yaml's fonts", what, unmarked(found[i].Text))
	}
	faint := slices.DeleteFunc(slices.Clone(found), func(f render.Finding) bool { return f.Contrast == 0 })
	if len(faint) > 0 {
		f := slices.MinFunc(faint, func(a, b render.Finding) int { return cmp.Compare(a.Contrast/a.Needed, b.Contrast/b.Needed) })
		r.Warnf(n, "%s %q has a contrast of %.1f to what lies behind it, and is hard to read; %g are needed: change its colour, or what lies behind", what, unmarked(f.Text), f.Contrast, f.Needed)
	}
}

// unmarked is a text without the marks around merged values.
func unmarked(text string) string {
	return strings.NewReplacer("\u2068", "", "\u2069", "").Replace(text)
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
	return drawnImage{len(drawn.Bytes), texts, err}
}

// add puts a photo of the campaign's, or of an item's, into the library, once.
func (d *drawing) add(c *campaign, hash render.Hash) error {
	err, known := d.added[hash]
	if !known && hash != d.grey {
		err = d.addAnew(c, hash)
		d.added[hash] = err
	}
	return err
}

func (d *drawing) addAnew(c *campaign, hash render.Hash) error {
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
