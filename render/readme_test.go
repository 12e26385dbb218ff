package render_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"example.com/opentime/render"
	"example.com/opentime/strict"
)

// kindsOf is the layers that the keys under a title of README.md are of.
func kindsOf(title string) []string {
	title = strings.Trim(title, "#* ")
	switch {
	case title == "Keys of every layer":
		return strings.Fields("text image box line button stars bar chart countdown qr barcode row column grid")
	case strings.HasPrefix(title, "Looks"):
		return strings.Fields("box image button bar chart countdown row column grid")
	case strings.HasPrefix(title, "Type"):
		return []string{"text", "button"}
	case title == "Layouts", title == "The layouts that ship", title == "Limits":
		return nil
	}
	return strings.Split(title, " and ")
}

// TestReadmeNamesKeysThereAre looks up each key of README.md's tables where it
// is said to be.
func TestReadmeNamesKeysThereAre(t *testing.T) {
	data, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile("^\\| ((?:`[a-z-]+`(?:, )?)+) \\|")
	found, kinds := 0, []string(nil)
	for line := range strings.Lines(string(data)) {
		if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "**Looks") || strings.HasPrefix(line, "**Type") {
			kinds = kindsOf(strings.TrimSpace(line))
		}
		m := row.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		for key := range strings.SplitSeq(m[1], ", ") {
			for _, kind := range kinds {
				found++
				if problem := unknownKey(kind, strings.Trim(key, "`")); problem != "" {
					t.Error(problem)
				}
			}
		}
	}
	if found < 200 {
		t.Errorf("%d keys found, want 200 at least", found)
	}
}

// unknownKey is the problem with a key that a kind of layer does not take.
func unknownKey(kind, key string) string {
	root, _ := strict.Parse("a.yaml", []byte("layout: a\nsize: 300x100\nlayers:\n  - "+kind+": {"+key+": x}\n"))
	_, problems := render.LoadLayout("a.yaml", root)
	for _, p := range problems {
		if strings.Contains(p.Text, "unknown key") || strings.Contains(p.Text, "unknown layer") {
			return kind + ": " + p.Text
		}
	}
	return ""
}

// TestReadme draws every example of README.md.
func TestReadme(t *testing.T) {
	t.Parallel()
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
	for kind := range strings.FieldsSeq("text image box line button price-and-badge stars bar chart countdown qr barcode row-and-column grid") {
		if !drawn[kind] {
			t.Errorf("README.md has no example of %s", kind)
		}
	}
	whole := string(data)[strings.Index(string(data), "```yaml\n")+8:]
	layoutOf(t, "README.md", whole[:strings.Index(whole, "```")])
}
