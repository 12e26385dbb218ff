package rules_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"

	"example.com/opentime/rules"
	"example.com/opentime/strict"
)

// update rewrites the expected parts of this package's golden files.
var update = flag.Bool("update", false, "rewrite what golden files expect")

// sender is the server of LANGUAGE's appendix.
func sender(t rapid.TB) *rules.Sender {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	text := func(name string) rules.Attribute { return rules.Attribute{Name: name, Type: rules.Text} }
	return &rules.Sender{
		ID: "demo", Home: "https://shop.example", Zone: zone, Locales: []string{"nl"},
		Hosts: []string{
			"shop.example", "*.shop.example", "air.example", "camera.example", "post.example", "cinema.example",
			"diy.example", "theatre.example", "cars.example", "home.example",
		},
		Layouts: layouts(t), Places: []string{"shops"},
		Feeds: map[string][]rules.Attribute{"goods": {text("review")}},
		Attributes: []rules.Attribute{
			{Name: "points", Type: rules.Number},
			{Name: "birthday", Type: rules.Yearly},
			text("first_name"), text("kind"), text("next_job"), text("tier"),
			{Name: "delivery", Type: rules.Text, Values: []string{"sorting", "on-the-way", "delivered"}, Age: 6 * time.Hour},
			text("delivery_window"), text("track"),
			{Name: "car_year", Type: rules.Number},
		},
		Codes: []string{"welcome"},
		Picture: func(path string) (string, error) {
			if strings.HasPrefix(path, "missing") {
				return "", errors.New("no picture " + path + "; put the file there")
			}
			return "ref:" + path, nil
		},
	}
}

// layouts are those of LANGUAGE's appendix.
func layouts(t rapid.TB) map[string]*rules.Layout {
	t.Helper()
	root, problems := strict.Parse("defaults.yaml", []byte(
		`{image: "{item.image}", title: "{item.title}", price: "{item.price}", reason: "{item.because}", stars: item.rating}`))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	need := func(name string, typ rules.Type) rules.LayoutValue { return rules.LayoutValue{Name: name, Type: typ} }
	may := func(name string, typ rules.Type) rules.LayoutValue {
		return rules.LayoutValue{Name: name, Type: typ, Optional: true}
	}
	with := func(v rules.LayoutValue, key string) rules.LayoutValue {
		v.Default = root.Find(key)
		return v
	}
	all := map[string]*rules.Layout{}
	add := func(id string, width, height int, values ...rules.LayoutValue) {
		all[id] = &rules.Layout{ID: id, Width: width, Height: height, Values: values, Countdown: id == "countdown"}
	}
	add("photo-headline", 600, 240, need("photo", rules.Picture), need("headline", rules.Text), may("button", rules.Text))
	add("strip", 600, 120, need("headline", rules.Text), may("photo", rules.Picture))
	add("countdown", 600, 120, need("until", rules.Moment), may("headline", rules.Text))
	add("until-date", 600, 120, need("until", rules.Moment), may("headline", rules.Text))
	add("progress", 600, 120, need("value", rules.Number), need("of", rules.Number), need("headline", rules.Text))
	add("answer", 290, 60, need("title", rules.Text), may("share", rules.Number))
	add("code-card", 600, 240, need("code", rules.Text), need("headline", rules.Text))
	add("place-card", 600, 240, need("name", rules.Text), need("address", rules.Text), may("distance", rules.Text), may("hours", rules.Text))
	add("quote-card", 600, 240, need("stars", rules.Number), need("quote", rules.Text), may("headline", rules.Text))
	add("item-card", 290, 160, with(need("photo", rules.Picture), "image"), with(need("title", rules.Text), "title"),
		with(may("price", rules.Text), "price"), may("was", rules.Text), with(may("reason", rules.Text), "reason"),
		with(may("stars", rules.Number), "stars"))
	add("small-strip", 300, 60, need("headline", rules.Text))
	add("tinted", 600, 120, need("tint", rules.Colour), may("tags", rules.TextList))
	return all
}

// TestLoad loads every campaign of testdata/load and testdata/analyse and
// compares the problems. An archive holds *.yaml files and the file problems.
func TestLoad(t *testing.T) {
	archives, err := filepath.Glob("testdata/[la]*/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(strings.TrimPrefix(name, "testdata/"), ".txtar"), func(t *testing.T) { loadArchive(t, name) })
	}
}

// TestAppendix loads LANGUAGE's twenty campaigns, which have no problem.
func TestAppendix(t *testing.T) {
	for _, line := range loadArchive(t, "testdata/appendix.txtar") {
		if !strings.Contains(line, " warning: ") {
			t.Error(line)
		}
	}
}

// loadArchive loads the campaigns of an archive, compares the problems with
// those it expects, and returns them.
func loadArchive(t *testing.T, name string) []string {
	t.Helper()
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	var want *txtar.File
	var shared *strict.Node
	for i := range archive.Files {
		f := &archive.Files[i]
		switch {
		case f.Name == "problems":
			want = f
			continue
		case strings.HasSuffix(f.Name, ".test.yaml"):
			continue
		}
		root, problems := strict.Parse(f.Name, f.Data)
		if f.Name == "opentime.yaml" {
			shared = root.Find("segments")
			continue
		}
		if root != nil {
			var more []strict.Problem
			_, more = rules.Load(f.Name, root, sender(t), shared)
			problems = append(problems, more...)
		}
		for _, p := range strict.Sort(problems) {
			if p.Level != strict.Note {
				got = append(got, p.String())
			}
		}
	}
	if want == nil {
		archive.Files = append(archive.Files, txtar.File{Name: "problems"})
		want = &archive.Files[len(archive.Files)-1]
	}
	if text := strings.Join(append(got, ""), "\n"); *update {
		want.Data = []byte(text)
		if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if text != string(want.Data) {
		t.Errorf("%s: problems\n%s\nwant\n%s", name, text, want.Data)
	}
	return got
}
