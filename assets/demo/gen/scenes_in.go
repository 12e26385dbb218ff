package main

import (
	"image/color"
	"math"

	"github.com/fogleman/gg"
)

// cocoaScene is a mug of hot chocolate by a frosty window.
func cocoaScene(c *canvas) {
	c.sky()
	c.box(690, 0, 400, 330, mix(hex(0x7fa3c9), c.low, 0.25))
	c.band(0, 330, thin(hex(0x16244a), 0.9), thin(hex(0x16244a), 0.1))
	for range 90 {
		c.disc(c.between(690, 1090), c.between(0, 330), c.between(1.5, 4), thin(hex(0xffffff), 0.8))
	}
	c.box(600, 0, 90, 480, mix(c.top, c.low, 0.6))
	c.box(1090, 0, 110, 480, mix(c.top, c.low, 0.6))
	c.box(880, 0, 14, 330, c.far)
	c.box(676, 0, 16, 340, c.far)
	c.box(1086, 0, 16, 340, c.far)
	c.box(660, 326, 460, 22, c.far)
	c.shine(890, 330, 420, c.glow, 0.6)
	c.box(0, 400, 1200, 80, mix(c.far, c.low, 0.5))
	c.box(0, 400, 1200, 5, mix(c.glow, c.low, 0.5))
	for i := range 3 {
		c.steam(856+float64(i)*44, 196, 130)
	}
	red := hex(0xb8282f)
	c.SetLineWidth(24)
	c.SetColor(mix(red, c.near, 0.25))
	c.DrawCircle(1000, 322, 48)
	c.Stroke()
	g := gg.NewLinearGradient(800, 0, 1000, 0)
	g.AddColorStop(0, mix(red, c.near, 0.35))
	g.AddColorStop(0.35, mix(red, hex(0xffffff), 0.14))
	g.AddColorStop(1, mix(red, c.near, 0.45))
	c.DrawRoundedRectangle(800, 222, 200, 214, 34)
	c.SetFillStyle(g)
	c.Fill()
	for i := range 6 {
		x := 816 + float64(i)*33
		c.shape(thin(hex(0xffffff), 0.85), x, 340, x+16, 318, x+32, 340, x+16, 362)
	}
	c.DrawEllipse(900, 226, 100, 22)
	c.SetColor(mix(red, hex(0xffffff), 0.3))
	c.Fill()
	c.DrawEllipse(900, 228, 88, 17)
	c.SetColor(hex(0x4a2312))
	c.Fill()
	for _, m := range [][2]float64{{860, 220}, {900, 212}, {938, 222}, {884, 230}} {
		c.DrawRoundedRectangle(m[0]-19, m[1]-15, 38, 26, 9)
		c.SetColor(hex(0xfff6ec))
		c.Fill()
	}
	c.DrawEllipse(900, 440, 160, 16)
	c.SetColor(thin(c.near, 0.5))
	c.Fill()
	for i := range 3 {
		c.stroke(690+float64(i)*16, 420, 730+float64(i)*16, 408, 10, hex(0x8a4a22))
	}
}

// popcornScene is a bucket that runs over.
func popcornScene(c *canvas) {
	c.sky()
	for i := range 16 {
		a := float64(i) / 16 * 2 * math.Pi
		c.shape(thin(hex(0xffffff), 0.06), 880, 260, 880+math.Cos(a)*900, 260+math.Sin(a)*900, 880+math.Cos(a+0.2)*900, 260+math.Sin(a+0.2)*900)
	}
	c.shine(880, 240, 360, c.glow, 0.6)
	for range 44 {
		c.corn(c.between(600, 1170), c.between(20, 460), c.between(10, 17))
	}
	for range 130 {
		a, d := c.between(math.Pi, 2*math.Pi), math.Sqrt(c.r.Float64())
		c.corn(880+math.Cos(a)*d*150, 214+math.Sin(a)*d*96, c.between(17, 26))
	}
	for i := range 8 {
		t, u := float64(i)/8, float64(i+1)/8
		c.shape([]color.NRGBA{hex(0xffffff), hex(0xd9263a)}[i%2],
			720+t*320, 208, 720+u*320, 208, 756+u*248, 480, 756+t*248, 480)
	}
	c.shape(thin(c.near, 0.3), 930, 208, 1040, 208, 1004, 480, 900, 480)
	for i := range 11 {
		c.corn(730+float64(i)*30, 204+c.between(-8, 8), c.between(18, 25))
	}
}

