package render_test

import (
	"bytes"
	"image"
	"image/gif"
	"strconv"
	"testing"

	"example.com/opentime/render"
)

func TestCountdown(t *testing.T) {
	t.Parallel()
	r, _ := renderer(t)
	l := layoutNamed(t, "countdown")
	tests := []struct {
		left   int64
		frames int
	}{{0, 1}, {-9, 1}, {1, 2}, {59, 60}, {3*86400 + 5, 60}, {3600, 60}, {86400*120 + 30, 60}}
	for _, test := range tests {
		p := &render.Picture{Layout: l, Format: render.GIF, Width: 300, Height: 60, Density: 1, Locale: "nl", Values: []render.Value{moment(test.left), text("Nog even")}}
		partial, err := r.Draw(p)
		if err != nil {
			t.Fatal(err)
		}
		p.Frames = render.WholeFrames
		whole, err := r.Draw(p)
		if err != nil {
			t.Fatal(err)
		}
		got, g := frames(t, partial)
		want, w := frames(t, whole)
		if len(got) != test.frames || len(want) != test.frames {
			t.Fatalf("%d left: %d and %d frames, want %d", test.left, len(got), len(want), test.frames)
		}
		for k := range got {
			if far := difference(got[k], want[k]); far > 3 { // whole ones have fewer colours
				t.Fatalf("%d left: frame %d of partial and whole frames differ by %.2f", test.left, k, far)
			}
			if g.Delay[k] != 100 || w.Image[k].Rect != want[k].Rect {
				t.Errorf("%d left: frame %d: delay %d, whole rectangle %v", test.left, k, g.Delay[k], w.Image[k].Rect)
			}
		}
		if bytes.Contains(partial.Bytes, []byte("NETSCAPE")) {
			t.Error("the countdown would begin again")
		}
		// Each frame is what a countdown that begins then begins with.
		for _, k := range []int{0, len(got) / 2, len(got) - 1} {
			then := *p
			then.Format = render.PNG
			then.Values = []render.Value{moment(max(0, test.left) - int64(k)), p.Values[1]}
			i, err := r.Draw(&then)
			if err != nil {
				t.Fatal(err)
			}
			if far := difference(got[k], decode(t, i)); far > 3 {
				t.Errorf("%d left: frame %d differs from its still by %.2f", test.left, k, far)
			}
		}
	}
}

