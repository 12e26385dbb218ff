package main

import (
	"image/color"
	"math"
)

// eveningScene is a boulevard at dusk with a cinema lit up.
func eveningScene(c *canvas) {
	c.sky()
	c.stars(70, 260, c.ink)
	c.shine(860, 420, 560, c.glow, 0.55)
	c.towers(250, 60, mix(c.low, c.far, 0.7), 0.55)
	c.towers(330, 40, mix(c.far, c.near, 0.45), 0.75)
	c.facade(760, 96, 330, 330)
	c.box(0, 420, 1200, 60, c.near)
	c.glitter(925, 422, 320, 58, c.glow)
	for _, x := range []float64{560, 700, 1140} {
		c.lamp(x, 424, 150)
	}
	for i, x := range []float64{610, 652, 800, 860, 905, 990, 1050} {
		c.person(x, 432+float64(i%3)*6, 62+float64(i%2)*8, c.near)
	}
}

// facade draws a cinema's front with its sign and marquee.
func (c *canvas) facade(x, y, w, h float64) {
	c.box(x, y, w, h, mix(c.far, c.near, 0.35))
	for i := range 9 {
		c.box(x+8+float64(i)*(w-16)/9, y+20, 8, h-60, mix(c.far, c.near, 0.55))
	}
	c.box(x-14, y-10, w+28, 14, c.near)
	neon := hex(0xff3d6e)
	c.box(x+w-54, y-70, 44, 250, c.near)
	c.shine(x+w-32, y+50, 170, neon, 0.75)
	for i, letter := range []int{0, 1, 2, 3, 4, 5} {
		c.neonLetter(letter, x+w-32, y-44+float64(i)*38, neon)
	}
	c.shine(x+w/2, y+h-70, 300, c.glow, 0.9)
	c.DrawRoundedRectangle(x-26, y+h-124, w+52, 50, 8)
	c.SetColor(mix(c.glow, hex(0xffffff), 0.55))
	c.Fill()
	for i := range 22 {
		c.disc(x-18+float64(i)*(w+36)/21, y+h-128, 4.5, hex(0xfff4c8))
		c.disc(x-18+float64(i)*(w+36)/21, y+h-70, 4.5, hex(0xfff4c8))
	}
	for row := range 2 {
		for i := range 5 {
			c.DrawRoundedRectangle(x+6+float64(i)*62+float64(row)*20, y+h-114+float64(row)*19, 46-float64((i+row)%3)*10, 9, 2)
			c.SetColor(c.near)
			c.Fill()
		}
	}
	for i := range 4 {
		c.box(x+34+float64(i)*70, y+h-72, 54, 72, mix(c.glow, hex(0xffffff), 0.35))
		c.stroke(x+61+float64(i)*70, y+h-72, x+61+float64(i)*70, y+h, 3, c.near)
	}
}

// neonLetter draws the letters of CINEMA, one below the other.
func (c *canvas) neonLetter(which int, x, y float64, col color.NRGBA) {
	strokes := [][]float64{
		{9, -9, -2, -11, -9, -3, -9, 5, -2, 11, 9, 9},
		{0, -11, 0, 11},
		{-8, 11, -8, -11, 8, 11, 8, -11},
		{8, -11, -7, -11, -7, 0, 5, 0, -7, 0, -7, 11, 8, 11},
		{-10, 11, -8, -11, 0, 4, 8, -11, 10, 11},
		{-9, 11, 0, -11, 9, 11, 5, 3, -5, 3},
	}[which]
	for _, pass := range []struct {
		width float64
		col   color.NRGBA
	}{{9, thin(col, 0.35)}, {5, col}, {2, hex(0xffe8ef)}} {
		for i := 0; i+1 < len(strokes); i += 2 {
			c.LineTo(x+strokes[i], y+strokes[i+1])
		}
		c.SetLineWidth(pass.width)
		c.SetColor(pass.col)
		c.Stroke()
	}
}

func (c *canvas) lamp(x, y, height float64) {
	c.stroke(x, y, x, y-height, 5, c.near)
	c.stroke(x-16, y-height+6, x+16, y-height+6, 4, c.near)
	for _, s := range []float64{-16, 16} {
		c.shine(x+s, y-height+16, 70, c.glow, 0.9)
		c.disc(x+s, y-height+14, 7, mix(c.glow, hex(0xffffff), 0.6))
	}
}

// brand is a premiere: searchlights over the cinema.
func brand(c *canvas) {
	c.sky()
	c.stars(110, 300, c.ink)
	for i := range 5 {
		c.beam(660+float64(i)*120, 440, -1.95+float64(i)*0.2, 0.055, 620, c.glow)
	}
	c.shine(900, 420, 520, c.glow, 0.6)
	c.towers(345, 40, mix(c.far, c.near, 0.4), 0.6)
	c.facade(735, 120, 330, 310)
	c.box(0, 428, 1200, 52, c.near)
	c.shape(hex(0xb3123b), 850, 428, 950, 428, 1030, 480, 780, 480)
	for i := range 6 {
		c.person(580+float64(i)*29, 446, 60+float64(i%3)*7, c.near)
		c.person(1060+float64(i)*27, 446, 64-float64(i%3)*6, c.near)
	}
	c.glitter(905, 432, 260, 46, c.glow)
}

