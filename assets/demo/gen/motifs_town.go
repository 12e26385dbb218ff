package main

import (
	"image/color"
	"math"
)

// skyline lights a city's windows under searchlights.
func skyline(c *canvas) {
	c.sky()
	c.stars(60, 420, c.ink)
	x := c.between(150, 450)
	c.shine(x, 400, 250, c.glow, 0.45)
	c.disc(x, 400, 66, mix(c.glow, c.ink, 0.3))
	c.beam(140, 800, -1.25, 0.07, 800, c.glow)
	c.beam(470, 800, -1.85, 0.07, 800, c.glow)
	for layer := range 3 {
		t := float64(layer) / 2
		c.towers(540+t*130, 130-t*30, mix(mix(c.low, c.far, 0.5+t*0.3), c.near, t*0.9), 0.25+0.5*t)
	}
}

// towers draws a row of buildings whose roofs lie around y.
func (c *canvas) towers(y, vary float64, col color.NRGBA, lit float64) {
	scale := c.w / 600
	if c.h < c.w {
		scale = 0.8
	}
	for x := -20.0; x < c.w+20; {
		w := c.between(38, 92) * scale
		top := y + c.between(-vary, vary*0.6)
		c.box(x, top, w+1, c.h-top, col)
		switch c.r.IntN(5) {
		case 0:
			c.stroke(x+w/2, top, x+w/2, top-c.between(20, 70)*scale, 3*scale, col)
		case 1:
			c.shape(col, x, top, x+w/2, top-w*0.5, x+w, top)
		case 2:
			c.box(x+w*0.2, top-14*scale, w*0.6, 15*scale, col)
		}
		for wy := top + 14*scale; wy < c.h; wy += 17 * scale {
			for wx := x + 8*scale; wx < x+w-10*scale; wx += 13 * scale {
				if c.r.Float64() < 0.38*lit {
					c.box(wx, wy, 6*scale, 8*scale, thin(c.glow, c.between(0.45, 1)))
				}
			}
		}
		x += w
	}
}

// canal mirrors gabled houses in still water.
func canal(c *canvas) {
	c.sky()
	c.stars(60, 420, c.ink)
	moon := c.between(130, 470)
	c.shine(moon, 370, 220, c.glow, 0.5)
	c.disc(moon, 370, 46, mix(c.glow, c.ink, 0.4))
	c.gables(0, 600, 660, 150)
	c.band(660, 900, mix(c.low, c.near, 0.45), c.near)
	for range 120 {
		y := c.between(668, 890)
		w := c.between(14, 60)
		c.box(c.between(-20, 600), y, w, 2+(y-660)/70, thin(c.glow, c.between(0.1, 0.55)))
	}
	c.glitter(moon, 664, 60, 200, c.glow)
	c.box(0, 654, 600, 8, c.near)
	c.SetColor(c.near)
	c.MoveTo(180, 738)
	c.QuadraticTo(300, 770, 420, 738)
	c.QuadraticTo(400, 778, 300, 780)
	c.QuadraticTo(200, 778, 180, 738)
	c.Fill()
	c.person(270, 752, 66, c.near)
	c.person(318, 756, 60, c.near)
}

// gables draws a row of step-gabled houses between x and x2 that stand on y.
func (c *canvas) gables(x, x2, y, height float64) {
	for i := 0; x < x2; i++ {
		w := c.between(0.48, 0.72) * height
		top := y - height*c.between(0.85, 1.25)
		col := mix(mix(c.far, c.near, 0.2), c.near, c.between(0, 0.6))
		c.box(x, top, w, y-top, col)
		switch i % 3 {
		case 0:
			for s := range 4 {
				step := float64(s) * w / 8
				c.box(x+step, top-float64(s+1)*w*0.13, w-2*step, w*0.14, col)
			}
		case 1:
			c.shape(col, x, top, x+w/2, top-w*0.62, x+w, top)
		default:
			c.DrawCircle(x+w/2, top, w*0.36)
			c.SetColor(col)
			c.Fill()
			c.box(x, top-2, w, w*0.1, col)
		}
		for row := range 4 {
			for k := range 3 {
				wx, wy := x+w*(0.15+float64(k)*0.26), top+height*(0.12+float64(row)*0.22)
				if wy < y-height*0.12 {
					c.box(wx, wy, w*0.17, height*0.12, thin(c.glow, pick(c.r, []float64{0.12, 0.25, 0.85, 1})))
				}
			}
		}
		x += w + 1
	}
}

