package main

import (
	"image/color"
	"math"

	"github.com/fogleman/gg"
)

// motifs are what posters draw, by name.
var motifs = map[string]func(*canvas){
	"planet": planet, "sunset": sunset, "rocket": rocket, "dunes": dunes, "mountains": mountains, "waves": waves,
	"birds": birds, "balloons": balloons, "whale": whale, "forest": forest, "field": field, "tree": tree, "island": island,
	"lighthouse": lighthouse, "road": road, "skyline": skyline, "canal": canal, "castle": castle, "cabin": cabin,
	"house": house, "train": train, "umbrella": umbrella, "cyclist": cyclist, "stage": stage, "cat": cat,
	"blinds": blinds, "keyhole": keyhole, "eye": eye, "spiral": spiral, "maze": maze, "shapes": shapes,
	"fries": pattern(fries), "moustache": pattern(moustache), "cups": pattern(cup), "fish": pattern(fish), "doughnuts": pattern(doughnut),
}

// planet hangs a world over a small figure on a shore.
func planet(c *canvas) {
	c.sky()
	c.stars(160, 640, c.ink)
	x, y, radius := c.between(240, 400), c.between(400, 470), c.between(150, 205)
	y = max(y, radius+276) // below the title's second line
	c.shine(x, y, radius*2.1, c.glow, 0.5)
	ring := c.r.IntN(2) == 0
	c.Push()
	c.RotateAbout(-0.35, x, y)
	if ring {
		c.ring(x, y, radius, math.Pi, 2*math.Pi)
	}
	c.ball(x, y, radius, c.glow, mix(c.far, c.low, 0.4))
	c.DrawCircle(x, y, radius)
	c.Clip()
	for i := range 9 {
		c.DrawEllipse(x+c.between(-20, 20), y-radius+float64(i)*radius/4, radius*1.1, c.between(4, 16))
		c.SetColor(thin(c.far, c.between(0.06, 0.22)))
		c.Fill()
	}
	c.ResetClip()
	if ring {
		c.ring(x, y, radius, 0, math.Pi)
	}
	c.Pop()
	c.ball(x-radius*1.3, y-radius*0.9, 22, c.ink, c.low)
	c.shoreline(x)
}

func (c *canvas) ring(x, y, radius, from, to float64) {
	for i := range 4 {
		c.SetLineWidth(6)
		c.SetColor(thin(mix(c.glow, c.ink, 0.4), 0.75-0.15*float64(i)))
		c.DrawEllipticalArc(x, y, radius*(1.45+float64(i)*0.07), radius*(0.3+float64(i)*0.018), from, to)
		c.Stroke()
	}
}

// shoreline ends a picture in a sea that glitters and a figure on a rock.
func (c *canvas) shoreline(x float64) {
	c.band(668, c.h, mix(c.low, c.near, 0.35), c.near)
	c.glitter(x, 668, 150, 150, c.glow)
	for i := range 6 { // its shade on the water
		c.SetColor(thin(c.near, 0.18))
		c.DrawEllipse(x, 776+float64(i)*5, 190-float64(i)*16, 26)
		c.Fill()
	}
	c.SetColor(c.near)
	c.DrawEllipse(x, 772, 190, 26)
	c.Fill()
	c.person(x, 752, 74, c.near)
	c.shine(x+13, 722, 26, c.glow, 0.9)
}

// sunset draws a banded sun behind hills.
func sunset(c *canvas) {
	c.sky()
	c.shine(300, 470, 420, c.glow, 0.6)
	g := gg.NewLinearGradient(0, 290, 0, 640)
	g.AddColorStop(0, c.glow)
	g.AddColorStop(1, mix(c.low, c.top, 0.25))
	c.DrawCircle(300, 465, 185)
	c.SetFillStyle(g)
	c.Fill()
	for i := range 7 {
		h := 4 + float64(i)*3.4
		c.box(100, 450+float64(i)*29, 400, h, mix(c.top, c.low, 0.52+float64(i)*0.03))
	}
	c.ridge(650, 60, 0.7, c.far)
	c.ridge(720, 40, 0.9, mix(c.far, c.near, 0.6))
	for i := range 3 {
		x := 90 + float64(i)*210 + c.between(-30, 30)
		c.palm(x, 800, c.between(150, 240))
	}
	c.box(0, 790, 600, 110, c.near)
}