// nightScene is a sleeping town with one lit window and a cat.
func nightScene(c *canvas) {
	c.sky()
	c.stars(240, 380, c.ink)
	c.shine(930, 150, 260, c.glow, 0.7)
	c.SetColor(c.glow)
	c.DrawArc(930, 150, 70, -0.9, math.Pi+0.2)
	c.CubicTo(905, 215, 985, 200, 930+70*math.Cos(-0.9), 150+70*math.Sin(-0.9))
	c.Fill()
	c.ridge(390, 50, 0.2, mix(c.far, c.low, 0.3))
	c.towers(390, 40, mix(c.far, c.near, 0.5), 0.12)
	c.shape(c.near, 560, 480, 560, 402, 760, 330, 960, 402, 960, 480)
	c.shape(c.near, 930, 480, 930, 430, 1080, 372, 1230, 430, 1230, 480)
	c.shine(760, 408, 130, hex(0xffb84d), 0.8)
	c.DrawCircle(760, 408, 26)
	c.SetColor(hex(0xffd27a))
	c.Fill()
	c.stroke(734, 408, 786, 408, 4, c.near)
	c.stroke(760, 382, 760, 434, 4, c.near)
	c.Push()
	c.Translate(1080-308*0.32, 384-745*0.32)
	c.Scale(0.32, 0.32)
	c.sitting()
	c.Pop()
}

// sitting draws the outline of a cat that sits at 308, 745.
func (c *canvas) sitting() {
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
	c.SetLineWidth(8)
	c.SetLineCapRound()
	c.MoveTo(372, 734)
	c.CubicTo(470, 750, 490, 660, 452, 624)
	c.Stroke()
}

// morningScene is sunrise over gables, with somebody off to work.
func morningScene(c *canvas) {
	c.sky()
	c.shine(820, 330, 520, hex(0xffffff), 0.8)
	c.disc(820, 318, 92, c.glow)
	for i := range 5 {
		c.cloud(470+float64(i)*170, 90+float64(i%3)*48, 110+float64(i%2)*70, thin(hex(0xffffff), 0.6))
	}
	c.ridge(390, 26, 0.1, mix(c.low, c.far, 0.45))
	c.mist(400, 60, c.glow, 0.5)
	p := c.palette
	c.far, c.near, c.glow = mix(c.far, c.low, 0.35), mix(c.far, c.near, 0.3), hex(0xfff0c8)
	c.gables(560, 1240, 420, 120)
	c.palette = p
	c.box(0, 416, 1200, 64, mix(c.far, c.near, 0.55))
	c.box(0, 416, 1200, 4, mix(c.glow, c.far, 0.4))
	c.bicycle(690, 452, 42)
	for range 16 {
		c.bird(c.between(500, 1160), c.between(50, 230), c.between(5, 10), c.between(-0.3, 0.3))
	}
}

// winterScene is a snowed-in street with a warm cinema at its end.
func winterScene(c *canvas) {
	c.sky()
	c.stars(90, 240, c.ink)
	snow := mix(hex(0xffffff), c.low, 0.16)
	c.ridge(330, 60, 0.4, mix(c.low, c.far, 0.5))
	for range 22 {
		c.pine(c.between(430, 1200), c.between(350, 392), c.between(80, 150), mix(c.far, c.near, 0.45))
	}
	c.shine(900, 380, 380, c.glow, 0.8)
	c.gables(640, 1180, 410, 128)
	c.MoveTo(0, 480)
	c.LineTo(0, 402)
	c.CubicTo(300, 372, 520, 430, 760, 412)
	c.CubicTo(900, 400, 1050, 416, 1200, 398)
	c.LineTo(1200, 480)
	c.SetColor(snow)
	c.Fill()
	c.shape(mix(snow, c.far, 0.25), 860, 412, 930, 412, 1010, 480, 700, 480)
	c.lamp(600, 420, 150)
	c.lamp(1120, 418, 150)
	c.person(800, 448, 74, c.near)
	c.person(836, 450, 64, c.near)
	for range 320 {
		c.disc(c.between(0, 1200), c.between(0, 480), c.between(1, 3.6), thin(hex(0xffffff), c.between(0.3, 0.95)))
	}
}

// sunScene is a terrace with parasols by the sea.
func sunScene(c *canvas) {
	c.sky()
	c.shine(960, 96, 340, hex(0xfff6c8), 0.95)
	c.disc(960, 96, 54, c.glow)
	for i := range 4 {
		c.cloud(330+float64(i)*250, 110+float64(i%2)*60, 130+float64(i%3)*40, thin(hex(0xffffff), 0.8))
	}
	c.band(286, 400, hex(0x2f8fc4), hex(0x6fc4d8))
	c.glitter(960, 290, 150, 100, hex(0xffffff))
	c.boat(560, 300, 40)
	c.boat(740, 294, 22)
	c.box(0, 392, 1200, 88, hex(0xe9c995))
	for i := range 14 {
		c.stroke(float64(i)*90-30, 480, 200+float64(i)*60, 392, 2, hex(0xcfa870))
	}
	c.parasol(760, 420, 240, hex(0xe4434f))
	c.parasol(1040, 436, 220, hex(0x1f8f8a))
	c.table(820, 452)
	c.table(1098, 462)
	c.SetColor(hex(0x2f7a4f))
	for range 60 {
		c.DrawCircle(c.between(1120, 1220), c.between(380, 480), c.between(8, 20))
		c.Fill()
	}
}

