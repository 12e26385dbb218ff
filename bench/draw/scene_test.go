package main

import (
	"os"
	"path/filepath"
	"testing"

	"example.com/opentime/render"
)

// TestOursDrawTheScene draws the scene with what is written in Go, and compares
// what is lossless with what is not.
func TestOursDrawTheScene(t *testing.T) {
	dir := t.TempDir()
	if err := writeScene(dir); err != nil {
		t.Fatal(err)
	}
	own, err := newOurs(dir)
	if err != nil {
		t.Fatal(err)
	}
	peer, err := newGoPeer(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, draw := range map[string]func(string, int, render.Format) ([]byte, error){"ours": own.draw, "gg": peer.draw} {
		for extension, format := range map[string]render.Format{".jpg": render.JPG, ".png": render.PNG} {
			data, err := draw(names[0], 5, format)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name+extension), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		ssim, psnr, err := quality(filepath.Join(dir, name))
		if err != nil || ssim < 0.98 || ssim > 0.9999 || psnr < 35 || psnr > 45 {
			t.Errorf("%s: SSIM %.4f, PSNR %.2f dB, %v", name, ssim, psnr, err)
		}
	}
	same, err := open(filepath.Join(dir, "ours.png"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := open(filepath.Join(dir, "gg.png"))
	if err != nil {
		t.Fatal(err)
	}
	a, b := luminance(same), luminance(other)
	if of := similarity(a, a, 1200); of < 0.999999 {
		t.Errorf("a picture is %.6f like itself", of)
	}
	if of := similarity(a, b, 1200); of < 0.9 || of > 0.9999 {
		t.Errorf("the two draw scenes that are %.4f alike", of)
	}
}
