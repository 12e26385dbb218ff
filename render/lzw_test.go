package render

import (
	"bytes"
	"compress/lzw"
	"image"
	"image/color"
	"image/gif"
	"io"
	"os/exec"
	"testing"

	"pgregory.net/rapid"
)

// streamOf is a stream of pixels of size bits, cut where cuts say.
func streamOf(pixels []byte, size int, cuts []int) []byte {
	var l lzwList
	var w lzwWriter
	l.begin(size)
	from := 0
	for _, to := range cuts {
		to = min(max(from, to), len(pixels))
		l.add(pixels[from:to])
		l.cut()
		from = to
	}
	l.add(pixels[from:])
	l.cut()
	w.begin(nil, size)
	w.putAll(l.codes)
	w.end()
	return w.close()
}

// pixelsOf is what compress/lzw reads: all of the stream, and no byte more.
func pixelsOf(t testing.TB, stream []byte, size int) []byte {
	t.Helper()
	in := bytes.NewReader(stream)
	got, err := io.ReadAll(lzw.NewReader(in, lzw.LSB, size))
	if err != nil {
		t.Fatal(err)
	}
	if in.Len() > 0 {
		t.Fatalf("%d bytes stand behind the end code", in.Len())
	}
	return got
}

// noise are pixels of size bits: runs, and what comes back.
func noise(seed uint32, size, n int) []byte {
	pixels := make([]byte, n)
	for i := range pixels {
		seed = seed*1664525 + 1013904223
		switch {
		case seed>>29 == 0 || i == 0:
			pixels[i] = byte(seed>>8) & (1<<size - 1)
		case seed>>29 == 1:
			pixels[i] = pixels[int(seed>>4)%i]
		default:
			pixels[i] = pixels[i-1]
		}
	}
	return pixels
}

// TestLZWIsRead has streams of all sizes, of lengths about the turns of the table,
// read by compress/lzw.
func TestLZWIsRead(t *testing.T) {
	t.Parallel()
	for size := 2; size <= 8; size++ {
		for n := range 600 {
			pixels := noise(uint32(n), size, n)
			if got := pixelsOf(t, streamOf(pixels, size, nil), size); !bytes.Equal(got, pixels) {
				t.Fatalf("%d pixels of %d bits are read as %d", n, size, len(got))
			}
		}
		// Codes of one pixel each fill the table at known places.
		every := make([]int, 3*lzwEntries)
		for i := range every {
			every[i] = i
		}
		for n := lzwEntries - 1<<size - 5; n < lzwEntries+8; n++ {
			pixels := noise(uint32(n), size, n)
			if got := pixelsOf(t, streamOf(pixels, size, every), size); !bytes.Equal(got, pixels) {
				t.Fatalf("%d pixels of %d bits, cut everywhere, are read as %d", n, size, len(got))
			}
		}
	}
}

// TestLZWIsAsShortAsOthers holds the length of our streams to compress/lzw's, which
// cuts pixels as we do.
func TestLZWIsAsShortAsOthers(t *testing.T) {
	t.Parallel()
	for size := 2; size <= 8; size++ {
		pixels := noise(uint32(size), size, 100000)
		var other bytes.Buffer
		w := lzw.NewWriter(&other, lzw.LSB, size)
		_, _ = w.Write(pixels) // memory does not fail
		_ = w.Close()
		if got := streamOf(pixels, size, nil); !bytes.Equal(got, other.Bytes()) {
			t.Errorf("%d bits: %d bytes are not the %d of compress/lzw", size, len(got), other.Len())
		}
	}
}

// TestGifsicleReadsLZW has gifsicle read frames of all sizes.
func TestGifsicleReadsLZW(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		size, w, h := rapid.IntRange(1, 8).Draw(t, "size"), rapid.IntRange(1, 300).Draw(t, "width"), rapid.IntRange(1, 60).Draw(t, "height")
		palette := make(color.Palette, 1<<size)
		for i := range palette {
			palette[i] = color.RGBA{uint8(i), uint8(3 * i), uint8(i * i), 0xff}
		}
		m := image.NewPaletted(image.Rect(0, 0, w, h), palette)
		copy(m.Pix, noise(rapid.Uint32().Draw(t, "seed"), size, w*h))
		out := new(gifCoder).appendFrame(appendGIFHead(nil, w, h, palette), m, m.Rect, opaque)
		cmd := exec.Command("gifsicle", "--unoptimize")
		cmd.Stdin = bytes.NewReader(append(out, gifEnd))
		var said bytes.Buffer
		cmd.Stderr = &said
		again, err := cmd.Output()
		if err != nil || said.Len() > 0 {
			t.Fatalf("gifsicle: %v %s", err, said.Bytes())
		}
		got, err := gif.Decode(bytes.NewReader(again))
		if err != nil {
			t.Fatal(err)
		}
		for y := range h {
			for x := range w {
				if got.At(x, y) != m.At(x, y) {
					t.Fatalf("gifsicle reads %v at %d,%d, not %v", got.At(x, y), x, y, m.At(x, y))
				}
			}
		}
	})
}

// FuzzLZW cuts any pixels anywhere: compress/lzw reads them as they were.
func FuzzLZW(f *testing.F) {
	f.Add([]byte("aaaaaaaaaaabbbbab"), byte(8), []byte{3, 9})
	f.Add(noise(1, 4, 5000), byte(4), []byte{})
	f.Fuzz(func(t *testing.T, pixels []byte, size byte, gaps []byte) {
		bits := 2 + int(size)%7
		for i := range pixels {
			pixels[i] &= 1<<bits - 1
		}
		var cuts []int
		at := 0
		for _, gap := range gaps {
			at += int(gap)
			cuts = append(cuts, at)
		}
		if got := pixelsOf(t, streamOf(pixels, bits, cuts), bits); !bytes.Equal(got, pixels) {
			t.Fatalf("%d pixels are read as %d others", len(pixels), len(got))
		}
	})
}

// BenchmarkLZW codes pixels as we do, and as compress/lzw does.
func BenchmarkLZW(b *testing.B) {
	pixels := noise(7, 4, 72000)
	b.Run("ours", func(b *testing.B) {
		var coder gifCoder
		m := &image.Paletted{Pix: pixels, Stride: 600, Rect: image.Rect(0, 0, 600, 120), Palette: make(color.Palette, 16)}
		var out []byte
		b.ReportAllocs()
		b.SetBytes(int64(len(pixels)))
		for b.Loop() {
			out = coder.appendFrame(out[:0], m, m.Rect, opaque)
		}
	})
	b.Run("compress-lzw", func(b *testing.B) {
		var out bytes.Buffer
		w := lzw.NewWriter(&out, lzw.LSB, 4).(*lzw.Writer)
		b.ReportAllocs()
		b.SetBytes(int64(len(pixels)))
		for b.Loop() {
			out.Reset()
			w.Reset(&out, lzw.LSB, 4)
			_, _ = w.Write(pixels) // memory does not fail
			_ = w.Close()
		}
	})
}
