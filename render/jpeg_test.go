package render

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// demoPhoto is a photo of the demo, as pixels.
func demoPhoto(t testing.TB) *image.RGBA {
	t.Helper()
	files, err := filepath.Glob("../assets/demo/posters/*.jpg")
	if err != nil || len(files) == 0 {
		t.Fatal("no photo", err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	m, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	out := image.NewRGBA(image.Rect(0, 0, m.Bounds().Dx(), m.Bounds().Dy()))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			out.Set(x, y, m.At(x, y))
		}
	}
	return out
}

// scribble changes some pixels of a picture, and returns which MCUs that were.
func scribble(random *rand.Rand, m *image.RGBA) []uint8 {
	changed := make([]uint8, mcus(m.Rect.Dx())*mcus(m.Rect.Dy()))
	for range random.IntN(8) {
		x, y, w, h := random.IntN(m.Rect.Dx()), random.IntN(m.Rect.Dy()), 1+random.IntN(90), 1+random.IntN(60)
		c := color.RGBA{uint8(random.IntN(256)), uint8(random.IntN(256)), uint8(random.IntN(256)), 255}
		for py := y; py < min(y+h, m.Rect.Dy()); py++ {
			for px := x; px < min(x+w, m.Rect.Dx()); px++ {
				if random.IntN(3) > 0 {
					m.SetRGBA(px, py, c)
					changed[py/mcuSide*mcus(m.Rect.Dx())+px/mcuSide] = ofPixels
				}
			}
		}
	}
	return changed
}

// TestAPrintIsWhatEncodingWrites prints plates with random changes: their bytes
// are those of encoding all.
func TestAPrintIsWhatEncodingWrites(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	photo := demoPhoto(t)
	var coder, other jpegCoder
	for range 60 {
		w, h := 1+random.IntN(400), 1+random.IntN(200)
		base := image.NewRGBA(image.Rect(0, 0, w, h))
		for y := range h {
			for x := range w {
				base.SetRGBA(x, y, photo.RGBAAt(x%photo.Rect.Dx(), y%photo.Rect.Dy()))
			}
		}
		scribble(random, base)
		quality := 1 + random.IntN(100)
		p := coder.newPlate(base, quality)
		for range 4 {
			m := &image.RGBA{Pix: bytes.Clone(base.Pix), Stride: base.Stride, Rect: base.Rect}
			changed := scribble(random, m)
			for i := range changed { // saying too much is no harm
				if random.IntN(20) == 0 {
					changed[i] = ofPixels
				}
			}
			got := coder.print(nil, p, m, changed, nil)
			want := other.encode(nil, m, quality)
			if !bytes.Equal(got, want) {
				t.Fatalf("%dx%d, quality %d: the print has %d bytes, encoding writes %d others", w, h, quality, len(got), len(want))
			}
			inlays := paste(&coder, random, m, changed, quality)
			if got, want := coder.print(nil, p, m, changed, inlays), other.encode(nil, m, quality); !bytes.Equal(got, want) {
				t.Fatalf("%dx%d, quality %d: the print with %d inlays has %d bytes, encoding writes %d others", w, h, quality, len(inlays), len(got), len(want))
			}
		}
	}
}

// paste lays pictures over m, also beyond its edges and over one another, and says in
// from which MCUs are theirs and which must be coded.
func paste(c *jpegCoder, random *rand.Rand, m *image.RGBA, from []uint8, quality int) (inlays []inlay) {
	columns := mcus(m.Rect.Dx())
	for i := range random.IntN(4) {
		over := image.NewRGBA(image.Rect(0, 0, 1+random.IntN(120), 1+random.IntN(80)))
		for k := range over.Pix {
			if over.Pix[k] = uint8(k / 4 * (1 + i)); k%4 == 3 {
				over.Pix[k] = 255
			}
		}
		at := image.Pt(random.IntN(m.Rect.Dx()+60)-60, random.IntN(m.Rect.Dy()+60)-60)
		draw.Draw(m, over.Rect.Add(at), over, image.Point{}, draw.Src)
		corner := image.Pt((at.X+mcuSide-1)>>4<<4, (at.Y+mcuSide-1)>>4<<4)
		inlays = append(inlays, inlay{c.newInlay(over, corner.Sub(at), quality), corner.X / mcuSide, corner.Y / mcuSide})
		for k := range from {
			box := image.Rect(0, 0, mcuSide, mcuSide).Add(image.Pt(k%columns, k/columns).Mul(mcuSide))
			switch {
			case box.In(over.Rect.Add(at)) && box.In(m.Rect):
				from[k] = ofInlay + uint8(i)
			case box.Overlaps(over.Rect.Add(at)):
				from[k] = ofPixels
			}
		}
	}
	return inlays
}

