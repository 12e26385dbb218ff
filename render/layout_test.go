package render_test

import (
	"strings"
	"testing"

	"example.com/opentime/assets"
	"example.com/opentime/render"
	"example.com/opentime/strict"
)

const head = "layout: a\nsize: 600x240\nvalues: {headline: text, photo: {type: picture, optional: true}, n: number, until: moment, c: colour}\nlayers:\n"

func TestLayoutProblems(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"no layers", "layout: a\nsize: 600x240\n", "1:1: layers is missing; add layers:"},
		{"unknown key", "layout: a\nsize: 1x1\nlayer: []\n", `unknown key "layer"; did you mean "layers"?`},
		{"size", "layout: a\nsize: 900x240\nlayers: []\n", "2:7: size 900x240 is out of bounds; sides are 16 to 700x1200"},
		{"id", "layout: A b\nsize: 600x240\nlayers: []\n", `"A b" is no id`},
		{"type", "layout: a\nsize: 600x240\nvalues: {a: texts}\nlayers: []\n", `unknown word "texts"; did you mean "text"?`},
		{"reserved", "layout: a\nsize: 600x240\nvalues: {link: text}\nlayers: []\n", `"link" is a key of show`},
		{"layer", head + "  - txt: {text: x}\n", `5:5: unknown layer "txt"; did you mean "text"?`},
		{"key of layer", head + "  - text: {text: x, colour: \"#fff\"}\n", `unknown key "colour"; did you mean "color"?`},
		{"no text", head + "  - text: {left: 3}\n", "text is missing; add text:"},
		{"value", head + "  - text: {text: \"{headlin}\"}\n", `no value "headlin" is declared; did you mean "headline"?`},
		{"not by bare name", head + "  - text: {text: \"{item.title}\"}\n", "{item.title} is no placeholder; layers use the layout's own values by bare name"},
		{"type of value", head + "  - image: {src: \"{headline}\"}\n", `the value "headline" is a text; here goes a picture`},
		{"picture in text", head + "  - text: {text: \"{photo}\"}\n", "a text cannot draw it"},
		{"fonts", head + "  - text: {text: x, font-family: [sans, serif]}\n", "expected one value, not a list; write one"},
		{"font too small", head + "  - text: {text: x, font-size: 7}\n", "7 is out of bounds; choose 8 to 200"},
		{"font too large", head + "  - text: {text: x, font-size: 201}\n", "201 is out of bounds; choose 8 to 200"},
		{"unit", head + "  - text: {text: x, left: 3px}\n", "lengths are CSS pixels without a unit"},
		{"colour", head + "  - box: {background: red}\n", `"red" is no colour; write "#1a2b3c"`},
		{"gradient", head + "  - box: {background: \"linear-gradient(red)\"}\n", "is no gradient; write"},
		{"layers", head + strings.Repeat("  - box: {background: \"#ffffff\"}\n", 33), "37:5: more than 32 layers"},
		{"texts", head + strings.Repeat("  - text: {text: x}\n", 17), "more than 16 layers with text"},
		{"unused", head + "  - text: {text: \"{headline}\"}\n", `warning: no layer uses the value "photo"`},
		{"brace", head + "  - text: {text: \"a } b\"}\n", "a } without {"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var all strings.Builder
			for _, p := range problems(test.text) {
				all.WriteString(p.String() + "\n")
			}
			if !strings.Contains(all.String(), test.want) {
				t.Errorf("problems:\n%swant %q", all.String(), test.want)
			}
		})
	}
}

// problems are all problems of a layout.
func problems(text string) []strict.Problem {
	root, problems := strict.Parse("a.yaml", []byte(text))
	if strict.Bad(problems) || root == nil {
		return problems
	}
	_, problems = render.LoadLayout("a.yaml", root)
	return problems
}

