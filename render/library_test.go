package render_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/opentime/render"
)

func pngOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pngClaiming is a PNG whose head claims a size that its data does not have.
func pngClaiming(t testing.TB, width, height uint32) []byte {
	t.Helper()
	data := pngOf(t, image.NewGray(image.Rect(0, 0, 1, 1)))
	head := data[12:29] // IHDR, width, height and the rest; its sum follows
	binary.BigEndian.PutUint32(head[4:], width)
	binary.BigEndian.PutUint32(head[8:], height)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(head))
	return data
}

func gifOf(t testing.TB, frames int) []byte {
	t.Helper()
	g := &gif.GIF{}
	for range frames {
		g.Image = append(g.Image, image.NewPaletted(image.Rect(0, 0, 40, 40), color.Palette{color.White, color.Black}))
		g.Delay = append(g.Delay, 10)
	}
	var b bytes.Buffer
	if err := gif.EncodeAll(&b, g); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestLibraryRefuses(t *testing.T) {
	t.Parallel()
	l, err := render.OpenLibrary(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	whole := pngOf(t, scenery(40, 40))
	tests := []struct {
		name string
		data []byte
		want string
	}{
		{"svg", []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), "neither PNG, JPEG nor GIF"},
		{"tiff", []byte("II*\x00\x08\x00\x00\x00"), "neither"},
		{"bmp", []byte("BM\x00\x00"), "neither"},
		{"webp", []byte("RIFF\x00\x00\x00\x00WEBPVP8 "), "neither"},
		{"nothing", nil, "neither"},
		{"bomb", pngClaiming(t, 10000, 10000), "10000x10000 pixels; at most 12000000"},
		{"one over", pngClaiming(t, 4000, 3001), "at most 12000000"},
		{"most there can be", pngClaiming(t, 1<<31-1, 1<<31-1), "read picture"},
		{"one long row", pngClaiming(t, 65536, 1), "65535 a side"},
		{"at the limit, without data", pngClaiming(t, 4000, 3000), "not enough pixel data"},
		{"no width", pngClaiming(t, 0, 10), "read picture"},
		{"animation", gifOf(t, 2), "only stills"},
		{"cut short", whole[:len(whole)/2], "read picture"},
		{"too many bytes", append(whole, make([]byte, 10<<20)...), "at most 10485760"},
	}
	for _, test := range tests {
		if _, err := l.Add(test.data); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

func TestLibraryKeeps(t *testing.T) {
	dir := t.TempDir()
	l, err := render.OpenLibrary(dir)
	if err != nil {
		t.Fatal(err)
	}
	var jpg bytes.Buffer
	_ = jpeg.Encode(&jpg, scenery(40, 40), nil)
	for _, data := range [][]byte{pngOf(t, scenery(40, 40)), jpg.Bytes(), gifOf(t, 1)} {
		h, err := l.Add(data)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := l.Add(data); err != nil || again != h {
			t.Errorf("added again: %v, %v", again, err)
		}
		back, err := render.ParseHash(h.String())
		if err != nil || back != h {
			t.Errorf("ParseHash = %v, %v", back, err)
		}
		got, err := l.Open(h)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("Open: %v", err)
		}
		if err := os.WriteFile(filepath.Join(dir, h.String()), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Open(h); err == nil {
			t.Error("a file that was changed is opened")
		}
		if _, err := l.Add(data); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Open(h); err != nil {
			t.Errorf("Add does not repair: %v", err)
		}
	}
}

func FuzzPicture(f *testing.F) {
	f.Add(pngOf(f, scenery(8, 8)))
	f.Add(gifOf(f, 2))
	var jpg bytes.Buffer
	_ = jpeg.Encode(&jpg, scenery(8, 8), nil)
	f.Add(jpg.Bytes())
	l, err := render.OpenLibrary(f.TempDir())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if h, err := l.Add(data); err == nil {
			if _, err := l.Open(h); err != nil {
				t.Error(err)
			}
		}
	})
}
