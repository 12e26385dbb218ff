package render_test

import (
	"bytes"
	"math"
	"reflect"
	"testing"

	"example.com/opentime/render"
)

const keyLayout = `layout: a
size: 600x120
values: {until: moment, headline: text, n: number, list: list, photo: picture}
layers:
  - countdown: {value: "{until}"}
  - text: {text: "{headline} {n} {list}"}
  - image: {src: "{photo}"}
`

func TestKey(t *testing.T) {
	l := layoutOf(t, "a.yaml", keyLayout)
	base := func() *render.Picture {
		return &render.Picture{Layout: l, Format: render.GIF, Values: []render.Value{
			moment(60), text("a"), number(1), {Kind: render.List, List: []string{"a", "b"}}, {Kind: render.Photo},
		}}
	}
	tests := []struct {
		name   string
		change func(*render.Picture)
		same   bool
	}{
		{"nothing", func(*render.Picture) {}, true},
		{"defaults", func(p *render.Picture) { p.Width, p.Height, p.Density = 600, 120, 2 }, true},
		{"quality of a GIF", func(p *render.Picture) { p.Quality = 50 }, true},
		{"date of what is no date", func(p *render.Picture) { p.DateText = "x" }, true},
		{"minus nought", func(p *render.Picture) { p.Values[2].Number = math.Copysign(0, -1) }, false},
		{"size", func(p *render.Picture) { p.Width, p.Height = 500, 100 }, false},
		{"density", func(p *render.Picture) { p.Density = 1 }, false},
		{"frames", func(p *render.Picture) { p.Frames = render.WholeFrames }, false},
		{"format", func(p *render.Picture) { p.Format = render.PNG }, false},
		{"seconds", func(p *render.Picture) { p.Values[0].Seconds = 61 }, false},
		{"as date", func(p *render.Picture) { p.AsDate = true }, false},
		{"locale", func(p *render.Picture) { p.Locale = "nl" }, false},
		{"text", func(p *render.Picture) { p.Values[1].Text = "b" }, false},
		{"absent", func(p *render.Picture) { p.Values[1] = absent() }, false},
		{"list", func(p *render.Picture) { p.Values[3].List = []string{"ab"} }, false},
		{"photo", func(p *render.Picture) { p.Values[4].Photo[31] = 1 }, false},
		{"nothing to show", func(p *render.Picture) { p.Nothing = true }, false},
	}
	want := base().Key(nil)
	for _, test := range tests {
		p := base()
		test.change(p)
		if got := bytes.Equal(p.Key(nil), want); got != test.same {
			t.Errorf("%s: same = %v, want %v", test.name, got, test.same)
		}
	}
	past := base()
	past.Values[0].Seconds = -5
	over := base()
	over.Values[0].Seconds = 0
	if !bytes.Equal(past.Key(nil), over.Key(nil)) {
		t.Error("below nought is not nought")
	}
	p, buffer := base(), make([]byte, 0, 512)
	if n := testing.AllocsPerRun(10, func() { p.Key(buffer) }); n != 0 {
		t.Errorf("Key allocates %v times", n)
	}
}

func TestKeyTooLong(t *testing.T) {
	r, _ := renderer(t)
	p := &render.Picture{Layout: layoutNamed(t, "strip"), Values: []render.Value{text(string(bytes.Repeat([]byte("a"), 2100)))}}
	if _, err := r.Draw(p); err == nil {
		t.Error("a key of more than 2 KiB is drawn")
	}
}

// FuzzKey checks that pictures whose texts differ have keys that differ:
// fields cannot slide into each other.
func FuzzKey(f *testing.F) {
	l := layoutOf(f, "a.yaml", keyLayout)
	f.Add("a", "b", "c", "ab", "", "c", int64(1), int64(2), 1.0, 2.0)
	f.Add("", "", "", "", "", "", int64(-1), int64(-2), 0.0, math.Copysign(0, -1))
	f.Fuzz(func(t *testing.T, a, b, c, d, e, g string, s1, s2 int64, n1, n2 float64) {
		if math.IsNaN(n1) || math.IsNaN(n2) {
			return
		}
		clamp := func(s int64) int64 { return min(max(0, s), 86399999) }
		s1, s2, n1, n2 = clamp(s1), clamp(s2), n1+0, n2+0
		one := render.Picture{Layout: l, Format: render.GIF, Locale: a, Values: []render.Value{moment(s1), text(b), number(n1), {Kind: render.List, List: []string{b, c}}}}
		two := render.Picture{Layout: l, Format: render.GIF, Locale: d, Values: []render.Value{moment(s2), text(e), number(n2), {Kind: render.List, List: []string{e, g}}}}
		if got, want := bytes.Equal(one.Key(nil), two.Key(nil)), reflect.DeepEqual(one, two); got != want {
			t.Errorf("equal keys = %v, equal pictures = %v: %+v %+v", got, want, one, two)
		}
	})
}
