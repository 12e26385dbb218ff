package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"

	"github.com/fogleman/gg"
	"golang.org/x/image/draw"
)

// canvas is a picture being drawn: a gg context with a palette and the random
// numbers that belong to what is drawn.
type canvas struct {
	*gg.Context
	w, h float64
	r    *rand.Rand
	palette
}

// palette is the colours of one picture: the sky from top to horizon, what
// glows, silhouettes far and near, and the title.
type palette struct{ top, low, glow, far, near, ink color.NRGBA }

// colours makes a palette of six hex colours.
func colours(s string) palette {
	var v [6]uint32
	_, _ = fmt.Sscanf(s, "%x %x %x %x %x %x", &v[0], &v[1], &v[2], &v[3], &v[4], &v[5])
	return palette{hex(v[0]), hex(v[1]), hex(v[2]), hex(v[3]), hex(v[4]), hex(v[5])}
}

func hex(v uint32) color.NRGBA {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 255}
}

func newCanvas(w, h int, p palette, name string) *canvas {
	return &canvas{gg.NewContext(w, h), float64(w), float64(h), random("drawing " + name), p}
}

// jpeg encodes the picture, made smaller by the factor.
func (c *canvas) jpeg(factor, quality int) ([]byte, error) {
	picture := c.Image()
	if factor > 1 {
		small := image.NewRGBA(image.Rect(0, 0, int(c.w)/factor, int(c.h)/factor))
		draw.CatmullRom.Scale(small, small.Bounds(), picture, picture.Bounds(), draw.Src, nil)
		picture = small
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, picture, &jpeg.Options{Quality: quality})
	return b.Bytes(), err
}

func mix(a, b color.NRGBA, t float64) color.NRGBA {
	lerp := func(x, y uint8) uint8 { return uint8(float64(x) + (float64(y)-float64(x))*t) }
	return color.NRGBA{lerp(a.R, b.R), lerp(a.G, b.G), lerp(a.B, b.B), lerp(a.A, b.A)}
}

// thin returns the colour with this share of its opacity.
func thin(c color.NRGBA, share float64) color.NRGBA {
	c.A = uint8(float64(c.A) * min(1, max(0, share)))
	return c
}

// between returns a random number from low to high.
func (c *canvas) between(low, high float64) float64 { return low + (high-low)*c.r.Float64() }

// sky fills everything from the top's colour to the horizon's.
func (c *canvas) sky() { c.band(0, c.h, c.top, c.low) }

// band fills from y to y2 with a gradient from one colour to another.
func (c *canvas) band(y, y2 float64, from, to color.NRGBA) {
	g := gg.NewLinearGradient(0, y, 0, y2)
	g.AddColorStop(0, from)
	g.AddColorStop(1, to)
	c.DrawRectangle(0, y, c.w, y2-y)
	c.SetFillStyle(g)
	c.Fill()
}

// shine draws a soft light around a point.
func (c *canvas) shine(x, y, radius float64, col color.NRGBA, strength float64) {
	g := gg.NewRadialGradient(x, y, 0, x, y, radius)
	for i := range 9 {
		t := float64(i) / 8
		g.AddColorStop(t, thin(col, strength*math.Pow(1-t, 2.2)))
	}
	c.DrawCircle(x, y, radius)
	c.SetFillStyle(g)
	c.Fill()
}

func (c *canvas) disc(x, y, radius float64, col color.NRGBA) {
	c.DrawCircle(x, y, radius)
	c.SetColor(col)
	c.Fill()
}

// ball draws a disc lit from the upper left.
func (c *canvas) ball(x, y, radius float64, lit, shade color.NRGBA) {
	g := gg.NewRadialGradient(x-radius*0.35, y-radius*0.35, radius*0.1, x-radius*0.2, y-radius*0.2, radius*1.25)
	g.AddColorStop(0, lit)
	g.AddColorStop(0.55, mix(lit, shade, 0.45))
	g.AddColorStop(1, shade)
	c.DrawCircle(x, y, radius)
	c.SetFillStyle(g)
	c.Fill()
}

func (c *canvas) box(x, y, w, h float64, col color.NRGBA) {
	c.DrawRectangle(x, y, w, h)
	c.SetColor(col)
	c.Fill()
}

// shape fills the polygon of these points, x and y in turn.
func (c *canvas) shape(col color.NRGBA, xy ...float64) {
	for i := 0; i+1 < len(xy); i += 2 {
		c.LineTo(xy[i], xy[i+1])
	}
	c.ClosePath()
	c.SetColor(col)
	c.Fill()
}

func (c *canvas) stroke(x, y, x2, y2, width float64, col color.NRGBA) {
	c.SetLineWidth(width)
	c.SetColor(col)
	c.DrawLine(x, y, x2, y2)
	c.Stroke()
}

