package main

import (
	"fmt"
	"image/color"
	"slices"
	"strings"

	"github.com/fogleman/gg"
	"golang.org/x/image/font/sfnt"
)

// palettes are those of each genre: top, low, glow, far, near, ink.
var palettes = map[string][]string{
	"Sci-fi":      {"0a0f2c 3b3f8f f6e7c1 2a2f6b 070a1c fdf6e3", "06141f 0f6b74 ffd9a0 0b3d4a 041016 f4fbf7", "1b0b2e b1396f ffd27a 5b1f5e 12061f fff1e0", "101018 5a5f7a f2f2f2 33364a 08080d ffffff"},
	"Thriller":    {"0d1117 5c1a1b ff5a36 2d1214 07080b f7efe6", "0b1416 1f4d4f ffd166 133133 060c0d f2f7f5", "161616 4a4a4a ffc400 2b2b2b 080808 ffffff", "10131f 3a4a6b ff6f61 232c45 080a12 f5f3ee"},
	"Family":      {"2f6fd6 bfe6ff ffd23f 5aa0ea 1b3f8b ffffff", "ff8a5c ffe0a8 fff4d6 e8674a 7a2d4f fff8ec", "3ab5a4 d9f5d6 ffd84d 2a8f86 12514f ffffff", "6a4fc9 f7b7d2 ffe66b 8f6fe0 33207a ffffff"},
	"Drama":       {"e8d8c0 f4ead8 d9643a b79f82 4b3b33 3a2a24", "2f3e46 a9b8a6 f1c27d 52665f 1c2628 f6f1e4", "d6c7c1 efe2da 9c3b3b a58a86 40302f 3a2424", "354a5f d8b79a ffdf9e 5d6f80 1b2733 fff7ea"},
	"Action":      {"1a0d0a c8401c ffcf5c 6e2312 0d0605 fff3dc", "0a1826 d97a1f ffe08a 4a3a2c 060d14 fff6e6", "14202b 2e8aa8 ff5b2e 1d4a5e 0a1117 ffffff", "240f14 e0453a ffd9a8 7d2228 12070a fff1e6"},
	"Romance":     {"3b1d4a e88a8a ffe1a8 7d3b6a 22102c fff3e8", "14304a e0a3a0 ffd9a0 4a5a7c 0c1b2b fff4ea", "f4c9c4 fbe7dc d4503f d89a96 6a2b3a 5a1f30", "24334f c77f86 ffe8b8 5a5374 141d30 fff5ec"},
	"Horror":      {"05070a 24403a c8f27a 10211f 020304 e9f2dc", "0a0406 5e0f16 ff3b2f 2d080c 040203 f6e4dc", "0b0b14 3b3563 e8e2ff 1d1a38 050509 efeaff", "060d10 38565c ffe9b0 18292d 030607 f4efe0"},
	"Comedy":      {"ffcf33 ffe27a e8452c f2a51f 7a2415 c22f1a", "ff7a6b ffb3a3 fff2c9 e4574a 5c1636 fff6e0", "41c3b3 9be3d4 ffdf5a 27a193 0d4f55 08464c", "f7a8c9 fcd3e3 e4312b ee7fae 7d1745 8f1238"},
	"Fantasy":     {"101a3a 6f4aa0 ffdf8f 33306b 0a0f24 fff3d6", "0c2a2a 4f9a6f f9e79a 1f5347 061717 f8f4dc", "2a1436 c0567a ffe3a3 6a2d5b 170a1f fff2de", "12233f 5d93b8 fff1c4 2c4f78 0a1526 ffffff"},
	"Documentary": {"dfe7e4 f3f4ee e0582f 9fb4ae 23363a 1f3034", "0f3350 7fb8c9 ffe9b8 2c6480 081f33 ffffff", "f0dfc2 f8efdd 2f6f73 cbb48c 4a3a26 40301c", "1f2a24 9aa86b ffe08a 4a5a3c 101712 fbf7e4"},
	"Music":       {"14071f 8a1f6b ffcb3d 4a1048 0b0412 fff0f8", "071a2c 1560a8 ffb22e 0c3560 040d17 ffffff", "200a0a b33a1f ffd98a 5e1a12 120505 fff3e0", "0d0d0d 3c3c46 ff3d6e 222228 060606 ffffff"},
	"Mystery":     {"16202a 5f7a7d f4d58d 33474d 0b1116 f7f0dc", "1c1426 7a5a7d ffd9a0 43304c 0e0a14 fbf1e2", "0f2420 4f7f63 ffe6a0 264a3d 081412 f9f4e0", "2a1c14 a5713f ffe3ab 5c3c22 160e09 fff3df"},
}

