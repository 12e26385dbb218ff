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
			if got := readCode(t, i); got != code {
				t.Errorf("%s on %s: read %q, want %q", name, p.Layout.ID, got, code)
			}
		}
	}
}

// readCode is what zbarimg reads in a picture.
func readCode(t *testing.T, i render.Image) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "code.png")
	if err := os.WriteFile(file, i.Bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("zbarimg", "--nodbus", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", file).Output()
	if err != nil {
		t.Errorf("zbarimg: %v", err)
	}
	return strings.TrimSuffix(string(out), "\n")
}