// corn draws one popped grain.
func (c *canvas) corn(x, y, size float64) {
	for i := range 5 {
		a := float64(i)*1.3 + x
		c.disc(x+math.Cos(a)*size*0.55, y+math.Sin(a)*size*0.55, size*0.55, mix(hex(0xfff6d8), hex(0xf2c65a), 0.12+0.13*float64(i%3)))
	}
	c.disc(x, y, size*0.5, hex(0xfffdf2))
	c.disc(x+size*0.2, y+size*0.25, size*0.2, thin(hex(0xd99a2b), 0.7))
}

// curtainScene is a closed curtain in a spotlight.
func curtainScene(c *canvas) {
	for x := 0.0; x < 1200; x += 3 {
		fold := math.Sin(x/17) + 0.4*math.Sin(x/41+1)
		c.box(x, 0, 4, 430, mix(hex(0x4a0a14), hex(0xb51c32), 0.5+0.36*fold))
	}
	c.band(0, 430, thin(c.near, 0.55), thin(c.near, 0))
	c.beam(1180, -40, 2.05, 0.2, 700, c.glow)
	c.shine(880, 300, 330, c.glow, 0.5)
	c.band(428, 480, hex(0x3a1a10), c.near)
	c.DrawEllipse(880, 446, 230, 22)
	c.SetColor(thin(c.glow, 0.45))
	c.Fill()
	for i := range 9 {
		x := float64(i) * 150
		c.MoveTo(x-20, 0)
		c.CubicTo(x+20, 100, x+130, 100, x+170, 0)
		c.SetColor(mix(hex(0x8a1224), c.near, 0.15))
		c.Fill()
		c.SetLineWidth(7)
		c.SetColor(mix(c.glow, hex(0xb07a2a), 0.5))
		c.MoveTo(x-20, 0)
		c.CubicTo(x+20, 100, x+130, 100, x+170, 0)
		c.Stroke()
	}
	for _, x := range []float64{700, 880, 1060} {
		c.box(x-5, 330, 10, 118, mix(c.glow, hex(0x7a4a10), 0.3))
		c.disc(x, 326, 13, c.glow)
		c.DrawEllipse(x, 450, 34, 7)
		c.SetColor(mix(c.glow, hex(0x7a4a10), 0.4))
		c.Fill()
	}
	for _, x := range []float64{700, 880} {
		c.SetLineWidth(14)
		c.SetColor(hex(0x7a0f1e))
		c.MoveTo(x, 344)
		c.QuadraticTo(x+90, 430, x+180, 344)
		c.Stroke()
	}
}

// seatsScene is rows of seats before a bright screen, one of them free.
func seatsScene(c *canvas) {
	c.sky()
	c.shape(mix(c.glow, hex(0xffffff), 0.5), 560, 60, 1160, 40, 1160, 262, 560, 250)
	c.shine(860, 150, 520, c.glow, 0.65)
	c.shape(thin(mix(c.low, c.near, 0.2), 0.8), 560, 250, 720, 190, 860, 232, 980, 170, 1160, 240, 1160, 262, 560, 250)
	c.disc(1010, 110, 34, mix(c.glow, c.low, 0.35))
	for row := range 4 {
		y := 300 + float64(row)*52
		size := 44 + float64(row)*15
		col := mix(c.far, c.near, 0.55-0.12*float64(row))
		n := int(1300/(size*1.18)) + 1
		for i := range n {
			x := float64(i)*size*1.18 - 30 - float64(row%2)*size*0.5
			free := row == 2 && i == n*2/3
			if free {
				c.shine(x+size/2, y, 130, c.glow, 0.8)
			} else if c.r.IntN(5) > 0 {
				c.disc(x+size/2, y-size*0.42, size*0.26, mix(c.near, col, 0.12))
			}
			c.DrawRoundedRectangle(x, y-size*0.25, size, size*1.4, size*0.24)
			if free {
				c.SetColor(hex(0xd9263a))
			} else {
				c.SetColor(col)
			}
			c.Fill()
		}
	}
	c.band(420, 480, thin(c.near, 0), c.near)
}