func TestLayoutAtLimits(t *testing.T) {
	text := "layout: a\nsize: 700x1200\nlayers:\n" + strings.Repeat("  - text: {text: x, font-size: 200}\n", 16) + strings.Repeat("  - box: {background: \"#fff\"}\n", 16)
	if p := problems(text); len(p) > 0 {
		t.Error(p)
	}
}

func TestRevision(t *testing.T) {
	one := layoutOf(t, "a.yaml", "layout: a\nsize: 600x240\nlayers:\n  - box: {background: \"#ffffff\"}\n")
	same := layoutOf(t, "b.yaml", "# a comment\nlayout: a\nsize:   600x240\nlayers: [{box: {background: \"#ffffff\"}}]\n")
	other := layoutOf(t, "a.yaml", "layout: a\nsize: 600x240\nlayers:\n  - box: {background: \"#fffffe\"}\n")
	if one.Revision != same.Revision {
		t.Error("a comment changes the revision")
	}
	if one.Revision == other.Revision {
		t.Error("a colour does not change the revision")
	}
}

func TestShippedLayouts(t *testing.T) {
	want := map[string]string{
		"photo-headline": "photo headline button?", "strip": "headline photo?", "countdown": "until headline?",
		"until-date": "until headline?", "progress": "value of headline", "answer": "title share?",
		"place-card": "name address distance? hours?", "code-card": "code headline",
		"quote-card": "stars quote headline?", "item-card": "photo title price? was? reason? stars?",
		"answers": "headline? answer1 count1 answer2 count2 answer3? count3? answer4? count4? chosen?",
	}
	entries, err := assets.FS.ReadDir("layouts")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		l := layoutNamed(t, strings.TrimSuffix(e.Name(), ".yaml"))
		var values []string
		for _, v := range l.Values {
			name := v.Name
			if v.Optional {
				name += "?"
			}
			values = append(values, name)
		}
		if w, ok := want[l.ID]; ok && strings.Join(values, " ") != w {
			t.Errorf("%s takes %s, want %s", l.ID, strings.Join(values, " "), w)
		}
		if l.Countdown != (l.ID == "countdown") {
			t.Errorf("%s: countdown = %v", l.ID, l.Countdown)
		}
		delete(want, l.ID)
	}
	if len(want) > 0 {
		t.Errorf("layouts that do not ship: %v", want)
	}
}

func FuzzLayout(f *testing.F) {
	entries, _ := assets.FS.ReadDir("layouts")
	for _, e := range entries {
		data, err := assets.FS.ReadFile("layouts/" + e.Name())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	f.Add(head + "  - grid: {columns: 3, gap: 200, layers: [{qr: {text: \"{headline}\"}}, {stars: {value: \"{n}\", size: 100}}]}\n")
	r, photo := renderer(f)
	f.Fuzz(func(_ *testing.T, source string) {
		if strings.Contains(source, "panic") {
			return
		}
		root, problems := strict.Parse("a.yaml", []byte(source))
		if strict.Bad(problems) || root == nil {
			return
		}
		l, problems := render.LoadLayout("a.yaml", root)
		if strict.Bad(problems) {
			if l != nil {
				panic("a layout with problems")
			}
			return
		}
		p := render.Picture{Layout: l, Format: render.PNG, Density: 0.5}
		for _, v := range l.Values {
			p.Values = append(p.Values, sample(v.Type, photo))
		}
		for _, p.Locale = range []string{"nl", "ar"} {
			_, _ = r.Draw(&p) // may refuse, must not panic
		}
	})
}

// sample is a value of a type.
func sample(kind string, photo render.Hash) render.Value {
	switch kind {
	case "picture":
		return render.Value{Kind: render.Photo, Photo: photo}
	case "number":
		return number(3.5)
	case "moment":
		return moment(3600)
	case "list":
		return render.Value{Kind: render.List, List: []string{"a", "b"}}
	case "colour":
		return render.Value{Kind: render.Colour, Text: "#d11a3f"}
	}
	return text("Deze week")
}
