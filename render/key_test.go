package render_test

import (
	"bytes"
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

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
		{"date of what is no date", func(p *render.Picture) { p.Values[0].Text = "x" }, true},
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

// TestKeyIsInjective draws pictures out of few parts, which would be mistaken
// for each other if a field could slide into the next: equal keys are equal
// pictures and the other way round.
func TestKeyIsInjective(t *testing.T) {
	l := layoutOf(t, "a.yaml", keyLayout)
	word := rapid.SampledFrom([]string{"", "a", "aa", "\x00", "\x01", "\x01a", "a\x01", "\x00\x01a"})
	optional := func(v *rapid.Generator[render.Value]) *rapid.Generator[render.Value] {
		return rapid.OneOf(rapid.Just(absent()), v)
	}
	list := rapid.Map(rapid.SliceOfN(word, 0, 3), func(l []string) render.Value { return render.Value{Kind: render.List, List: append([]string{}, l...)} })
	hash := rapid.Map(rapid.SampledFrom([]byte{0, 1}), func(b byte) render.Value { return render.Value{Kind: render.Photo, Photo: render.Hash{31: b}} })
	picture := rapid.Custom(func(t *rapid.T) render.Picture {
		return render.Picture{
			Layout: l, Format: rapid.SampledFrom(formats()).Draw(t, "format"), Locale: word.Draw(t, "locale"),
			Values: []render.Value{
				optional(rapid.Map(rapid.Int64Range(0, 3), moment)).Draw(t, "until"),
				optional(rapid.Map(word, text)).Draw(t, "headline"),
				optional(rapid.Map(rapid.SampledFrom([]float64{0, 1, -1}), number)).Draw(t, "n"),
				optional(list).Draw(t, "list"),
				optional(hash).Draw(t, "photo"),
			},
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		one, two := picture.Draw(t, "one"), picture.Draw(t, "two")
		if rapid.Bool().Draw(t, "near") { // all but one value the same
			i := rapid.IntRange(0, 4).Draw(t, "which")
			near := append([]render.Value{}, one.Values...)
			near[i] = two.Values[i]
			two = one
			two.Values = near
		}
		if got, want := bytes.Equal(one.Key(nil), two.Key(nil)), reflect.DeepEqual(one, two); got != want {
			t.Fatalf("equal keys = %v, equal pictures = %v: %+v %+v", got, want, one, two)
		}
	})
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
