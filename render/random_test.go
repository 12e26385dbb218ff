package render_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"example.com/opentime/render"
	"example.com/opentime/strict"
)

// randomValues are the values of every random layout, in this order.
const randomValues = `{a: {type: text, optional: true}, b: {type: text, optional: true}, n: {type: number, optional: true}, m: {type: number, optional: true}, ` +
	`u: {type: moment, optional: true}, l: {type: list, optional: true}, c: {type: colour, optional: true}, p: {type: picture, optional: true}, q: {type: picture, optional: true}}`

// layouts makes layouts of layers of all kinds, with keys of all kinds.
type layouts struct {
	t     *rapid.T
	left  int // layers that may still be made
	texts int // those with text
}

func (g *layouts) pick(words ...string) string { return rapid.SampledFrom(words).Draw(g.t, "word") }

func (g *layouts) chance(of int) bool { return rapid.IntRange(1, of).Draw(g.t, "chance") == 1 }

func (g *layouts) colour() string {
	return g.pick(`"#000"`, `"#d11a3f"`, `"#2a6fd280"`, `"#ffffff"`, `"#12ab3400"`, `"#fedcba33"`, `"{c}"`)
}

func (g *layouts) number(of string, some ...string) string { return of + ": " + g.pick(some...) }

// common are keys of all layers.
func (g *layouts) common() []string {
	var keys []string
	for _, key := range []string{"left", "top", "right", "bottom"} {
		if g.chance(3) {
			keys = append(keys, g.number(key, "0", "3", "10.5", "40", "130"))
		}
	}
	for _, key := range []string{"width", "height"} {
		if g.chance(3) {
			keys = append(keys, g.number(key, "0", "1", "9.5", "30", "64", "150", "400", "fit-content"))
		}
	}
	if g.chance(4) {
		keys = append(keys, g.number("flex-grow", "1", "2.5"))
	}
	if g.chance(8) {
		keys = append(keys, "with: "+g.pick("a", "n", "p", "q", "[p, q]", "c"))
	}
	if g.chance(8) {
		keys = append(keys, "without: "+g.pick("b", "q", "m"))
	}
	return keys
}

// looks are keys of boxes.
func (g *layouts) looks() []string {
	var keys []string
	if g.chance(2) {
		keys = append(keys, "background: "+g.pick(g.colour(), `"linear-gradient(45deg, #d11a3f 0%, #2a6fd240 100%)"`, `"linear-gradient(190deg, #fff, #0000ff00, #123456)"`))
	}
	if g.chance(3) {
		keys = append(keys, g.number("border-radius", "2", "9.5", "600"))
	}
	if g.chance(3) {
		keys = append(keys, g.number("border-width", "0.5", "1", "4", "21", "50"), "border-color: "+g.colour())
	}
	if g.chance(4) {
		keys = append(keys, `box-shadow: "`+g.pick("0 2 8", "-30 40 3", "5.5 -7.5 2.1", "0 0 40")+g.pick(" #00000080", " #d11a3f")+`"`)
	}
	return keys
}

// letters are keys of type.
func (g *layouts) letters(countdown bool) []string {
	keys := []string{g.number("font-size", "8", "13.3", "20", "41", "90")}
	if g.chance(2) {
		keys = append(keys, "color: "+g.colour())
	}
	if g.chance(3) {
		keys = append(keys, g.pick("font-style: italic", "font-weight: 900", "font-family: serif"))
	}
	if g.chance(3) {
		keys = append(keys, g.number("letter-spacing", "-10", "-1.5", "3", "50"))
	}
	if g.chance(3) {
		keys = append(keys, g.pick("min-font-size: 8", "line-height: 0.8", "line-height: 3"))
	}
	if !countdown && g.chance(2) {
		keys = append(keys, g.pick("text-align: center", "text-align: end", "vertical-align: middle", "vertical-align: bottom", "line-clamp: 2",
			"text-decoration: underline", "text-decoration: line-through"))
	}
	return keys
}

func (g *layouts) words() string {
	return "text: " + g.pick(`"{a}"`, `"{b}"`, `"{a} {l}"`, `"fixed 直"`, `{en: "Hi {a}", nl: Dag, ar: "مرحبا"}`, `{en: Days, nl: Dagen, ar: "أيام"}`, `"{n}: {u}"`)
}

