package render

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func read(t testing.TB, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// offBy is the mean difference of two pictures' bytes.
func offBy(a, b *image.RGBA) float64 {
	if a.Rect.Size() != b.Rect.Size() {
		return math.Inf(1)
	}
	sum := 0.0
	for i, v := range a.Pix {
		sum += math.Abs(float64(v) - float64(b.Pix[i]))
	}
	return sum / float64(len(a.Pix)) * 4 / 3
}

// TestSourcesOfAllForms shows one scene from files of all forms, that sharp wrote, whole
// and cut: turned by Exif, in other colours, in grey, CMYK and 16 bits. What AddFetched
// keeps of each looks the same.
func TestSourcesOfAllForms(t *testing.T) {
	t.Parallel()
	library, err := OpenLibrary(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	cuts := []cut{
		{w: 96, h: 64},
		{w: 48, h: 32},
		{w: 30, h: 60, focusX: 0.25},
		{w: 90, h: 20, focusY: 1, radius: 8},
		{w: 90, h: 90, focusX: 0.5, focusY: 0.2, contain: true},
		{w: 20, h: 14, focusX: 0.5, focusY: 0.5}, // made smaller by whole pixels first
	}
	sized := func(data []byte, c cut) *image.RGBA {
		var err error
		if c.hash, err = library.Add(data); err != nil {
			t.Fatal(err)
		}
		m, err := library.sized(c)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	files, err := filepath.Glob("testdata/sources/*.[jp][pn]g")
	if err != nil || len(files) != 19 {
		t.Fatal(err, len(files))
	}
	for _, file := range files {
		want, name := "scene.png", filepath.Base(file)
		switch {
		case strings.HasPrefix(name, "grey"):
			want = "grey.png"
		case strings.HasPrefix(name, "cmyk"):
			want = "cmyk.png"
		}
		data, right := read(t, file), read(t, "testdata/sources/"+want)
		fetched, err := library.AddFetched(data)
		if err != nil {
			t.Fatal(err)
		}
		kept, err := library.Open(fetched)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cuts {
			most := 6.0
			if name == "subsampled.jpg" {
				most = 14
			}
			if off := offBy(sized(data, c), sized(right, c)); off > most {
				t.Errorf("%s, %dx%d: off by %.1f", name, c.w, c.h, off)
			}
			if off := offBy(sized(kept, c), sized(right, c)); off > most+9 {
				t.Errorf("%s fetched, %dx%d: off by %.1f", name, c.w, c.h, off)
			}
		}
		if m, err := decodeSource(data); err != nil || strings.HasPrefix(name, "p3") != (m.colour != nil) {
			t.Errorf("%s: %v, or its colours are taken for others", name, err)
		}
	}
}

// fourColours codes a picture of four channels, each as one that JPEG takes: of CMYK
// inverted, or with a transform of 2 of YCCK, as Photoshop writes them.
func fourColours(m *image.RGBA, transform byte) []byte {
	columns, rows := m.Rect.Dx()/8, m.Rect.Dy()/8
	var c jpegCoder
	c.begin([]byte{0xff, 0xd8, 0xff, 0xee, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, transform}, 95)
	of := stepsOf(95)
	c.out = append(append(c.out, 0xff, 0xdb, 0, 67, 0), of[0][:]...)
	c.out = append(c.out, 0xff, 0xc0, 0, 20, 8, 0, byte(8*rows), 0, byte(8*columns), 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0)
	for class, spec := range []huffmanSpec{dcSpecs[0], acSpecs[0]} {
		c.out = append(c.out, 0xff, 0xc4, 0, byte(19+len(spec.symbols)), byte(class<<4))
		c.out = append(append(c.out, spec.counts[:]...), spec.symbols...)
	}
	c.out = append(c.out, 0xff, 0xda, 0, 14, 4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0)
	var before [4]int32
	for i := range columns * rows {
		for channel := range 4 {
			var s samples
			for k := range s {
				x, y := i%columns*8+k%8, i/columns*8+k/8
				s[k] = float32(m.Pix[m.PixOffset(x, y)+channel]) - 128
			}
			c.out = append(c.out, make([]byte, blockBytes)...)[:len(c.out)]
			used := c.block.quantise(&s, &c.factors[0])
			c.putBlock(0, int32(c.block[0])-before[channel], &c.block, inOrder(used))
			before[channel] = int32(c.block[0])
		}
	}
	c.align()
	return append(c.out, 0xff, 0xd9)
}

// TestYCCKIsAsCMYK codes one picture in inks, in both ways there are.
func TestYCCKIsAsCMYK(t *testing.T) {
	inks, turned := image.NewRGBA(image.Rect(0, 0, 64, 48)), image.NewRGBA(image.Rect(0, 0, 64, 48))
	want := image.NewRGBA(inks.Rect)
	for y := range 48 {
		for x := range 64 {
			c, m, ye, k := 4*float64(x), 5*float64(y), 200-3*float64(x), 2*float64(y) // as light, which is inverted ink
			copy(inks.Pix[inks.PixOffset(x, y):], []byte{byte(c), byte(m), byte(ye), byte(255 - k)})
			luma := 255 - (0.299*c + 0.587*m + 0.114*ye) // of the ink
			copy(turned.Pix[turned.PixOffset(x, y):], []byte{byte(luma + 0.5), byte(128.5 + (255-ye-luma)/1.772), byte(128.5 + (255-c-luma)/1.402), byte(255 - k)})
			copy(want.Pix[want.PixOffset(x, y):], []byte{byte(c * (255 - k) / 255), byte(m * (255 - k) / 255), byte(ye * (255 - k) / 255), 255})
		}
	}
	for transform, m := range map[byte]*image.RGBA{0: inks, 2: turned} {
		s, err := decodeSource(fourColours(m, transform))
		if err != nil {
			t.Fatal(err)
		}
		if off := offBy(s.cut(cut{w: 64, h: 48}), want); off > 2 {
			t.Errorf("transform %d: off by %.2f", transform, off)
		}
	}
}

// profileOf is a profile of sRGB's primaries with a curve.
func profileOf(space string, curve []byte) []byte {
	xyz := func(x, y, z float64) []byte {
		out := []byte("XYZ \x00\x00\x00\x00")
		for _, v := range []float64{x, y, z} {
			out = binary.BigEndian.AppendUint32(out, uint32(int32(v*65536)))
		}
		return out
	}
	tags := map[string][]byte{
		"rXYZ": xyz(0.43607, 0.22249, 0.01392), "gXYZ": xyz(0.38515, 0.71687, 0.09708), "bXYZ": xyz(0.14307, 0.06061, 0.7141),
		"rTRC": curve, "gTRC": curve, "bTRC": curve, "kTRC": curve,
	}
	head := make([]byte, 132)
	copy(head[16:], space+"XYZ ")
	copy(head[36:], "acsp")
	binary.BigEndian.PutUint32(head[128:], uint32(len(tags)))
	var index, body []byte
	for name, data := range tags {
		index = append(index, name...)
		index = binary.BigEndian.AppendUint32(index, uint32(132+12*len(tags)+len(body)))
		index = binary.BigEndian.AppendUint32(index, uint32(len(data)))
		body = append(body, data...)
	}
	return append(append(head, index...), body...)
}

// TestCurvesOfProfiles reads a curve of each kind; each is 2.2 or near to it.
func TestCurvesOfProfiles(t *testing.T) {
	table := []byte("curv\x00\x00\x00\x00\x00\x00\x01\x00")
	for i := range 256 {
		table = binary.BigEndian.AppendUint16(table, uint16(65535*math.Pow(float64(i)/255, 2.2)))
	}
	formula := func(kind uint16, numbers ...float64) []byte {
		out := binary.BigEndian.AppendUint16([]byte("para\x00\x00\x00\x00"), kind)
		out = append(out, 0, 0)
		for _, v := range numbers {
			out = binary.BigEndian.AppendUint32(out, uint32(int32(v*65536)))
		}
		return out
	}
	for name, curve := range map[string][]byte{
		"power": []byte("curv\x00\x00\x00\x00\x00\x00\x00\x01\x02\x33"), "table": table,
		"formula 0": formula(0, 2.2), "formula 1": formula(1, 2.2, 1, 0), "formula 2": formula(2, 2.2, 1, 0, 0),
		"formula 3": formula(3, 2.2, 1, 0, 0, 0.001), "formula 4": formula(4, 2.2, 1, 0, 0, 0.001, 0, 0),
	} {
		for _, space := range []string{"RGB ", "GRAY"} {
			p := readProfile(profileOf(space, curve), space == "GRAY")
			if p == nil {
				t.Errorf("%s of %s is not read", name, space)
				continue
			}
			m := image.NewRGBA(image.Rect(0, 0, 256, 1))
			for i := range 256 {
				copy(m.Pix[4*i:], []byte{byte(i), byte(i), byte(i), 255})
			}
			p.convert(m)
			for i := range 256 {
				want := encodeSRGB(math.Pow(float64(i)/255, 2.2)) * 255
				for c := range 3 {
					if got := float64(m.Pix[4*i+c]); math.Abs(got-want) > 2 {
						t.Fatalf("%s of %s: %d becomes %g, want %.1f", name, space, i, got, want)
					}
				}
			}
		}
	}
	srgb := formula(3, 2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045)
	if readProfile(profileOf("RGB ", srgb), false) != nil || readProfile(profileOf("GRAY", srgb), true) != nil {
		t.Error("sRGB is taken for another")
	}
	for name, data := range map[string][]byte{"of inks": profileOf("CMYK", srgb), "cut short": profileOf("RGB ", table)[:300], "none": nil} {
		if readProfile(data, false) != nil {
			t.Errorf("a profile %s is read", name)
		}
	}
}

// TestProfilesLeaveTransparency converts pixels that things shine through.
func TestProfilesLeaveTransparency(t *testing.T) {
	p := readProfile(profileOf("RGB ", []byte("curv\x00\x00\x00\x00\x00\x00\x00\x00")), false)
	m := image.NewRGBA(image.Rect(0, 0, 3, 1))
	copy(m.Pix, []byte{0, 0, 0, 0, 32, 64, 128, 128, 64, 128, 255, 255})
	p.convert(m)
	if want := []byte{0, 0, 0, 0, 69, 94, 128, 128, 137, 188, 255, 255}; !bytes.Equal(m.Pix, want) {
		t.Errorf("pixels are %v, want %v", m.Pix, want)
	}
}

// FuzzSource reads what files say of themselves beside their pixels.
func FuzzSource(f *testing.F) {
	files, _ := filepath.Glob("testdata/sources/*.[jp][pn]g")
	for _, file := range files {
		f.Add(read(f, file))
	}
	f.Add(profileOf("RGB ", []byte("curv\x00\x00\x00\x00\x00\x00\x00\x01\x02\x33")))
	var small bytes.Buffer
	_ = jpeg.Encode(&small, image.NewGray(image.Rect(0, 0, 3, 3)), nil)
	f.Add(small.Bytes())
	small.Reset()
	_ = png.Encode(&small, image.NewGray(image.Rect(0, 0, 3, 3)))
	f.Add(small.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = aboutPNG(append(make([]byte, 8), data...))
		turned, colour := aboutJPEG(data)
		_ = turnOf(data)
		for _, p := range []*profile{readProfile(data, false), readProfile(colour, true)} {
			p.convert(image.NewRGBA(image.Rect(0, 0, 2, 2)))
		}
		m := turned.of(image.NewRGBA(image.Rect(0, 0, 3, 2)))
		if want := image.Pt(3, 2); m.Rect.Size() != want && (!turned.sideways() || m.Rect.Size() != image.Pt(2, 3)) {
			t.Error(turned, m.Rect)
		}
	})
}
