package render_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"io/fs"
	"math"
	"os"
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
	if t.Failed() {
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
	noise := float64(seed*1103515245+12345>>8&15) - 7
	at := func(i int) uint8 { return uint8(min(max(0, c[i]+noise*0.5), 255)) }
	return color.RGBA{at(0), at(1), at(2), 255}
}

// library is a library with the scenery in it.
func library(t testing.TB) (*render.Library, render.Hash) {
	t.Helper()
	l, err := render.OpenLibrary(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, scenery(1000, 700), &jpeg.Options{Quality: 92}); err != nil {
		t.Fatal(err)
	}
	h, err := l.Add(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return l, h
}

func text(s string) render.Value        { return render.Value{Kind: render.Text, Text: s} }
func number(f float64) render.Value     { return render.Value{Kind: render.Number, Number: f} }
func moment(seconds int64) render.Value { return render.Value{Kind: render.Moment, Seconds: seconds} }
func absent() render.Value              { return render.Value{} }

// exhibit is one picture of the gallery.
type exhibit struct {
	name, layout string
	format       render.Format
	picture      render.Picture
}

// gallery is every layout that ships, with and without what is optional.
func gallery(photo render.Hash) []exhibit {
	p := render.Value{Kind: render.Photo, Photo: photo}
	vals := func(v ...render.Value) render.Picture { return render.Picture{Values: v} }
	date := render.Picture{Values: []render.Value{moment(99), text("De voorverkoop sluit")}, AsDate: true, DateText: "vrijdag 27 november 18:30", Locale: "nl"}
	still := vals(moment(2*86400+3*3600+4*60+5), text("Tickets aan voorverkoopprijs, nog even"))
	still.Locale = "nl"
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
		{"place-card", "place-card", render.PNG, vals(text("Cinema Sphinx Gent"), text("Sint-Michielshelling 3, 9000 Gent"), text("1,2 km"), text("Nu open tot 23:30"))},
		{"place-card-plain", "place-card", render.PNG, vals(text("Kinepolis Antwerpen"), text("Groenendaallaan 394, 2030 Antwerpen"))},
		{"code-card", "code-card", render.PNG, vals(text("FILM-7Q4K-2026"), text("Jouw code: 10% op je eerste ticket"))},
		{"quote-card", "quote-card", render.PNG, vals(number(4.5), text("Een film die nazindert. Ik ben twee keer gaan kijken en zag de tweede keer nog meer."), text("Marieke, over De heuvels van morgen"))},
		{"quote-card-plain", "quote-card", render.PNG, vals(number(4), text("Prachtig."))},
		{"item-card", "item-card", render.JPG, vals(p, text("De heuvels van morgen"), text("€ 12,50"), text("€ 15,00"), text("Omdat je Dune zag"), number(4.3))},
		{"item-card-plain", "item-card", render.JPG, vals(p, text("Wicked: For Good"), text("€ 9,90"))},
	}
}

func TestGallery(t *testing.T) {
	fonts, err := render.LoadFonts(assets.FS)
	if err != nil {
		t.Fatal(err)
	}
	library, photo := library(t)
	r := render.New(fonts, library)
	for _, e := range gallery(photo) {
		e.picture.Layout, e.picture.Format = layoutNamed(t, e.layout), e.format
		i, err := r.Draw(&e.picture)
		if err != nil {
			t.Errorf("%s: %v", e.name, err)
			continue
		}
		decode(t, i)
		os.WriteFile("/tmp/look/"+e.name+"."+e.format.Extension(), i.Bytes, 0o644)
	}
}
