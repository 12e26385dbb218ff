package main

import (
	"image/color"
	"math"
)

// waves rolls bands of sea under a sun, with a boat.
func waves(c *canvas) {
	c.sky()
	x := c.between(170, 430)
	c.shine(x, 380, 300, c.glow, 0.6)
	c.disc(x, 380, 96, mix(c.glow, c.ink, 0.2))
	for i := range 7 {
		t := float64(i) / 6
		y, phase, height := 480+t*300, c.between(0, 6), 10+26*t
		if i == 3 {
			c.boat(600-x, y-height*0.4, 92)
		}
		col := mix(mix(c.low, c.far, 0.4+t*0.4), c.near, t*0.8)
		c.MoveTo(0, c.h)
		for px := 0.0; px <= 600; px += 4 {
			v := math.Sin(px/(90+40*t)+phase) + 0.4*math.Sin(px/37+phase*2)
			c.LineTo(px, y-height*v*0.6)
		}
		c.LineTo(600, c.h)
		c.SetColor(col)
		c.FillPreserve()
		c.SetLineWidth(2.5)
		c.SetColor(thin(mix(c.ink, c.glow, 0.4), 0.5-0.05*float64(i)))
		c.Stroke()
	}
}

func (c *canvas) boat(x, y, size float64) {
	c.shape(c.near, x-size*0.5, y-size*0.16, x+size*0.5, y-size*0.16, x+size*0.34, y+size*0.12, x-size*0.36, y+size*0.12)
	c.shape(mix(c.ink, c.glow, 0.2), x-size*0.02, y-size*1.15, x-size*0.02, y-size*0.22, x-size*0.42, y-size*0.22)
	c.shape(mix(c.ink, c.far, 0.35), x+size*0.04, y-size*1.0, x+size*0.04, y-size*0.22, x+size*0.36, y-size*0.22)
	c.stroke(x, y-size*1.2, x, y-size*0.1, size*0.03, c.near)
}

// whale swims through a sky, or a sea, of stars.
func whale(c *canvas) {
	c.sky()
	c.stars(140, 800, c.ink)
	x, y := 300.0, 520.0
	c.shine(x, y, 360, c.glow, 0.35)
	c.Push()
	c.RotateAbout(c.between(-0.28, -0.1), x, y)
	body := func() {
		c.MoveTo(x-225, y+6)
		c.CubicTo(x-215, y-135, x-10, y-150, x+110, y-42)
		c.CubicTo(x+160, y-6, x+190, y-20, x+214, y-78)
		c.CubicTo(x+176, y-92, x+166, y-122, x+160, y-146)
		c.CubicTo(x+210, y-138, x+228, y-120, x+236, y-104)
		c.CubicTo(x+250, y-122, x+276, y-134, x+304, y-128)
		c.CubicTo(x+292, y-100, x+272, y-82, x+248, y-78)
		c.CubicTo(x+238, y+18, x+120, y+96, x-60, y+96)
		c.CubicTo(x-160, y+98, x-222, y+70, x-225, y+6)
	}
	body()
	c.SetColor(mix(c.far, c.near, 0.25))
	c.Fill()
	body()
	c.Clip()
	c.DrawEllipse(x-110, y+112, 230, 84)
	c.SetColor(mix(c.ink, c.low, 0.25))
	c.Fill()
	for i := range 7 {
		c.SetLineWidth(3)
		c.SetColor(thin(c.far, 0.7))
		c.DrawEllipse(x-130+float64(i)*4, y+132+float64(i)*12, 190, 84)
		c.Stroke()
	}
	c.ResetClip()
	c.disc(x-138, y-4, 9, c.ink)
	c.disc(x-136, y-3, 5, c.near)
	c.SetColor(c.near)
	c.MoveTo(x-40, y+70)
	c.CubicTo(x-30, y+140, x+30, y+168, x+66, y+170)
	c.CubicTo(x+50, y+130, x+40, y+90, x+20, y+62)
	c.Fill()
	c.Pop()
	c.ridge(800, 26, 0.1, thin(c.near, 0.7))
	c.ridge(850, 20, 0.1, c.near)
	c.boat(130, 792, 54)
}

