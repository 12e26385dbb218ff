package signals_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/opentime/rules"
	"example.com/opentime/signals"
)

func feedConfig() signals.FeedConfig {
	return signals.FeedConfig{
		ID: "films", File: "films.xml", Hosts: []string{"cinema.example", "*.cinema.example"},
		Attributes: []rules.Attribute{{Name: "genre", Type: rules.Text}, {Name: "minutes", Type: rules.Number}},
		Picture: func(path string) (string, error) {
			if path == "missing.jpg" {
				return "", errors.New("no picture missing.jpg")
			}
			return "ref:" + path, nil
		},
	}
}

func read(t testing.TB, config signals.FeedConfig, feed string) (string, error) {
	t.Helper()
	_, report, err := signals.ReadFeed(config, strings.NewReader(feed), newClock().Now())
	lines := []string{fmt.Sprintf("%d items, %d refused", report.Items, report.Refused)}
	for _, p := range report.Problems {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n"), err
}

func TestProblemsOfRowsAreToldByLineAndItem(t *testing.T) {
	feed := `<?xml version="1.0"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>
<item><g:id>a</g:id><title>A</title><link>https://evil.example/</link></item>
<item><g:id>b</g:id><title>B</title><link>http://cinema.example/</link></item>
<item><g:id>c</g:id><title>C</title><link>https://me:secret@cinema.example/</link></item>
<item><g:id>d</g:id><title>D</title><link>https://cinema.example:8443/</link></item>
<item><title>no id</title></item>
<item><g:id>e</g:id><title>E</title><link>https://www.cinema.example/e</link><g:price>12,50 EUR</g:price><minutes>long</minutes></item>
<item><g:id>e</g:id><title>E again</title><link>https://cinema.example/e</link></item>
<item><g:id>f</g:id><link>https://cinema.example/f</link><g:image_link>missing.jpg</g:image_link><stock>many</stock><g:availability>soon</g:availability></item>
<item><g:id>g</g:id><title>G</title><g:image_link>https://cdn.example/g.jpg</g:image_link></item>
<item><g:id>h]</g:id><title>H</title></item>
<item><g:id>i</g:id><title>I</title><link>https://cinema.example@evil.example/</link></item>
<item><g:id>j</g:id><title>J</title><link>https://cinema.example/j</link><g:price>5</g:price><starts>soon</starts></item>
<item><g:id>k</g:id><title>K</title><link>https://cinema.example/k</link><g:image_link>../../etc/passwd</g:image_link></item>
<item><g:id>l</g:id><title>L</title><link>https://cinema.example/l</link><g:image_link>/etc/passwd</g:image_link></item>
</channel></rss>`
	got, err := read(t, feedConfig(), feed)
	if err != nil {
		t.Fatal(err)
	}
	want := `6 items, 8 refused
films.xml:3:1: item a: link leads to evil.example, which is none of hosts; add it in opentime.yaml, or change the link; the row is left out
films.xml:4:1: item b: link "http://cinema.example/" is no https:// address; write one; the row is left out
films.xml:5:1: item c: link "https://me:xxxxx@cinema.example/" has a name or password in it; remove it; the row is left out
films.xml:6:1: item d: link "https://cinema.example:8443/" has a port; remove it; the row is left out
films.xml:7:1: no item; write its id; the row is left out
films.xml:8:1: warning: item e: price: "12,50 EUR" is not an amount of money; write one such as 12.50 EUR; it is unknown until then
films.xml:8:1: warning: item e: minutes: "long" is not a number; write plain digits, such as 1200 or 2.5; it is unknown until then
films.xml:9:1: item e: is in line 8 already; the row is left out, give each item an id of its own
films.xml:10:1: warning: item f: no title; what names it is passed over, give it one
films.xml:10:1: warning: item f: image_link: no picture missing.jpg; the image is unknown until then
films.xml:10:1: warning: item f: availability "soon" is unknown; write in_stock, out_of_stock, preorder or backorder
films.xml:10:1: warning: item f: stock: count many is no whole number from 0 to 1000000000; the availability stands
films.xml:11:1: warning: item g: no link; what leads to it is passed over, give it one
films.xml:11:1: warning: item g: image_link: it leads to cdn.example, where no pictures are fetched; add it to the feed's pictures in opentime.yaml; the image is unknown until then
films.xml:12:1: item "h]": an id has no ], no control characters and no space around it; the row is left out
films.xml:13:1: item i: link "https://cinema.example@evil.example/" has a name or password in it; remove it; the row is left out
films.xml:14:1: warning: item j: price: "5" has no currency; write one such as 12.50 EUR; it is unknown until then
films.xml:14:1: warning: item j: starts: "soon" is not a moment; write one such as 2026-11-27T08:00:00Z; it is unknown until then
films.xml:15:1: warning: item k: image_link "../../etc/passwd" leads out of the feed's folder; the image is unknown, put it beside the feed
films.xml:16:1: warning: item l: image_link "/etc/passwd" leads out of the feed's folder; the image is unknown, put it beside the feed`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if strings.Contains(got, "secret") {
		t.Error("a password is told")
	}
}

// load loads a feed and tells what one item is.
func load(t *testing.T, config signals.FeedConfig, feed []byte, id string) string {
	t.Helper()
	dir := t.TempDir()
	config.File = filepath.Join(dir, "feed")
	if err := os.WriteFile(config.File, feed, 0o600); err != nil {
		t.Fatal(err)
	}
	x, err := signals.NewCatalogue(signals.CatalogueConfig{Feeds: []signals.FeedConfig{config}, Now: newClock().Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = x.Close() }()
	report, err := x.Refresh(context.Background(), "films")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range report.Problems {
		t.Error(p)
	}
	c, ok := x.Items("films").Item(id)
	if !ok {
		t.Fatalf("no item %s", id)
	}
	return fmt.Sprintf("%s|%s|%s|%s|%s|%v|%d %s|%d|%s|%v|%d|%v", c.Title, c.Link, c.Image, c.Brand, c.Category, c.Tags,
		c.Price.N, c.Price.Text, c.SalePrice.N, stockText(c.Stock), c.Ends.N > 0, c.More[1].N/rules.Million, c.InStock.N == 1)
}

const whole = `Dune & Co|https://cinema.example/dune?a=1&b=2|ref:posters/dune.jpg|Studio|Films > Sci-fi|[Films Sci-fi Weekend imax]|1250 EUR|990|some|true|166|true`

func TestEveryFormReadsTheSame(t *testing.T) {
	rss := `<?xml version="1.0" encoding="UTF-8"?><rss xmlns:g="http://base.google.com/ns/1.0"><channel><title>x</title><image><link>y</link></image><item>
		<g:id> dune-3 </g:id><title>Dune &amp; Co</title><link>https://cinema.example/dune?a=1&amp;b=2</link>
		<g:image_link>posters/dune.jpg</g:image_link><g:brand>Studio</g:brand><g:price>12.50 EUR</g:price><g:sale_price>9.90 EUR</g:sale_price>
		<g:availability>in stock</g:availability><g:product_type>Films &gt; Sci-fi</g:product_type><g:product_type>Films > Weekend</g:product_type>
		<g:custom_label_0>imax</g:custom_label_0><g:shipping><g:price>4.95 EUR</g:price></g:shipping><ends>2026-12-31</ends><minutes>166</minutes></item></channel></rss>`
	atom := `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0"><updated>2026-11-23T08:00:00Z</updated><entry>
		<id>urn:x:1</id><g:id>dune-3</g:id><title type="html"><![CDATA[Dune & Co]]></title><link href="https://cinema.example/dune?a=1&amp;b=2"/>
		<g:image_link>posters/dune.jpg</g:image_link><g:brand>Studio</g:brand><g:price>12.50 EUR</g:price><g:sale_price>9.90 EUR</g:sale_price>
		<g:sale_price_effective_date>2026-11-01T00:00+0100/2026-11-30T00:00+0100</g:sale_price_effective_date>
		<g:availability>in_stock</g:availability><g:product_type>Films &gt; Sci-fi</g:product_type><g:product_type>Films > Weekend</g:product_type>
		<g:custom_label_0>imax</g:custom_label_0><g:ends>2026-12-31</g:ends><g:minutes>166</g:minutes></entry></feed>`
	undeclared := strings.Replace(rss, ` xmlns:g="http://base.google.com/ns/1.0"`, "", 1)
	table := "id\ttitle\tlink\timage link\tbrand\tprice\tsale_price\tavailability\tproduct_type\tcustom_label_1\tcustom_label_0\tends\tminutes\n" +
		"dune-3\tDune & Co\thttps://cinema.example/dune?a=1&b=2\tposters/dune.jpg\tStudio\t12.50\t9.90 EUR\tin_stock\t\"Films > Sci-fi\"\tWeekend\timax\t2026-12-31\t166\n"
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte(rss))
	_ = w.Close()
	csv := "id,Title,link,image,brand,price,sale_price,in_stock,category,tags,ends,minutes,margin\r\n" +
		`dune-3,Dune & Co,https://cinema.example/dune?a=1&b=2,posters/dune.jpg,"Studio",12.50,9.90 EUR,true,"Films > Sci-fi","Films; Sci-fi;Weekend;imax",2026-12-31,166,"a ""wide"",
margin"` + "\r\n"
	own := strings.NewReplacer("image link", "image", "availability", "in_stock", "in_stock", "true", "product_type", "category", "custom_label_1\tcustom_label_0", "tags",
		"Weekend\timax", "Films; Sci-fi;Weekend;imax").Replace(table)
	lines := `{"id": "dune-3", "title": "Dune & Co", "link": "https://cinema.example/dune?a=1&b=2", "image": "posters/dune.jpg", "brand": "Studio",
		"price": 12.50, "sale_price": "9.90", "in_stock": true, "category": "Films > Sci-fi", "tags": ["Films", "Sci-fi", "Weekend", "imax"],
		"ends": "2026-12-31", "minutes": 166, "margin": {"of": [1, 2]}, "rating": null}`
	lines = strings.ReplaceAll(lines, "\n", " ")
	merchant := `{"id":"dune-3","title":"Dune & Co","link":"https://cinema.example/dune?a=1&b=2","image_link":"posters/dune.jpg","brand":"Studio","price":"12.50 EUR","sale_price":"9.90 EUR","availability":"in stock","product_type":"Films > Sci-fi","custom_label_0":"Weekend","custom_label_1":"imax","ends":"2026-12-31","minutes":"166"}`
	tsv, comma, jsonl := feedConfig(), feedConfig(), feedConfig()
	tsv.Format, tsv.Currency = signals.GoogleTSV, "EUR"
	comma.Format, comma.Currency = signals.CSV, "EUR"
	jsonl.Format, jsonl.Currency = signals.JSONLines, "EUR"
	for name, c := range map[string]struct {
		config signals.FeedConfig
		feed   []byte
	}{
		"RSS": {feedConfig(), []byte(rss)}, "Atom": {feedConfig(), []byte(atom)}, "RSS without its namespace": {feedConfig(), []byte(undeclared)},
		"packed": {feedConfig(), packed.Bytes()}, "with a byte order mark": {feedConfig(), append([]byte("\ufeff"), rss...)},
		"CSV": {comma, []byte(csv)}, "CSV that says its end": {comma, []byte(csv + "#end,1")},
		"JSON Lines": {jsonl, []byte(lines)}, "JSON Lines that say their end": {jsonl, []byte("\n" + lines + "\n\n{\"end\": 1}\n")},
		"JSON Lines with Merchant's names": {jsonl, []byte(merchant + "\r\n")}, "table that says its end": {tsv, []byte(table + "#end 1\n")},
		"table with names of its own": {tsv, []byte(own)}, "table": {tsv, []byte(table)}, "table of another system": {tsv, []byte("\ufeff" + strings.ReplaceAll(table, "\n", "\r\n"))},
	} {
		t.Run(name, func(t *testing.T) {
			if got := load(t, c.config, c.feed, "dune-3"); got != whole {
				t.Errorf("got  %s\nwant %s", got, whole)
			}
		})
	}
}

func TestAFeedThatIsTooLargeIsRefused(t *testing.T) {
	row := `<rss><channel><item><id>a</id><title>` + strings.Repeat("x", 3<<20) + `</title></item></channel></rss>`
	if _, err := read(t, feedConfig(), row); err == nil || !strings.Contains(err.Error(), "a row is larger than 1 MiB") {
		t.Errorf("a row of 3 MiB: %v", err)
	}
	var bomb bytes.Buffer
	w := gzip.NewWriter(&bomb)
	_, _ = w.Write([]byte(row))
	_ = w.Close()
	if _, err := read(t, feedConfig(), bomb.String()); err == nil || !strings.Contains(err.Error(), "a row is larger than 1 MiB") {
		t.Errorf("packed: %v", err)
	}
}

func FuzzFeed(f *testing.F) {
	f.Add([]byte(`<rss xmlns:g="http://base.google.com/ns/1.0"><channel><item><g:id>a</g:id><title>A</title><link>https://cinema.example/</link><g:price>1 EUR</g:price></item></channel></rss>`), uint8(0))
	f.Add([]byte(`<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>a</id><link href="x"/></entry></feed>`), uint8(0))
	f.Add([]byte("id\ttitle\tlink\na\tA\thttps://cinema.example/a\n"), uint8(1))
	f.Add([]byte("id,title,link\na,\"A\",https://cinema.example/a\n#end,1\n"), uint8(2))
	f.Add([]byte(`{"id":"a","title":"A","tags":["x"],"price":1,"in_stock":true}`+"\n{\"end\":1}"), uint8(3))
	f.Add([]byte("\x1f\x8b\x08"), uint8(0))
	f.Fuzz(func(t *testing.T, feed []byte, format uint8) {
		config := feedConfig()
		config.Format = signals.FeedFormat(format % 4)
		content, report, err := signals.ReadFeed(config, bytes.NewReader(feed), newClock().Now())
		if (content == nil) != (err != nil) {
			t.Errorf("content %v, error %v", content, err)
		}
		for _, p := range report.Problems {
			if p.Line < 1 || p.Text == "" {
				t.Errorf("a problem without a place: %+v", p)
			}
		}
	})
}

func BenchmarkReadFeed(b *testing.B) {
	var items []string
	for i := range 1000 {
		items = append(items, item(fmt.Sprint("i", i), "<g:price>12.50 EUR</g:price><stock>5</stock><g:product_type>A > B</g:product_type><genre>Drama</genre>"))
	}
	feed := `<rss xmlns:g="http://base.google.com/ns/1.0"><channel>` + strings.Join(items, "\n") + `</channel></rss>`
	b.SetBytes(int64(len(feed)))
	for b.Loop() {
		if _, err := read(b, feedConfig(), feed); err != nil {
			b.Fatal(err)
		}
	}
}
