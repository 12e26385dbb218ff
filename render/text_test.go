package render_test

import (
	"bytes"
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"example.com/opentime/render"
)

func TestMeasureFitsText(t *testing.T) {
	ts := typesetter(t)
	for _, c := range []struct {
		name      string
		text      string
		w, h      float64
		s         render.TextStyle
		lines     int
		truncated bool
	}{
		{"nothing", "", 100, 100, render.TextStyle{Size: 20}, 1, false},
		{"one line without limits", "a b c", 0, 0, render.TextStyle{Size: 20}, 1, false},
		{"line ends", "a\nb\r\nc\u2028d", 0, 0, render.TextStyle{Size: 20}, 4, false},
		{"wrapped", "one two three four", 80, 0, render.TextStyle{Size: 20}, 3, false},
		{"most lines", "one two three four", 80, 0, render.TextStyle{Size: 20, MaxLines: 2}, 2, true},
		{"height", "one two three four", 80, 45, render.TextStyle{Size: 20}, 2, true},
		{"lower than a letter", "one two", 80, 3, render.TextStyle{Size: 20, Ellipsis: true}, 1, false},
		{"shrunk", "one two three four", 80, 0, render.TextStyle{Size: 20, MaxLines: 2, Shrink: 8}, 2, false},
		{"shrunk, still too long", strings.Repeat("word ", 20), 80, 0, render.TextStyle{Size: 20, MaxLines: 1, Shrink: 18, Ellipsis: true}, 1, true},
		{"narrower than a letter", "abc", 1, 0, render.TextStyle{Size: 20}, 3, false},
		{"longer than ever drawn", strings.Repeat("a", 100_000), 0, 0, render.TextStyle{Size: 20}, 1, true},
	} {
		b := ts.Measure(c.text, c.s, c.w, c.h)
		if len(b.Lines) != c.lines || b.Truncated != c.truncated {
			t.Errorf("%s: %d lines, truncated %t, want %d and %t", c.name, len(b.Lines), b.Truncated, c.lines, c.truncated)
		}
		if c.w > 20 && b.W > c.w+1 {
			t.Errorf("%s: %.1f wide in a box of %.1f", c.name, b.W, c.w)
		}
		if b.Size > 20 || c.s.Shrink > 0 && b.Size < c.s.Shrink {
			t.Errorf("%s: size %.2f", c.name, b.Size)
		}
	}
}

// TestLinesAreBalanced wants lines of about one length, and no more of them
// than there must be.
func TestLinesAreBalanced(t *testing.T) {
	ts := typesetter(t)
	s := render.TextStyle{Size: 20}
	for _, text := range []string{"Only 12 seats left for Salt Moon", "It is raining. It is dry in here", "a b c d e f g h i j k l m n o p q r s t u v w x y z"} {
		whole := ts.Measure(text, s, 0, 0).W
		for _, lines := range []int{2, 3} {
			width := whole/float64(lines) + 60
			b := ts.Measure(text, s, width, 0)
			shortest := width
			for _, l := range b.Lines {
				shortest = min(shortest, l.W)
			}
			if len(b.Lines) > lines || shortest < b.W/2 {
				t.Errorf("%q in %.0f: %d lines, the shortest %.0f of %.0f", text, width, len(b.Lines), shortest, b.W)
			}
		}
	}
}

// TestLinesBreakWhereTheyReadBest sets titles whose narrowest lines are not
// their best.
func TestLinesBreakWhereTheyReadBest(t *testing.T) {
	ts := typesetter(t)
	s := render.TextStyle{Size: 64, Weight: 700}
	for text, want := range map[string][]string{
		"Twintig bioscopen, ook bij jou in de buurt": {"Twintig bioscopen,", "ook bij jou", "in de buurt"},
		"It is raining. It is dry in here":           {"It is raining.", "It is dry in here"},
		"Only 12 seats left\nfor Salt Moon, tonight": {"Only 12 seats left", "for Salt Moon,", "tonight"},
	} {
		var widths []float64
		for _, line := range want {
			widths = append(widths, ts.Measure(line, s, 0, 0).W)
		}
		b := ts.Measure(text, s, 640, 0)
		if len(b.Lines) != len(want) {
			t.Errorf("%q: %d lines, want %q", text, len(b.Lines), want)
			continue
		}
		for i, l := range b.Lines {
			if math.Abs(l.W-widths[i]) > 1 {
				t.Errorf("%q: line %d is %.0f wide, want that of %q, %.0f", text, i, l.W, want[i], widths[i])
			}
		}
	}
}

