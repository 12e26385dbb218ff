package render

import (
	"cmp"
	"image"
	"image/color"
	"slices"
)

// exactPalette is the picture's colours, if they are 256 at most.
func exactPalette(pictures ...*image.RGBA) (color.Palette, bool) {
	seen := make(map[uint32]struct{}, 257)
	var palette color.Palette
	last, some := uint32(0), false
	for _, m := range pictures {
		for i := 0; i+3 < len(m.Pix); i += 4 {
			c := uint32(m.Pix[i])<<16 | uint32(m.Pix[i+1])<<8 | uint32(m.Pix[i+2])
			if some && c == last {
				continue
			}
			last, some = c, true
			if _, ok := seen[c]; ok {
				continue
			}
			if len(seen) == 256 {
				return nil, false
			}
			seen[c] = struct{}{}
			palette = append(palette, color.RGBA{m.Pix[i], m.Pix[i+1], m.Pix[i+2], 0xff})
		}
	}
	return palette, true
}

// bin is a group of near colours: how many there are, and their sums.
type bin struct {
	n, r, g, b uint64
}

func (b *bin) mean() [3]float64 {
	n := float64(b.n)
	return [3]float64{float64(b.r) / n, float64(b.g) / n, float64(b.b) / n}
}

// maxExact is how many colours are counted, and looked up, one by one: those
// of a flat graphic with its gradients and letters. A photo has more.
const maxExact = 1 << 14

// histogram counts the pictures' colours: each by itself while they are few, so
// that a dark gradient keeps its steps, else by 5 bits a channel.
func histogram(pictures []*image.RGBA) []bin {
	if bins := countColours(pictures, 0); len(bins) <= maxExact {
		return bins
	}
	return countColours(pictures, 3)
}

// countColours groups colours without their lower bits. Of whole
// colours it counts no more than one over maxExact.
func countColours(pictures []*image.RGBA, lower uint) []bin {
	at := make(map[uint32]int, 256)
	var bins []bin
	last, index := uint32(1<<24), 0
	for _, m := range pictures {
		for i := 0; i+3 < len(m.Pix); i += 4 {
			r, g, b := m.Pix[i], m.Pix[i+1], m.Pix[i+2]
			if c := uint32(r>>lower)<<16 | uint32(g>>lower)<<8 | uint32(b>>lower); c != last {
				known := false
				if index, known = at[c]; !known {
					if lower == 0 && len(bins) > maxExact {
						return bins
					}
					index, at[c], bins = len(bins), len(bins), append(bins, bin{})
				}
				last = c
			}
			one := &bins[index]
			one.n++
			one.r += uint64(r)
			one.g += uint64(g)
			one.b += uint64(b)
		}
	}
	return bins
}

// choosePalette picks 256 colours by median cut.
func choosePalette(pictures ...*image.RGBA) color.Palette {
	used := histogram(pictures)
	boxes := []cutBox{newCutBox(used)}
	for len(boxes) < 256 {
		best := 0
		for i := range boxes {
			if boxes[i].spread > boxes[best].spread {
				best = i
			}
		}
		if len(boxes) == 0 || boxes[best].spread <= 0 {
			break
		}
		low, high := boxes[best].split()
		boxes[best] = newCutBox(low)
		boxes = append(boxes, newCutBox(high))
	}
	palette := make(color.Palette, len(boxes))
	for i := range boxes {
		mean := boxes[i].all.mean()
		palette[i] = color.RGBA{uint8(mean[0] + 0.5), uint8(mean[1] + 0.5), uint8(mean[2] + 0.5), 0xff}
	}
	return palette
}

// cutBox is a box of median cut.
type cutBox struct {
	bins   []bin
	all    bin
	axis   int
	spread float64 // squared error along its widest axis, which a cut lessens
}

