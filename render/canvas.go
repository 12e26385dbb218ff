package render

import (
	"image"
	"image/color"
	"math"

	"github.com/fogleman/gg"
)

// This file holds all that gg draws: shapes, never text and never pictures.

// shape is a rounded box in pixels.
type shape struct {
	x, y, w, h, radius float64
}

// pixels is the whole pixels nearest to the shape's box.
func (s shape) pixels() image.Rectangle {
	return image.Rect(round(s.x), round(s.y), round(s.x+s.w), round(s.y+s.h))
}

func (s shape) trace(c *gg.Context) {
	radius := min(s.radius, s.w/2, s.h/2)
	if radius <= 0 {
		c.DrawRectangle(s.x, s.y, s.w, s.h)
		return
	}
	c.DrawRoundedRectangle(s.x, s.y, s.w, s.h, radius)
}

// fillShape fills a shape with one colour.
func fillShape(dst *image.RGBA, s shape, fill color.NRGBA) {
	if fill.A == 0 || s.w <= 0 || s.h <= 0 {
		return
	}
	c := gg.NewContextForRGBA(dst)
	c.SetColor(fill)
	s.trace(c)
	c.Fill()
}

// fillGradient fills a shape with a gradient, as CSS lays it: the line through
// the centre is as long as makes the corners take the end colours.
func fillGradient(dst *image.RGBA, s shape, angle float64, stops []stop) {
	if s.w <= 0 || s.h <= 0 {
		return
	}
	sin, cos := math.Sincos(angle * math.Pi / 180)
	half := (math.Abs(s.w*sin) + math.Abs(s.h*cos)) / 2
	cx, cy := s.x+s.w/2, s.y+s.h/2
	scale := rampSteps / (2 * half)
	pattern := &ramp{x: cx - sin*half, y: cy + cos*half, dx: sin * scale, dy: -cos * scale}
	colours := gg.NewLinearGradient(0, 0, rampSteps, 0)
	for _, stop := range stops {
		colours.AddColorStop(stop.at, stop.colour)
	}
	for i := range pattern.colours {
		pattern.colours[i] = colours.ColorAt(i, 0)
	}
	c := gg.NewContextForRGBA(dst)
	c.SetFillStyle(pattern)
	s.trace(c)
	c.Fill()
}

// ramp is a gradient whose colours are looked up: to work each pixel's out is
// most of a layout's first drawing.
type ramp struct {
	x, y, dx, dy float64 // where it begins, and its steps for a pixel to the right and down
	colours      [rampSteps + 1]color.Color
}

const rampSteps = 2048

// ColorAt is how gg asks a pattern for a pixel.
func (r *ramp) ColorAt(x, y int) color.Color {
	at := (float64(x)-r.x)*r.dx + (float64(y)-r.y)*r.dy
	return r.colours[int(min(max(0, at+0.5), rampSteps))]
}

// strokeShape draws a shape's border, inside its edge: one that leaves nothing
// within is all of the shape.
func strokeShape(dst *image.RGBA, s shape, width float64, colour color.NRGBA) {
	if width <= 0 || colour.A == 0 {
		return
	}
	if 2*width >= min(s.w, s.h) {
		fillShape(dst, s, colour)
		return
	}
	c := gg.NewContextForRGBA(dst)
	c.SetColor(colour)
	c.SetLineWidth(width)
	inner := shape{s.x + width/2, s.y + width/2, s.w - width, s.h - width, max(0, s.radius-width/2)}
	if s.radius <= 0 {
		inner.radius = 0
	}
	inner.trace(c)
	c.Stroke()
}

// fillStar fills a star with five points in a square.
func fillStar(dst *image.RGBA, x, y, size float64, fill color.NRGBA) {
	c := gg.NewContextForRGBA(dst)
	c.SetColor(fill)
	cx, cy, outer := x+size/2, y+size*0.53, size*0.52
	for i := range 10 {
		radius := outer
		if i%2 == 1 {
			radius = outer * 0.45
		}
		sin, cos := math.Sincos(float64(i)*math.Pi/5 - math.Pi/2)
		c.LineTo(cx+cos*radius, cy+sin*radius)
	}
	c.ClosePath()
	c.Fill()
}

// roundedBox is the key of a mask that is a box with rounded corners.
func roundedBox(w, h int, radius float64) maskKey {
	return maskKey{w: w, h: h, box: shape{0, 0, float64(w), float64(h), radius}}
}

// draw is how much of each pixel is covered. A shadow is blurred three times by a
// box, which is near a Gaussian.
func (k maskKey) draw() *image.Alpha {
	full := image.NewRGBA(image.Rect(0, 0, k.w, k.h))
	fillShape(full, k.box, color.NRGBA{A: 255})
	mask := image.NewAlpha(full.Rect)
	for i := range mask.Pix {
		mask.Pix[i] = full.Pix[4*i+3]
	}
	line := make([]uint8, max(k.w, k.h))
	for range 3 {
		blurBox(mask, int(k.blur/3), line)
	}
	return mask
}

// blurBox replaces each value by the mean of those within radius, first along
// rows, then along columns.
func blurBox(m *image.Alpha, radius int, line []uint8) {
	if radius < 1 {
		return
	}
	w, h := m.Rect.Dx(), m.Rect.Dy()
	for y := range h {
		blurLine(m.Pix[y*m.Stride:], w, 1, radius, line)
	}
	for x := range w {
		blurLine(m.Pix[x:], h, m.Stride, radius, line)
	}
}

// blurLine blurs n values that lie step apart; what is outside is 0.
func blurLine(pix []uint8, n, step, radius int, line []uint8) {
	for i := range n {
		line[i] = pix[i*step]
	}
	sum, width := 0, 2*radius+1
	for i := range min(radius, n) {
		sum += int(line[i])
	}
	for i := range n {
		if i+radius < n {
			sum += int(line[i+radius])
		}
		if i-radius-1 >= 0 {
			sum -= int(line[i-radius-1])
		}
		pix[i*step] = uint8(sum / width)
	}
}