func (c *canvas) palm(x, y, height float64) {
	c.SetColor(c.near)
	c.SetLineWidth(height / 26)
	lean := c.between(-0.15, 0.15) * height
	c.MoveTo(x, y)
	c.QuadraticTo(x+lean*0.2, y-height*0.6, x+lean, y-height)
	c.Stroke()
	for i := range 8 {
		a := float64(i)/8*2*math.Pi + 0.2
		ex, ey := x+lean+math.Cos(a)*height*0.36, y-height+math.Sin(a)*height*0.16+height*0.08
		c.MoveTo(x+lean, y-height)
		c.QuadraticTo((x+lean+ex)/2, y-height-height*0.14, ex, ey)
		c.QuadraticTo((x+lean+ex)/2, y-height-height*0.05, x+lean, y-height)
		c.Fill()
	}
}

// rocket flies out of a bank of clouds.
func rocket(c *canvas) {
	c.sky()
	c.stars(90, 700, c.ink)
	c.ball(470, 360, 62, c.glow, mix(c.glow, c.low, 0.6))
	x, y := 290.0, 520.0
	c.Push()
	c.RotateAbout(0.32, x, y)
	for i := range 26 {
		t := float64(i) / 25
		c.disc(x+c.between(-1, 1)*40*t, y+150+t*260, 18+34*t, thin(c.ink, 0.5-0.25*t))
	}
	c.shape(c.glow, x-22, y+92, x, y+230, x+22, y+92)
	c.shape(c.ink, x-11, y+92, x, y+170, x+11, y+92)
	c.shape(c.far, x-46, y+20, x-92, y+120, x-34, y+92)
	c.shape(c.far, x+46, y+20, x+92, y+120, x+34, y+92)
	c.SetColor(c.ink)
	c.MoveTo(x, y-170)
	c.CubicTo(x+80, y-90, x+62, y+40, x+38, y+98)
	c.LineTo(x-38, y+98)
	c.CubicTo(x-62, y+40, x-80, y-90, x, y-170)
	c.Fill()
	c.SetColor(c.glow)
	c.MoveTo(x, y-170)
	c.QuadraticTo(x+42, y-128, x+51, y-86)
	c.LineTo(x-51, y-86)
	c.QuadraticTo(x-42, y-128, x, y-170)
	c.Fill()
	c.disc(x, y-22, 31, c.far)
	c.ball(x, y-22, 22, mix(c.low, c.ink, 0.5), c.top)
	c.Pop()
	for range 16 {
		c.cloud(c.between(-40, 640), c.between(810, 900), c.between(150, 320), thin(mix(c.low, c.ink, 0.7), 0.85))
	}
}

// dunes draws sand in two tones under a great sun, with a caravan.
func dunes(c *canvas) {
	c.sky()
	x, y := c.between(180, 430), c.between(330, 400)
	c.shine(x, y, 330, c.glow, 0.7)
	c.disc(x, y, c.between(70, 115), mix(c.glow, c.ink, 0.25))
	for i := range 5 {
		t := float64(i) / 4
		top := 500 + t*210
		peak := c.between(90, 510)
		c.dune(peak, top, mix(mix(c.low, c.glow, 0.35), c.near, t*0.75), mix(c.far, c.near, t*0.85))
		if i == 1 {
			for k := range 5 {
				step := peak - 40 - float64(k)*30
				c.person(step, top+66+float64(k)*3, 30, c.near)
			}
		}
	}
}

func (c *canvas) dune(x, y float64, lit, shade color.NRGBA) {
	c.MoveTo(-50, c.h)
	c.LineTo(-50, y+110)
	c.CubicTo(x*0.4, y+90, x*0.7, y+10, x, y)
	c.CubicTo(x+80, y+70, x+180, y+90, c.w+50, y+c.between(90, 130))
	c.LineTo(c.w+50, c.h)
	c.ClosePath()
	c.SetColor(lit)
	c.Fill()
	c.MoveTo(x, y)
	c.CubicTo(x+80, y+70, x+180, y+90, c.w+50, y+110)
	c.LineTo(c.w+50, c.h)
	c.LineTo(x-60, c.h)
	c.CubicTo(x+70, y+210, x-50, y+120, x, y)
	c.SetColor(thin(shade, 0.85))
	c.Fill()
}

// mountains stacks snowy peaks before a moon, with somebody at the top.
func mountains(c *canvas) {
	c.sky()
	c.stars(70, 500, c.ink)
	x := c.between(160, 440)
	c.shine(x, 330, 260, c.glow, 0.6)
	c.disc(x, 330, 74, mix(c.glow, c.ink, 0.5))
	for i := range 3 {
		t := float64(i) / 2
		col := mix(mix(c.low, c.far, 0.55), c.near, t*0.9)
		for range 3 - i {
			c.peak(c.between(40, 560), c.between(400, 470)+t*150, c.between(220, 330), col, i < 2)
		}
		c.mist(690+t*70, 70, c.low, 0.35*(1-t))
	}
	c.shape(c.near, 0, 900, 0, 760, 120, 700, 250, 742, 330, 640, 420, 735, 600, 790, 600, 900)
	c.person(330, 644, 54, c.near)
	c.stroke(346, 644, 354, 574, 2.5, c.near)
	c.shape(c.glow, 353, 574, 386, 582, 354, 596)
}

