package render_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"example.com/opentime/assets"
	"example.com/opentime/render"
	"example.com/opentime/strict"
)

// layoutNamed loads a layout that ships.
func layoutNamed(t testing.TB, name string) *render.Layout {
	t.Helper()
	data, err := fs.ReadFile(assets.FS, "layouts/"+name+".yaml")
	if err != nil {
		t.Fatal(err)
	}
	return layoutOf(t, name+".yaml", string(data))
}

// layoutOf loads a layout from its text.
func layoutOf(t testing.TB, name, text string) *render.Layout {
	t.Helper()
	root, problems := strict.Parse(name, []byte(text))
	var l *render.Layout
	if len(problems) == 0 {
		l, problems = render.LoadLayout(name, root)
	}
	for _, p := range problems {
		t.Error(p)
	}
	if len(problems) > 0 {
		t.FailNow()
	}
	return l
}

// scenery is a photo of hills at dusk, drawn here so that it is ours.
func scenery(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, sceneryAt(float64(x)/float64(w), float64(y)/float64(h), x*7919+y*104729))
		}
	}
	return m
}

func sceneryAt(x, y float64, seed int) color.RGBA {
	mix := func(a, b [3]float64, t float64) [3]float64 {
		for i := range a {
			a[i] += (b[i] - a[i]) * min(max(0, t), 1)
		}
		return a
	}
	c := mix([3]float64{62, 76, 140}, [3]float64{255, 190, 130}, y*1.7)
	sun := math.Hypot(x-0.72, (y-0.42)*0.5)
	c = mix(c, [3]float64{255, 236, 190}, 1.2*math.Exp(-sun*sun*160))
	ridges := []struct{ base, high, wave, phase float64 }{{0.55, 0.10, 5, 0.4}, {0.68, 0.09, 8, 2}, {0.82, 0.08, 11, 4}}
	colours := [][3]float64{{120, 84, 120}, {70, 58, 98}, {30, 32, 58}}
	for i, r := range ridges {
		if y > r.base-r.high*math.Sin(r.wave*x+r.phase)*math.Sin(2.3*x+r.phase) {
			c = colours[i]
		}
	}
	noise := float64((seed*1103515245+12345)>>16&15) - 7
	at := func(i int) uint8 { return uint8(min(max(0, c[i]+noise*0.5), 255)) }
	return color.RGBA{at(0), at(1), at(2), 255}
}

// sceneryJPEG is the scenery as a file, made once.
var sceneryJPEG = sync.OnceValues(func() ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, scenery(1000, 700), &jpeg.Options{Quality: 92})
	return b.Bytes(), err
})

// builtInFonts loads the built-in fonts once.
var builtInFonts = sync.OnceValues(func() (*render.Fonts, error) { return render.LoadFonts(assets.FS) })

