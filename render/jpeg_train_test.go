package render

import (
	"bytes"
	cli "flag"
	"fmt"
	"image"
	"math/bits"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/image/draw"
)

// symbols counts how often each symbol is coded, of luminance and of colour.
type symbols struct{ dc, ac [2][256]int }

// count adds those of a picture.
func (n *symbols) count(m *image.RGBA, quality int) {
	var c jpegCoder
	c.begin(nil, quality)
	for row := range mcus(m.Rect.Dy()) {
		var before [3]int32
		for column := range mcus(m.Rect.Dx()) {
			c.mcu.load(m, column, row)
			for i := range c.mcu {
				component, table := max(0, i-3), min(1, i/4)
				used := inOrder(c.block.quantise(&c.mcu[i], &c.factors[table]))
				_, size := magnitude(int32(c.block[0]) - before[component])
				before[component] = int32(c.block[0])
				n.dc[table][size]++
				last := 0
				for rest := used &^ 1; rest != 0; rest &= rest - 1 {
					k := bits.TrailingZeros64(rest)
					n.ac[table][sixteenZero] += (k - last - 1) / 16
					_, size := magnitude(int32(c.block[zigzag[k]]))
					n.ac[table][(k-last-1)%16<<4|int(size)]++
					last = k
				}
				if last < 63 {
					n.ac[table][endOfBlock]++
				}
			}
		}
	}
}

// cost is how many bits they take in codes.
func (n *symbols) cost(dc, ac [2]huffmanSpec) (sum int) {
	for table := range 2 {
		d, a := dc[table].codes(), ac[table].codes()
		for s := range 256 {
			sum += n.dc[table][s]*(int(d.size[s])+s) + n.ac[table][s]*(int(a.size[s])+s&15)
		}
	}
	return sum
}

// best are the codes that fit best, with one for each symbol there can be that has
// been counted or is needed for others.
func (n *symbols) best(all bool) (dc, ac [2]huffmanSpec) {
	for table := range 2 {
		var d, a [256]int
		for s := range 256 {
			d[s], a[s] = 16*n.dc[table][s], 16*n.ac[table][s]
		}
		for _, s := range dcSpecs[table].symbols {
			if all {
				d[s]++
			}
		}
		for _, s := range acSpecs[table].symbols {
			if all {
				a[s]++
			}
		}
		dc[table], ac[table] = bestCode(d), bestCode(a)
	}
	return dc, ac
}

// bestCode is the code of at most 16 bits for symbols as frequent (ITU T.81, annex
// K.2). No code is all ones.
func bestCode(frequency [256]int) (spec huffmanSpec) {
	var count, size, next [257]int
	copy(count[:], frequency[:])
	count[256] = 1 // takes the code of all ones
	for i := range next {
		next[i] = -1
	}
	least := func(but int) int {
		best := -1
		for i, n := range count {
			if n > 0 && i != but && (best < 0 || n <= count[best]) {
				best = i
			}
		}
		return best
	}
	for {
		a := least(-1)
		b := least(a)
		if b < 0 {
			break
		}
		count[a], count[b] = count[a]+count[b], 0
		for size[a]++; next[a] >= 0; size[a]++ {
			a = next[a]
		}
		next[a] = b
		for size[b]++; next[b] >= 0; size[b]++ {
			b = next[b]
		}
	}
	var lengths [257]int
	for _, n := range size {
		if n > 0 {
			lengths[n]++
		}
	}
	for i := 256; i > 16; i-- {
		for lengths[i] > 0 {
			j := i - 2
			for lengths[j] == 0 {
				j--
			}
			lengths[i] -= 2
			lengths[i-1]++
			lengths[j+1] += 2
			lengths[j]--
		}
	}
	longest := 16
	for lengths[longest] == 0 {
		longest--
	}
	lengths[longest]--
	for i := range spec.counts {
		spec.counts[i] = uint8(lengths[i+1])
	}
	for length := 1; length <= 256; length++ {
		for s := range 256 {
			if size[s] == length {
				spec.symbols = append(spec.symbols, uint8(s))
			}
		}
	}
	return spec
}

// pixels reads a picture, scaled.
func pixels(t *testing.T, file string, scale float64) *image.RGBA {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	size := m.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, int(float64(size.Dx())*scale), int(float64(size.Dy())*scale)))
	draw.ApproxBiLinear.Scale(out, out.Rect, m, size, draw.Src, nil)
	return out
}

// TestCodesSuitOurPictures trains codes on half of the demo's photos, drawn as large
// as they are and larger, and on pictures of the gallery; -update writes them to
// jpeg_spec.go. Those there must cost other pictures little more than their own best
// codes would, and have all symbols.
func TestCodesSuitOurPictures(t *testing.T) {
	photos, err := filepath.Glob("../assets/demo/posters/*.jpg")
	if err != nil || len(photos) < 80 {
		t.Fatal(err, len(photos))
	}
	gallery, _ := filepath.Glob("testdata/gallery/[ip]*-*.png")
	if update := cli.Lookup("update"); update.Value.String() == "true" {
		var trained symbols
		for _, file := range photos[:40] {
			trained.count(pixels(t, file, 1), 82)
			trained.count(pixels(t, file, 2.5), 82)
		}
		for _, file := range gallery {
			trained.count(pixels(t, file, 1), 82)
		}
		dc, ac := trained.best(true)
		if err := os.WriteFile("jpeg_spec.go", specText(dc, ac), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	for table := range 2 {
		if len(dcSpecs[table].symbols) != 12 || len(acSpecs[table].symbols) != 162 {
			t.Errorf("codes have %d and %d symbols, want 12 and 162", len(dcSpecs[table].symbols), len(acSpecs[table].symbols))
		}
	}
	over, n := 0.0, 0
	for _, file := range append(photos[60:75], gallery...) {
		for _, quality := range []int{60, 82} {
			var seen symbols
			seen.count(pixels(t, file, 1), quality)
			dc, ac := seen.best(false)
			over += float64(seen.cost(dcSpecs, acSpecs))/float64(seen.cost(dc, ac)) - 1
			n++
		}
	}
	if over /= float64(n); over > 0.035 {
		t.Errorf("pictures are %.1f%% larger than with their own codes", 100*over)
	}
}

// specText is jpeg_spec.go.
func specText(dc, ac [2]huffmanSpec) []byte {
	var w bytes.Buffer
	w.WriteString("package render\n\n// dcSpecs and acSpecs are the codes of luminance and of colour, as jpeg_train_test.go\n// makes them: those that suit our pictures best.\nvar (\n")
	for i, specs := range [][2]huffmanSpec{dc, ac} {
		fmt.Fprintf(&w, "\t%s = [2]huffmanSpec{\n", []string{"dcSpecs", "acSpecs"}[i])
		for _, spec := range specs {
			fmt.Fprintf(&w, "\t\t{[16]uint8{")
			for i, n := range spec.counts {
				fmt.Fprintf(&w, "%s%d", []string{"", ", "}[min(i, 1)], n)
			}
			w.WriteString("}, []uint8{")
			for i, s := range spec.symbols {
				fmt.Fprintf(&w, "%s0x%02x,", []string{" ", "\n\t\t\t"}[max(0, 1-i%24)], s)
			}
			w.WriteString("\n\t\t}},\n")
		}
		w.WriteString("\t}\n")
	}
	w.WriteString(")\n")
	return w.Bytes()
}
