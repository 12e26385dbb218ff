package render_test

import (
	"testing"

	"example.com/opentime/render"
)

// BenchmarkLine is one line of a personalised text, set and drawn.
func BenchmarkLine(b *testing.B) {
	for _, c := range []struct{ name, text, other string }{
		{"latin", "Hi Alexandria, 50% off", "Hi Alexandros, 40% off"},
		{"arabic", "مرحبا أحمد علي", "مرحبا علي أحمد"},
		{"hindi", "नमस्ते क्षत्रिय", "क्षत्रिय नमस्ते"},
		{"mixed", "Hi \u2068أحمد علي\u2069, 50% off", "Hi \u2068علي أحمد\u2069, 40% off"},
		{"emoji", "Hi 👍🏽 Anna 🎬", "Hi 🎬 Anna 👍🏽"},
	} {
		s := render.TextStyle{Size: 64, Weight: 700, Colour: ink, MaxLines: 1, Shrink: 40, Ellipsis: true}
		dst := canvas(1200, 100)
		box := render.Box{W: 1200, H: 100}
		b.Run(c.name+"/warm", func(b *testing.B) {
			ts := typesetter(b)
			for i := 0; b.Loop(); i++ { // two texts: the last one is remembered
				text := c.text
				if i%2 == 1 {
					text = c.other
				}
				ts.Draw(dst, box, text, s)
			}
			b.ReportAllocs()
		})
		b.Run(c.name+"/set", func(b *testing.B) {
			ts := typesetter(b)
			for i := 0; b.Loop(); i++ {
				text := c.text
				if i%2 == 1 {
					text = c.other
				}
				ts.Measure(text, s, box.W, box.H)
			}
			b.ReportAllocs()
		})
		b.Run(c.name+"/cold", func(b *testing.B) {
			for b.Loop() {
				typesetter(b).Draw(dst, box, c.text, s)
			}
			b.ReportAllocs()
		})
	}
}

// BenchmarkShrink is a long text that takes several sizes until it fits.
func BenchmarkShrink(b *testing.B) {
	ts := typesetter(b)
	s := render.TextStyle{Size: 64, Shrink: 20, MaxLines: 2, Ellipsis: true, Colour: ink}
	texts := [2]string{
		"A headline that is longer than anybody would wish it to be, and goes on",
		"Another headline that is longer than anybody would wish, and goes on too",
	}
	for i := 0; b.Loop(); i++ {
		ts.Measure(texts[i%2], s, 560, 140)
	}
}
