package render_test

import (
	"bytes"
	"testing"

	"example.com/opentime/render"
)

// asAlone draws pictures one after the other by one worker, and reports each whose
// bytes are not those that a renderer which never drew before gives it.
func asAlone(t *testing.T, pictures ...render.Picture) {
	t.Helper()
	r, _ := renderer(t)
	for i := range pictures {
		fresh, _ := renderer(t)
		got, err := r.Draw(&pictures[i])
		if err != nil {
			t.Fatal(err)
		}
		want, err := fresh.Draw(&pictures[i])
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes, want.Bytes) {
			t.Errorf("picture %d has other bytes than when it is drawn alone", i)
		}
	}
}

// TestBordersWiderThanTheirBox draws boxes that have no room for their borders:
// these stay inside, so that the next picture shows nothing of them.
func TestBordersWiderThanTheirBox(t *testing.T) {
	t.Parallel()
	l := layoutOf(t, "a.yaml", `layout: a
size: 200x100
values: {v: text}
layers:
  - box: {with: v, left: 90, top: 40, width: 10, height: 10, border-width: 50, border-color: "#ff0000"}
  - box: {with: v, left: 150, top: 40, width: 0, height: 10, border-width: 9, border-color: "#ff0000"}
`)
	p := render.Picture{Layout: l, Density: 1, Format: render.PNG, Values: []render.Value{text("a")}}
	asAlone(t, p, p)
	r, _ := renderer(t)
	i, err := r.Draw(&p)
	if err != nil {
		t.Fatal(err)
	}
	if n, first, last := red(t, i, 45); n != 10 || first != 90 || last != 99 {
		t.Errorf("the border has %d pixels from %d to %d, want 10 from 90 to 99", n, first, last)
	}
	if n, _, _ := red(t, i, 35); n != 0 {
		t.Errorf("%d pixels above the box", n)
	}
}

// TestWordsBesidePhotosAreTheLocales draws words that stand only where a photo
// does, in one locale after the other.
func TestWordsBesidePhotosAreTheLocales(t *testing.T) {
	t.Parallel()
	_, photo := renderer(t)
	l := layoutOf(t, "a.yaml", `layout: a
size: 200x100
values: {photo: picture, v: text}
layers:
  - row: {top: 50, layers: [{image: {src: "{photo}", width: 50}}, {text: {text: {en: Days, nl: Dagen}}}]}
  - text: {with: photo, text: {en: Hours, nl: Uren}}
  - text: {text: "{v}", left: 100}
`)
	var pictures []render.Picture
	for _, locale := range []string{"nl", "nl", "en", "en", "nl"} {
		pictures = append(pictures, render.Picture{Layout: l, Locale: locale, Values: []render.Value{{Kind: render.Photo, Photo: photo}, text("a")}})
	}
	asAlone(t, pictures...)
}

// TestNearSizesShareNoGlyphs draws a text in sizes that are less than a 64th of a
// pixel apart.
func TestNearSizesShareNoGlyphs(t *testing.T) {
	t.Parallel()
	l := layoutOf(t, "a.yaml", `layout: a
size: 700x100
values: {v: text}
layers: [{text: {text: "{v}", font-size: 8}}]
`)
	var pictures []render.Picture
	for width := range 8 {
		pictures = append(pictures, render.Picture{Layout: l, Format: render.PNG, Density: float64(1300+width) / 700, Values: []render.Value{text("SWÅ🎬g&@ in a line of letters")}})
	}
	asAlone(t, pictures...)
}

// TestDigitsAreAsDrawnAlone draws countdowns over a photo of more colours than are
// looked up one by one: which numbers came before must not choose a digit's colours.
func TestDigitsAreAsDrawnAlone(t *testing.T) {
	t.Parallel()
	_, photo := renderer(t)
	l := layoutOf(t, "a.yaml", `layout: a
size: 600x240
values: {photo: picture, until: moment}
layers:
  - image: {src: "{photo}"}
  - countdown: {value: "{until}", left: 20, top: 20, cell-width: 130, cell-height: 100, font-size: 80, color: "#ff8020c0"}
`)
	var pictures []render.Picture
	for _, seconds := range []int64{0, 86400 * 88, 86400*36 + 7*3600 + 59*60} {
		pictures = append(pictures, render.Picture{Layout: l, Format: render.GIF, Density: 1, Values: []render.Value{{Kind: render.Photo, Photo: photo}, moment(seconds)}})
	}
	asAlone(t, pictures...)
}
