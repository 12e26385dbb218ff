package main

import (
	"image/color"
	"math"
)

// cyclist rides over a hill before the sun.
func cyclist(c *canvas) {
	c.sky()
	c.shine(300, 480, 360, c.glow, 0.5)
	c.disc(300, 490, 190, mix(c.glow, c.low, 0.1))
	for i := range 4 {
		c.cloud(c.between(40, 560), 340+float64(i)*60, c.between(90, 180), thin(c.ink, 0.35))
	}
	c.MoveTo(0, 900)
	c.LineTo(0, 790)
	c.QuadraticTo(330, 630, 600, 700)
	c.LineTo(600, 900)
	c.SetColor(mix(c.far, c.near, 0.7))
	c.Fill()
	c.Push()
	c.RotateAbout(-0.12, 300, 690)
	c.bicycle(300, 690, 74)
	c.Pop()
	c.ridge(830, 20, 0.2, c.near)
}

// bicycle draws a rider whose wheels stand on y.
func (c *canvas) bicycle(x, y, u float64) {
	c.SetColor(c.near)
	c.SetLineWidth(u * 0.08)
	back, front, hub := x-u*0.85, x+u*0.85, y-u*0.55
	c.DrawCircle(back, hub, u*0.55)
	c.Stroke()
	c.DrawCircle(front, hub, u*0.55)
	c.Stroke()
	c.SetLineWidth(u * 0.07)
	c.MoveTo(back, hub)
	c.LineTo(x-u*0.35, y-u*1.35)
	c.LineTo(x+u*0.6, y-u*1.3)
	c.LineTo(x, hub)
	c.ClosePath()
	c.MoveTo(x-u*0.35, y-u*1.35)
	c.LineTo(x, hub)
	c.MoveTo(front, hub)
	c.LineTo(x+u*0.55, y-u*1.6)
	c.LineTo(x+u*0.78, y-u*1.62)
	c.Stroke()
	c.SetLineWidth(u * 0.26)
	c.SetLineCapRound()
	c.MoveTo(x-u*0.3, y-u*1.62)
	c.LineTo(x+u*0.25, y-u*2.35)
	c.Stroke()
	c.SetLineWidth(u * 0.15)
	c.MoveTo(x+u*0.25, y-u*2.3)
	c.LineTo(x+u*0.45, y-u*1.85)
	c.LineTo(x+u*0.72, y-u*1.66)
	c.MoveTo(x-u*0.3, y-u*1.55)
	c.LineTo(x+u*0.3, y-u*1.2)
	c.LineTo(x+u*0.05, y-u*0.4)
	c.Stroke()
	c.disc(x+u*0.5, y-u*2.62, u*0.2, c.near)
	c.shape(mix(c.glow, hex(0xd9363e), 0.6), x+u*0.1, y-u*2.42, x-u*0.75, y-u*2.5, x-u*0.5, y-u*2.32, x-u*0.8, y-u*2.2, x+u*0.12, y-u*2.25)
}

// stage lights a singer before the crowd.
func stage(c *canvas) {
	c.band(0, 900, mix(c.top, c.near, 0.4), mix(c.low, c.near, 0.35))
	hues := []color.NRGBA{c.glow, mix(c.low, c.ink, 0.3), c.ink, mix(c.glow, c.low, 0.5), c.glow}
	for i := range 5 {
		x := 60 + float64(i)*120
		c.beam(x, 220, math.Pi/2+(300-x)/620+c.between(-0.06, 0.06), 0.12, 620, hues[i])
		c.disc(x, 220, 12, mix(hues[i], hex(0xffffff), 0.6))
	}
	c.box(0, 206, 600, 8, c.near)
	c.shine(300, 640, 260, c.glow, 0.7)
	c.box(0, 730, 600, 170, c.near)
	c.person(300, 734, 190, c.near)
	c.stroke(330, 734, 330, 590, 4, c.near)
	c.stroke(330, 592, 314, 578, 7, c.near)
	c.SetLineCapRound()
	c.stroke(312, 598, 352, 536, 13, c.near)
	for range 46 {
		x, y := c.between(0, 600), c.between(790, 880)
		c.disc(x, y, 19, c.near)
		c.box(x-24, y+14, 48, 60, c.near)
		if c.r.IntN(3) == 0 {
			c.stroke(x+14, y+20, x+22, y-c.between(44, 74), 9, c.near)
		}
	}
	for range 50 {
		c.box(c.between(0, 600), c.between(260, 760), 5, 8, thin(pick(c.r, hues), 0.8))
	}
}

