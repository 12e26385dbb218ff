package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestCheckLooksAtPictures checks campaigns whose photos are none that is taken: each is
// named with its place, without being drawn, and a pipe is not waited for.
func TestCheckLooksAtPictures(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, data []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	frame := image.NewPaletted(image.Rect(0, 0, 9, 9), color.Palette{color.White, color.Black})
	var moving bytes.Buffer
	if err := gif.EncodeAll(&moving, &gif.GIF{Image: []*image.Paletted{frame, frame}, Delay: []int{9, 9}}); err != nil {
		t.Fatal(err)
	}
	write("opentime.yaml", []byte(strings.Replace(renderConfig, "feeds: {shop: {file: shop.xml}}\n", "", 1)))
	write("web.jpg", []byte("RIFF\x00\x00\x00\x00WEBPVP8 "))
	write("moving.gif", moving.Bytes())
	write("large.png", make([]byte, 10<<20+1))
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.jpg"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "campaigns"), 0o755); err != nil {
		t.Fatal(err)
	}
	tests := []struct{ photo, want string }{
		{"../web.jpg", "web.jpg is not taken: neither PNG, JPEG nor GIF; put another there"},
		{"../moving.gif", "moving.gif is not taken: a GIF of 2 frames; only stills are taken; put another there"},
		{"../large.png", "large.png is not taken: 10485761 bytes; at most 10485760; put another there"},
		{"../pipe.jpg", "pipe.jpg is no file; put a picture there"},
		{"https://shop.example/a.jpg", `"https://shop.example/a.jpg" is a web address; save the picture beside the campaign and write its path`},
	}
	for i, test := range tests {
		write(fmt.Sprintf("campaigns/c%d.yaml", i), fmt.Appendf(nil,
			"campaign: c%d\nblocks:\n  hero:\n    fallback: {layout: photo-headline, photo: %q, headline: Dag, link: \"https://shop.example\"}\n", i, test.photo))
	}
	out := runs(t, 1, "check", dir)
	for i, test := range tests {
		if want := fmt.Sprintf("c%d.yaml:4:47: ", i); !strings.Contains(out, want) || !strings.Contains(out, test.want) {
			t.Errorf("check says\n%swant %s%s", out, want, test.want)
		}
	}
}