// castle stands on a rock among birds.
func castle(c *canvas) {
	c.sky()
	c.stars(70, 460, c.ink)
	c.shine(320, 420, 300, c.glow, 0.55)
	c.disc(c.between(250, 370), 400, 118, mix(c.glow, c.low, 0.12))
	c.ridge(720, 70, 0.8, c.far)
	c.mist(720, 90, c.low, 0.5)
	c.shape(c.near, 110, 900, 170, 770, 210, 742, 226, 680, 384, 676, 410, 740, 450, 770, 520, 900)
	for _, t := range [][3]float64{{232, 610, 40}, {276, 520, 52}, {332, 560, 44}, {372, 630, 34}} {
		x, y, w := t[0], t[1], t[2]
		c.box(x, y, w, 700-y, c.near)
		for k := range 4 {
			c.box(x-5+float64(k)*(w+10)/3.6, y-10, (w+10)/6, 14, c.near)
		}
		c.shape(c.near, x-7, y-8, x+w/2, y-8-w*1.5, x+w+7, y-8)
		c.stroke(x+w/2, y-w*1.5, x+w/2, y-w*1.5-34, 2, c.near)
		c.shape(c.glow, x+w/2, y-w*1.5-32, x+w/2+24, y-w*1.5-25, x+w/2, y-w*1.5-16)
		c.DrawRoundedRectangle(x+w*0.38, y+26, w*0.24, 20, 4)
		c.SetColor(c.glow)
		c.Fill()
	}
	c.box(232, 640, 170, 70, c.near)
	for range 9 {
		c.bird(c.between(90, 510), c.between(380, 560), c.between(8, 15), c.between(-0.4, 0.4))
	}
	c.ridge(820, 40, 0.6, c.near)
}

// cabin is lit in the snow.
func cabin(c *canvas) {
	c.sky()
	c.stars(60, 480, c.ink)
	snow := mix(hex(0xffffff), c.low, 0.22)
	c.ridge(600, 70, 0.3, mix(c.low, c.far, 0.6))
	for range 12 {
		c.pine(c.between(0, 600), c.between(650, 700), c.between(120, 210), mix(c.far, c.near, 0.55))
	}
	c.ridge(690, 24, 0, mix(snow, c.far, 0.35))
	c.shine(300, 690, 240, c.glow, 0.8)
	c.box(214, 634, 172, 110, c.near)
	c.shape(snow, 184, 646, 300, 548, 416, 646, 396, 654, 300, 574, 204, 654)
	c.shape(c.near, 206, 652, 300, 574, 394, 652)
	c.box(346, 560, 22, 50, c.near)
	for i := range 7 {
		t := float64(i) / 6
		c.disc(358+t*50+c.between(-5, 5), 545-t*130, 9+t*20, thin(c.ink, 0.3*(1-t)+0.05))
	}
	for _, x := range []float64{236, 318} {
		c.box(x, 668, 44, 40, mix(c.glow, c.ink, 0.25))
		c.stroke(x+22, 668, x+22, 708, 4, c.near)
		c.stroke(x, 688, x+44, 688, 4, c.near)
	}
	c.ridge(750, 16, 0, snow)
	c.pine(96, 800, 250, mix(c.far, c.near, 0.8))
	c.pine(520, 790, 220, mix(c.far, c.near, 0.8))
	c.ridge(830, 14, 0, mix(snow, c.far, 0.2))
	for range 170 {
		c.disc(c.between(0, 600), c.between(250, 900), c.between(1.5, 4.5), thin(hex(0xffffff), c.between(0.4, 0.95)))
	}
}

// house stands crooked before a huge moon.
func house(c *canvas) {
	c.sky()
	c.shine(330, 450, 380, c.glow, 0.45)
	c.disc(330, 450, 190, mix(c.glow, c.low, 0.2))
	for range 7 {
		c.disc(330+c.between(-120, 120), 450+c.between(-120, 120), c.between(10, 34), thin(c.low, 0.22))
	}
	c.ridge(740, 60, 0.4, mix(c.far, c.near, 0.5))
	c.shape(c.near, 40, 900, 130, 780, 230, 720, 370, 716, 470, 776, 600, 850, 600, 900)
	c.shape(c.near, 250, 725, 238, 560, 226, 560, 268, 480, 310, 556, 300, 556, 306, 600, 318, 600, 316, 520, 304, 520, 332, 430, 362, 516, 352, 516, 358, 725)
	c.shape(c.near, 354, 640, 350, 600, 340, 602, 376, 552, 410, 598, 400, 600, 396, 725, 350, 725)
	for _, w := range [][2]float64{{258, 590}, {326, 540}, {366, 622}, {276, 655}} {
		c.shine(w[0]+8, w[1]+12, 30, c.glow, 0.7)
		c.box(w[0], w[1], 16, 24, c.glow)
		c.stroke(w[0]+8, w[1], w[0]+8, w[1]+24, 2, c.near)
	}
	c.branch(130, 800, 120, -1.45, 9)
	c.branch(500, 820, 105, -1.75, 8)
	for range 8 {
		c.bird(c.between(120, 540), c.between(330, 540), c.between(10, 20), c.between(-0.5, 0.5))
	}
	c.mist(800, 60, mix(c.low, c.ink, 0.1), 0.5)
}