// FuzzPrints prints plates of any size, quality and pixels, JPEG and PNG.
func FuzzPrints(f *testing.F) {
	f.Add(uint16(33), uint16(17), uint8(82), uint64(1), []byte("pixels"))
	f.Add(uint16(1), uint16(1), uint8(1), uint64(2), []byte{0, 255})
	f.Add(uint16(250), uint16(40), uint8(100), uint64(3), []byte{0, 255, 0, 0, 255, 255, 1})
	f.Fuzz(func(t *testing.T, w, h uint16, quality uint8, seed uint64, pixels []byte) {
		base := image.NewRGBA(image.Rect(0, 0, 1+int(w)%300, 1+int(h)%100))
		for i := range base.Pix {
			if base.Pix[i] = 255; i%4 < 3 && len(pixels) > 0 {
				base.Pix[i] = pixels[i%len(pixels)]
			}
		}
		m := &image.RGBA{Pix: bytes.Clone(base.Pix), Stride: base.Stride, Rect: base.Rect}
		changed := scribble(rand.New(rand.NewPCG(seed, seed)), m)
		q := 1 + int(quality)%100
		var jpegs jpegCoder
		got := jpegs.print(nil, jpegs.newPlate(base, q), m, changed, nil)
		if !bytes.Equal(got, jpegs.encode(nil, m, q)) {
			t.Fatal("the JPEG print is not what encoding writes")
		}
		inlays := paste(&jpegs, rand.New(rand.NewPCG(seed, 1)), m, changed, q)
		if !bytes.Equal(jpegs.print(nil, jpegs.newPlate(base, q), m, changed, inlays), jpegs.encode(nil, m, q)) {
			t.Fatal("the JPEG print with inlays is not what encoding writes")
		}
		if read, err := jpeg.Decode(bytes.NewReader(got)); err != nil || read.Bounds() != m.Rect {
			t.Fatal(err)
		}
		var pngs pngCoder
		for _, kind := range []pngKind{pngPalette, pngFlat, pngPhoto} {
			plate := pngs.newPNGPlate(base, kind)
			if plate == nil {
				continue
			}
			data, ok := pngs.print(nil, plate, base, m, []image.Rectangle{m.Rect})
			if !ok {
				continue
			}
			if read, err := png.Decode(bytes.NewReader(data)); err != nil || !bytes.Equal(asRGBA(read).Pix, m.Pix) {
				t.Fatalf("kind %d: %v, or other pixels", kind, err)
			}
		}
	})
}

// TestOthersReadOurJPEG has djpeg and image/jpeg read pictures of all sizes and
// qualities: without a warning, and near to the pixels.
func TestOthersReadOurJPEG(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	photo := demoPhoto(t)
	var coder jpegCoder
	for i := range 40 {
		w, h, quality := 1+random.IntN(300), 1+random.IntN(150), 1+random.IntN(100)
		if i == 0 {
			w, h, quality = 1200, 400, 82
		}
		m := photo.SubImage(image.Rect(0, 0, min(w, photo.Rect.Dx()), min(h, photo.Rect.Dy()))).(*image.RGBA)
		scribble(random, m)
		data := coder.encode(nil, m, quality)
		command := exec.Command("djpeg", "-pnm")
		var said strings.Builder
		command.Stdin, command.Stderr = bytes.NewReader(data), &said
		pnm, err := command.Output()
		if err != nil || said.Len() > 0 {
			t.Fatalf("%v, quality %d: djpeg: %v %s", m.Rect, quality, err, said.String())
		}
		if !bytes.HasPrefix(pnm, []byte("P6")) {
			t.Fatalf("%v: djpeg wrote %q", m.Rect, pnm[:2])
		}
		ours := decoded(t, data)
		var theirs bytes.Buffer
		if err := jpeg.Encode(&theirs, m, &jpeg.Options{Quality: quality}); err != nil {
			t.Fatal(err)
		}
		if a, b := loss(m, ours), loss(m, decoded(t, theirs.Bytes())); a > b*1.06+0.5 { // what rounding down costs: a quarter of a decibel
			t.Errorf("%v, quality %d: mean square error %.2f, image/jpeg's is %.2f", m.Rect, quality, a, b)
		}
	}
}

func decoded(t *testing.T, data []byte) image.Image {
	t.Helper()
	m, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// loss is the mean square error of a picture's channels.
func loss(want *image.RGBA, got image.Image) float64 {
	sum := 0.0
	for y := range want.Rect.Dy() {
		for x := range want.Rect.Dx() {
			r, g, b, _ := got.At(x, y).RGBA()
			c := want.RGBAAt(x, y)
			for _, d := range [3]int{int(r>>8) - int(c.R), int(g>>8) - int(c.G), int(b>>8) - int(c.B)} {
				sum += float64(d * d)
			}
		}
	}
	return sum / float64(3*want.Rect.Dx()*want.Rect.Dy())
}

func BenchmarkJPEG(b *testing.B) {
	m := image.NewRGBA(image.Rect(0, 0, 1200, 400))
	photo := demoPhoto(b)
	for y := range 400 {
		for x := range 1200 {
			m.SetRGBA(x, y, photo.RGBAAt(x%photo.Rect.Dx(), y%photo.Rect.Dy()))
		}
	}
	var coder jpegCoder
	p := coder.newPlate(m, 82)
	changed := make([]uint8, 75*25)
	for i := range 120 {
		changed[(5+i/30)*75+3+i%30] = ofPixels
	}
	var out []byte
	cpu := func() float64 {
		var used syscall.Rusage
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used)
		return float64(used.Utime.Nano() + used.Stime.Nano())
	}
	b.Run("whole", func(b *testing.B) {
		b.ReportAllocs()
		from := cpu()
		defer func() { b.ReportMetric((cpu()-from)/1000/float64(b.N), "cpu-us/op") }()
		for b.Loop() {
			out = coder.encode(out[:0], m, 82)
		}
		b.ReportMetric(float64(len(out)), "bytes")
	})
	b.Run("120 of 1875 MCUs", func(b *testing.B) {
		b.ReportAllocs()
		from := cpu()
		defer func() { b.ReportMetric((cpu()-from)/1000/float64(b.N), "cpu-us/op") }()
		for b.Loop() {
			out = coder.print(out[:0], p, m, changed, nil)
		}
		b.ReportMetric(float64(len(out)), "bytes")
	})
	b.Run("standard library", func(b *testing.B) {
		var w bytes.Buffer
		from := cpu()
		defer func() { b.ReportMetric((cpu()-from)/1000/float64(b.N), "cpu-us/op") }()
		for b.Loop() {
			w.Reset()
			_ = jpeg.Encode(&w, m, &jpeg.Options{Quality: 82})
		}
		b.ReportMetric(float64(w.Len()), "bytes")
	})
}
