package render

import (
	"bytes"
	"fmt"
	"image"
	"testing"
)

// TestLooksOfGroupsAreGround draws groups whose looks no value changes: they are part of
// the ground where the group is always drawn, and go with it where it may be left out.
func TestLooksOfGroupsAreGround(t *testing.T) {
	layout := func(group string) string {
		return "layout: a\nsize: 120x60\nvalues: {p: {type: picture, optional: true}, w: {type: text, optional: true}, v: text}\nlayers: [{row: {" + group + "}}]\n"
	}
	const looks = `background: "linear-gradient(60deg, #c0143a 0%, #2a2d3b40 100%)", box-shadow: "2 2 5 #00000080", left: 8, top: 8, right: 8, height: 40, border-width: 1, border-color: "#111111", `
	for _, test := range []struct {
		group         string
		ground, shown bool
	}{
		{looks + `layers: [{text: {text: "{v}"}}]`, true, true},
		{looks + `with: v, layers: [{text: {text: "{w}"}}, {box: {width: 3}}]`, true, true},
		{looks + `layers: [{row: {layers: [{text: {text: "{w}"}}, {text: {text: "{v}"}}]}}]`, true, true},
		{looks + `layers: [{text: {text: "{w}"}}]`, false, false},
		{looks + `layers: [{image: {src: "{p}"}}]`, false, false},
		{looks + `with: w, layers: [{text: {text: "{v}"}}]`, false, false},
		{looks + `without: v, layers: [{text: {text: "{v}"}}]`, false, false},
		{looks + `width: fit-content, layers: [{text: {text: "{v}"}}]`, false, true},
	} {
		r, l, _ := shop(t, layout(test.group), t.TempDir())
		drawn, err := r.Draw(&Picture{Layout: l, Format: PNG, Values: []Value{{}, {}, {Kind: Text, Text: "x"}}})
		if err != nil {
			t.Fatal(err)
		}
		ground, err := r.compiled(&Picture{Layout: l}, ground{revision: l.Revision, w: 240, h: 120, scale: 2}, r.worker())
		if err != nil {
			t.Fatal(err)
		}
		if isGround := !white(ground.base); isGround != test.ground {
			t.Errorf("%s: in the ground %v, want %v", test.group, isGround, test.ground)
		}
		m, _, err := image.Decode(bytes.NewReader(drawn.Bytes))
		if err != nil {
			t.Fatal(err)
		}
		if shown := !white(asRGBA(m)); shown != test.shown {
			t.Errorf("%s: shown %v, want %v", test.group, shown, test.shown)
		}
	}
}

func white(m *image.RGBA) bool {
	return bytes.Count(m.Pix, []byte{255}) == len(m.Pix)
}

// BenchmarkGradients draws words in a group that has a large gradient.
func BenchmarkGradients(b *testing.B) {
	r, l, _ := shop(b, `layout: a
size: 600x200
values: {v: text}
layers: [{column: {background: "linear-gradient(60deg, #c0143a 0%, #2a2d3b40 100%)", border-radius: 12, padding: 20, layers: [{text: {text: "{v}"}}]}}]
`, b.TempDir())
	for n := 0; b.Loop(); n++ {
		if _, err := r.Draw(of(l, fmt.Sprint("word ", n))); err != nil {
			b.Fatal(err)
		}
	}
}
