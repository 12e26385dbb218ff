package render_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"example.com/opentime/render"
)

// TestPrintsAreWhatIsDrawnAnew draws the gallery's pictures again and again with
// other words, in turn, by one worker: each has the bytes that a renderer which
// never drew before gives it. What a layer draws beyond where it says it does
// would be missing here, or left over.
func TestPrintsAreWhatIsDrawnAnew(t *testing.T) {
	t.Parallel()
	r, photo := renderer(t)
	random := rand.New(rand.NewPCG(5, 6))
	words := []string{"", "A", "Dag Fatima, nog 3 plaatsen!", "Ünïcödé ÅÄÖ gÿpj — 🎬🍿", "مرحبا", "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW", "€ 1.299,00", "line\nline\nline\nline\nline"}
	var pictures []*render.Picture
	for _, e := range gallery(photo) {
		for n := range 4 {
			p := e.picture
			p.Layout, p.Format, p.Density, p.Quality = layoutNamed(t, e.layout), render.JPG, 1, 60+20*random.IntN(2)
			if n%2 == 1 {
				p.Format = render.PNG
			}
			p.Values = slices.Clone(p.Values)
			for i, v := range p.Values {
				switch {
				case v.Kind == render.Text:
					p.Values[i] = text(v.Text + words[random.IntN(len(words))])
				case v.Kind == render.Number:
					p.Values[i] = number(v.Number * random.Float64())
				case v.Kind == render.Moment && v.Text == "":
					p.Values[i] = moment(random.Int64N(400000))
				}
			}
			pictures = append(pictures, &p)
		}
	}
	draw := func(r *render.Renderer, p *render.Picture) []byte {
		i, err := r.Draw(p)
		if err != nil {
			return []byte(fmt.Sprint(err))
		}
		return i.Bytes
	}
	want := make([][]byte, len(pictures))
	for i, p := range pictures {
		fresh, _ := renderer(t)
		want[i] = draw(fresh, p)
	}
	for round := range 4 {
		for _, i := range random.Perm(len(pictures)) {
			if !bytes.Equal(draw(r, pictures[i]), want[i]) {
				t.Errorf("round %d: %s %+v has other bytes", round, pictures[i].Layout.ID, pictures[i].Values)
			}
		}
	}
}

// TestMasksAreKept draws boxes that change, with gradients, shadows and round ends, in
// other words: only the first makes their masks and gradients, which is most of the work.
func TestMasksAreKept(t *testing.T) {
	r, _ := renderer(t)
	l := layoutOf(t, "a.yaml", `layout: a
size: 600x240
values: {v: text, n: number}
layers:
  - row: {left: 20, right: 20, top: 20, height: 100, box-shadow: "0 2 8 #00000033", background: "#ffffff", border-radius: 12, layers: [{text: {text: "{v}"}}]}
  - column: {background: "linear-gradient(60deg, #c0143a 0%, #2a2d3b40 100%)", layers: [{text: {text: "{v}"}}]}
  - bar: {value: "{n}", left: 20, right: 20, top: 140, height: 80, border-radius: 40, background: "#eeeeee"}
`)
	draw := func(word string) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := r.Draw(&render.Picture{Layout: l, Format: render.JPG, Values: []render.Value{text(word), number(2)}}); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		return (after.TotalAlloc - before.TotalAlloc) >> 10
	}
	draw("a")
	draw("b") // makes a plate
	if kib := draw("c"); kib > 500 {
		t.Errorf("%d KiB allocated for other words", kib)
	}
}