// TestEllipsisLeavesNoStub wants no word to end after one letter or three.
func TestEllipsisLeavesNoStub(t *testing.T) {
	ts := typesetter(t)
	s := render.TextStyle{Size: 20, MaxLines: 1, Ellipsis: true}
	stub := ts.Measure("The extraordinary", s, ts.Measure("The ex…", s, 0, 0).W+1, 0)
	if want := ts.Measure("The…", s, 0, 0).W; math.Abs(stub.W-want) > 1 {
		t.Errorf("cut after two letters the line is %.1f wide, want %.1f", stub.W, want)
	}
	long := ts.Measure("The extraordinary", s, ts.Measure("The extra…", s, 0, 0).W+1, 0)
	if want := ts.Measure("The extra…", s, 0, 0).W; math.Abs(long.W-want) > 1 {
		t.Errorf("cut after five letters the line is %.1f wide, want %.1f", long.W, want)
	}
}

func TestMeasureCountsMissing(t *testing.T) {
	ts := typesetter(t)
	for text, want := range map[string]int{
		"Łukasz 你好 أحمد 👍🏽":         0,
		"a\u200bb\u200dc\u00ad":     0,
		"a \U00012000 b \U00013000": 2,
	} {
		if b := ts.Measure(text, render.TextStyle{Size: 20}, 0, 0); b.Missing != want {
			t.Errorf("%q: %d missing, want %d", text, b.Missing, want)
		}
	}
}

func TestDrawTouchesItsBoundsOnly(t *testing.T) {
	ts := typesetter(t)
	whole := image.NewRGBA(image.Rect(0, 0, 200, 60))
	clip := image.Rect(40, 20, 120, 40)
	part := whole.SubImage(clip).(*image.RGBA)
	b := ts.Draw(part, render.Box{X: -20, W: 300, H: 60}, "Ωmega 🎉 drawn", render.TextStyle{
		Size: 40, Colour: color.NRGBA{A: 255}, Decoration: render.Underline | render.StrikeThrough,
	})
	if b.Ink.Empty() || !b.Ink.In(clip) {
		t.Errorf("ink is %v, want something in %v", b.Ink, clip)
	}
	for y := range 60 {
		for x := range 200 {
			if whole.RGBAAt(x, y).A != 0 && !image.Pt(x, y).In(b.Ink) {
				t.Fatalf("pixel %d,%d is drawn, ink is %v", x, y, b.Ink)
			}
		}
	}
}

func TestDrawAfterMeasureIsTheSame(t *testing.T) {
	ts, other := typesetter(t), typesetter(t)
	s := render.TextStyle{Size: 30, Colour: ink, Shrink: 10}
	box := render.Box{W: 200, H: 50}
	first, second := canvas(200, 50), canvas(200, 50)
	text := []byte("measured, then drawn")
	ts.Measure(string(text), s, box.W, box.H)
	copy(text, "changed ")
	ts.Draw(first, box, string(text), s)
	other.Draw(second, box, string(text), s)
	if !bytes.Equal(first.Pix, second.Pix) {
		t.Error("a line drawn after another was measured differs")
	}
}

// TestTypesettersDrawTheSameAtOnce draws in several goroutines over the same
// fonts: the race detector finds what they share, the pixels what they mix up.
func TestTypesettersDrawTheSameAtOnce(t *testing.T) {
	t.Parallel()
	draw := func(ts *render.Typesetter) []byte {
		dst := canvas(500, 60)
		for _, sample := range samples[:24] {
			ts.Draw(dst, render.Box{W: 500, H: 60}, sample.text, sample.s)
		}
		return dst.Pix
	}
	want := draw(typesetter(t))
	var all sync.WaitGroup
	for range 4 {
		ts := typesetter(t)
		all.Go(func() {
			for range 3 {
				if !bytes.Equal(draw(ts), want) {
					t.Error("drawn at once, the picture differs")
				}
			}
		})
	}
	all.Wait()
}