// taglines stand small under titles.
var taglines = map[string][]string{
	"Sci-fi":      {"Every sky has a shore.", "The signal was always ours.", "Look up. Then look again."},
	"Thriller":    {"Somebody knows.", "Trust is the last stop.", "Count the doors."},
	"Family":      {"Big hearts come in small sizes.", "Bring somebody who still believes.", "A very tall little tale."},
	"Drama":       {"What we keep, keeps us.", "Home is a verb.", "One summer. Three sisters."},
	"Action":      {"No brakes. No plan. No way back.", "Forty minutes.", "Faster than sorry."},
	"Romance":     {"Some trains are worth missing.", "It rained. They stayed.", "Say it before the doors close."},
	"Horror":      {"It counts its guests.", "Leave the lamp on.", "Do not answer."},
	"Comedy":      {"What could possibly go well?", "Serves eleven.", "A disaster in three languages."},
	"Fantasy":     {"All maps lie.", "The old songs wake.", "A crown is a cage."},
	"Documentary": {"Look closer.", "A film about all of us.", "Four years. One street."},
	"Music":       {"Listen with your whole body.", "One more.", "The silence before the song."},
	"Mystery":     {"Thirteen chairs. Twelve guests.", "The clue is in the soup.", "Nobody leaves."},
}

// poster draws a film's poster, 300 by 450.
func poster(f *film, font *faces) ([]byte, error) {
	r := random("poster " + f.ID)
	c := newCanvas(600, 900, colours(pick(r, palettes[f.Genre])), f.ID)
	if f.ID == filmOfTheWeek {
		c.palette = colours("0b1236 5a4fa8 fff0cf 2d2f78 080b22 fff6e3")
	}
	draw, ok := motifs[f.Motif]
	if !ok {
		return nil, fmt.Errorf("no motif %q", f.Motif)
	}
	manner := c.manner(f)
	draw(c)
	if manner == atFoot || manner == stackedAtFoot {
		c.raise(150)
	}
	c.title(f, font, manner)
	if f.ID == filmOfTheWeek { // drawn large in the mail
		return c.jpeg(1, 82)
	}
	return c.jpeg(2, 74)
}

// manner is how a poster's title is set.
type manner int

const (
	above manner = iota
	spacedAbove
	atFoot
	stackedAtFoot
)

// manner chooses how the film's title is set.
func (c *canvas) manner(f *film) manner {
	switch n := c.r.IntN(3); {
	case f.Genre == "Comedy", f.Genre == "Action", f.Genre == "Thriller" && n > 0:
		return stackedAtFoot
	case f.Genre == "Sci-fi", f.Genre == "Documentary", f.Genre == "Music" && n > 0:
		return spacedAbove
	case f.Genre == "Family", n == 0:
		return above
	}
	return atFoot
}

// raise moves what is drawn up, to make room at the foot.
func (c *canvas) raise(by int) {
	drawn := c.Image()
	low := color.NRGBAModel.Convert(drawn.At(int(c.w)/2, int(c.h)-1)).(color.NRGBA)
	moved := gg.NewContext(int(c.w), int(c.h))
	moved.SetColor(low)
	moved.Clear()
	moved.DrawImage(drawn, 0, -by)
	c.Context = moved
}

// dark reports whether the title is light, and so wants dark behind it.
func (c *canvas) dark() bool { return int(c.ink.R)+int(c.ink.G)+int(c.ink.B) > 450 }