// forest lets a lantern pass between firs in fog.
func forest(c *canvas) {
	c.sky()
	c.shine(300, 400, 300, c.glow, 0.35)
	c.disc(c.between(200, 400), 360, 58, thin(mix(c.glow, c.ink, 0.4), 0.9))
	for layer := range 4 {
		t := float64(layer) / 3
		col := mix(mix(c.low, c.far, 0.35+t*0.5), c.near, t*0.85)
		foot := 690 + t*130
		for range 16 - layer*3 {
			x := c.between(-20, 620)
			if layer == 3 && x > 190 && x < 410 {
				continue
			}
			c.pine(x, foot+30, c.between(170, 270)*(0.8+t*0.85), col)
		}
		c.box(0, foot+20, 600, 300, col)
		if layer < 3 {
			c.mist(foot, 80, mix(c.low, c.ink, 0.15), 0.42)
		}
		if layer == 2 {
			c.shine(328, 765, 130, c.glow, 0.85)
			c.person(300, 812, 104, c.near)
			c.disc(328, 765, 7, mix(c.glow, c.ink, 0.6))
		}
	}
}

// field runs furrows to the horizon under a sun, with a windmill.
func field(c *canvas) {
	c.sky()
	x := c.between(200, 400)
	c.shine(x, 430, 320, c.glow, 0.6)
	c.disc(x, 430, 82, mix(c.glow, c.ink, 0.15))
	c.ridge(560, 16, 0.3, c.far)
	c.band(560, 900, mix(c.glow, c.far, 0.45), mix(c.far, c.near, 0.7))
	for i := -16; i <= 16; i++ {
		k := float64(i)
		c.shape(thin(c.near, 0.4), 300+k*14, 560, 300+k*14+3, 560, 300+k*92+40, 900, 300+k*92, 900)
	}
	c.mill(x+(300-x)*1.7, 570, 190)
	for range 60 {
		y := c.between(600, 880)
		c.disc(c.between(0, 600), y, (y-560)/50, thin(mix(c.glow, c.ink, 0.4), 0.8))
	}
}

func (c *canvas) mill(x, y, height float64) {
	c.shape(c.near, x-height*0.17, y, x-height*0.1, y-height*0.62, x+height*0.1, y-height*0.62, x+height*0.17, y)
	c.SetColor(c.near)
	c.DrawCircle(x, y-height*0.62, height*0.105)
	c.Fill()
	for i := range 4 {
		c.Push()
		c.RotateAbout(0.5+float64(i)*math.Pi/2, x, y-height*0.64)
		c.stroke(x, y-height*0.64, x, y-height*1.16, height*0.02, c.near)
		c.box(x, y-height*1.14, height*0.085, height*0.4, thin(c.near, 0.8))
		c.Pop()
	}
	c.box(x-height*0.03, y-height*0.42, height*0.06, height*0.08, c.glow)
}

// tree spreads a crown of many leaves over a small figure.
func tree(c *canvas) {
	c.sky()
	c.shine(300, 450, 400, c.glow, 0.35)
	c.ridge(760, 26, 0.2, mix(c.far, c.near, 0.45))
	c.SetColor(c.near)
	c.MoveTo(236, 790)
	c.CubicTo(284, 740, 278, 640, 268, 540)
	c.LineTo(332, 540)
	c.CubicTo(322, 640, 320, 740, 370, 790)
	c.Fill()
	for i := range 7 {
		a := -math.Pi*0.92 + float64(i)*0.31
		c.SetLineWidth(15 - math.Abs(float64(i)-3)*2)
		c.MoveTo(300, 580)
		c.QuadraticTo(300+math.Cos(a)*60, 520, 300+math.Cos(a)*185, 490+math.Sin(a)*150)
		c.Stroke()
	}
	tones := []color.NRGBA{c.glow, mix(c.glow, c.far, 0.4), c.far, mix(c.glow, c.ink, 0.4), mix(c.far, c.near, 0.4)}
	for range 620 {
		a, d := c.between(0, 2*math.Pi), math.Sqrt(c.r.Float64())
		x, y := 300+math.Cos(a)*d*225, 440+math.Sin(a)*d*150
		c.disc(x, y, c.between(7, 19), thin(pick(c.r, tones), 0.85))
	}
	for range 26 {
		c.disc(c.between(80, 520), c.between(600, 790), c.between(4, 8), thin(pick(c.r, tones), 0.9))
	}
	c.ridge(800, 12, 0.2, c.near)
	c.person(430, 800, 82, c.near)
}

