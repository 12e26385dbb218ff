package render_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"math"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"example.com/opentime/assets"
	"example.com/opentime/render"
)

// hostileTexts are values as somebody who means harm would write them.
func hostileTexts() map[string]string {
	return map[string]string{
		"long":      strings.Repeat("W", 1000),
		"words":     strings.Repeat("word ", 200),
		"marks":     "a" + strings.Repeat("\u0301\u0489", 450),
		"control":   strings.Repeat("\x00\x1b\r\n\x7f", 200),
		"overrides": strings.Repeat("\u202e\u2066abc", 100),
		"emoji":     strings.Repeat("👩\u200d👩\u200d👧", 40),
		"broken":    strings.Repeat("\xff\xc0", 400),
		"invisible": strings.Repeat("\u200b\u2060", 150),
	}
}

// TestDrawSurvivesHostileValues draws every layout that ships with such texts
// and with impossible numbers: an image that decodes, or an error, within
// bounded memory.
func TestDrawSurvivesHostileValues(t *testing.T) {
	r, photo := renderer(t)
	numbers := []float64{0, -1, 1e308, -1e308, math.Inf(1), math.Inf(-1), math.NaN(), 5e-324}
	refusal := regexp.MustCompile("needs the value|its key has|modules do not fit")
	n := 0
	entries, err := assets.FS.ReadDir("layouts")
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, e := range entries {
		l := layoutNamed(t, strings.TrimSuffix(e.Name(), ".yaml"))
		for name, hostile := range hostileTexts() {
			p := render.Picture{Layout: l, Format: formats()[n%3], Density: 0.5, Locale: []string{"nl", "ar", "!", ""}[n%4]}
			for _, v := range l.Values {
				n++
				value := sample(v.Type, photo)
				switch v.Type {
				case "text":
					value.Text = hostile
				case "number":
					value.Number = numbers[n%len(numbers)]
				case "moment":
					value = render.Value{Kind: render.Moment, Text: hostile, Seconds: []int64{math.MaxInt64, math.MinInt64, 0}[n%3]}
				}
				p.Values = append(p.Values, value)
			}
			if i, err := r.Draw(&p); err == nil {
				decode(t, i)
			} else if !refusal.MatchString(err.Error()) {
				t.Errorf("%s, %s: %v", l.ID, name, err)
			}
		}
	}
	runtime.ReadMemStats(&after)
	if mib := int(after.TotalAlloc-before.TotalAlloc) >> 20; mib > 4*n {
		t.Errorf("%d MiB allocated for %d values", mib, n)
	}
}

// TestSmallPlaces draws layers that have no room.
func TestSmallPlaces(t *testing.T) {
	t.Parallel()
	r, photo := renderer(t)
	for _, size := range []string{"width: 0, height: 0", "width: 0.2, height: 0.2", "left: 299, top: 99", "left: 1200, top: 1200"} {
		l := layoutOf(t, "a.yaml", `layout: a
size: 300x100
values: {v: text, photo: picture, n: number, until: moment}
layers:
  - text: {text: "{v}", `+size+`, min-font-size: 8}
  - image: {src: "{photo}", `+size+`, border-radius: 9}
  - box: {background: "linear-gradient(90deg, #000 0%, #fff 100%)", border-width: 3, border-color: "#f00", border-radius: 9, box-shadow: "0 2 8 #000", `+size+`}
  - line: {`+size+`}
  - button: {text: "{v}", background: "#000", `+size+`}
  - stars: {value: "{n}", `+size+`}
  - bar: {value: "{n}", border-radius: 9, `+size+`}
  - chart: {bars: [{label: "{v}", value: "{n}"}, {label: b, value: 1}], border-radius: 9, background: "#eee", `+size+`}
  - chart: {bars: [{label: "{v}", value: "{n}"}, {label: b, value: 1}], direction: vertical, `+size+`}
  - countdown: {value: "{until}", background: "#123", `+size+`}
  - row: {`+size+`, padding: 20, gap: 50, layers: [{text: {text: "{v}", flex-grow: 1}}, {image: {src: "{photo}", width: 9}}]}
  - grid: {`+size+`, columns: 12, gap: 200, layers: [{text: {text: "{v}"}}, {image: {src: "{photo}"}}]}
`)
		for _, locale := range []string{"nl", "he"} {
			p := render.Picture{Layout: l, Format: render.PNG, Locale: locale, Values: []render.Value{text("Hi"), {Kind: render.Photo, Photo: photo}, number(3), moment(9)}}
			if i, err := r.Draw(&p); err != nil {
				t.Errorf("%s: %v", size, err)
			} else {
				decode(t, i)
			}
		}
	}
}

