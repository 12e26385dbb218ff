package render_test

import (
	"image/color"
	"math"
	"testing"

	"example.com/opentime/render"
)

// red counts the red pixels of a picture's row, and returns the first and last.
func red(t *testing.T, i render.Image, y int) (n, first, last int) {
	t.Helper()
	m, first := decode(t, i), -1
	for x := range i.Width {
		if c := color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA); c.R > 200 && c.G < 60 && c.B < 60 {
			if n++; first < 0 {
				first = x
			}
			last = x
		}
	}
	return n, first, last
}

// TestBarIsAsLongAsItsValue measures bars: a small share must not look like a
// larger one, however round the bar's ends are.
func TestBarIsAsLongAsItsValue(t *testing.T) {
	t.Parallel()
	r, _ := renderer(t)
	for _, radius := range []string{"0", "12", "30"} {
		l := layoutOf(t, "a.yaml", "layout: a\nsize: 300x60\nvalues: {n: number}\nlayers:\n  - bar: {value: \"{n}\", color: \"#ff0000\", background: \"#ffffff\", border-radius: "+radius+"}\n")
		for _, value := range []float64{0, 0.1, 1, 3, 10, 50, 97, 100, 250} {
			for _, locale := range []string{"nl", "ar"} {
				i, err := r.Draw(&render.Picture{Layout: l, Format: render.PNG, Locale: locale, Values: []render.Value{number(value)}})
				if err != nil {
					t.Fatal(err)
				}
				want := min(value, 100) / 100 * float64(i.Width)
				n, first, last := red(t, i, i.Height/2)
				if math.Abs(float64(n)-want) > 2 {
					t.Errorf("radius %s: %g%% is %d pixels long, want %.0f", radius, value, n, want)
				}
				if n > 0 && (locale == "nl" && first > 1 || locale == "ar" && last < i.Width-2) {
					t.Errorf("radius %s, %s: %g%% lies from %d to %d", radius, locale, value, first, last)
				}
			}
		}
	}
}

// TestMirrored wants a layout of shapes in a locale written from right to left
// to be the picture of others seen in a mirror.
func TestMirrored(t *testing.T) {
	t.Parallel()
	r, _ := renderer(t)
	l := layoutOf(t, "a.yaml", `layout: a
size: 300x80
values: {n: number}
layers:
  - box: {left: 10, top: 10, width: 60, height: 30, background: "linear-gradient(60deg, #ff0000 0%, #0000ff 100%)", border-radius: 8, box-shadow: "6 3 8 #000000"}
  - row:
      left: 90
      padding: "4 20 4 8"
      gap: 6
      layers:
        - stars: {value: "{n}"}
        - box: {width: 20, background: "#00aa00"}
        - bar: {value: "{n}", max: 9, flex-grow: 1, height: 12, border-radius: 6}
  - line: {left: 5, top: 70, width: 100, color: "#ff0000", thickness: 3}
`)
	draw := func(locale string) *render.Image {
		i, err := r.Draw(&render.Picture{Layout: l, Format: render.PNG, Locale: locale, Values: []render.Value{number(3.4)}})
		if err != nil {
			t.Fatal(err)
		}
		return &i
	}
	left, right := asRGBA(decode(t, *draw("en"))), asRGBA(decode(t, *draw("he-IL")))
	for y := range left.Rect.Dy() {
		for x := range left.Rect.Dx() {
			a, b := left.RGBAAt(x, y), right.RGBAAt(left.Rect.Dx()-1-x, y)
			for _, d := range []int{int(a.R) - int(b.R), int(a.G) - int(b.G), int(a.B) - int(b.B)} {
				if max(d, -d) > 40 { // edges fall on other parts of pixels
					t.Fatalf("at %d,%d: %v, mirrored %v", x, y, a, b)
				}
			}
		}
	}
}
