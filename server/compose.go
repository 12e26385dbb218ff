package server

import (
	"slices"
	"time"

	"example.com/opentime/render"
	"example.com/opentime/rules"
	"example.com/opentime/signals"
)

// Density and quality of every picture that is sent.
const (
	density = 2
	quality = 82
)

// Compose turns a decision into the picture that shows it: everything that
// determines the pixels, and nothing else. now is the moment of this open, so
// that a countdown of a reading under way goes on. The picture owns what it
// holds.
func Compose(p *Published, d *rules.Decision, r *rules.Resolved, format render.Format, now time.Time) *render.Picture {
	return new(composition).compose(p, d, r, format, now)
}

// composition is the room that an open composes its picture in. Whoever keeps the
// picture copies it.
type composition struct {
	picture render.Picture
	key     []byte
}

// compose is Compose into the room, whose picture was another before.
func (c *composition) compose(p *Published, d *rules.Decision, r *rules.Resolved, format render.Format, now time.Time) *render.Picture {
	picture := &c.picture
	*picture = render.Picture{
		Format: format, Width: d.Block.Width, Height: d.Block.Height,
		Density: density, Quality: quality, Locale: r.Locale, Values: picture.Values[:0],
	}
	if d.Variant.Nothing {
		picture.Nothing = true
		return picture
	}
	picture.Layout = p.Layouts[d.Variant.Layout.ID]
	picture.AsDate = r.AsDate
	picture.Values = slices.Grow(picture.Values, len(r.Values))
	for _, v := range r.Values {
		picture.Values = append(picture.Values, drawn(v, now))
	}
	return picture
}

// composeFor is compose for who opens: some clients damage animations of partial
// frames. Whole ones are drawn at single density, since at double they would be a
// megabyte, unless they are so low that Gmail would invert them.
func (c *composition) composeFor(p *Published, d *rules.Decision, r *rules.Resolved, format render.Format, open *signals.Open) *render.Picture {
	picture := c.compose(p, d, r, format, open.At)
	if open.Client.WholeFrames {
		picture.Frames = render.WholeFrames
		if picture.Moving() {
			picture.Density = 1
			if w, h, err := picture.Size(); err == nil && min(w, h) <= render.InvertedSide {
				picture.Density = density
			}
		}
	}
	return picture
}

// drawn turns a resolved value into one that a layout draws.
func drawn(v rules.Value, now time.Time) render.Value {
	switch v.Type {
	case rules.Text:
		return render.Value{Kind: render.Text, Text: v.Text}
	case rules.Number, rules.Percent:
		return render.Value{Kind: render.Number, Number: float64(v.N) / rules.Million, Text: v.Text}
	case rules.Moment:
		return render.Value{Kind: render.Moment, Seconds: max(0, (v.N-now.UnixMilli()+999)/1000), Text: v.Text}
	case rules.TextList:
		return render.Value{Kind: render.List, List: v.List}
	case rules.Colour:
		return render.Value{Kind: render.Colour, Text: v.Text}
	case rules.Picture:
		if hash, err := render.ParseHash(v.Text); err == nil {
			return render.Value{Kind: render.Photo, Photo: hash}
		}
	}
	return render.Value{}
}

// FormatOf is the format a block's images have by default.
func FormatOf(b *rules.Block) render.Format {
	switch b.Format {
	case rules.PNG:
		return render.PNG
	case rules.GIF:
		return render.GIF
	}
	return render.JPG
}

// holdsSecond reports whether a picture shows how many seconds are left, so
// that it is over in one.
func holdsSecond(p *render.Picture) bool {
	return p.Layout != nil && p.Layout.Countdown && !p.AsDate
}