// stars scatters n stars above y.
func (c *canvas) stars(n int, y float64, col color.NRGBA) {
	for range n {
		size := c.between(0.8, 2.4) * c.w / 600
		c.disc(c.between(0, c.w), math.Pow(c.r.Float64(), 1.3)*y, size, thin(col, c.between(0.25, 0.95)))
	}
}

// ridge fills below a rolling line around y. The sharper, the more it looks
// like rock than like hills.
func (c *canvas) ridge(y, height, sharp float64, col color.NRGBA) {
	p1, p2, p3 := c.between(0, 7), c.between(0, 7), c.between(0, 7)
	c.MoveTo(0, c.h)
	for x := 0.0; x <= c.w; x += 4 {
		t := x / c.w
		v := math.Sin(t*4.2+p1) + 0.5*math.Sin(t*9.7+p2) + sharp*0.28*math.Abs(math.Sin(t*31+p3)) + sharp*0.12*math.Sin(t*83+p1)
		c.LineTo(x, y-height*v*0.6)
	}
	c.LineTo(c.w, c.h)
	c.ClosePath()
	c.SetColor(col)
	c.Fill()
}

// mist lays soft fog around y.
func (c *canvas) mist(y, height float64, col color.NRGBA, strength float64) {
	c.band(y-height, y, thin(col, 0), thin(col, strength))
	c.band(y, y+height, thin(col, strength), thin(col, 0))
}

// person draws somebody in a coat, standing with the feet at x, y.
func (c *canvas) person(x, y, height float64, col color.NRGBA) {
	u := height / 8
	c.SetColor(col)
	c.DrawCircle(x, y-7.35*u, 0.62*u)
	c.Fill()
	c.MoveTo(x-0.9*u, y-6.2*u)
	c.QuadraticTo(x, y-6.9*u, x+0.9*u, y-6.2*u)
	c.LineTo(x+1.25*u, y-3.2*u)
	c.LineTo(x+1.05*u, y-1.9*u)
	c.LineTo(x-1.05*u, y-1.9*u)
	c.LineTo(x-1.25*u, y-3.2*u)
	c.ClosePath()
	c.Fill()
	c.DrawRectangle(x-0.75*u, y-2*u, 0.62*u, 2*u)
	c.DrawRectangle(x+0.13*u, y-2*u, 0.62*u, 2*u)
	c.Fill()
}

// pine draws a fir of this height with its foot at x, y.
func (c *canvas) pine(x, y, height float64, col color.NRGBA) {
	c.SetColor(col)
	c.DrawRectangle(x-height*0.02, y-height*0.15, height*0.04, height*0.15)
	c.Fill()
	for i := range 4 {
		t := float64(i) / 4
		top, foot, half := y-height*(1-t*0.62), y-height*(0.62-t*0.55), height*(0.1+t*0.14)
		c.MoveTo(x, top)
		c.QuadraticTo(x+half*0.25, foot-height*0.05, x+half, foot)
		c.QuadraticTo(x, foot-height*0.04, x-half, foot)
		c.QuadraticTo(x-half*0.25, foot-height*0.05, x, top)
		c.Fill()
	}
}

// cloud draws a flat-bottomed cloud.
func (c *canvas) cloud(x, y, width float64, col color.NRGBA) {
	c.SetColor(col)
	c.DrawRoundedRectangle(x-width/2, y-width*0.12, width, width*0.14, width*0.07)
	c.DrawCircle(x-width*0.2, y-width*0.13, width*0.13)
	c.DrawCircle(x+width*0.04, y-width*0.2, width*0.18)
	c.DrawCircle(x+width*0.25, y-width*0.11, width*0.12)
	c.Fill()
}

// beam draws a fan of light from x, y towards the angle, fading as it goes.
func (c *canvas) beam(x, y, angle, spread, length float64, col color.NRGBA) {
	for i := range 5 {
		s := spread * (1 - float64(i)*0.17)
		g := gg.NewLinearGradient(x, y, x+length*math.Cos(angle), y+length*math.Sin(angle))
		g.AddColorStop(0, thin(col, 0.3))
		g.AddColorStop(1, thin(col, 0))
		c.MoveTo(x, y)
		c.LineTo(x+length*math.Cos(angle-s), y+length*math.Sin(angle-s))
		c.LineTo(x+length*math.Cos(angle+s), y+length*math.Sin(angle+s))
		c.ClosePath()
		c.SetFillStyle(g)
		c.Fill()
	}
}

// glitter draws the broken reflection of a light at x on water below y.
func (c *canvas) glitter(x, y, width, depth float64, col color.NRGBA) {
	for d := 3.0; d < depth; d += depth / 26 {
		w := width * (0.25 + 0.75*c.r.Float64()) * (0.4 + 0.8*d/depth)
		c.DrawRoundedRectangle(x-w/2+c.between(-0.15, 0.15)*width, y+d, w, depth/70+1, depth/140)
		c.SetColor(thin(col, 0.75*(1-d/depth)+0.1))
		c.Fill()
	}
}