// library is a library with the scenery in it.
func library(t testing.TB) (*render.Library, render.Hash) {
	t.Helper()
	l, err := render.OpenLibrary(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	data, err := sceneryJPEG()
	if err != nil {
		t.Fatal(err)
	}
	h, err := l.Add(data)
	if err != nil {
		t.Fatal(err)
	}
	return l, h
}

func text(s string) render.Value        { return render.Value{Kind: render.Text, Text: s} }
func number(f float64) render.Value     { return render.Value{Kind: render.Number, Number: f} }
func moment(seconds int64) render.Value { return render.Value{Kind: render.Moment, Seconds: seconds} }

func dated(seconds int64, on string) render.Value {
	return render.Value{Kind: render.Moment, Seconds: seconds, Text: on}
}
func absent() render.Value { return render.Value{} }

// exhibit is one picture of the gallery.
type exhibit struct {
	name, layout string
	format       render.Format
	picture      render.Picture
}

// variant reports whether README.md shows another picture of the layout.
func (e *exhibit) variant() bool {
	return e.name != e.layout && e.name != "answer-share"
}

// gallery is every layout that ships, with and without what is optional.
func gallery(photo render.Hash) []exhibit {
	p := render.Value{Kind: render.Photo, Photo: photo}
	vals := func(v ...render.Value) render.Picture { return render.Picture{Values: v} }
	date := render.Picture{Values: []render.Value{dated(99, "vrijdag 27 november 18:30"), text("De voorverkoop sluit")}, AsDate: true, Locale: "nl"}
	still := vals(moment(2*86400+3*3600+4*60+5), text("Tickets aan voorverkoopprijs, nog even"))
	still.Locale = "nl"
	arabic := func(v ...render.Value) render.Picture { return render.Picture{Values: v, Locale: "ar"} }
	return []exhibit{
		{"photo-headline", "photo-headline", render.JPG, vals(p, text("Al beslist over De heuvels van morgen?"), text("Bekijk de tijden"))},
		{"photo-headline-plain", "photo-headline", render.JPG, vals(p, text("Deze week in de bioscoop"), absent())},
		{"strip", "strip", render.PNG, vals(text("Nog 12 plaatsen in Gent voor Dune: Deel drie"), p)},
		{"strip-plain", "strip", render.PNG, vals(text("Nu in de bioscoop"), absent())},
		{"countdown", "countdown", render.PNG, still},
		{"countdown-plain", "countdown", render.PNG, vals(moment(90061), absent())},
		{"countdown-date", "countdown", render.GIF, date},
		{"until-date", "until-date", render.PNG, render.Picture{Values: []render.Value{{Kind: render.Moment, Text: "vrijdag 27 november 18:30"}, text("Bestel vóór de voorverkoop sluit")}}},
		{"until-date-plain", "until-date", render.PNG, render.Picture{Values: []render.Value{{Kind: render.Moment, Text: "vrijdag 27 november"}}}},
		{"progress", "progress", render.PNG, vals(number(180), number(250), text("Bijna! Nog 70 punten tot een gratis ticket"))},
		{"answer", "answer", render.PNG, vals(text("Baba au rhum"), absent())},
		{"answer-share", "answer", render.PNG, vals(text("Baba au rhum"), number(42))},
		{"answers", "answers", render.PNG, vals(text("Welk dessert mag terugkomen?"), text("Baba au rhum"), number(412), text("Tiramisu"), number(287), text("Pavlova met passievrucht"), number(96), text("Geen van deze"), number(31), text("tiramisu"))},
		{"answers-plain", "answers", render.PNG, vals(absent(), text("Ja"), number(0), text("Nee"), number(0))},
		{"place-card", "place-card", render.PNG, vals(text("Cinema Sphinx Gent"), text("Sint-Michielshelling 3, 9000 Gent"), text("1,2 km"), text("Nu open tot 23:30"))},
		{"place-card-plain", "place-card", render.PNG, vals(text("Kinepolis Antwerpen"), text("Groenendaallaan 394, 2030 Antwerpen"))},
		{"code-card", "code-card", render.PNG, vals(text("FILM-7Q4K-2026"), text("Jouw code: 10% op je eerste ticket"))},
		{"quote-card", "quote-card", render.PNG, vals(number(4.5), text("Een film die nazindert. Ik ben twee keer gaan kijken en zag de tweede keer nog meer."), text("Marieke, over De heuvels van morgen"))},
		{"quote-card-plain", "quote-card", render.PNG, vals(number(4), text("Prachtig."))},
		{"item-card", "item-card", render.JPG, vals(p, text("De heuvels van morgen"), text("€ 12,50"), text("€ 15,00"), text("Omdat je Dune zag"), number(4.3))},
		{"item-card-plain", "item-card", render.JPG, vals(p, text("Wicked: For Good"), text("€ 9,90"))},
		{"photo-headline-mirrored", "photo-headline", render.JPG, arabic(p, text("بقي 12 مقعدا فقط لفيلم قمر الملح"), text("احجز الآن"))},
		{"countdown-mirrored", "countdown", render.PNG, arabic(moment(2*86400+3*3600+4*60+5), text("آخر أيام البيع المسبق"))},
		{"progress-mirrored", "progress", render.PNG, arabic(number(180), number(250), text("لم يبق سوى 70 نقطة"))},
		{"answers-mirrored", "answers", render.PNG, arabic(text("أي فيلم نعيد عرضه؟"), text("قمر الملح"), number(61), text("تلال الغد"), number(38), text("غرف مستعارة"), number(4), absent(), absent(), text("تلال الغد"))},
		{"place-card-mirrored", "place-card", render.PNG, arabic(text("سينما الواحة"), text("12 شارع النيل، القاهرة"), text("1.2 كم"), text("مفتوح حتى 23:30"))},
		{"item-card-mirrored", "item-card", render.JPG, arabic(p, text("تلال الغد"), text("€ 12.50"), text("€ 15.00"), text("لأنك شاهدت قمر الملح"), number(3.5))},
	}
}

// renderer draws with the built-in fonts and a library that has the scenery.
func renderer(t testing.TB) (*render.Renderer, render.Hash) {
	t.Helper()
	fonts, err := builtInFonts()
	if err != nil {
		t.Fatal(err)
	}
	library, photo := library(t)
	return render.New(fonts, library), photo
}

func TestGallery(t *testing.T) {
	t.Parallel()
	r, photo := renderer(t)
	for _, e := range gallery(photo) {
		e.picture.Layout, e.picture.Format = layoutNamed(t, e.layout), e.format
		if e.variant() {
			e.picture.Density = 1
		}
		i, err := r.Draw(&e.picture)
		if err != nil {
			t.Errorf("%s: %v", e.name, err)
			continue
		}
		golden(t, e.name, decode(t, i))
	}
}

// golden compares a picture with the one kept under its name. What differs is
// written to testdata/failed.
func golden(t *testing.T, name string, got image.Image) {
	t.Helper()
	file := filepath.Join("testdata", "gallery", name+".png")
	if *update {
		savePNG(t, file, got)
		return
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Errorf("%s: %v; run with -update", name, err)
		return
	}
	want, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if far := difference(got, want); far > 1.5 {
		savePNG(t, filepath.Join("testdata", "failed", filepath.Base(name)+".png"), got) // not over a picture beside the gallery
		t.Errorf("%s: differs from %s by %.2f; look at testdata/failed", name, file, far)
	}
}

func savePNG(t testing.TB, file string, m image.Image) {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// difference is the root of the mean squared difference of two pictures'
// channels, 0..255, in the tile of 32x32 where they differ most, a quarter of
// it: JPEGs of two builds may differ by a little everywhere.
func difference(a, b image.Image) float64 {
	if a.Bounds() != b.Bounds() {
		return 255
	}
	most, r, one, two := 0.0, a.Bounds(), asRGBA(a), asRGBA(b)
	if bytes.Equal(one.Pix, two.Pix) {
		return 0
	}
	for y := r.Min.Y; y < r.Max.Y; y += 32 {
		for x := r.Min.X; x < r.Max.X; x += 32 {
			most = max(most, tileDifference(one, two, image.Rect(x, y, x+32, y+32).Intersect(r)))
		}
	}
	return most / 4
}

// asRGBA is a picture as RGBA, whatever it was decoded to.
func asRGBA(m image.Image) *image.RGBA {
	if rgba, ok := m.(*image.RGBA); ok {
		return rgba
	}
	rgba := image.NewRGBA(m.Bounds())
	draw.Draw(rgba, rgba.Rect, m, rgba.Rect.Min, draw.Src)
	return rgba
}

func tileDifference(a, b *image.RGBA, tile image.Rectangle) float64 {
	sum := 0
	for y := tile.Min.Y; y < tile.Max.Y; y++ {
		from, to := a.PixOffset(tile.Min.X, y), b.PixOffset(tile.Min.X, y)
		for i := range 4 * tile.Dx() {
			d := int(a.Pix[from+i]) - int(b.Pix[to+i])
			sum += d * d
		}
	}
	return math.Sqrt(float64(sum) / float64(3*tile.Dx()*tile.Dy()))
}

// TestContrast draws the headline over a white photo: what lies under the
// white text must stay dark enough to read, 4.5 to 1.
func TestContrast(t *testing.T) {
	t.Parallel()
	fonts, err := builtInFonts()
	if err != nil {
		t.Fatal(err)
	}
	library, err := render.OpenLibrary(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	white := image.NewGray(image.Rect(0, 0, 60, 24))
	for i := range white.Pix {
		white.Pix[i] = 255
	}
	var b bytes.Buffer
	if err := png.Encode(&b, white); err != nil {
		t.Fatal(err)
	}
	photo, err := library.Add(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	p := &render.Picture{Layout: layoutNamed(t, "photo-headline"), Format: render.PNG, Values: []render.Value{{Kind: render.Photo, Photo: photo}, text("\u2063")}}
	i, err := render.New(fonts, library).Draw(p)
	if err != nil {
		t.Fatal(err)
	}
	m := decode(t, i)
	for x := 68; x < 768; x++ {
		c := color.GrayModel.Convert(m.At(x, 20)).(color.Gray)
		luminance := math.Pow((float64(c.Y)/255+0.055)/1.055, 2.4)
		if ratio := 1.05 / (luminance + 0.05); ratio < 4.5 {
			t.Fatalf("at x = %d the contrast of white text is %.2f, want 4.5", x, ratio)
		}
	}
}
