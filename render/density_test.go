package render_test

import (
	"bytes"
	"testing"

	"example.com/opentime/render"
)

// TestImagesSayTheirDensity wants 96 pixels an inch in the head of each JPEG and PNG:
// Outlook scales what says otherwise.
func TestImagesSayTheirDensity(t *testing.T) {
	t.Parallel()
	r, photo := renderer(t)
	p := &render.Picture{Layout: layoutNamed(t, "photo-headline"), Values: []render.Value{{Kind: render.Photo, Photo: photo}, text("Hi")}}
	for format, want := range map[render.Format]string{
		render.JPG: "\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x01\x00\x60\x00\x60",
		render.PNG: "\x00\x00\x00\x09pHYs\x00\x00\x0e\xc4\x00\x00\x0e\xc4\x01",
	} {
		p.Format = format
		i, err := r.Draw(p)
		if err != nil {
			t.Fatal(err)
		}
		decode(t, i)
		if !bytes.Contains(i.Bytes[:min(80, len(i.Bytes))], []byte(want)) {
			t.Errorf("%s: its head is %q", format.Extension(), i.Bytes[:80])
		}
	}
}