// cat sits on a wall before the moon.
func cat(c *canvas) {
	c.sky()
	c.stars(70, 500, c.ink)
	c.shine(300, 500, 360, c.glow, 0.5)
	c.disc(300, 500, 195, mix(c.glow, c.ink, 0.15))
	c.towers(720, 40, mix(c.far, c.near, 0.4), 0.9)
	c.box(0, 740, 600, 160, c.near)
	c.SetColor(c.near)
	c.MoveTo(226, 745)
	c.CubicTo(214, 640, 262, 590, 270, 540)
	c.LineTo(262, 470)
	c.LineTo(292, 494)
	c.QuadraticTo(308, 488, 324, 494)
	c.LineTo(354, 470)
	c.LineTo(346, 540)
	c.CubicTo(360, 600, 392, 640, 384, 745)
	c.Fill()
	c.SetLineWidth(22)
	c.SetLineCapRound()
	c.MoveTo(372, 734)
	c.CubicTo(470, 750, 490, 660, 452, 624)
	c.Stroke()
	for _, x := range []float64{290, 326} {
		c.DrawEllipse(x, 526, 9, 11)
		c.SetColor(c.glow)
		c.Fill()
		c.DrawEllipse(x, 526, 2.6, 10)
		c.SetColor(c.near)
		c.Fill()
	}
	for _, s := range []float64{-1, 1} {
		for k := range 3 {
			c.stroke(308+s*10, 546, 308+s*78, 536+float64(k)*14, 2, thin(c.ink, 0.6))
		}
	}
}

// blinds throws their stripes over somebody in a hat.
func blinds(c *canvas) {
	c.band(0, 900, mix(c.low, c.glow, 0.25), c.low)
	c.shine(380, 420, 480, c.glow, 0.75)
	for i := range 26 {
		c.box(0, float64(i)*36, 600, 19, thin(c.near, 0.78))
	}
	c.stroke(120, 0, 120, 900, 4, c.near)
	c.stroke(480, 0, 480, 900, 4, c.near)
	c.SetColor(c.near)
	c.MoveTo(90, 900)
	c.CubicTo(100, 690, 190, 660, 250, 640)
	c.LineTo(256, 596)
	c.CubicTo(206, 560, 214, 470, 228, 440)
	c.LineTo(372, 440)
	c.CubicTo(392, 480, 392, 560, 344, 596)
	c.LineTo(350, 640)
	c.CubicTo(420, 660, 500, 690, 512, 900)
	c.Fill()
	c.DrawEllipse(300, 440, 138, 22)
	c.Fill()
	c.MoveTo(218, 440)
	c.CubicTo(222, 350, 250, 332, 300, 346)
	c.CubicTo(352, 330, 378, 352, 384, 440)
	c.Fill()
	c.box(219, 412, 164, 18, mix(c.low, c.near, 0.4))
	for i := range 14 {
		c.Push()
		c.box(330, 460+float64(i)*36, 190, 6, thin(c.glow, 0.3))
		c.Pop()
	}
}

// keyhole lets light fall on somebody behind a door.
func keyhole(c *canvas) {
	c.band(0, 900, c.near, mix(c.far, c.near, 0.4))
	for i := range 7 {
		c.stroke(float64(i)*100, 0, float64(i)*100, 900, 3, thin(c.far, 0.55))
	}
	c.shine(300, 520, 430, c.glow, 0.75)
	hole := func() {
		c.DrawCircle(300, 420, 112)
		c.MoveTo(258, 500)
		c.LineTo(342, 500)
		c.LineTo(388, 740)
		c.LineTo(212, 740)
		c.ClosePath()
	}
	hole()
	c.Clip()
	c.band(300, 745, mix(c.glow, c.ink, 0.5), mix(c.glow, c.low, 0.6))
	c.shine(300, 420, 150, c.ink, 0.8)
	c.shape(thin(c.near, 0.25), 268, 745, 290, 690, 312, 690, 420, 745)
	c.person(300, 716, 236, c.near)
	c.ResetClip()
	c.shape(thin(c.glow, 0.3), 212, 744, 388, 744, 500, 900, 100, 900)
	c.shape(thin(c.glow, 0.3), 240, 744, 360, 744, 430, 900, 170, 900)
}

// eye looks out of the poster.
func eye(c *canvas) {
	c.sky()
	lid := func(grow float64) {
		c.MoveTo(300-250-grow, 500)
		c.QuadraticTo(300, 290-grow*1.6, 300+250+grow, 500)
		c.QuadraticTo(300, 700+grow*1.6, 300-250-grow, 500)
	}
	for i := 6; i > 0; i-- {
		lid(float64(i) * 26)
		c.SetLineWidth(3)
		c.SetColor(thin(c.glow, 0.65/float64(i)))
		c.Stroke()
	}
	lid(0)
	c.SetColor(mix(c.ink, c.low, 0.15))
	c.Fill()
	lid(0)
	c.Clip()
	c.disc(300, 492, 122, c.near)
	for i := range 130 {
		a := float64(i) / 130 * 2 * math.Pi
		c.stroke(300+math.Cos(a)*46, 492+math.Sin(a)*46, 300+math.Cos(a)*c.between(96, 118), 492+math.Sin(a)*c.between(96, 118), 4, mix(c.glow, c.low, c.r.Float64()*0.7))
	}
	c.disc(300, 492, 54, c.near)
	c.person(300, 536, 86, c.glow)
	c.disc(340, 452, 15, hex(0xffffff))
	c.band(290, 440, thin(c.near, 0.7), thin(c.near, 0))
	c.ResetClip()
	for i := range 13 {
		t := float64(i)/12*2 - 1
		x, y := 300+t*220, 500-105*(1-t*t)-4
		c.stroke(x, y, x+t*46, y-52+math.Abs(t)*16, 5, c.near)
	}
}

