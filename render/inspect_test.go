package render_test

import (
	"math"
	"strings"
	"testing"

	"example.com/opentime/render"
)

func TestInspect(t *testing.T) {
	t.Parallel()
	r, photo := renderer(t)
	layout := func(layers string) *render.Layout {
		return layoutOf(t, "a.yaml", "layout: a\nsize: 300x100\nvalues: {v: text}\nlayers:\n"+layers)
	}
	plain := layout("  - text: {text: \"{v}\", line-clamp: 1, color: \"#767676\"}\n")
	for name, test := range map[string]struct {
		layout *render.Layout
		text   string
		want   render.Finding
	}{
		"well":        {plain, "Good", render.Finding{}},
		"cut":         {plain, strings.Repeat("long ", 40), render.Finding{Cut: true, Needed: 4.5}},
		"missing":     {plain, "a\U0001D100b", render.Finding{Missing: 1, Needed: 4.5}},
		"faint":       {layout("  - text: {text: \"{v}\", color: \"#777777\"}\n"), "Faint", render.Finding{Contrast: 4.48, Needed: 4.5}},
		"large":       {layout("  - text: {text: \"{v}\", color: \"#777777\", font-size: 24}\n"), "Large", render.Finding{}},
		"bold":        {layout("  - text: {text: \"{v}\", color: \"#999999\", font-size: 19, font-weight: 700}\n"), "Bold", render.Finding{Contrast: 2.85, Needed: 3}},
		"on a button": {layout("  - button: {text: \"{v}\", background: \"#ff0000\", color: \"#ffffff\"}\n"), "Book", render.Finding{Contrast: 4.0, Needed: 4.5}},
		"unseen":      {layout("  - text: {text: \"{v}\", color: \"#ffffff\"}\n"), "White on white", render.Finding{Contrast: 1, Needed: 4.5}},
		"see-through": {layout("  - text: {text: \"{v}\", color: \"#00000060\"}\n"), "Grey", render.Finding{Contrast: 2.6, Needed: 4.5}},
		"under it":    {layout("  - text: {text: \"{v}\", color: \"#000000\"}\n  - box: {background: \"#000000\"}\n"), "Covered later", render.Finding{}},
	} {
		p := &render.Picture{Layout: test.layout, Format: render.PNG, Values: []render.Value{text(test.text)}}
		got, err := r.Inspect(p)
		if err != nil {
			t.Fatal(err)
		}
		if test.want == (render.Finding{}) {
			if len(got) > 0 {
				t.Errorf("%s: %+v, want nothing", name, got)
			}
			continue
		}
		test.want.Text = test.text
		if len(got) != 1 || math.Abs(got[0].Contrast-test.want.Contrast) > 0.1 {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
			continue
		}
		if got[0].Contrast = test.want.Contrast; got[0] != test.want {
			t.Errorf("%s: %+v, want %+v", name, got[0], test.want)
		}
	}
	for _, e := range gallery(photo) { // what ships can be read
		p := e.picture
		p.Layout, p.Format = layoutNamed(t, e.layout), e.format
		if found, err := r.Inspect(&p); err != nil || len(found) > 0 {
			t.Errorf("%s: %+v, %v", e.name, found, err)
		}
	}
}