func (c *canvas) peak(x, y, half float64, col color.NRGBA, snow bool) {
	foot := y + half*1.35
	c.shape(col, x-half, foot, x-half*0.42, y+half*0.5, x-half*0.3, y+half*0.46, x, y, x+half*0.25, y+half*0.36, x+half*0.38, y+half*0.38, x+half, foot, x+half, 900, x-half, 900)
	c.shape(thin(c.near, 0.22), x, y, x+half*0.25, y+half*0.36, x+half*0.38, y+half*0.38, x+half, foot, x+half*0.1, foot, x-half*0.06, y+half*0.5)
	if snow {
		c.shape(thin(mix(c.ink, c.low, 0.15), 0.9), x, y, x+half*0.17, y+half*0.25, x+half*0.08, y+half*0.22, x+half*0.01, y+half*0.33, x-half*0.08, y+half*0.22, x-half*0.17, y+half*0.29, x-half*0.2, y+half*0.3)
	}
}

// balloons rise over hills.
func balloons(c *canvas) {
	c.sky()
	for range 6 {
		c.cloud(c.between(0, 600), c.between(330, 700), c.between(110, 230), thin(c.ink, 0.55))
	}
	c.ridge(730, 50, 0.2, c.far)
	c.ridge(790, 40, 0.3, mix(c.far, c.near, 0.6))
	for i, at := range [][3]float64{{470, 420, 46}, {120, 560, 38}, {500, 650, 27}, {290, 480, 118}} {
		c.balloon(at[0], at[1], at[2], i)
	}
}

func (c *canvas) balloon(x, y, radius float64, nth int) {
	bands := []color.NRGBA{c.glow, c.ink, mix(c.far, c.glow, 0.3), c.near}
	envelope := func(share float64) {
		c.MoveTo(x-radius*share*0.26, y+radius*1.32)
		c.CubicTo(x-radius*share*0.9, y+radius*0.8, x-radius*share, y+radius*0.4, x-radius*share, y)
		c.CubicTo(x-radius*share, y-radius*1.33, x+radius*share, y-radius*1.33, x+radius*share, y)
		c.CubicTo(x+radius*share, y+radius*0.4, x+radius*share*0.9, y+radius*0.8, x+radius*share*0.26, y+radius*1.32)
		c.ClosePath()
		c.Fill()
	}
	for i, share := range []float64{1, 0.74, 0.46, 0.17} {
		c.SetColor(bands[(i+nth)%3])
		envelope(share)
	}
	for _, side := range []float64{-1, 1} {
		c.stroke(x+side*radius*0.24, y+radius*1.3, x+side*radius*0.16, y+radius*1.66, radius*0.02+0.8, c.near)
	}
	c.DrawRoundedRectangle(x-radius*0.19, y+radius*1.64, radius*0.38, radius*0.28, radius*0.06)
	c.SetColor(c.near)
	c.Fill()
}

// birds turn before a great pale sun over wires.
func birds(c *canvas) {
	c.sky()
	x, y := c.between(220, 380), c.between(430, 490)
	c.shine(x, y, 330, c.glow, 0.5)
	c.disc(x, y, 150, mix(c.glow, c.low, 0.15))
	for i := range 150 {
		a := float64(i) * 0.21
		d := 30 + float64(i)*1.75 + c.between(-22, 22)
		c.bird(x+math.Cos(a)*d*1.15, y+math.Sin(a)*d*0.62+c.between(-10, 10), c.between(5, 15), c.between(-0.4, 0.4))
	}
	c.ridge(770, 30, 0.5, mix(c.far, c.near, 0.5))
	c.ridge(815, 22, 0.8, c.near)
	for i := range 3 {
		c.SetLineWidth(2)
		c.SetColor(c.near)
		c.MoveTo(-10, 640+float64(i)*26)
		c.QuadraticTo(300, 730+float64(i)*22, 610, 630+float64(i)*30)
		c.Stroke()
	}
}

func (c *canvas) bird(x, y, size, tilt float64) {
	c.Push()
	c.RotateAbout(tilt, x, y)
	c.SetColor(c.near)
	c.MoveTo(x-size, y-size*0.35)
	c.QuadraticTo(x-size*0.4, y-size*0.55, x, y)
	c.QuadraticTo(x+size*0.4, y-size*0.55, x+size, y-size*0.35)
	c.QuadraticTo(x+size*0.4, y-size*0.15, x, y+size*0.28)
	c.QuadraticTo(x-size*0.4, y-size*0.15, x-size, y-size*0.35)
	c.Fill()
	c.Pop()
}
