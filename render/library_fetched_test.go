package render_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/opentime/render"
)

// noise is a picture that does not compress.
func noise(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	r := rand.New(rand.NewPCG(1, 2))
	for i := range m.Pix {
		m.Pix[i] = uint8(r.Uint32())
		if i%4 == 3 {
			m.Pix[i] = 0xff
		}
	}
	return m
}

func TestFetchedPicturesAreWrittenAnew(t *testing.T) {
	t.Parallel()
	l, err := render.OpenLibrary(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, scenery(3000, 1500), nil); err != nil {
		t.Fatal(err)
	}
	const hidden = "<script>canary</script>"
	comment := append([]byte{0xff, 0xfe, 0, byte(len(hidden) + 2)}, hidden...)
	withComment := slices.Concat(photo.Bytes()[:2], comment, photo.Bytes()[2:], []byte("PK\x03\x04"+hidden))
	clouded := noise(600, 600)
	clouded.SetNRGBA(0, 0, color.NRGBA{})
	for _, test := range []struct {
		name, format string
		data         []byte
		w, h         int
	}{
		{"a large photo with more in it", "jpeg", withComment, 2400, 1200},
		{"a flat PNG", "png", pngOf(t, image.NewGray(image.Rect(0, 0, 500, 20))), 500, 20},
		{"a PNG with a tail", "png", append(pngOf(t, image.NewGray(image.Rect(0, 0, 50, 20))), hidden...), 50, 20},
		{"a photo as PNG", "jpeg", pngOf(t, noise(600, 600)), 600, 600},
		{"that shines through", "png", pngOf(t, clouded), 600, 600},
		{"a GIF", "png", gifOf(t, 1), 40, 40},
		{"a line", "png", pngOf(t, image.NewGray(image.Rect(0, 0, 3, 9000))), 1, 2400},
	} {
		hash, err := l.AddFetched(test.data)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		data, err := l.Open(hash)
		if err != nil || bytes.Contains(data, []byte("canary")) {
			t.Errorf("%s: %v, or it has what was hidden in it", test.name, err)
		}
		config, format, err := image.DecodeConfig(bytes.NewReader(data))
		if err != nil || format != test.format || config.Width != test.w || config.Height != test.h {
			t.Errorf("%s: became a %s of %dx%d: %v", test.name, format, config.Width, config.Height, err)
		}
		if again, err := l.AddFetched(test.data); err != nil || again != hash {
			t.Errorf("%s: became another the second time: %v", test.name, err)
		}
	}
}

func TestFetchedPicturesAreApartAndCanBeRemoved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, err := render.OpenLibrary(dir)
	if err != nil {
		t.Fatal(err)
	}
	if all, err := l.Fetched(); err != nil || len(all) != 0 {
		t.Errorf("fetched before anything was: %v %v", all, err)
	}
	own, err := l.Add(pngOf(t, scenery(40, 40)))
	if err != nil {
		t.Fatal(err)
	}
	fetched, err := l.AddFetched(pngOf(t, scenery(50, 40)))
	if err != nil {
		t.Fatal(err)
	}
	if all, err := l.Fetched(); err != nil || !slices.Equal(all, []render.Hash{fetched}) || !l.HasFetched(fetched) || l.HasFetched(own) {
		t.Errorf("fetched are %v: %v", all, err)
	}
	for range 2 {
		for _, h := range []render.Hash{own, fetched} {
			if err := l.RemoveFetched(h); err != nil {
				t.Error(err)
			}
		}
	}
	if _, err := l.Open(own); err != nil {
		t.Errorf("what was not fetched is removed: %v", err)
	}
	if _, err := l.Open(fetched); err == nil || l.HasFetched(fetched) {
		t.Error("a removed picture is there")
	}
	if _, err := l.AddFetched(pngClaiming(t, 30000, 30000)); err == nil || !strings.Contains(err.Error(), "30000x30000 pixels") {
		t.Errorf("a bomb: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "fetched", fetched.String()), []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Open(fetched); err == nil {
		t.Error("opens a file that is not what its name says")
	}
	if _, err := l.AddFetched(make([]byte, 10<<20+1)); err == nil || !strings.Contains(err.Error(), "at most 10485760") {
		t.Errorf("10 MiB and one byte: %v", err)
	}
}