// branch grows a bare tree.
func (c *canvas) branch(x, y, length, angle, width float64) {
	if length < 9 {
		return
	}
	x2, y2 := x+math.Cos(angle)*length, y+math.Sin(angle)*length
	c.stroke(x, y, x2, y2, width, c.near)
	for _, turn := range []float64{-0.55, 0.08, 0.6} {
		c.branch(x2, y2, length*c.between(0.52, 0.74), angle+turn+c.between(-0.15, 0.15), width*0.62)
	}
}

// train comes head-on along its rails.
func train(c *canvas) {
	c.sky()
	c.ridge(560, 40, 0.4, c.far)
	c.shine(300, 560, 420, c.glow, 0.55)
	c.box(0, 640, 600, 260, mix(c.far, c.near, 0.75))
	for i := range 10 {
		t := math.Pow(float64(i)/9, 1.8)
		w := 90 + t*430
		c.box(300-w/2, 690+t*210, w, 4+t*14, c.near)
	}
	for _, side := range []float64{-1, 1} {
		c.shape(mix(c.glow, c.ink, 0.3), 300+side*36, 690, 300+side*42, 690, 300+side*212, 900, 300+side*188, 900)
	}
	c.DrawRoundedRectangle(196, 430, 208, 276, 44)
	c.SetColor(c.near)
	c.Fill()
	c.DrawRoundedRectangle(222, 462, 72, 76, 14)
	c.DrawRoundedRectangle(306, 462, 72, 76, 14)
	c.SetColor(mix(c.low, c.glow, 0.35))
	c.Fill()
	c.box(196, 566, 208, 8, c.glow)
	for _, x := range []float64{236, 364} {
		c.shine(x, 622, 150, c.glow, 1)
		c.disc(x, 622, 19, mix(c.glow, hex(0xffffff), 0.7))
	}
	for i := range 4 {
		x := 60 - float64(i)*14
		c.stroke(x+c.between(0, 30), 700, x+10, 380+float64(i)*20, 3, c.near)
	}
	for _, side := range []float64{-1, 1} {
		x := 300 + side*240
		c.stroke(x, 900, x, 360, 9, c.near)
		c.stroke(x, 400, x-side*150, 380, 5, c.near)
	}
	c.stroke(0, 366, 600, 366, 2, c.near)
}

// umbrella shelters two under a street lamp.
func umbrella(c *canvas) {
	c.sky()
	c.towers(520, 80, mix(c.low, c.far, 0.7), 0.9)
	c.mist(680, 160, c.low, 0.5)
	c.box(0, 740, 600, 160, mix(c.far, c.near, 0.65))
	c.stroke(140, 760, 140, 420, 8, c.near)
	c.SetLineWidth(8)
	c.MoveTo(140, 424)
	c.QuadraticTo(146, 396, 190, 398)
	c.SetColor(c.near)
	c.Stroke()
	c.shine(194, 416, 220, c.glow, 0.95)
	c.disc(194, 414, 15, mix(c.glow, hex(0xffffff), 0.5))
	c.glitter(194, 752, 70, 140, c.glow)
	c.person(316, 776, 142, c.near)
	c.person(368, 776, 128, c.near)
	col := mix(c.glow, hex(0xd9363e), 0.65)
	c.SetColor(col)
	c.MoveTo(216, 640)
	c.CubicTo(230, 540, 450, 540, 466, 640)
	for i := range 4 {
		x := 466 - float64(i)*62.5
		c.QuadraticTo(x-31, 618, x-62.5, 640)
	}
	c.Fill()
	c.stroke(341, 556, 341, 720, 4, c.near)
	for range 190 {
		x, y := c.between(-40, 620), c.between(220, 880)
		c.stroke(x, y, x-5, y+c.between(16, 40), 1.6, thin(c.ink, c.between(0.15, 0.5)))
	}
	for range 26 {
		c.SetLineWidth(1.5)
		c.SetColor(thin(c.ink, 0.4))
		c.DrawEllipse(c.between(0, 600), c.between(770, 890), c.between(6, 16), c.between(2, 4))
		c.Stroke()
	}
}
