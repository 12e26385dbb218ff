package main

import (
	"bytes"
	"image"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/opentime/render"
)

const renderConfig = `sender: shop
home: https://shop.example
hosts: [shop.example]
timezone: Europe/Brussels
locales: [nl, en]
feeds: {shop: {file: shop.xml}}
`

const renderFeed = `<rss xmlns:g="http://base.google.com/ns/1.0"><channel>
<item><g:id>rose</g:id><title>Rose</title><link>https://shop.example/rose</link><g:image_link>noise.png</g:image_link><g:price>3 EUR</g:price></item>
</channel></rss>
`

const renderCampaign = `campaign: large
show: {layout: photo-headline, link: "https://shop.example"}
blocks:
  noise:
    format: png
    fallback: {photo: ../noise.png, headline: {nl: "Lente", en: "Spring"}}
  rose:
    fallback: {items: {from: popular}, photo: "{item.image}", headline: "{item.title}"}
  plain:
    fallback: {photo: ../plain.png, headline: {nl: "Lente", en: "Spring"}}
  cut:
    fallback: {photo: ../cut.png, headline: {nl: "Lente", en: "Spring"}}
  empty: {fallback: nothing}
`

// TestCheckDrawsFallbacks checks a site with photos that make large images, and
// one that ends in its midst.
func TestCheckDrawsFallbacks(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, data []byte) {
		t.Helper()
		whole := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(whole), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(whole, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	noise := image.NewRGBA(image.Rect(0, 0, 1200, 480))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise.Pix {
		noise.Pix[i] = byte(random.Uint32()) | byte(i%4/3*0xff)
	}
	var photo, plain bytes.Buffer
	if err := png.Encode(&photo, noise); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&plain, image.NewRGBA(image.Rect(0, 0, 60, 24))); err != nil {
		t.Fatal(err)
	}
	write("opentime.yaml", []byte(renderConfig))
	write("shop.xml", []byte(renderFeed))
	write("noise.png", photo.Bytes())
	write("plain.png", plain.Bytes())
	write("cut.png", photo.Bytes()[:photo.Len()/2])
	write("campaigns/large.yaml", []byte(renderCampaign))
	write("campaigns/again.yaml", []byte(strings.Replace(renderCampaign, "campaign: large", "campaign: again", 1)))
	write("campaigns/bad.yaml", []byte("campaign: bad\nblocks: {}\n"))

	if out := runs(t, 1, "check", dir); strings.Contains(out, "fallback") {
		t.Errorf("check draws without --render:\n%s", out)
	}
	out := runs(t, 1, "check", "--render", filepath.Join(dir, "campaigns", "large.yaml"))
	for _, want := range []string{
		"large.yaml:4:3: warning: the fallback is ", " KB, and mail clients on phones show it late; write format: jpg, or draw less of a photo\n",
		"large.yaml:7:3: warning: the fallback is ", " KB, and mail clients on phones show it late; write a smaller size, or take a plainer photo\n",
		"large.yaml:11:3: the fallback cannot be drawn: add picture: read picture: png: invalid format: not enough pixel data; put another picture there\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("check says\n%swant %q", out, want)
		}
	}
	if n := strings.Count(out, "\n"); n != 3 {
		t.Errorf("check says %d lines, want 3:\n%s", n, out)
	}

	found, err := loadPaths(&env{now: time.Now}, []string{dir})
	if err != nil {
		t.Fatal(err)
	}
	d := drawingOf(t, found[0].site)
	for _, c := range found[0].site.campaigns {
		d.campaign(c)
	}
	if len(d.drawn) != 9 {
		t.Errorf("%d pictures were drawn; want 2 each of noise, plain and cut, 2 of the rose and 1 of nothing", len(d.drawn))
	}
}