// TestLibraryRefusesManyScans gives a JPEG more scans than any encoder writes,
// each of which a decoder would run over the whole picture for.
func TestLibraryRefusesManyScans(t *testing.T) {
	l, err := render.OpenLibrary(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 16, 16)), nil); err != nil {
		t.Fatal(err)
	}
	whole := b.Bytes()
	scan := whole[bytes.Index(whole, []byte("\xff\xda")) : len(whole)-2]
	many := append(bytes.Clone(whole[:len(whole)-2]), bytes.Repeat(scan, 200)...)
	if _, err := l.Add(append(many, 0xff, 0xd9)); err == nil || !strings.Contains(err.Error(), "scans") {
		t.Errorf("200 scans: %v", err)
	}
	if _, err := l.Add(whole); err != nil {
		t.Error(err)
	}
}

// TestBoxesFarLargerThanTheCanvas scales up a small layout with boxes as large as may
// be: what lies beyond the canvas takes no memory.
func TestBoxesFarLargerThanTheCanvas(t *testing.T) {
	r, photo := renderer(t)
	for _, looks := range []string{
		`box: {width: 1200, height: 1200, border-radius: 600, background: "#f00"}`,
		`box: {width: 1200, height: 1200, border-radius: 600, border-width: 50, border-color: "#f00", background: "linear-gradient(45deg, #f00, #00f)", box-shadow: "9 9 40 #000000"}`,
		`bar: {value: "{n}", width: 1200, height: 1200, border-radius: 600}`,
		`chart: {bars: [{label: a, value: "{n}"}, {label: b, value: 9}], width: 1200, height: 1200, border-radius: 600, background: "#fff"}`,
		`chart: {bars: [{label: a, value: "{n}"}, {label: b, value: 9}], direction: vertical, width: 1200, height: 1200, font-size: 200}`,
		`image: {src: "{photo}", width: 1200, height: 1200, border-radius: 600}`,
		`stars: {value: "{n}", size: 100}`,
		`countdown: {value: "{until}", cell-width: 200, cell-height: 200, font-size: 200, background: "#fff", labels: {days: d}}`,
		`qr: {text: "{n}", width: 1200, height: 1200}`,
		`barcode: {text: "{n}", width: 1200, height: 1200}`,
	} {
		l := layoutOf(t, "a.yaml", "layout: a\nsize: 16x16\nvalues: {photo: picture, n: number, until: moment}\nlayers:\n  - row: {with: [photo, n, until], layers: [{box: {}}]}\n  - "+looks+"\n")
		p := render.Picture{Layout: l, Format: render.GIF, Width: 350, Height: 350, Values: []render.Value{{Kind: render.Photo, Photo: photo}, number(3), moment(1)}}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		i, err := r.Draw(&p)
		runtime.ReadMemStats(&after)
		if err == nil {
			decode(t, i)
		} else if !strings.Contains(err.Error(), "pixels are too many") {
			t.Errorf("%s: %v", looks, err)
		}
		if mib := (after.TotalAlloc - before.TotalAlloc) >> 20; mib > 100 {
			t.Errorf("%s: %d MiB allocated", looks, mib)
		}
	}
}