func (c *canvas) parasol(x, y, height float64, col color.NRGBA) {
	c.stroke(x, y+30, x, y-height, 6, hex(0xfff8ec))
	for i := range 6 {
		a, b := x-height*0.62+float64(i)*height*0.2067, x-height*0.62+float64(i+1)*height*0.2067
		c.MoveTo(x, y-height)
		c.QuadraticTo((x+a*2)/3, y-height*0.95, a, y-height*0.62)
		c.QuadraticTo((a+b)/2, y-height*0.56, b, y-height*0.62)
		c.QuadraticTo((x+b*2)/3, y-height*0.95, x, y-height)
		c.SetColor([]color.NRGBA{col, hex(0xfff8ec)}[i%2])
		c.Fill()
	}
}

func (c *canvas) table(x, y float64) {
	c.stroke(x, y, x, y-52, 6, c.near)
	c.DrawEllipse(x, y-54, 66, 11)
	c.SetColor(hex(0xfff8ec))
	c.Fill()
	c.shape(thin(hex(0xff8a3c), 0.95), x-28, y-98, x-6, y-98, x-10, y-58, x-24, y-58)
	c.shape(thin(hex(0xffd24d), 0.95), x+10, y-92, x+32, y-92, x+28, y-58, x+14, y-58)
	c.stroke(x-12, y-96, x+2, y-118, 3, hex(0xe4434f))
	c.disc(x+31, y-93, 8, hex(0xe8e04a))
}

// rainScene looks through a wet window at the neon of the street.
func rainScene(c *canvas) {
	c.sky()
	hues := []color.NRGBA{c.glow, hex(0xff3d6e), hex(0x39c6d6), hex(0xffe08a), hex(0x8a6cff)}
	for range 46 {
		x, y := c.between(420, 1220), c.between(90, 430)
		radius := c.between(12, 46)
		hue := pick(c.r, hues)
		c.disc(x, y, radius, thin(hue, c.between(0.12, 0.34)))
		c.SetLineWidth(1.5)
		c.SetColor(thin(hue, 0.4))
		c.DrawCircle(x, y, radius)
		c.Stroke()
	}
	c.shine(930, 250, 320, c.glow, 0.4)
	c.SetLineWidth(30)
	for i := range 6 {
		c.neonBlur(720+float64(i)*76, 210, i)
	}
	for range 150 {
		c.drop(c.between(0, 1200), c.between(0, 440), c.between(2.5, 9))
	}
	for range 26 {
		x, y, length := c.between(0, 1200), c.between(-20, 260), c.between(60, 220)
		c.stroke(x, y, x+c.between(-3, 3), y+length, 2.4, thin(c.ink, 0.22))
		c.drop(x, y+length, c.between(5, 10))
	}
	c.box(0, 446, 1200, 34, c.near)
	c.box(0, 442, 1200, 5, mix(c.near, c.low, 0.6))
	c.box(640, 0, 14, 446, c.near)
	c.DrawRoundedRectangle(1050, 392, 60, 56, 8)
	c.SetColor(hex(0xd9363e))
	c.Fill()
	c.SetLineWidth(8)
	c.SetColor(hex(0xd9363e))
	c.DrawCircle(1116, 418, 15)
	c.Stroke()
	for i := range 2 {
		c.steam(1066+float64(i)*26, 384, 60)
	}
}

// neonBlur writes the letters of CINEMA out of focus.
func (c *canvas) neonBlur(x, y float64, letter int) {
	c.Push()
	c.Translate(x, y)
	c.Scale(2.6, 2.6)
	c.neonLetter(letter, 0, 0, thin(hex(0xff3d6e), 0.75))
	c.Pop()
}

// drop draws a drop of rain on glass.
func (c *canvas) drop(x, y, size float64) {
	c.DrawEllipse(x, y, size*0.8, size)
	c.SetColor(thin(c.ink, 0.2))
	c.Fill()
	c.DrawEllipse(x, y+size*0.25, size*0.62, size*0.62)
	c.SetColor(thin(c.near, 0.3))
	c.Fill()
	c.disc(x-size*0.25, y-size*0.35, size*0.2, thin(hex(0xffffff), 0.8))
}

func (c *canvas) steam(x, y, height float64) {
	c.SetLineWidth(6)
	c.SetLineCapRound()
	for i := range 3 {
		k := height * (0.5 + 0.25*float64(i))
		c.SetColor(thin(hex(0xffffff), 0.16))
		c.MoveTo(x, y)
		c.CubicTo(x+18, y-k*0.35, x-18, y-k*0.65, x+math.Mod(k, 9), y-k)
		c.Stroke()
	}
}