// saltMoonScene is the film of the week: a ferry under a great moon.
func saltMoonScene(c *canvas) {
	c.sky()
	c.stars(200, 330, c.ink)
	x, y, radius := 880.0, 210.0, 158.0
	c.shine(x, y, 430, c.glow, 0.55)
	c.ball(x, y, radius, c.glow, mix(c.far, c.low, 0.5))
	c.DrawCircle(x, y, radius)
	c.Clip()
	for range 40 {
		r := c.between(5, 30)
		px, py := x+c.between(-150, 150), y+c.between(-150, 150)
		c.disc(px, py, r, thin(c.low, 0.12))
		c.disc(px+r*0.2, py+r*0.2, r*0.8, thin(c.glow, 0.2))
	}
	c.ResetClip()
	c.ball(1090, 70, 20, c.ink, c.low)
	c.band(346, 480, mix(c.low, c.glow, 0.15), c.near)
	c.glitter(x, 346, 210, 128, c.glow)
	c.ridge(352, 8, 0.6, thin(c.far, 0))
	c.shape(c.near, 790, 362, 984, 362, 962, 384, 806, 384)
	c.box(822, 338, 118, 25, c.near)
	c.box(846, 322, 70, 18, c.near)
	c.box(898, 292, 16, 32, c.near)
	for i := range 8 {
		c.box(829+float64(i)*14, 344, 7, 8, c.glow)
	}
	for i := range 6 {
		t := float64(i) / 5
		c.disc(904-t*70, 284-t*34, 7+t*13, thin(c.ink, 0.34*(1-t)+0.05))
	}
	c.stroke(834, 338, 834, 300, 2.5, c.near)
	c.ridge(452, 14, 0.5, c.near)
}

// mapScene is a town from above at night, with pins.
func mapScene(c *canvas) {
	c.box(0, 0, 1200, 480, c.top)
	c.Push()
	c.RotateAbout(-0.22, 800, 240)
	for x := -60.0; x < 1500; x += 96 {
		for y := -320.0; y < 820; y += 74 {
			c.block(x, y, 84, 62)
		}
	}
	c.Pop()
	c.river(34, c.near)
	c.river(24, hex(0x2d5f96))
	for _, way := range [][4]float64{{380, -20, 1000, 500}, {-20, 532, 1220, 170}} {
		c.stroke(way[0], way[1], way[2], way[3], 13, c.top)
		c.stroke(way[0], way[1], way[2], way[3], 5, thin(hex(0xffc95c), 0.55))
	}
	for _, p := range [][3]float64{{690, 150, 30}, {1080, 330, 32}, {860, 250, 58}, {1010, 130, 24}, {760, 390, 26}} {
		c.shine(p[0], p[1]-p[2], p[2]*2.6, c.glow, 0.4)
		c.pin(p[0], p[1], p[2])
	}
}

// block is a block of houses, in one piece or in two, or a park.
func (c *canvas) block(x, y, w, h float64) {
	colour := mix(c.low, c.far, c.r.Float64())
	if c.r.IntN(9) == 0 {
		colour = hex(0x1f5148)
	}
	part := w
	if c.r.IntN(3) == 0 {
		part = c.between(0.3, 0.6) * w
		c.DrawRoundedRectangle(x+part+5, y, w-part-5, h, 6)
		c.SetColor(mix(c.low, c.far, c.r.Float64()))
		c.Fill()
	}
	c.DrawRoundedRectangle(x, y, part, h, 6)
	c.SetColor(colour)
	c.Fill()
}

// river winds over the map.
func (c *canvas) river(width float64, colour color.NRGBA) {
	c.SetLineWidth(width)
	c.SetColor(colour)
	c.MoveTo(560, 520)
	c.CubicTo(720, 330, 900, 360, 960, 200)
	c.CubicTo(990, 110, 1080, 90, 1240, 50)
	c.Stroke()
}

func (c *canvas) pin(x, y, size float64) {
	c.DrawEllipse(x, y, size*0.5, size*0.16)
	c.SetColor(thin(c.near, 0.35))
	c.Fill()
	c.SetColor(c.glow)
	c.MoveTo(x, y)
	c.CubicTo(x-size*0.3, y-size*0.6, x-size*0.75, y-size*0.9, x-size*0.75, y-size*1.35)
	c.CubicTo(x-size*0.75, y-size*2.3, x+size*0.75, y-size*2.3, x+size*0.75, y-size*1.35)
	c.CubicTo(x+size*0.75, y-size*0.9, x+size*0.3, y-size*0.6, x, y)
	c.Fill()
	c.disc(x, y-size*1.35, size*0.4, hex(0xffffff))
	c.shape(c.glow, x-size*0.13, y-size*1.55, x+size*0.24, y-size*1.35, x-size*0.13, y-size*1.15)
}

