package main

import (
	"example.com/opentime/render"
)

// clockLayout is a countdown, at single density: flat, or on a photo.
const clockLayout = `layout: clock
size: 600x120
values:
  photo: {type: picture, optional: true}
  until: {type: moment, optional: true}
layers:
  - box: {without: photo, background: "#f5f5f8"}
  - image: {src: "{photo}"}
  - text: {text: "Presale ends in", left: 24, top: 16, width: 200, height: 88, font-size: 22, font-weight: 700, vertical-align: middle, color: "#14151c"}
  - box: {left: 250, top: 28, width: 70, height: 64, background: "#14151c", border-radius: 8}
  - box: {left: 332, top: 28, width: 70, height: 64, background: "#14151c", border-radius: 8}
  - box: {left: 414, top: 28, width: 70, height: 64, background: "#14151c", border-radius: 8}
  - box: {left: 496, top: 28, width: 70, height: 64, background: "#14151c", border-radius: 8}
  - countdown: {value: "{until}", left: 250, top: 28, cell-width: 70, cell-height: 64, gap: 12, font-size: 34, color: "#ffffff"}
`

// clockStart is how many seconds are left in the first picture; in each after it, one
// less.
const clockStart = 3*86400 + 4*3600 + 5*60 + 6

// newClock returns what draws countdowns: of another second each time, or again of
// the same.
func newClock(dir string, photo, whole, again bool) (drawer, error) {
	o, err := newOurs(dir, clockLayout)
	if err != nil {
		return nil, err
	}
	return func(n int, lossless bool) ([]byte, error) {
		if again {
			n = 0
		}
		p := o.clock(photo)
		p.Values[1] = render.Value{Kind: render.Moment, Seconds: int64(clockStart - n%clockStart)}
		if whole {
			p.Frames = render.WholeFrames
		}
		if lossless {
			p.Format = render.PNG
		}
		i, err := o.renderer.Draw(p)
		return i.Bytes, err
	}, nil
}

// clock is the countdown without a moment: all that does not change.
func (o *ours) clock(photo bool) *render.Picture {
	p := &render.Picture{Layout: o.layout, Format: render.GIF, Density: 1, Values: make([]render.Value, 2)}
	if photo {
		p.Values[0] = render.Value{Kind: render.Photo, Photo: o.photo}
	}
	return p
}
