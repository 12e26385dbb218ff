package render_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"example.com/opentime/render"
	"example.com/opentime/strict"
)

// TestReadme draws every example of README.md.
func TestReadme(t *testing.T) {
	data, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	r, photo := renderer(t)
	values := map[string]render.Value{
		"headline": text("Hills"), "photo": {Kind: render.Photo, Photo: photo},
		"n": number(3.6), "until": moment(93784),
	}
	const declared = "layout: example\nsize: 300x100\nvalues: {headline: text, photo: picture, n: number, until: moment}\nlayers:\n"
	examples := regexp.MustCompile("(?s)\n## ([a-z ]+)\n[^#]*?(?:#[^#]*?)*?```yaml\n(.*?)```").FindAllStringSubmatch(string(data), -1)
	drawn := map[string]bool{}
	for _, e := range examples {
		name := strings.ReplaceAll(e[1], " ", "-")
		drawn[name] = true
		source := declared + "  " + strings.ReplaceAll(strings.TrimSpace(e[2]), "\n", "\n  ") + "\n"
		root, problems := strict.Parse(name, []byte(source))
		l, more := render.LoadLayout(name, root)
		if l == nil {
			t.Fatalf("%s: %v %v", name, problems, more)
		}
		p := &render.Picture{Layout: l, Format: render.PNG, Locale: "en"}
		for _, v := range l.Values {
			p.Values = append(p.Values, values[v.Name])
		}
		i, err := r.Draw(p)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		golden(t, "../layers/"+name, decode(t, i))
	}
	for kind := range strings.FieldsSeq("text image box line button stars bar countdown qr row-and-column grid") {
		if !drawn[kind] {
			t.Errorf("README.md has no example of %s", kind)
		}
	}
	whole := string(data)[strings.Index(string(data), "```yaml\n")+8:]
	layoutOf(t, "README.md", whole[:strings.Index(whole, "```")])
}
