package render

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/png"
	"math"
	"os"
	"os/exec"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"example.com/opentime/strict"
)

// filmLayout is a random layout of countdowns: beside and over each other and the
// canvas' sides, with digits that do not fit their cells, over and under others.
func filmLayout(t *rapid.T) string {
	pick := func(words ...string) string { return rapid.SampledFrom(words).Draw(t, "word") }
	clock := func() string {
		return fmt.Sprintf(`  - countdown: {value: "{%s}", %s: %s, %s: %s, cell-width: %s, cell-height: %s, gap: %s, font-size: %s, letter-spacing: %s, color: %s%s}`,
			pick("one", "one", "two"), pick("left", "right"), pick("0", "13.5", "60", "150"), pick("top", "bottom"), pick("0", "7", "35", "110"),
			pick("16", "33.5", "90"), pick("16", "40.5"), pick("0", "9", "70"), pick("8", "15.5", "30", "90"), pick("0", "0", "-6", "40"),
			pick(`"#000"`, `"#ffffff"`, `"#d11a3fa0"`), pick("", `, background: "#14151c", border-radius: 6`, `, labels: {days: days, seconds: s}`))
	}
	other := func() string {
		return pick(
			`  - box: {left: 20, top: 10, width: 60, height: 12, background: "#ff804080"}`,
			`  - text: {text: "WWWW over", font-size: 25, color: "#0a0"}`,
			`  - image: {src: "{photo}", left: 30, width: 70}`,
			`  - box: {background: "linear-gradient(40deg, #d11a3f80 0%, #2a6fd240 100%)", right: 90}`,
			`  - text: {text: "{words}", font-size: 19, left: 40, top: 14, font-weight: 700}`)
	}
	layers := []string{`  - box: {background: "` + pick("#ffffff", "#14151c", "linear-gradient(90deg, #14151c 0%, #2a6fd2 100%)") + `"}`}
	for range rapid.IntRange(1, 4).Draw(t, "layers") {
		if rapid.Bool().Draw(t, "clock") {
			layers = append(layers, clock())
		} else {
			layers = append(layers, other())
		}
	}
	layers = append(layers, clock())
	if rapid.Bool().Draw(t, "over") {
		layers = append(layers, other())
	}
	return "layout: a\nsize: " + pick("160x60", "300x90", "97x33", "40x140") + "\nvalues: {one: moment, two: moment, photo: picture, words: text}\nlayers:\n" + strings.Join(layers, "\n") + "\n"
}