// spiral turns rays or grooves around somebody who falls.
func spiral(c *canvas) {
	c.sky()
	x, y := 300.0, 500.0
	if c.r.IntN(2) == 0 {
		for i := range 28 {
			a, b := float64(i)/28*2*math.Pi, (float64(i)+0.5)/28*2*math.Pi
			c.MoveTo(x, y)
			c.QuadraticTo(x+math.Cos(a+0.5)*300, y+math.Sin(a+0.5)*300, x+math.Cos(a)*800, y+math.Sin(a)*800)
			c.LineTo(x+math.Cos(b)*800, y+math.Sin(b)*800)
			c.QuadraticTo(x+math.Cos(b+0.5)*300, y+math.Sin(b+0.5)*300, x, y)
			c.SetColor(thin(c.far, 0.85))
			c.Fill()
		}
		c.shine(x, y, 300, c.glow, 0.8)
		c.disc(x, y, 96, c.glow)
	} else {
		for i := range 15 {
			t := float64(i) / 14
			c.disc(x+t*24, y-t*34, 262-t*244, mix([]color.NRGBA{c.near, c.glow}[i%2], c.low, 0.12+0.2*t))
		}
	}
	c.Push()
	c.RotateAbout(c.between(1.9, 2.7), x, y)
	c.person(x, y+62, 124, c.near)
	c.stroke(x-9, y-22, x-52, y-50, 9, c.near)
	c.stroke(x+9, y-22, x+48, y-58, 9, c.near)
	c.Pop()
}

// maze closes rings with gaps around somebody.
func maze(c *canvas) {
	c.sky()
	x, y := 300.0, 500.0
	c.shine(x, y, 330, c.glow, 0.6)
	for i := range 8 {
		radius := 48 + float64(i)*30
		gap := c.between(0, 2*math.Pi)
		c.SetLineWidth(11)
		c.SetColor(mix(c.near, c.far, float64(i)*0.05))
		c.DrawArc(x, y, radius, gap+22/radius, gap+2*math.Pi-22/radius)
		c.Stroke()
		if i < 7 {
			a := gap + c.between(0.8, 2.4)
			c.stroke(x+math.Cos(a)*radius, y+math.Sin(a)*radius, x+math.Cos(a)*(radius+30), y+math.Sin(a)*(radius+30), 11, c.near)
		}
	}
	c.disc(x, y, 34, mix(c.glow, c.ink, 0.4))
	c.person(x, y+26, 54, c.near)
	for i := range 6 {
		a := float64(i)*0.16 + 2
		c.disc(x+math.Cos(a)*(290-float64(i)*8), y+math.Sin(a)*(290-float64(i)*8), 4, c.glow)
	}
}

// shapes lays out quarter circles, dots and stripes.
func shapes(c *canvas) {
	ground := mix(c.low, c.ink, 0.25)
	c.box(0, 0, 600, 900, ground)
	tones := []color.NRGBA{c.top, c.glow, c.far, c.near, mix(c.glow, c.low, 0.5), c.ink, c.low}
	for row := range 7 {
		for column := range 4 {
			c.cell(float64(column)*150, float64(row)*150-75, 150, pick(c.r, tones), pick(c.r, tones))
		}
	}
	c.band(0, 340, thin(c.top, 0.96), thin(c.top, 0))
	c.band(0, 230, thin(c.top, 0.9), thin(c.top, 0.4))
}

func (c *canvas) cell(x, y, size float64, a, b color.NRGBA) {
	c.box(x, y, size+1, size+1, a)
	c.DrawRectangle(x, y, size, size)
	c.Clip()
	switch c.r.IntN(6) {
	case 0, 1:
		corner := c.r.IntN(4)
		c.disc(x+size*float64(corner%2), y+size*float64(corner/2), size, b)
	case 2:
		c.disc(x+size/2, y+size/2, size*0.36, b)
	case 3:
		for i := range 4 {
			c.box(x, y+float64(i)*size/4, size, size/8, b)
		}
	case 4:
		c.disc(x+size/2, y, size/2, b)
		c.disc(x+size/2, y+size, size/2, b)
	default:
		c.shape(b, x, y+size, x+size, y, x+size, y+size)
	}
	c.ResetClip()
}