// cakeScene is a birthday cake with candles and confetti.
func cakeScene(c *canvas) {
	c.sky()
	hues := []color.NRGBA{hex(0xe4434f), hex(0x2fa39a), hex(0xffc23d), hex(0x6a5acd), hex(0xffffff)}
	for range 110 {
		c.Push()
		x, y := c.between(300, 1200), c.between(0, 420)
		c.RotateAbout(c.between(0, 3), x, y)
		c.box(x, y, 7, 14, thin(pick(c.r, hues), 0.85))
		c.Pop()
	}
	c.box(0, 420, 1200, 60, mix(c.far, c.near, 0.25))
	c.DrawEllipse(880, 426, 250, 20)
	c.SetColor(hex(0xfffaf4))
	c.Fill()
	for i, w := range []float64{200, 146} {
		y := 320 - float64(i)*92
		c.DrawRoundedRectangle(880-w, y, 2*w, 100, 14)
		c.SetColor([]color.NRGBA{hex(0xfff1dc), hex(0xf7b7c4)}[i])
		c.Fill()
		c.SetColor([]color.NRGBA{hex(0xe4637a), hex(0xfffaf4)}[i])
		c.DrawRoundedRectangle(880-w-6, y-8, 2*w+12, 30, 14)
		c.Fill()
		for k := range int(w / 20) {
			c.DrawRoundedRectangle(880-w+float64(k)*41, y+8, 26, 24+float64(k*7%3)*13, 13)
			c.Fill()
		}
	}
	for i := range 5 {
		x := 780 + float64(i)*50
		c.box(x-5, 160, 10, 62, hues[i])
		c.shine(x, 142, 54, c.glow, 0.9)
		c.SetColor(hex(0xffb62e))
		c.MoveTo(x, 122)
		c.QuadraticTo(x+13, 148, x, 160)
		c.QuadraticTo(x-13, 148, x, 122)
		c.Fill()
	}
}

// ticketsScene throws tickets through the dark.
func ticketsScene(c *canvas) {
	c.sky()
	c.shine(880, 240, 460, c.glow, 0.4)
	c.beam(1240, -30, 2.6, 0.13, 900, c.glow)
	for i := range 15 {
		x, y := c.between(560, 1190), c.between(20, 460)
		size := c.between(0.45, 0.75)
		if i > 11 {
			x, y, size = 720+float64(i-12)*170, 200+float64(i%2)*90, 1.25
		}
		c.Push()
		c.RotateAbout(c.between(-0.6, 0.6), x, y)
		c.ticket(x, y, 150*size, 76*size, mix(c.glow, c.low, 0.75-0.6*size))
		c.Pop()
	}
}

func (c *canvas) ticket(x, y, w, h float64, col color.NRGBA) {
	c.DrawRoundedRectangle(x-w/2, y-h/2, w, h, h*0.08)
	c.SetColor(col)
	c.Fill()
	for _, s := range []float64{-1, 1} {
		c.disc(x+s*w/2, y, h*0.15, mix(c.low, c.top, 0.4))
	}
	for i := range 7 {
		c.box(x+w*0.2, y-h*0.42+float64(i)*h*0.13, w*0.014, h*0.07, c.near)
	}
	c.SetLineWidth(w * 0.014)
	c.SetColor(thin(c.near, 0.75))
	c.DrawRoundedRectangle(x-w*0.4, y-h*0.36, w*0.54, h*0.72, h*0.05)
	c.Stroke()
	c.star(x-w*0.13, y, h*0.24)
}

func (c *canvas) star(x, y, size float64) {
	for i := range 10 {
		a, d := float64(i)*math.Pi/5-math.Pi/2, size
		if i%2 == 1 {
			d = size * 0.45
		}
		c.LineTo(x+math.Cos(a)*d, y+math.Sin(a)*d)
	}
	c.ClosePath()
	c.SetColor(c.near)
	c.Fill()
}