// filmRenderer draws with the fonts that are built in and a photo.
func filmRenderer(t testing.TB) (*Renderer, Hash) {
	t.Helper()
	fonts, err := LoadFonts(os.DirFS("../assets/fonts"))
	if err != nil {
		t.Fatal(err)
	}
	photos, err := OpenLibrary(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m := image.NewRGBA(image.Rect(0, 0, 90, 60))
	for i := range m.Pix {
		m.Pix[i] = byte(i*i>>6+i/90) | byte(i%4/3*255)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	hash, err := photos.Add(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return New(fonts, photos), hash
}

// seconds are about the turns of minutes, hours, days and zero.
func seconds(t *rapid.T) int64 {
	turn := rapid.SampledFrom([]int64{0, 60, 3600, 86400, 10 * 86400, 100 * 86400, 999 * 86400}).Draw(t, "turn")
	return max(0, turn+rapid.Int64Range(-3, 70).Draw(t, "seconds"))
}

// TestFramesAreWhatIsDrawn compares each frame of moving GIFs of random layouts with
// the picture that is drawn at its second all anew, in the GIF's colours, and has
// gifsicle read it.
func TestFramesAreWhatIsDrawn(t *testing.T) {
	t.Parallel()
	r, photo := filmRenderer(t)
	films := films{r: r, photo: photo}
	rapid.Check(t, films.check)
	if films.covered == 0 || films.whole == 0 {
		t.Errorf("%d layouts have something over digits, %d have whole frames", films.covered, films.whole)
	}
}

// FuzzFrames does what TestFramesAreWhatIsDrawn does, for as long as one lets it.
func FuzzFrames(f *testing.F) {
	r, photo := filmRenderer(f)
	films := films{r: r, photo: photo}
	f.Fuzz(rapid.MakeFuzz(films.check))
}

// films checks moving GIFs.
type films struct {
	r     *Renderer
	photo Hash

	covered, whole int // how many had something over digits, and whole frames
}

func (c *films) check(t *rapid.T) {
	source := filmLayout(t)
	root, _ := strict.Parse("a.yaml", []byte(source))
	l, problems := LoadLayout("a.yaml", root)
	if l == nil {
		t.Fatalf("%v\n%s", problems, source)
	}
	p := Picture{
		Layout: l, Format: GIF, Density: rapid.SampledFrom([]float64{1, 1.3, 2}).Draw(t, "density"),
		Frames: rapid.SampledFrom([]Frames{PartialFrames, WholeFrames}).Draw(t, "frames"),
		Locale: rapid.SampledFrom([]string{"nl", "ar"}).Draw(t, "locale"),
		Values: []Value{{Kind: Moment, Seconds: seconds(t)}, {Kind: Moment, Seconds: seconds(t)}, {Kind: Photo, Photo: c.photo}, {Kind: Text, Text: "Nog even"}},
	}
	w, h, err := p.Size()
	if err != nil {
		t.Fatal(err)
	}
	i, err := c.r.Draw(&p)
	if err != nil {
		t.Fatal(err)
	}
	worker := c.r.worker()
	s, err := c.r.scene(&p, worker, w, h)
	if err != nil {
		t.Fatal(err)
	}
	g, err := gif.DecodeAll(bytes.NewReader(i.Bytes))
	if err != nil {
		t.Fatalf("%v\n%s", err, source)
	}
	if want := int(s.frames(&p)); len(g.Image) != want || g.LoopCount != -1 {
		t.Fatalf("%d frames in %d loops, want %d in none\n%s", len(g.Image), g.LoopCount, want, source)
	}
	if p.Frames == WholeFrames {
		c.whole++
	}
	slack := 0.0
	for i := range s.areas {
		if len(s.areas[i].sheets) > 1 { // what lies over digits is laid on them later, and rounded once more
			slack, c.covered = 18, c.covered+1 // three steps in each channel, there and back
			break
		}
	}
	canvas := image.NewRGBA(image.Rect(0, 0, w, h))
	for k, f := range g.Image {
		if g.Delay[k] != 100 || k == 0 && f.Rect != canvas.Rect || p.Frames == WholeFrames && f.Rect != canvas.Rect {
			t.Fatalf("frame %d of %v lasts %d\n%s", k, f.Rect, g.Delay[k], source)
		}
		draw.Draw(canvas, f.Rect, f, f.Rect.Min, draw.Over)
		if k > 1 && k < len(g.Image)-1 && k%13 > 0 {
			continue
		}
		drawn := anew(t, c.r, p, int64(k))
		want := newColourMap(s.palette).convert(drawn, drawn.Rect)
		for at := range want.Pix {
			got, near := canvas.Pix[4*at:4*at+4], want.Palette[want.Pix[at]].(color.RGBA)
			if bytes.Equal(got[:3], []byte{near.R, near.G, near.B}) {
				continue
			}
			c := drawn.Pix[4*at:]
			if slack == 0 || apart(got, c) > apart([]byte{near.R, near.G, near.B}, c)+slack {
				t.Fatalf("%d and %d left: frame %d has %v at %d,%d, want %v (drawn %v)\n%s", p.left(0), p.left(1), k, got, at%w, at/w, near, c[:4], source)
			}
		}
	}
	cmd := exec.Command("gifsicle", "--info")
	cmd.Stdin = bytes.NewReader(i.Bytes)
	if out, err := cmd.CombinedOutput(); err != nil || bytes.Contains(out, []byte("warning")) || bytes.Contains(out, []byte("loop")) {
		t.Fatalf("gifsicle: %v %s\n%s", err, out, source)
	}
}

// apart is how far two colours are from each other, as a palette's are chosen.
func apart(a, b []byte) float64 {
	r, g, blue := float64(a[0])-float64(b[0]), float64(a[1])-float64(b[1]), float64(a[2])-float64(b[2])
	return math.Sqrt(2*r*r + 4*g*g + 3*blue*blue)
}

// anew draws a picture at a later second, as a still.
func anew(t *rapid.T, r *Renderer, p Picture, second int64) *image.RGBA {
	p.Values = append([]Value{}, p.Values...)
	for i := range p.Values {
		p.Values[i].Seconds = max(0, p.left(i)-second)
	}
	w, h, err := p.Size()
	if err != nil {
		t.Fatal(err)
	}
	worker := r.worker()
	key, scale, err := groundOf(&p, w, h)
	if err != nil {
		t.Fatal(err)
	}
	ground, err := r.compiled(&p, key, worker)
	if err != nil {
		t.Fatal(err)
	}
	d := r.drawing(&p, scale, worker)
	d.dst = image.NewRGBA(ground.base.Rect)
	copy(d.dst.Pix, ground.base.Pix)
	if err := ground.draw(d); err != nil {
		t.Fatal(err)
	}
	return d.dst
}

// TestFramesTakeNoMemory codes a whole frame of codes that are kept, again and again.
func TestFramesTakeNoMemory(t *testing.T) {
	r, _ := filmRenderer(t)
	root, _ := strict.Parse("a.yaml", []byte("layout: a\nsize: 600x120\nvalues: {until: moment}\nlayers:\n  - countdown: {value: \"{until}\"}\n"))
	l, problems := LoadLayout("a.yaml", root)
	if l == nil {
		t.Fatal(problems)
	}
	p := &Picture{Layout: l, Format: GIF, Values: []Value{{Kind: Moment, Seconds: 4000}}}
	w, h, err := p.Size()
	if err != nil {
		t.Fatal(err)
	}
	worker := r.worker()
	s, err := r.scene(p, worker, w, h)
	if err != nil {
		t.Fatal(err)
	}
	worker.film.now = s.times(nil, p, 0)
	if n := testing.AllocsPerRun(100, func() { s.code(worker) }); n > 0 {
		t.Errorf("%g allocations for a frame", n)
	}
	pixels := noise(3, 4, w*h)
	m := &image.Paletted{Pix: pixels, Stride: w, Rect: image.Rect(0, 0, w, h)}
	var out []byte
	if n := testing.AllocsPerRun(20, func() { out = worker.gif.code(out[:0], m, m.Rect, 4) }); n > 0 {
		t.Errorf("%g allocations for a frame's pixels", n)
	}
}
