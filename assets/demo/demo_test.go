// Package demo_test checks that the demo's files fit together.
package demo_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"html/template"
	"image/jpeg"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// item is what the test reads of the feed.
type item struct {
	ID    string `xml:"id"`
	Title string `xml:"title"`
	Image string `xml:"image_link"`
	Price string `xml:"price"`
}

func items(t *testing.T) []item {
	t.Helper()
	var feed struct {
		Items []item `xml:"channel>item"`
	}
	if err := xml.Unmarshal(read(t, "films.xml"), &feed); err != nil {
		t.Fatal(err)
	}
	return feed.Items
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func rows(t *testing.T, name string) [][]string {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(read(t, name))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all[1:]
}

func TestEveryFilmHasItsPoster(t *testing.T) {
	all := items(t)
	if len(all) < 200 {
		t.Errorf("%d films, want 200 at least", len(all))
	}
	seen := map[string]bool{}
	for _, film := range all {
		if seen[film.ID] || seen[film.Title] {
			t.Errorf("%s is there twice", film.ID)
		}
		seen[film.ID], seen[film.Title] = true, true
		if !strings.HasSuffix(film.Price, " EUR") {
			t.Errorf("%s costs %q", film.ID, film.Price)
		}
		poster, err := jpeg.DecodeConfig(bytes.NewReader(read(t, film.Image)))
		width := 300
		if film.ID == "salt-moon" { // drawn large in the mail
			width = 600
		}
		if err != nil || poster.Width != width || poster.Height != width*3/2 {
			t.Errorf("%s: %dx%d, %v", film.Image, poster.Width, poster.Height, err)
		}
	}
	if !seen["salt-moon"] {
		t.Error("the film of the week is not in the feed")
	}
}

func TestRecipientsAndCinemas(t *testing.T) {
	people, id := rows(t, "profiles.csv"), regexp.MustCompile(`^[A-Za-z0-9_-]{22}$`)
	seen := map[string]bool{}
	for _, row := range people {
		if !id.MatchString(row[0]) || seen[row[0]] {
			t.Errorf("%q is no id, or there twice", row[0])
		}
		seen[row[0]] = true
	}
	if len(people) != 1000 {
		t.Errorf("%d profiles, want 1000", len(people))
	}
	cinemas := rows(t, "cinemas.csv")
	for _, row := range cinemas {
		read(t, "weather/"+row[0]+".json")
	}
	if len(cinemas) != 20 {
		t.Errorf("%d cinemas, want 20", len(cinemas))
	}
	var page struct {
		People []struct{ Name, ID, Locale string }
	}
	if err := json.Unmarshal(read(t, "demo.json"), &page); err != nil {
		t.Fatal(err)
	}
	for _, person := range page.People {
		i := slices.IndexFunc(people, func(row []string) bool { return row[0] == person.ID })
		if i < 0 || person.Locale != people[i][3] || !strings.Contains(person.Name, people[i][8]) {
			t.Errorf("%s of the page is no recipient", person.Name)
		}
	}
}

func TestTheMailShowsEveryBlock(t *testing.T) {
	page, err := template.New("mail").Parse(string(read(t, "mail.html")))
	if err != nil {
		t.Fatal(err)
	}
	campaign := string(read(t, "campaigns/weekly-films.yaml"))
	_, blocks, _ := strings.Cut(campaign, "\nblocks:\n")
	for _, locale := range []string{"", "nl", "fr", "en"} {
		var mail bytes.Buffer
		values := map[string]string{"Images": "http://127.0.0.1:8080", "Clicks": "http://127.0.0.1:8080", "R": "id.1bseal", "Locale": locale}
		if err := page.Execute(&mail, values); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(mail.String(), "ZgotmplZ") {
			t.Errorf("locale %q: a link is not trusted by the template", locale)
		}
		for _, block := range regexp.MustCompile(`(?m)^  ([a-z]+):$`).FindAllStringSubmatch(blocks, -1) {
			for _, kind := range []string{"/i/", "/c/"} {
				if !strings.Contains(mail.String(), `"http://127.0.0.1:8080`+kind+"weekly-films/"+block[1]) {
					t.Errorf("locale %q: no %sweekly-films/%s in the mail", locale, kind, block[1])
				}
			}
		}
		if n := strings.Count(mail.String(), "<img"); n != strings.Count(mail.String(), ` alt="`) {
			t.Errorf("locale %q: an image has no alt", locale)
		}
	}
}

func TestTheDemoIsSmall(t *testing.T) {
	size := int64(0)
	err := fs.WalkDir(os.DirFS("."), ".", func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && !entry.IsDir() {
			size += info.Size()
		}
		return err
	})
	if err != nil || size > 6<<20 {
		t.Errorf("the demo has %d KiB, %v", size>>10, err)
	}
}