// title sets what is written on a poster.
func (c *canvas) title(f *film, font *faces, how manner) {
	ground := c.near
	if !c.dark() {
		ground = mix(c.top, hex(0xffffff), 0.25)
	}
	switch how {
	case stackedAtFoot:
		c.band(480, 900, thin(ground, 0), thin(ground, 0.97))
		c.stacked(f, font)
	case spacedAbove:
		c.band(0, 380, thin(c.top, 0.75), thin(c.top, 0))
		c.spaced(f, font)
		c.band(740, 900, thin(ground, 0), thin(ground, 0.85))
	case above:
		c.band(0, 380, thin(c.top, 0.8), thin(c.top, 0))
		face := font.serif
		if f.Genre == "Family" {
			face = font.sans
		}
		c.above(f, font, face)
		c.band(760, 900, thin(ground, 0), thin(ground, 0.85))
	default:
		c.band(520, 900, thin(ground, 0), thin(ground, 0.96))
		c.below(f, font)
	}
	c.credits(f, font)
}

// credits sets the small print at the foot.
func (c *canvas) credits(f *film, font *faces) {
	small := lettering{font.plain, 17, 0.62, 0.06, thin(c.ink, 0.75)}
	if f.Genre == "Comedy" || f.Genre == "Family" && c.dark() {
		small.colour = thin(hex(0xffffff), 0.9)
	}
	text := fmt.Sprintf("%s PRESENTS  A FILM IN %s  ·  %d MIN", strings.ToUpper(f.Studio), strings.ToUpper(f.Labels[0]), f.Minutes)
	c.centred(text, 876, small.fit(text, 540))
}

// stacked sets heavy narrow capitals at the foot, each line as wide as the
// poster.
func (c *canvas) stacked(f *film, font *faces) {
	l := lettering{font.sans, 150, 0.66, -0.01, c.ink}
	rows := lines(strings.ToUpper(f.Title))
	y := 838.0
	if f.Genre == "Comedy" {
		l.colour = hex(0xffffff)
		height := 0.0
		for _, row := range rows {
			height += l.fit(row, 520).size * 0.78
		}
		c.box(0, 838-height-44, 600, 900-(838-height-44), c.near)
	}
	for _, row := range slices.Backward(rows) {
		fitted := l.fit(row, 520)
		c.write(row, 40, y, fitted)
		y -= fitted.size * 0.78
	}
	if f.Genre != "Comedy" {
		c.box(42, y-4, 70, 5, c.glow)
		c.write(pick(c.r, taglines[f.Genre]), 42, y-22, lettering{font.italic, 25, 0.95, 0, thin(c.ink, 0.9)})
	}
}

// spaced sets wide-set capitals near the top.
func (c *canvas) spaced(f *film, font *faces) {
	l := lettering{font.sans, 66, 0.82, 0.16, c.ink}
	rows := lines(strings.ToUpper(f.Title))
	l = l.fitAll(rows, 520)
	y := 122.0
	for _, row := range rows {
		c.centred(row, y, l)
		y += l.size * 1.18
	}
	tag := strings.ToUpper(pick(c.r, taglines[f.Genre]))
	small := lettering{font.plain, 17, 0.95, 0.26, thin(c.ink, 0.85)}
	if y < 300 {
		c.centred(tag, y-16, small.fit(tag, 520))
	}
}

// above sets a centred title in upper and lower case near the top.
func (c *canvas) above(f *film, font *faces, face *sfnt.Font) {
	l := lettering{face, 96, 0.86, -0.01, c.ink}
	rows := lines(f.Title)
	if len(rows) == 3 {
		l.size = 76
	}
	l = l.fitAll(rows, 520)
	y := 40 + l.size*0.92
	for _, row := range rows {
		c.centred(row, y, l)
		y += l.size * 0.98
	}
	if len(rows) < 3 {
		c.centred(pick(c.r, taglines[f.Genre]), y-34, lettering{font.italic, 25, 0.95, 0, thin(c.ink, 0.9)})
	}
}

// below sets a serif title at the foot.
func (c *canvas) below(f *film, font *faces) {
	l := lettering{font.serif, 92, 0.84, -0.01, c.ink}
	rows := lines(f.Title)
	y := 800.0
	tag := pick(c.r, taglines[f.Genre])
	c.centred(tag, 838, lettering{font.italic, 25, 0.95, 0, thin(c.ink, 0.9)})
	l = l.fitAll(rows, 520)
	for _, row := range slices.Backward(rows) {
		c.centred(row, y-l.size*0.12, l)
		y -= l.size * 0.98
	}
}
