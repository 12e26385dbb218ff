package main

import (
	"image/color"
	"math"
)

// pattern covers a poster with one thing, one of which is the odd one out.
func pattern(icon func(c *canvas, x, y, u float64, col color.NRGBA)) func(*canvas) {
	return func(c *canvas) {
		c.band(0, 900, c.top, c.low)
		odd := 4 + c.r.IntN(3)
		n := 0
		for row := range 4 {
			for column := range 3 {
				x, y := 110+float64(column)*190, 96+float64(row)*168
				turn, col := c.between(-0.35, 0.35), mix(c.far, c.near, 0.25)
				if n == odd {
					turn, col = math.Pi, c.glow
				}
				c.Push()
				c.RotateAbout(turn, x, y)
				icon(c, x, y, 58, col)
				c.Pop()
				n++
			}
		}
	}
}

func fries(c *canvas, x, y, u float64, col color.NRGBA) {
	for i := range 7 {
		k := float64(i) - 3
		c.Push()
		c.RotateAbout(k*0.07, x, y+u)
		c.box(x+k*u*0.17-u*0.08, y-u*(1.05-math.Abs(k)*0.06+float64(i%2)*0.14), u*0.16, u*1.3, []color.NRGBA{hex(0xffe28a), hex(0xffd05a)}[i%2])
		c.Pop()
	}
	c.shape(col, x-u*0.74, y-u*0.12, x+u*0.74, y-u*0.12, x+u*0.22, y+u*1.1, x-u*0.22, y+u*1.1)
	c.shape(thin(hex(0xffffff), 0.35), x-u*0.5, y-u*0.12, x-u*0.2, y-u*0.12, x-u*0.06, y+u*1.1, x-u*0.14, y+u*1.1)
}

func moustache(c *canvas, x, y, u float64, col color.NRGBA) {
	c.disc(x, y, u*1.05, thin(hex(0xffffff), 0.28))
	c.SetColor(col)
	for _, s := range []float64{-1, 1} {
		c.MoveTo(x, y+u*0.1)
		c.CubicTo(x+s*u*0.2, y-u*0.3, x+s*u*0.6, y-u*0.1, x+s*u*0.95, y-u*0.3)
		c.CubicTo(x+s*u*0.95, y+u*0.25, x+s*u*0.4, y+u*0.5, x, y+u*0.1)
		c.Fill()
		c.SetLineWidth(u * 0.07)
		c.DrawCircle(x+s*u*0.36, y-u*0.44, u*0.24)
		c.Stroke()
	}
	c.stroke(x-u*0.12, y-u*0.46, x+u*0.12, y-u*0.46, u*0.07, col)
}

func cup(c *canvas, x, y, u float64, col color.NRGBA) {
	c.SetLineWidth(u * 0.16)
	c.SetColor(col)
	c.DrawCircle(x+u*0.66, y+u*0.12, u*0.28)
	c.Stroke()
	c.MoveTo(x-u*0.68, y-u*0.3)
	c.LineTo(x+u*0.68, y-u*0.3)
	c.CubicTo(x+u*0.66, y+u*0.5, x+u*0.4, y+u*0.72, x, y+u*0.72)
	c.CubicTo(x-u*0.4, y+u*0.72, x-u*0.66, y+u*0.5, x-u*0.68, y-u*0.3)
	c.Fill()
	c.DrawEllipse(x, y-u*0.3, u*0.68, u*0.14)
	c.SetColor(hex(0xfff4dc))
	c.Fill()
	c.DrawEllipse(x, y+u*0.86, u*0.95, u*0.12)
	c.SetColor(col)
	c.Fill()
	for i := range 2 {
		sx := x - u*0.22 + float64(i)*u*0.44
		c.SetLineWidth(u * 0.08)
		c.SetColor(thin(hex(0xffffff), 0.8))
		c.MoveTo(sx, y-u*0.55)
		c.CubicTo(sx+u*0.2, y-u*0.75, sx-u*0.2, y-u*0.9, sx, y-u*1.1)
		c.Stroke()
	}
}

func fish(c *canvas, x, y, u float64, col color.NRGBA) {
	c.SetColor(col)
	c.MoveTo(x-u*0.95, y)
	c.QuadraticTo(x-u*0.2, y-u*0.75, x+u*0.5, y)
	c.QuadraticTo(x-u*0.2, y+u*0.75, x-u*0.95, y)
	c.Fill()
	c.shape(col, x+u*0.36, y, x+u*0.95, y-u*0.46, x+u*0.8, y, x+u*0.95, y+u*0.46)
	c.disc(x-u*0.58, y-u*0.08, u*0.12, hex(0xffffff))
	c.disc(x-u*0.6, y-u*0.08, u*0.06, hex(0x222222))
	for i := range 3 {
		c.SetLineWidth(u * 0.06)
		c.SetColor(thin(hex(0xffffff), 0.55))
		c.DrawArc(x-u*0.34+float64(i)*u*0.24, y, u*0.2, -1.1, 1.1)
		c.Stroke()
	}
}

func doughnut(c *canvas, x, y, u float64, col color.NRGBA) {
	c.SetLineWidth(u * 0.52)
	c.SetColor(hex(0xd9a05b))
	c.DrawCircle(x, y, u*0.66)
	c.Stroke()
	c.SetLineWidth(u * 0.42)
	c.SetColor(col)
	c.DrawCircle(x, y-u*0.03, u*0.66)
	c.Stroke()
	for i := range 16 {
		a, d := float64(i)*2.4, u*(0.54+0.25*c.r.Float64())
		px, py := x+math.Cos(a)*d, y+math.Sin(a)*d
		c.stroke(px-3, py-3, px+4, py+3, 4, pick(c.r, []color.NRGBA{hex(0xffffff), hex(0xffe066), hex(0x8be0d4)}))
	}
}