func TestDrawSurvivesHostileText(t *testing.T) {
	ts := typesetter(t)
	for name, text := range map[string]string{
		"no blanks":       strings.Repeat("W", 100_000),
		"override":        strings.Repeat("\u202eabc", 10_000),
		"zero width":      strings.Repeat("\u200b\u200d\u2060", 30_000),
		"isolates":        strings.Repeat("\u2067\u2068\u2066", 30_000) + "a" + strings.Repeat("\u2069", 90_000),
		"brackets":        strings.Repeat("[(", 30_000) + "א" + strings.Repeat(")]", 30_000),
		"marks":           "a" + strings.Repeat("\u0301\u0489", 50_000),
		"emoji joined":    strings.Repeat("👩\u200d", 20_000),
		"flags":           strings.Repeat("🇳", 20_000),
		"many scripts":    strings.Repeat("aאа你क👍ا", 5_000),
		"broken bytes":    strings.Repeat("\xff\xc0\x80\xed\xa0\x80", 10_000),
		"control":         strings.Repeat("\x00\x1b\x7f\u0085", 10_000),
		"soft hyphens":    strings.Repeat("\u00ad", 50_000),
		"line ends":       strings.Repeat("\n", 50_000),
		"tags":            strings.Repeat("🏴\U000e0067\U000e007f", 20_000),
		"widest ligature": strings.Repeat("\ufdfd", 20_000),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		s := render.TextStyle{Size: 64, Shrink: 8, MaxLines: 3, Ellipsis: true, Colour: ink}
		ts.Draw(canvas(400, 200), render.Box{W: 400, H: 200}, text, s)
		runtime.ReadMemStats(&after)
		if mib := (after.TotalAlloc - before.TotalAlloc) >> 20; mib > 32 {
			t.Errorf("%s allocated %d MiB", name, mib)
		}
	}
}

func TestDrawSurvivesImpossibleStyles(t *testing.T) {
	ts := typesetter(t)
	nan, inf := math.NaN(), math.Inf(1)
	for _, f := range []float64{nan, inf, -inf, -1, 0, 1e300, 1e-300} {
		s := render.TextStyle{
			Family: "none", Weight: -4, Size: f, LineHeight: f, Shrink: f, LetterSpacing: f,
			MaxLines: -1, Align: 77, VAlign: 77, Decoration: 255, Locale: "!!-é", Ellipsis: true,
		}
		ts.Draw(canvas(50, 50), render.Box{X: f, Y: f, W: f, H: f}, "Any אב text", s)
		s.Size = 30
		ts.Draw(canvas(50, 50), render.Box{X: f, Y: f, W: f, H: f}, "Any אב text", s)
	}
}

func TestLoadFontsRefuses(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"nothing":    {},
		"no fonts":   {"a.txt": {Data: []byte("text")}},
		"not a font": {"a.ttf": {Data: []byte("text, and no font at all")}},
		"empty":      {"a.ttf": {}},
	} {
		if _, err := render.LoadFonts(files); err == nil || !strings.HasPrefix(err.Error(), "load fonts: ") {
			t.Errorf("%s: error is %v", name, err)
		}
	}
	if _, err := render.LoadFonts(fstest.MapFS{}, "testdata/none.ttf"); err == nil {
		t.Error("a missing file is no error")
	}
}

// TestLoadFontsSurvivesBrokenFonts changes bytes of a font: it is refused, or
// it draws something.
func TestLoadFontsSurvivesBrokenFonts(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile("../assets/fonts/NotoSansLao-Regular.ttf")
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		data := bytes.Clone(whole)
		for range 1 + random.IntN(20) {
			data[random.IntN(len(data))] = byte(random.Uint32())
		}
		if f, err := render.LoadFonts(fstest.MapFS{"a.ttf": {Data: data}}); err == nil {
			f.Typesetter().Draw(canvas(50, 50), render.Box{W: 50, H: 50}, "ສະບາຍດີ 1", render.TextStyle{Size: 20, Colour: ink})
		}
	}
}

func FuzzText(f *testing.F) {
	for _, sample := range samples {
		f.Add(sample.text, 200.0, 24.0, 12.0, uint8(2))
	}
	f.Add("\u2067a\u2069\u2069\u2068", 1.0, 400.0, 1.0, uint8(1))
	all, err := fonts()
	if err != nil {
		f.Fatal(err)
	}
	ts := all.Typesetter()
	dst := canvas(100, 60)
	f.Fuzz(func(t *testing.T, text string, width, size, shrink float64, bits uint8) {
		s := render.TextStyle{
			Size: size, Shrink: shrink, Colour: ink, MaxLines: int(bits & 3), Ellipsis: bits&4 != 0,
			Align: render.Align(bits >> 3 & 3), Decoration: render.Decoration(bits >> 5 & 3), Weight: 400 + 300*int(bits>>7),
		}
		b := ts.Draw(dst, render.Box{W: width, H: 60}, text, s)
		if len(b.Lines) == 0 || !b.Ink.In(dst.Rect) {
			t.Errorf("%d lines, ink %v", len(b.Lines), b.Ink)
		}
	})
}