func newCutBox(bins []bin) cutBox {
	c := cutBox{bins: bins}
	for i := range bins {
		c.all.n += bins[i].n
		c.all.r += bins[i].r
		c.all.g += bins[i].g
		c.all.b += bins[i].b
	}
	if len(bins) < 2 {
		return c
	}
	mean := c.all.mean()
	var spread [3]float64
	for i := range bins {
		for axis, v := range bins[i].mean() {
			spread[axis] += (v - mean[axis]) * (v - mean[axis]) * float64(bins[i].n)
		}
	}
	for axis := range spread {
		if spread[axis] > c.spread {
			c.axis, c.spread = axis, spread[axis]
		}
	}
	return c
}

// split parts the box at the mean of its widest axis.
func (c *cutBox) split() (low, high []bin) {
	axis, mean := c.axis, c.all.mean()[c.axis]
	slices.SortFunc(c.bins, func(a, b bin) int { return cmp.Compare(a.mean()[axis], b.mean()[axis]) })
	at, _ := slices.BinarySearchFunc(c.bins, mean, func(b bin, mean float64) int { return cmp.Compare(b.mean()[axis], mean) })
	at = min(max(1, at), len(c.bins)-1)
	return c.bins[:at], c.bins[at:]
}

// colourMap finds the nearest colour of a palette. It is for one goroutine at
// a time.
type colourMap struct {
	palette color.Palette
	rgb     [][3]int32
	near    []int16          // by 6 bits a channel; -1: not looked up yet
	exact   map[uint32]uint8 // of the palette's colours, and others while they are few
	many    bool             // there were more: others are looked up by 6 bits
	settled bool             // many stays as it is
}

// settle lets no colour that comes from now on change which index another gets.
func (m *colourMap) settle() { m.settled = true }

func newColourMap(palette color.Palette) *colourMap {
	m := &colourMap{palette: palette, rgb: make([][3]int32, len(palette)), near: make([]int16, 1<<18), exact: make(map[uint32]uint8, len(palette))}
	for i := range m.near {
		m.near[i] = -1
	}
	for i, c := range palette {
		c := c.(color.RGBA)
		m.rgb[i] = [3]int32{int32(c.R), int32(c.G), int32(c.B)}
		m.exact[uint32(c.R)<<16|uint32(c.G)<<8|uint32(c.B)] = uint8(i)
	}
	return m
}

// of is the index of the nearest colour.
func (m *colourMap) of(r, g, b uint8) uint8 {
	c := uint32(r)<<16 | uint32(g)<<8 | uint32(b)
	if i, ok := m.exact[c]; ok {
		return i
	}
	if room := len(m.exact) < maxExact; !m.many && (room || m.settled) {
		i := uint8(m.search(int32(r), int32(g), int32(b)))
		if room {
			m.exact[c] = i
		}
		return i
	}
	m.many = true
	at := &m.near[int(r>>2)<<12|int(g>>2)<<6|int(b>>2)]
	if *at < 0 { // by the middle of its colours, whichever of them came first
		*at = int16(m.search(int32(r&^3|2), int32(g&^3|2), int32(b&^3|2)))
	}
	return uint8(*at)
}

func (m *colourMap) search(r, g, b int32) int {
	best, least := 0, int32(1<<30)
	for i := range m.rgb {
		dr, dg, db := r-m.rgb[i][0], g-m.rgb[i][1], b-m.rgb[i][2]
		if d := 2*dr*dr + 4*dg*dg + 3*db*db; d < least {
			best, least = i, d
		}
	}
	return best
}

// convert is a part of a picture in the palette's colours.
func (m *colourMap) convert(source *image.RGBA, part image.Rectangle) *image.Paletted {
	dst := image.NewPaletted(part, m.palette)
	var last [3]uint8
	index := m.of(0, 0, 0)
	for y := part.Min.Y; y < part.Max.Y; y++ {
		from := source.Pix[source.PixOffset(part.Min.X, y):]
		to := dst.Pix[dst.PixOffset(part.Min.X, y):]
		for x := range part.Dx() {
			c := [3]uint8{from[4*x], from[4*x+1], from[4*x+2]}
			if c != last {
				last, index = c, m.of(c[0], c[1], c[2])
			}
			to[x] = index
		}
	}
	return dst
}
