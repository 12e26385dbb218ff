package render

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestPNGIsExact prints plates with random changes, flat ones and photos: read by
// image/png they have the pixels, and pngcheck finds nothing wrong.
func TestPNGIsExact(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	photo := demoPhoto(t)
	var coder pngCoder
	dir := t.TempDir()
	palettes := 0
	for i := range 60 {
		w, h := 1+random.IntN(500), 1+random.IntN(250)
		base := image.NewRGBA(image.Rect(0, 0, w, h))
		for y := range h {
			for x := range w {
				c := photo.RGBAAt(x%photo.Rect.Dx(), y%photo.Rect.Dy())
				if i%2 == 0 { // flat: up to 200 colours
					c = color.RGBA{uint8(x / 3 % 10 * 20), uint8(y / 5 % 20 * 10), 99, 255}
				}
				base.SetRGBA(x, y, c)
			}
		}
		flat, whole := coder.newPNGPlate(base, pngPalette), coder.newPNGPlate(base, []pngKind{pngFlat, pngPhoto}[i/2%2])
		var files []string
		for n := range 4 {
			m := &image.RGBA{Pix: bytes.Clone(base.Pix), Stride: base.Stride, Rect: base.Rect}
			scribble(random, m)
			touched := []image.Rectangle{base.Rect}
			var data []byte
			ok := false
			if flat != nil {
				data, ok = coder.print(nil, flat, base, m, touched)
			}
			if !ok {
				data, _ = coder.print(nil, whole, base, m, touched)
			}
			got, err := png.Decode(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := got.(*image.Paletted); ok {
				palettes++
			}
			if !bytes.Equal(asRGBA(got).Pix, m.Pix) {
				t.Fatalf("%dx%d, %d: other pixels", w, h, i)
			}
			files = append(files, filepath.Join(dir, string(rune('a'+n))+".png"))
			if err := os.WriteFile(files[n], data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if out, err := exec.Command("pngcheck", append([]string{"-q"}, files...)...).CombinedOutput(); err != nil {
			t.Fatalf("pngcheck: %v %s", err, out)
		}
	}
	if palettes < 20 || palettes > 200 {
		t.Errorf("%d of 240 have a palette", palettes)
	}
}

// asRGBA is a picture's pixels.
func asRGBA(m image.Image) *image.RGBA {
	out := image.NewRGBA(m.Bounds())
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			out.Set(x, y, m.At(x, y))
		}
	}
	return out
}