// TestCountdownsShareFrames draws 160 countdowns that begin around the turns of
// minutes, hours, days and zero, by a renderer that keeps their frames: each frame
// is, pixel for pixel, what a countdown begins with that begins then.
func TestCountdownsShareFrames(t *testing.T) {
	t.Parallel()
	r, _ := renderer(t)
	l := layoutNamed(t, "countdown")
	draw := func(left int64, how render.Frames) render.Image {
		p := &render.Picture{Layout: l, Format: render.GIF, Width: 200, Height: 40, Density: 1, Frames: how, Values: []render.Value{moment(left)}}
		i, err := r.Draw(p)
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	type key struct {
		left int64
		how  render.Frames
	}
	first := map[key]*image.RGBA{}
	for _, turn := range []int64{0, 60, 3600, 86400, 10 * 86400, 100 * 86400} {
		for left := max(0, turn-2); left < turn+62; left++ {
			for _, how := range []render.Frames{render.PartialFrames, render.WholeFrames} {
				m, err := gif.Decode(bytes.NewReader(draw(left, how).Bytes))
				if err != nil {
					t.Fatal(err)
				}
				first[key{left, how}] = asRGBA(m)
			}
		}
	}
	n := 0
	for _, turn := range []int64{0, 60, 3600, 86400, 10 * 86400, 100 * 86400} {
		for left := turn; left < turn+60; left += 2 {
			if n++; n > 160 {
				break
			}
			all, _ := frames(t, draw(left, render.Frames(n%2)))
			for k, frame := range all {
				if want := first[key{left - int64(k), render.Frames(n % 2)}]; want != nil && !bytes.Equal(frame.Pix, want.Pix) {
					t.Fatalf("%d left, frame %d shows another time", left, k)
				}
			}
		}
	}
}

func TestCountdownAsDate(t *testing.T) {
	t.Parallel()
	r, _ := renderer(t)
	p := &render.Picture{Layout: layoutNamed(t, "countdown"), Format: render.GIF, AsDate: true, Values: []render.Value{dated(60, "27 november")}}
	one, err := r.Draw(p)
	if err != nil {
		t.Fatal(err)
	}
	p.Values[0].Seconds = 30
	two, err := r.Draw(p)
	if err != nil {
		t.Fatal(err)
	}
	if all, _ := frames(t, one); len(all) != 1 {
		t.Errorf("%d frames, want a still", len(all))
	}
	if !bytes.Equal(one.Bytes, two.Bytes) {
		t.Error("the date depends on the seconds")
	}
}

// overPhoto is a countdown over a photo.
const overPhoto = `layout: a
size: 600x120
values: {until: moment, photo: picture}
layers:
  - image: {src: "{photo}"}
  - countdown: {value: "{until}", left: 120, top: 30, cell-width: 84, cell-height: 60, font-size: 44, color: "#ffffff"}
`

// BenchmarkCountdown draws a countdown to another moment each time: in days, hours
// and minutes, so that no two first frames are the same; or to the same (again), or
// one second later (next), as opens of one deadline come.
func BenchmarkCountdown(b *testing.B) {
	_, photo := renderer(b)
	flat, busy := layoutNamed(b, "countdown"), layoutOf(b, "a.yaml", overPhoto)
	headline, garden := text("Nog even"), render.Value{Kind: render.Photo, Photo: photo}
	for _, test := range []struct {
		name    string
		layout  *render.Layout
		other   render.Value
		frames  render.Frames
		density float64
	}{
		{"flat", flat, headline, render.PartialFrames, 1},
		{"flat-double", flat, headline, render.PartialFrames, 2},
		{"flat-whole", flat, headline, render.WholeFrames, 1},
		{"bare-whole", flat, absent(), render.WholeFrames, 1},
		{"photo", busy, garden, render.PartialFrames, 1},
		{"photo-whole", busy, garden, render.WholeFrames, 1},
	} {
		for _, moments := range []struct {
			name string
			nth  func(n int) int64
		}{
			{"distinct", func(n int) int64 { return int64(n) * 4321 }},
			{"again", func(int) int64 { return 123456 }},
			{"next", func(n int) int64 { return int64(86400 - n%86400) }},
		} {
			b.Run(test.name+"/"+moments.name, func(b *testing.B) {
				r, _ := renderer(b)
				p := &render.Picture{Layout: test.layout, Format: render.GIF, Frames: test.frames, Density: test.density, Values: []render.Value{{}, test.other}}
				size, n, start := 0, 0, int64(0)
				b.ReportAllocs()
				for n = -100; b.Loop(); n++ {
					if n == 0 { // what is kept was made
						start = used()
					}
					p.Values[0] = moment(moments.nth(n + 200))
					i, err := r.Draw(p)
					if err != nil {
						b.Fatal(err)
					}
					size = len(i.Bytes)
				}
				b.ReportMetric(float64(used()-start)/1000/float64(max(1, n)), "cpu-us/image")
				b.ReportMetric(float64(size), "bytes/image")
			})
		}
	}
}

// BenchmarkNewCountdown draws a countdown beside other words each time: nothing is kept
// from the one before.
func BenchmarkNewCountdown(b *testing.B) {
	for name, p := range map[string]render.Picture{"partial": {}, "whole": {Frames: render.WholeFrames, Density: 1}} {
		b.Run(name, func(b *testing.B) {
			r, _ := renderer(b)
			p.Layout, p.Format = layoutNamed(b, "countdown"), render.GIF
			n, start := 0, used()
			b.ReportAllocs()
			for b.Loop() {
				n++
				p.Values = []render.Value{moment(int64(n) * 4321), text("Nog even, " + strconv.Itoa(n))}
				if _, err := r.Draw(&p); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(used()-start)/1000/float64(n), "cpu-us/image")
		})
	}
}
