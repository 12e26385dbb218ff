package render

import (
	"cmp"
	"encoding/binary"
	"image"
	"image/color"
	"math"
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

// choosePalette picks 256 colours.
func choosePalette(pictures ...*image.RGBA) color.Palette {
	return cutPalette(histogram(pictures), 256)
}

// cutPalette picks at most n colours by median cut.
func cutPalette(used []bin, n int) color.Palette {
	boxes := []cutBox{newCutBox(used)}
	for len(boxes) < n {
		best := 0
		for i := range boxes {
			if boxes[i].spread > boxes[best].spread {
				best = i
			}
		}
		if boxes[best].spread <= 0 {
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

// lack is how far a palette may be from the colours it stands for: the mean of their
// squared distances in a channel, and the largest of them.
type lack struct{ mean, most float64 }

// within reports whether it is no more than other.
func (l lack) within(other lack) bool { return l.mean <= other.mean && l.most <= other.most }

// smallPalette picks as few colours as are within a lack, or most.
func smallPalette(most int, far lack, pictures ...*image.RGBA) color.Palette {
	used := histogram(pictures)
	enough := func(n int) (color.Palette, bool) {
		palette := cutPalette(used, n)
		if lackOf(palette, used).mean > 3*far.mean { // moving them would not do
			return nil, false
		}
		palette = settle(palette, used)
		return palette, lackOf(palette, used).within(far)
	}
	high := 4
	best, ok := enough(high)
	for !ok {
		if high *= 2; high >= most {
			return cutPalette(used, most)
		}
		best, ok = enough(high)
	}
	for low := high / 2; high-low > 1; {
		if palette, ok := enough((low + high) / 2); ok {
			best, high = palette, (low+high)/2
		} else {
			low = (low + high) / 2
		}
	}
	return best
}

// settle moves each colour to the mean of those that are nearest to it, some times.
func settle(palette color.Palette, used []bin) color.Palette {
	for range 12 {
		m := newColourMap(palette)
		near := make([]bin, len(palette))
		for _, b := range used {
			c := b.mean()
			to := &near[m.search(int32(c[0]+0.5), int32(c[1]+0.5), int32(c[2]+0.5))]
			to.n, to.r, to.g, to.b = to.n+b.n, to.r+b.r, to.g+b.g, to.b+b.b
		}
		moved := false
		for i := range near {
			if near[i].n > 0 {
				mean := near[i].mean()
				c := color.RGBA{uint8(mean[0] + 0.5), uint8(mean[1] + 0.5), uint8(mean[2] + 0.5), 0xff}
				palette[i], moved = c, moved || c != palette[i]
			}
		}
		if !moved {
			break
		}
	}
	return palette
}

// lackOf is how far a palette is from colours.
func lackOf(palette color.Palette, used []bin) lack {
	var all lack
	n, m := 0.0, newColourMap(palette)
	for _, b := range used {
		c := b.mean()
		near := palette[m.search(int32(c[0]+0.5), int32(c[1]+0.5), int32(c[2]+0.5))].(color.RGBA)
		for axis, v := range [3]uint8{near.R, near.G, near.B} {
			far := math.Abs(c[axis] - float64(v))
			all.most = max(all.most, far)
			all.mean += far * far * float64(b.n) / 3
		}
		n += float64(b.n)
	}
	all.mean /= max(1, n)
	return all
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
	mean, at := c.all.mean()[c.axis], 0
	for i := range c.bins {
		if c.bins[i].mean()[c.axis] < mean {
			c.bins[at], c.bins[i] = c.bins[i], c.bins[at]
			at++
		}
	}
	at = min(max(1, at), len(c.bins)-1)
	return c.bins[:at], c.bins[at:]
}

// colourMap finds the nearest colour of a palette. It is for one goroutine at
// a time.
type colourMap struct {
	palette color.Palette
	byGreen []mapped
	above   [256]int16 // by green: the first of byGreen that has no less
	known   []uint64   // found before, by a hash: 1, colour, index; 0: nothing
}

// mapped is a colour of a palette and its index.
type mapped struct{ r, g, b, index int32 }

func newColourMap(palette color.Palette) *colourMap {
	m := &colourMap{palette: palette, byGreen: make([]mapped, len(palette))}
	for i, c := range palette {
		c := c.(color.RGBA)
		m.byGreen[i] = mapped{int32(c.R), int32(c.G), int32(c.B), int32(i)}
	}
	slices.SortStableFunc(m.byGreen, func(a, b mapped) int { return cmp.Compare(a.g, b.g) })
	for g, i := int32(0), 0; g < 256; g++ {
		for i < len(m.byGreen) && m.byGreen[i].g < g {
			i++
		}
		m.above[g] = int16(i)
	}
	return m
}

// maxKnown is how many colours a map knows again, a power of two.
const maxKnown = 1 << 12

// of is the index of the nearest colour, whatever was asked before.
func (m *colourMap) of(r, g, b uint8) uint8 {
	if m.known == nil {
		m.known = make([]uint64, maxKnown)
	}
	c := uint32(r)<<16 | uint32(g)<<8 | uint32(b)
	known := &m.known[c*0x9e3779b1>>20]
	if *known>>8 != 1<<24|uint64(c) {
		*known = 1<<32 | uint64(c)<<8 | uint64(m.search(int32(r), int32(g), int32(b)))
	}
	return uint8(*known)
}

// search goes from the colours of the same green outwards, until green alone is
// farther than the nearest so far.
func (m *colourMap) search(r, g, b int32) int32 {
	best, least := int32(0), int32(1<<30)
	try := func(c *mapped) bool {
		dr, dg, db := r-c.r, g-c.g, b-c.b
		if 4*dg*dg > least {
			return false
		}
		if d := 2*dr*dr + 4*dg*dg + 3*db*db; d < least || d == least && c.index < best {
			best, least = c.index, d
		}
		return true
	}
	from := int(m.above[g])
	for i := from; i < len(m.byGreen) && try(&m.byGreen[i]); i++ {
	}
	for i := from - 1; i >= 0 && try(&m.byGreen[i]); i-- {
	}
	return best
}

// convert is a part of a picture in the palette's colours.
func (m *colourMap) convert(source *image.RGBA, part image.Rectangle) *image.Paletted {
	dst := image.NewPaletted(part, m.palette)
	last, index := uint32(1<<24), uint8(0)
	for y := part.Min.Y; y < part.Max.Y; y++ {
		from := source.Pix[source.PixOffset(part.Min.X, y):][:4*part.Dx()]
		to := dst.Pix[dst.PixOffset(part.Min.X, y):]
		for x := range part.Dx() {
			if c := binary.LittleEndian.Uint32(from[4*x:]) &^ (0xff << 24); c != last {
				last, index = c, m.of(uint8(c), uint8(c>>8), uint8(c>>16))
			}
			to[x] = index
		}
	}
	return dst
}
