package render

import (
	"bytes"
	"fmt"
	"image"
	"runtime"
	"strings"
	"testing"
)

// TestEncodersAllocateNothing encodes and prints JPEG into memory that is there.
func TestEncodersAllocateNothing(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 333, 111))
	photo := demoPhoto(t)
	for y := range 111 {
		copy(m.Pix[y*m.Stride:][:m.Stride], photo.Pix[y%photo.Rect.Dy()*photo.Stride:])
	}
	var c jpegCoder
	plate, from := c.newPlate(m, 82), make([]uint8, mcus(333)*mcus(111))
	for i := range from {
		from[i] = uint8(i / 5 % 2 * ofPixels)
	}
	out := c.encode(nil, m, 82)
	for name, work := range map[string]func(){
		"encode": func() { out = c.encode(out[:0], m, 82) },
		"print":  func() { out = c.print(out[:0], plate, m, from, nil) },
	} {
		if n := testing.AllocsPerRun(20, work); n > 0 {
			t.Errorf("%s allocates %g times", name, n)
		}
	}
}

// TestAPersonalisedJPEGAllocatesLittle draws pictures that differ in words: beside the
// image's own bytes, each takes little new memory.
func TestAPersonalisedJPEGAllocatesLittle(t *testing.T) {
	r, l, photos := shop(t, strings.Replace(shelf, "size: 300x150", "size: 600x200", 1), t.TempDir())
	var pictures []*Picture
	for n := range 300 {
		pictures = append(pictures, of(l, fmt.Sprintf("Hi %d", 1000+n*37%1000), photos[0], photos[1], photos[2], photos[3]))
	}
	var images [][]byte
	for _, p := range pictures {
		i, err := r.Draw(p)
		if err != nil {
			t.Fatal(err)
		}
		images = append(images, i.Bytes)
	}
	allocated := func(work func(i int)) int {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for i := range pictures {
			work(i)
		}
		runtime.ReadMemStats(&after)
		return int(after.TotalAlloc-before.TotalAlloc) / len(pictures)
	}
	drawn := allocated(func(i int) { _, _ = r.Draw(pictures[i]) })
	copied := allocated(func(i int) { images[i] = bytes.Clone(images[i]) })
	t.Logf("%d bytes, %d of which are the image's", drawn, copied)
	if drawn-copied > 2048 {
		t.Errorf("a picture allocates %d bytes beside its own", drawn-copied)
	}
}
