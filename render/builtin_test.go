package render_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"testing"

	"example.com/opentime/render"
)

func formats() []render.Format { return []render.Format{render.JPG, render.PNG, render.GIF} }

// decode decodes an image and checks that it is what it says.
func decode(t testing.TB, i render.Image) image.Image {
	t.Helper()
	m, format, err := image.Decode(bytes.NewReader(i.Bytes))
	if err != nil {
		t.Fatalf("decode %s: %v", i.Type.Extension(), err)
	}
	if want := i.Type.ContentType(); "image/"+format != want {
		t.Errorf("format = image/%s, want %s", format, want)
	}
	if got := m.Bounds().Size(); got != image.Pt(i.Width, i.Height) {
		t.Errorf("size = %v, want %dx%d", got, i.Width, i.Height)
	}
	return m
}

func TestBuiltIn(t *testing.T) {
	grey := color.RGBA{0xe8, 0xeb, 0xf0, 0xff}
	if *update {
		m := image.NewPaletted(image.Rect(0, 0, 600, 200), color.Palette{grey, grey})
		rgba := image.NewRGBA(m.Rect)
		draw.Draw(rgba, m.Rect, image.NewUniform(grey), image.Point{}, draw.Src)
		var jpg, pngs, gifs bytes.Buffer
		_ = jpeg.Encode(&jpg, rgba, nil)
		_ = png.Encode(&pngs, m)
		_ = gif.Encode(&gifs, m, nil)
		for name, b := range map[string]*bytes.Buffer{"jpg": &jpg, "png": &pngs, "gif": &gifs} {
			if err := os.WriteFile("builtin/builtin."+name, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		return
	}
	for _, f := range formats() {
		m := decode(t, render.BuiltIn(f))
		if r, g, b, a := m.At(599, 199).RGBA(); r>>8 < 0xe4 || g>>8 < 0xe8 || b>>8 < 0xec || a != 0xffff {
			t.Errorf("%s: colour = %x %x %x %x", f.Extension(), r, g, b, a)
		}
	}
	if n := testing.AllocsPerRun(10, func() { _ = render.BuiltIn(render.PNG) }); n != 0 {
		t.Errorf("BuiltIn allocates %v times", n)
	}
}

func TestTransparent(t *testing.T) {
	for _, f := range formats() {
		m := decode(t, render.Transparent(f, 600))
		r, _, _, a := m.At(300, 0).RGBA()
		if f == render.JPG && (r < 0xfe00 || a != 0xffff) {
			t.Errorf("jpg: not white: %x %x", r, a)
		}
		if f != render.JPG && a != 0 {
			t.Errorf("%s: not transparent: %x", f.Extension(), a)
		}
	}
}
