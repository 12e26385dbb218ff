package render

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"example.com/opentime/strict"
)

// shelf is a layout of products at odd places, one beyond the edge, one round, one
// with words over it.
const shelf = `layout: shelf
size: 300x150
values: {a: picture, b: picture, c: picture, d: picture, v: text}
layers:
  - box: {background: "linear-gradient(135deg, #c0143a 0%, #2a2d3b 100%)"}
  - image: {src: "{a}", left: 1, top: 2, width: 79, height: 71.5}
  - image: {src: "{b}", left: 83.5, top: 7, width: 70, height: 140, object-fit: contain}
  - image: {src: "{c}", left: 160, top: 8, width: 80, height: 80, border-radius: 40}
  - image: {src: "{d}", left: 233, top: 101, width: 90, height: 70}
  - text: {text: "{v}", left: 170, top: 30, width: 100, font-size: 20, color: "#ffffff"}
`

// shop is a renderer with a layout and photos.
func shop(t testing.TB, source, dir string) (*Renderer, *Layout, []Hash) {
	t.Helper()
	fonts, err := LoadFonts(os.DirFS("../assets/fonts"))
	if err != nil {
		t.Fatal(err)
	}
	library, err := OpenLibrary(dir)
	if err != nil {
		t.Fatal(err)
	}
	root, _ := strict.Parse("a.yaml", []byte(source))
	layout, problems := LoadLayout("a.yaml", root)
	if layout == nil {
		t.Fatal(problems)
	}
	files, err := filepath.Glob("../assets/demo/posters/*.jpg")
	if err != nil || len(files) < 12 {
		t.Fatal(err, len(files))
	}
	var photos []Hash
	for _, file := range files[:12] {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		h, err := library.Add(data)
		if err != nil {
			t.Fatal(err)
		}
		photos = append(photos, h)
	}
	return New(fonts, library), layout, photos
}

// of is a picture of a layout with photos and words.
func of(l *Layout, words string, photos ...Hash) *Picture {
	p := &Picture{Layout: l}
	for _, h := range photos {
		p.Values = append(p.Values, Value{Kind: Photo, Photo: h})
	}
	p.Values = append(p.Values, Value{Kind: Text, Text: words})
	return p
}

// TestProductsAreCopied draws other products each time: what is seen of those drawn
// before is copied, and the bytes are those of coding all.
func TestProductsAreCopied(t *testing.T) {
	r, l, photos := shop(t, shelf, t.TempDir())
	random := rand.New(rand.NewPCG(1, 2))
	var whole jpegCoder
	copied := 0
	for n := range 60 {
		p := of(l, fmt.Sprint("word ", n), photos[random.IntN(4)], photos[random.IntN(4)], photos[random.IntN(4)], photos[random.IntN(4)])
		p.Quality = 60 + n/30*22
		i, err := r.Draw(p)
		if err != nil {
			t.Fatal(err)
		}
		w := r.worker()
		m := &image.RGBA{Pix: w.pixels, Stride: 4 * i.Width, Rect: image.Rect(0, 0, i.Width, i.Height)}
		if want := whole.encode(nil, m, p.Quality); !bytes.Equal(i.Bytes, want) {
			t.Fatalf("picture %d has %d bytes, coding all %d others", n, len(i.Bytes), len(want))
		}
		if n%30 > 25 {
			for _, from := range w.from {
				if from >= ofInlay {
					copied++
				}
			}
		}
		for _, one := range w.laid[:cap(w.laid)] {
			if one.photo != nil {
				t.Fatal("the worker keeps photos")
			}
		}
		r.workers <- w
	}
	if mean := copied / 8; mean < 150 {
		t.Errorf("%d of 741 MCUs are copied of photos, want about 200", mean)
	}
}

// TestInlaysAreBounded draws photos of which few fit the bound: the last are kept.
func TestInlaysAreBounded(t *testing.T) {
	r, l, photos := shop(t, shelf, t.TempDir())
	r.inlays.max = 300 << 10
	for n := range 3 * len(photos) {
		h := photos[n/3]
		if _, err := r.Draw(of(l, fmt.Sprint(n), h, h, h, photos[n%2])); err != nil {
			t.Fatal(err)
		}
	}
	var kept int64
	for _, e := range r.inlays.made {
		kept += e.Value.(*memory[inlayKey, *plate]).value.size()
	}
	if kept > r.inlays.max || kept < r.inlays.max/3 {
		t.Errorf("%d bytes of inlays are kept, the bound is %d", kept, r.inlays.max)
	}
	last := func(k inlayKey) bool { return k.of.hash == photos[len(photos)-1] }
	if !slices.ContainsFunc(slices.Collect(maps.Keys(r.inlays.made)), last) {
		t.Error("the photo drawn last is not kept")
	}
}

// TestPlatesAreBounded makes plates of what takes the most bytes: none is kept that is
// larger than the bound of one, and the picture is coded all the same.
func TestPlatesAreBounded(t *testing.T) {
	r, l, photos := shop(t, "layout: a\nsize: 700x1200\nvalues: {p: picture, v: text}\nlayers: [{image: {src: \"{p}\"}}, {text: {text: \"{v}\"}}]\n", t.TempDir())
	noise, random := image.NewRGBA(image.Rect(0, 0, 1400, 2400)), rand.New(rand.NewPCG(1, 2))
	for i := range noise.Pix {
		if noise.Pix[i] = uint8(random.IntN(256)); i%4 == 3 {
			noise.Pix[i] = 255
		}
	}
	var data bytes.Buffer
	if err := jpeg.Encode(&data, noise, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	loud, err := r.photos.Add(data.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for _, photo := range []Hash{loud, photos[0]} {
		for n := range 3 {
			p := of(l, fmt.Sprint(n), photo)
			p.Quality = 100
			i, err := r.Draw(p)
			if err != nil {
				t.Fatal(err)
			}
			if m := decoded(t, i.Bytes); m.Bounds().Dx() != 1400 {
				t.Fatal(m.Bounds())
			}
		}
	}
	if len(r.plates.made) < 2 {
		t.Fatalf("%d plates were made", len(r.plates.made))
	}
	for key, e := range r.plates.made {
		if size := e.Value.(*memory[plateKey, *plate]).value.size(); size > maxPlate {
			t.Errorf("the plate of %dx%d takes %d bytes", key.ground.w, key.ground.h, size)
		}
	}
}

// BenchmarkProducts draws other products each time, of which all were drawn before,
// and for comparison codes them as a whole.
func BenchmarkProducts(b *testing.B) {
	r, l, photos := shop(b, shelf, b.TempDir())
	draw := func(n int) {
		p := of(l, fmt.Sprint("word ", n), photos[n%12], photos[n/12%12], photos[n*7%12], photos[n*5%12])
		if _, err := r.Draw(p); err != nil {
			b.Fatal(err)
		}
	}
	for n := range 300 {
		draw(n)
	}
	b.Run("drawn", func(b *testing.B) {
		n := 0
		for b.Loop() {
			draw(n)
			n++
		}
	})
	w := r.worker()
	m := &image.RGBA{Pix: w.pixels, Stride: 4 * 600, Rect: image.Rect(0, 0, 600, 300)}
	b.Run("coded whole", func(b *testing.B) {
		for b.Loop() {
			w.out = w.jpeg.encode(w.out[:0], m, 82)
		}
	})
}