// layer is one layer, depth groups deep.
func (g *layouts) layer(depth int) string {
	g.left--
	switch rapid.IntRange(1, 40).Draw(g.t, "rare") {
	case 1:
		return `panic: {value: "{m}"}`
	case 2, 3, 4:
		return `text: {with: p, text: {en: Days, nl: Dagen, ar: "أيام"}, left: 5}`
	}
	kind := g.pick("text", "text", "image", "image", "box", "line", "button", "stars", "bar", "chart", "countdown", "qr", "barcode", "row", "column", "grid")
	keys := g.common()
	if depth == 2 && strings.Contains("row column grid", kind) || g.texts == 0 && strings.Contains("text button countdown chart", kind) {
		kind = "box"
	}
	switch kind {
	case "text", "button", "countdown":
		g.texts--
		keys = append(keys, g.letters(kind == "countdown")...)
	}
	switch kind {
	case "text", "button", "qr":
		keys = append(keys, g.words())
	case "barcode":
		keys = append(keys, `text: "{n}"`, "quiet: 0")
	case "image":
		keys = append(keys, "src: "+g.pick(`"{p}"`, `"{q}"`), "object-fit: "+g.pick("cover", "contain"), `object-position: "`+g.pick("0% 0%", "50% 100%")+`"`)
	case "line":
		keys = append(keys, g.number("thickness", "0.5", "3", "50"), "color: "+g.colour())
	case "stars":
		keys = append(keys, `value: "{n}"`, g.number("max", "1", "5", "10"), g.number("size", "8", "21.5", "100"), "color: "+g.colour(), "empty-color: "+g.colour())
	case "bar":
		keys = append(keys, `value: "{n}"`, "max: "+g.pick("5", `"{m}"`), "color: "+g.colour())
	case "chart":
		g.texts--
		keys = append(keys, `bars: [{label: "{a}", value: "{n}"}, {label: {en: Days, ar: "أيام"}, value: "{m}", name: "{b}", color: "{c}"}, {label: fixed, value: 3}]`,
			g.number("gap", "0", "7", "100"), "color: "+g.colour(), g.pick("direction: vertical", "labels: inside", "label-width: 30", `highlight: "{a}"`, `highlight: "{b}"`),
			g.pick("figures: percent", "figures: none", `max: "{m}"`, "thickness: 9.5"))
	case "countdown":
		keys = append(keys, `value: "{u}"`, g.number("cell-width", "16", "30.5"), g.number("cell-height", "16", "41"), g.number("gap", "0", "7", "100"))
		if g.chance(2) {
			keys = append(keys, `labels: {days: {en: days, nl: dagen}, hours: "{a}", minutes: m}`)
		}
	case "row", "column", "grid":
		keys = append(keys, "layers: "+g.layers(depth+1, 3), g.number("gap", "0", "4.5", "60"), g.pick(`padding: 0`, `padding: "3 9.5"`))
		if kind == "grid" {
			keys = append(keys, g.number("columns", "1", "3", "12"))
		} else {
			keys = append(keys, "align-items: "+g.pick("stretch", "start", "center", "end"), "justify-content: "+g.pick("start", "center", "end", "space-between"))
		}
	}
	switch kind {
	case "image", "box", "button", "bar", "chart", "countdown", "row", "column", "grid":
		keys = append(keys, g.looks()...)
	}
	return kind + ": {" + strings.Join(keys, ", ") + "}"
}

func (g *layouts) layers(depth, most int) string {
	var all []string
	for range rapid.IntRange(1, most).Draw(g.t, "layers") {
		if g.left > 0 {
			all = append(all, "{"+g.layer(depth)+"}")
		}
	}
	if len(all) == 0 {
		all = append(all, "{box: {}}")
	}
	return "[" + strings.Join(all, ", ") + "]"
}

// layout is a whole layout, and its text.
func (g *layouts) layout() (*render.Layout, string) {
	g.left, g.texts = 12, 6
	source := "layout: a\nsize: " + g.pick("16x16", "120x60", "97x33", "40x140", "160x112") + "\nvalues: " + randomValues + "\nlayers: " + g.layers(0, 6) + "\n"
	root, problems := strict.Parse("a.yaml", []byte(source))
	if strict.Bad(problems) {
		g.t.Fatalf("%v\n%s", problems, source)
	}
	l, problems := render.LoadLayout("a.yaml", root)
	if l == nil {
		g.t.Fatalf("%v\n%s", problems, source)
	}
	return l, source
}

// value is one of the i-th of randomValues.
func (g *layouts) value(i int, photos []render.Hash) render.Value {
	if g.chance(5) {
		return absent()
	}
	words := rapid.SampledFrom([]string{"A", "Dag Fatima, nog 3 plaatsen!", "ÅÄgÿpj 🎬🍿", "مرحبا بك", "WWWWWWWWWWWWWWWWWWWWWW", "直骨\nfi", "f\u0301\u0489\u0301", "12345670"})
	switch i {
	case 0, 1:
		return text(words.Draw(g.t, "text"))
	case 2, 3:
		return number(rapid.SampledFrom([]float64{0, 0.3, 1, 2.5, 4, 5, 1e9, -1}).Draw(g.t, "number"))
	case 4:
		return dated(rapid.SampledFrom([]int64{0, 1, 2, 59, 3600, 86400 * 12}).Draw(g.t, "seconds"), words.Draw(g.t, "date"))
	case 5:
		return render.Value{Kind: render.List, List: []string{words.Draw(g.t, "list"), "b"}}
	case 6:
		return render.Value{Kind: render.Colour, Text: g.pick("#d11a3f", "#ffffff", "#00ff0080", "#12345600")}
	}
	return render.Value{Kind: render.Photo, Photo: rapid.SampledFrom(photos).Draw(g.t, "photo")}
}