// TestCheckReadsTexts checks fallbacks whose texts cannot be read.
func TestCheckReadsTexts(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"opentime.yaml": "sender: shop\nhome: https://shop.example\nhosts: [shop.example]\nlocales: [nl, en]\ntimezone: Europe/Brussels\n",
		"campaigns/card.yaml": "layout: card\nsize: 300x120\nvalues: {headline: text, tint: {type: colour, optional: true}}\nlayers:\n" +
			"  - box: {background: \"{tint}\"}\n  - text: {text: \"{headline}\", font-size: 16, line-clamp: 2, color: \"#ffffff\"}\n",
		"campaigns/spring.yaml": `campaign: spring
show: {layout: card, link: "https://shop.example"}
blocks:
  well: {fallback: {headline: {nl: "Lente", en: "Spring"}, tint: "#14151c"}}
  faint: {fallback: {headline: {nl: "Lente", en: "Spring"}, tint: "#aaaaaa"}}
  cut: {fallback: {headline: {nl: "Lente", en: "` + strings.Repeat("Spring and all that comes with it ", 8) + `"}, tint: "#14151c"}}
  low: {size: 120x48, fallback: {headline: {nl: "Lente", en: "Spring"}, tint: "#14151c"}}
  missing: {fallback: {headline: {nl: "𝄀", en: "Spring"}, tint: "#14151c"}}
`,
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out := runs(t, 0, "check", "--render", filepath.Join(dir, "campaigns", "spring.yaml"))
	for _, want := range []string{
		`spring.yaml:5:3: warning: the fallback's text "Lente" has a contrast of 2.3 to what lies behind it, and is hard to read; 4.5 are needed: change its colour, or what lies behind`,
		`spring.yaml:6:3: warning: the fallback's text "Spring and all that`,
		`is cut off; shorten it, or give it more room in the layout`,
		`spring.yaml:7:3: warning: the picture is 240x96 once drawn, a side of 100 px or less; write a size whose sides are above 50`,
		`spring.yaml:8:3: warning: the fallback's text "𝄀" has characters that no font has; name a font that has them in opentime.yaml's fonts`,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("check says\n%swant %q", out, want)
		}
	}
	if strings.Contains(out, "spring.yaml:4") {
		t.Errorf("what can be read is warned of:\n%s", out)
	}
}

// drawingOf returns a drawing of a site that ends with the test.
func drawingOf(t *testing.T, s *site) *drawing {
	t.Helper()
	fonts, err := s.fonts()
	if err != nil {
		t.Fatal(err)
	}
	library, err := render.OpenLibrary(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	d, err := newDrawing(s, fonts, library, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestCheckDrawsRules checks rules over a feed with items that are hard to draw, whose
// pictures are on the web, and for long names.
func TestCheckDrawsRules(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"opentime.yaml": "sender: shop\nhome: https://shop.example\nhosts: [shop.example]\nlocales: [en]\ntimezone: Europe/Brussels\nfeeds: {shop: {file: shop.csv}}\n",
		"shop.csv": "id,title,link,image_link,price\na,Rose,https://shop.example/a,https://shop.example/a.jpg,3 EUR\n" +
			"b," + strings.Repeat("Forget-me-not ", 30) + ",https://shop.example/b,https://shop.example/b.jpg,3 EUR\nc,\U0001D100,https://shop.example/c,https://shop.example/c.jpg,3 EUR\n",
		"campaigns/card.yaml": "layout: card\nsize: 300x120\nvalues: {headline: text, photo: {type: picture, optional: true}}\nlayers:\n" +
			"  - image: {src: \"{photo}\"}\n  - text: {text: \"{headline}\", font-size: 30, line-clamp: 1, color: \"#14151c\"}\n",
		"campaigns/spring.yaml": `campaign: spring
parameters: {first_name: {type: name}}
show: {layout: card, link: "https://shop.example"}
blocks:
  hello:
    rules:
      - {name: short, show: {headline: "Hi"}, when: {daypart: night}}
      - {name: long, show: {headline: "Hi {parameters.first_name}"}, when: {known: parameters.first_name}}
    fallback: {headline: "Hello"}
  flower:
    rules:
      - {name: flower, show: {items: {from: popular}, headline: "{item.title}", photo: "{item.image}"}}
    fallback: {headline: "Hello"}
`,
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out := runs(t, 0, "check", "--render", dir)
	for _, want := range []string{
		`spring.yaml:8:9: warning: rule "long": the text "Hi Wilhelmina-Maximiliana Bergman" is cut off`,
		`spring.yaml:12:9: warning: rule "flower": the text "Forget-me-not Forget`,
		`spring.yaml:12:9: warning: rule "flower": the text "𝄀" has characters that no font has`,
	} {
		if !strings.Contains(out, want) {
			t.Errorf("check says\n%swant %q", out, want)
		}
	}
	if n := strings.Count(out, "warning"); n != 3 || strings.Contains(out, "contrast") {
		t.Errorf("check has %d warnings, want 3 and none of contrast to pictures that are not here:\n%s", n, out)
	}
}
