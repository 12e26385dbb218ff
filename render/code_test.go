package render_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/opentime/render"
)

// TestOtherReaderReadsCodes has a reader that we did not write read the codes
// we draw: short and long, of every alphabet, on the card that ships and bare.
func TestOtherReaderReadsCodes(t *testing.T) {
	t.Parallel()
	r, _ := renderer(t)
	bare := layoutOf(t, "a.yaml", "layout: a\nsize: 300x300\nvalues: {v: text}\nlayers:\n  - qr: {text: \"{v}\"}\n")
	card := layoutNamed(t, "code-card")
	for name, code := range map[string]string{
		"digits":  "0123456789",
		"letters": "FILM-7Q4K-2026",
		"link":    "https://shop.example/welkom?code=Ab3_-9&utm_source=mail",
		"accents": "Zażółć gęślą jaźń",
		"arabic":  "مرحبا 42",
		"long":    strings.Repeat("https://shop.example/", 12),
	} {
		for _, p := range []render.Picture{
			{Layout: bare, Values: []render.Value{text(code)}},
			{Layout: card, Values: []render.Value{text(code), text("Jouw code")}},
			{Layout: card, Values: []render.Value{text(code), text("الرمز")}, Locale: "ar"},
		} {
			p.Format, p.Density = render.PNG, 1
			i, err := r.Draw(&p)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if got := readCode(t, i, "qrcode"); got != code {
				t.Errorf("%s on %s: read %q, want %q", name, p.Layout.ID, got, code)
			}
		}
	}
}

// TestOtherReaderReadsBars has the same reader read barcodes.
func TestOtherReaderReadsBars(t *testing.T) {
	t.Parallel()
	r, _ := renderer(t)
	layout := func(keys string) *render.Layout {
		return layoutOf(t, "a.yaml", "layout: a\nsize: 600x100\nvalues: {v: text}\nlayers:\n  - barcode: {text: \"{v}\""+keys+"}\n")
	}
	wide, narrow, ean := layout(""), layout(", left: 20, width: 300, height: 50"), layout(", symbology: ean")
	for _, test := range []struct {
		layout     *render.Layout
		code, want string
	}{
		{wide, "FILM-7Q4K-2026", "FILM-7Q4K-2026"},
		{narrow, "0123456789", "0123456789"},
		{wide, "Ab3_-9&!~", "Ab3_-9&!~"},
		{ean, "4006381333931", "4006381333931"},
		{ean, "400638133393", "4006381333931"},
		{ean, "96385074", "96385074"},
	} {
		for _, locale := range []string{"nl", "ar"} {
			i, err := r.Draw(&render.Picture{Layout: test.layout, Format: render.PNG, Locale: locale, Values: []render.Value{text(test.code)}})
			if err != nil {
				t.Errorf("%s: %v", test.code, err)
				continue
			}
			if got := readCode(t, i, "code128", "ean13", "ean8"); got != test.want {
				t.Errorf("%s in %s: read %q, want %q", test.code, locale, got, test.want)
			}
		}
	}
	for code, l := range map[string]*render.Layout{"4006381333930": ean, "123": ean, "Zażółć": wide, strings.Repeat("x", 80): narrow} {
		if _, err := r.Draw(&render.Picture{Layout: l, Format: render.PNG, Values: []render.Value{text(code)}}); err == nil {
			t.Errorf("%s is drawn", code)
		}
	}
}

// readCode is what zbarimg reads in a picture, of some symbologies.
func readCode(t *testing.T, i render.Image, symbologies ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "code.png")
	if err := os.WriteFile(file, i.Bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"--nodbus", "--quiet", "--raw", "-Sdisable"}
	for _, symbology := range symbologies {
		args = append(args, "-S"+symbology+".enable")
	}
	out, err := exec.Command("zbarimg", append(args, file)...).Output()
	if err != nil {
		t.Errorf("zbarimg: %v", err)
	}
	return strings.TrimSuffix(string(out), "\n")
}
