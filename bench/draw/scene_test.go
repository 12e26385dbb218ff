package main

import (
	"image"
	"image/color"
	"math"
	"os"
	"strings"
	"testing"

	"example.com/opentime/assets"
	"example.com/opentime/render"
)

// TestGoDrawsItsScenes draws each scene in each way that is written in Go, and
// compares what is lossless with what is not.
func TestGoDrawsItsScenes(t *testing.T) {
	dir := t.TempDir()
	if err := writeScene(dir); err != nil {
		t.Fatal(err)
	}
	for _, s := range scenes() {
		for _, way := range s.ways {
			if s.format == "" || way != "gg" && !strings.HasPrefix(way, "opentime") {
				continue
			}
			draw, err := newDrawer(s.name, way, dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, lossless := range []bool{false, true} {
				data, err := draw(0, lossless)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(pictureFile(dir, s.name, way, lossless), data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			l, err := quality(pictureFile(dir, s.name, way, false), pictureFile(dir, s.name, way, true))
			if err != nil || l.Same != (s.format == "png") || l.SSIM < 0.98 || !l.Same && (l.PSNR < 35 || l.PSNR > 80) {
				t.Errorf("%s by %s: %+v, %v", s.name, way, l, err)
			}
		}
	}
	mine, err := open(pictureFile(dir, "jpeg", "opentime", true))
	if err != nil {
		t.Fatal(err)
	}
	other, err := open(pictureFile(dir, "jpeg", "gg", true))
	if err != nil {
		t.Fatal(err)
	}
	a, b := luminance(mine), luminance(other)
	if of := similarity(a, a, 1200); of < 0.999999 {
		t.Errorf("a picture is %.6f like itself", of)
	}
	if of := similarity(a, b, 1200); of < 0.9 || of > 0.9999 {
		t.Errorf("the two draw scenes that are %.4f alike", of)
	}
}

// TestLinesHaveAllScripts sets each line: the built-in fonts have all its letters, and
// every one of these fonts but the italic and the serif has a line.
func TestLinesHaveAllScripts(t *testing.T) {
	fonts, err := render.LoadFonts(assets.FS)
	if err != nil {
		t.Fatal(err)
	}
	set := fonts.Typesetter()
	dst := image.NewRGBA(image.Rect(0, 0, 1200, 100))
	for _, l := range lines {
		for _, text := range []string{l.one, l.other} {
			b := set.Draw(dst, render.Box{W: 1200, H: 100}, text, render.TextStyle{Size: 64, Weight: 700, Colour: color.NRGBA{A: 255}})
			if b.Missing > 0 || b.Truncated || len(b.Lines) != 1 || b.Ink.Empty() {
				t.Errorf("%s: %d characters are missing of %q, on %d lines", l.script, b.Missing, text, len(b.Lines))
			}
		}
	}
}

// TestGoalsAreJudged compares results with goals of each kind.
func TestGoalsAreJudged(t *testing.T) {
	ours := &result{CPU: []float64{90, 100, 110}, Ratios: []float64{1, 1, 1}, Bytes: 600, likeness: likeness{SSIM: 0.99}}
	its := &result{CPU: []float64{240, 260, 250}, Ratios: []float64{2.4, 2.6, 2.5}, Bytes: 1000, likeness: likeness{SSIM: 0.9904}}
	for _, test := range []struct {
		goal goal
		of   *result
		is   float64
		met  bool
	}{
		{goal{"", micros, 100}, ours, 100, true},
		{goal{"", micros, 99}, ours, 100, false},
		{goal{"", size, 600}, ours, 600, true},
		{goal{"", size, 599}, ours, 600, false},
		{goal{"", timesOurs, 2.5}, its, 2.5, true},
		{goal{"", timesOurs, 2.6}, its, 2.5, false},
		{goal{"", ofItsSize, 0.6}, its, 0.6, true},
		{goal{"", ofItsSize, 0.5}, its, 0.6, false},
		{goal{"", ofItsSSIM, -0.0005}, its, 0.99 - 0.9904, true},
		{goal{"", ofItsSSIM, -0.0003}, its, 0.99 - 0.9904, false},
	} {
		if got := test.goal.judge(ours, test.of); math.Abs(got.Is-test.is) > 1e-9 || got.Met != test.met {
			t.Errorf("%+v: %+v, want %g and %v", test.goal, got, test.is, test.met)
		}
	}
}