// pictures are some of a layout, most of which differ from the one before in one
// value or setting.
func (g *layouts) pictures(l *render.Layout, photos []render.Hash, n int) []render.Picture {
	p := render.Picture{Layout: l, Density: 1, Format: rapid.SampledFrom(formats()).Draw(g.t, "format"), Locale: "nl", Frames: render.WholeFrames}
	for i := range l.Values {
		p.Values = append(p.Values, g.value(i, photos))
	}
	var all []render.Picture
	for range n {
		p.Values = append([]render.Value{}, p.Values...)
		switch rapid.IntRange(0, 9).Draw(g.t, "change") {
		case 0:
			p.Format = rapid.SampledFrom(formats()).Draw(g.t, "format")
		case 1, 7:
			p.Locale = g.pick("nl", "en", "ar", "ja", "")
		case 2:
			p.Density = rapid.SampledFrom([]float64{1, 1.0001, 1.3, 2}).Draw(g.t, "density")
		case 3:
			p.Quality = rapid.SampledFrom([]int{0, 30, 100}).Draw(g.t, "quality")
		case 4:
			p.Frames, p.AsDate = rapid.SampledFrom([]render.Frames{render.WholeFrames, render.PartialFrames}).Draw(g.t, "frames"), g.chance(4)
		default:
			i := rapid.IntRange(0, len(l.Values)-1).Draw(g.t, "which")
			p.Values[i] = g.value(i, photos)
		}
		all = append(all, p)
	}
	return all
}

// smallPhotos keeps photos of all kinds in a folder.
func smallPhotos(t testing.TB, dir string) []render.Hash {
	t.Helper()
	library, err := render.OpenLibrary(dir)
	if err != nil {
		t.Fatal(err)
	}
	photo := scenery(70, 50)
	veiled := image.NewNRGBA(photo.Rect)
	grey := image.NewGray(image.Rect(0, 0, 33, 40))
	few := image.NewPaletted(photo.Rect, color.Palette{color.White, color.Black, color.NRGBA{200, 0, 0, 90}})
	for y := range 40 {
		for x := range 33 {
			c := photo.RGBAAt(x, y)
			veiled.SetNRGBA(x, y, color.NRGBA{c.R, c.G, c.B, uint8(x * 7)})
			grey.SetGray(x, y, color.Gray{c.G})
			few.SetColorIndex(x, y, uint8(x*y%3))
		}
	}
	var all []render.Hash
	for _, m := range []image.Image{photo, veiled, grey, few} {
		var b bytes.Buffer
		if err := png.Encode(&b, m); err != nil {
			t.Fatal(err)
		}
		h, err := library.Add(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, h)
	}
	return all
}

// TestAnyPictureIsAsDrawnAlone draws pictures of random layouts in a random order,
// again and again, by one worker: each has the bytes, the error or the panic that a
// renderer which never drew before gives it. Pictures of one key have the same bytes.
func TestAnyPictureIsAsDrawnAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	photos := smallPhotos(t, dir)
	fonts, err := builtInFonts()
	if err != nil {
		t.Fatal(err)
	}
	fresh := func() *render.Renderer {
		library, err := render.OpenLibrary(dir)
		if err != nil {
			t.Fatal(err)
		}
		return render.New(fonts, library)
	}
	draw := func(r *render.Renderer, p *render.Picture) (got []byte) {
		defer func() {
			if why := recover(); why != nil {
				got = fmt.Append(nil, why)
				if !strings.HasPrefix(string(got), "a layer for tests") {
					panic(why)
				}
			}
		}()
		i, err := r.Draw(p)
		if err != nil {
			return fmt.Append(nil, err)
		}
		return i.Bytes
	}
	rapid.Check(t, func(t *rapid.T) {
		g := &layouts{t: t}
		one, source := g.layout()
		two, other := g.layout()
		source += other
		pictures := append(g.pictures(one, photos, 5), g.pictures(two, photos, 2)...)
		want, byKey := make([][]byte, len(pictures)), map[string][]byte{}
		for i := range pictures {
			want[i] = draw(fresh(), &pictures[i])
			key := string(pictures[i].Key(nil))
			if other, ok := byKey[key]; ok && !bytes.Equal(other, want[i]) {
				t.Fatalf("picture %d has the key of another and other bytes\n%s", i, source)
			}
			byKey[key] = want[i]
		}
		r := fresh()
		var before []int
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(pictures)-1), 10, 20).Draw(t, "order") {
			got := draw(r, &pictures[i])
			if !bytes.Equal(got, want[i]) {
				for k, p := range pictures {
					t.Logf("%d: %s %q density %g quality %d frames %d date %v", k, p.Format.Extension(), p.Locale, p.Density, p.Quality, p.Frames, p.AsDate)
				}
				t.Fatalf("picture %d has other bytes after %v: %d, not %d\n%s", i, before, len(got), len(want[i]), source)
			}
			before = append(before, i)
		}
	})
}