// island floats palms and lanterns on a moonlit sea.
func island(c *canvas) {
	c.sky()
	c.stars(110, 560, c.ink)
	x := c.between(220, 380)
	c.shine(x, 400, 290, c.glow, 0.55)
	c.disc(x, 400, 88, mix(c.glow, c.ink, 0.35))
	c.band(610, 900, mix(c.low, c.far, 0.4), c.near)
	c.glitter(x, 614, 170, 260, c.glow)
	c.DrawEllipse(300, 650, 190, 36)
	c.SetColor(c.near)
	c.Fill()
	for _, px := range []float64{210, 270, 345, 395} {
		c.palm(px, 640, c.between(150, 240))
	}
	for range 12 {
		lx, ly := c.between(60, 540), c.between(500, 760)
		c.shine(lx, ly, 34, c.glow, 0.8)
		c.DrawRoundedRectangle(lx-6, ly-8, 12, 16, 4)
		c.SetColor(mix(c.glow, c.ink, 0.5))
		c.Fill()
	}
}

// lighthouse sends its beams over the sea.
func lighthouse(c *canvas) {
	c.sky()
	c.stars(80, 500, c.ink)
	x := c.between(230, 370)
	c.beam(x, 388, -0.12, 0.13, 700, c.glow)
	c.beam(x, 388, math.Pi-0.2, 0.13, 700, c.glow)
	c.shine(x, 388, 170, c.glow, 0.9)
	c.band(700, 900, mix(c.low, c.far, 0.5), c.near)
	c.shape(mix(c.ink, c.far, 0.12), x-34, 410, x+34, 410, x+56, 730, x-56, 730)
	for i := range 3 {
		y := 440 + float64(i)*96
		grow := (y - 410) / 320 * 22
		c.shape(mix(c.glow, c.near, 0.45), x-34-grow, y, x+34+grow, y, x+37+grow, y+46, x-37-grow, y+46)
	}
	c.shape(thin(c.near, 0.35), x+8, 410, x+34, 410, x+56, 730, x+14, 730)
	c.box(x-44, 402, 88, 12, c.near)
	c.box(x-24, 366, 48, 38, mix(c.glow, c.ink, 0.6))
	c.shape(c.near, x-32, 368, x, 332, x+32, 368)
	c.shape(c.near, 0, 900, 0, 800, 90, 760, x-130, 716, x-60, 698, x+66, 702, x+140, 740, 520, 790, 600, 780, 600, 900)
	for range 30 {
		y := c.between(760, 890)
		c.box(c.between(0, 600), y, c.between(20, 70), 2.5, thin(c.ink, 0.3))
	}
}

// road runs to a vanishing point.
func road(c *canvas) {
	c.sky()
	c.shine(300, 530, 380, c.glow, 0.8)
	c.disc(300, 500, 64, mix(c.glow, c.ink, 0.35))
	c.ridge(560, 54, 0.9, c.far)
	c.box(0, 575, 600, 325, mix(c.far, c.near, 0.7))
	c.shape(c.near, 292, 575, 308, 575, 620, 900, -20, 900)
	for i := range 9 {
		t, u := math.Pow(float64(i)/9, 2.2), math.Pow((float64(i)+0.5)/9, 2.2)
		w := 1 + 9*t
		c.shape(mix(c.glow, c.ink, 0.4), 300-w/2, 578+t*322, 300+w/2, 578+t*322, 300+w, 578+u*322, 300-w, 578+u*322)
	}
	for i := range 6 {
		t := math.Pow(float64(i+1)/6, 2)
		x, h := 330+t*250, 26+t*260
		c.stroke(x, 582+t*150, x, 582+t*150-h, 1+5*t, c.near)
		c.stroke(x-h*0.1, 582+t*150-h*0.9, x+h*0.1, 582+t*150-h*0.9, 1+3*t, c.near)
	}
	for _, side := range []float64{-1, 1} {
		c.shine(262+side*26, 690, 50, hex(0xff3020), 0.9)
		c.disc(262+side*24, 690, 5, hex(0xffb0a0))
	}
	c.DrawRoundedRectangle(222, 662, 80, 44, 14)
	c.SetColor(c.near)
	c.Fill()
	c.box(226, 686, 14, 6, hex(0xff4030))
	c.box(284, 686, 14, 6, hex(0xff4030))
}
