package render_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"pgregory.net/rapid"

	"example.com/opentime/render"
)

// TestReadersReadAnyPicture draws pictures of random layouts, with letters cut off and
// beyond the edge, in random qualities and in a random order, so that most are printed
// from plates: djpeg reads each JPEG without a warning, and Chromium as about what it
// reads of the same picture's PNG.
func TestReadersReadAnyPicture(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	photos := smallPhotos(t, dir)
	fonts, err := builtInFonts()
	if err != nil {
		t.Fatal(err)
	}
	library, err := render.OpenLibrary(dir)
	if err != nil {
		t.Fatal(err)
	}
	r := render.New(fonts, library)
	draw := func(p render.Picture) (data []byte) {
		defer func() {
			if why := recover(); why != nil && !strings.HasPrefix(fmt.Sprint(why), "a layer for tests") {
				panic(why)
			}
		}()
		i, err := r.Draw(&p)
		if err != nil {
			return nil // what a barcode does not take, or a size beyond the bounds
		}
		return i.Bytes
	}
	type read struct {
		JPEG, PNG, source string
		quality           int
	}
	var pictures []read
	some := rapid.Custom(func(t *rapid.T) []read {
		g := &layouts{t: t}
		l, source := g.layout()
		var all []read
		for _, p := range g.pictures(l, photos, 4) {
			p.Quality = rapid.SampledFrom([]int{5, 30, 60, 82, 95, 100}).Draw(t, "quality")
			p.Format = render.JPG
			one := read{source: source, quality: p.Quality}
			for range 3 { // coded whole, then printed
				one.JPEG = base64.StdEncoding.EncodeToString(draw(p))
			}
			p.Format = render.PNG
			one.PNG = base64.StdEncoding.EncodeToString(draw(p))
			if one.JPEG != "" && one.PNG != "" {
				all = append(all, one)
			}
		}
		return all
	})
	for seed := range 40 {
		pictures = append(pictures, some.Example(seed)...)
	}
	if len(pictures) < 100 {
		t.Fatalf("only %d pictures were drawn", len(pictures))
	}
	for _, p := range pictures {
		data, _ := base64.StdEncoding.DecodeString(p.JPEG)
		var said bytes.Buffer
		command := exec.Command("djpeg", "-outfile", "/dev/null")
		command.Stdin, command.Stderr = bytes.NewReader(data), &said
		if err := command.Run(); err != nil || said.Len() > 0 {
			t.Errorf("quality %d: djpeg: %v %s\n%s", p.quality, err, said.String(), p.source)
		}
	}
	for i, off := range seenByChromium(t, pictures) {
		most := 8.0
		if pictures[i].quality < 82 {
			most = 20
		}
		if off > most {
			t.Errorf("quality %d: Chromium reads a JPEG that is off by %.1f\n%s", pictures[i].quality, off, pictures[i].source)
		}
	}
}

// seenByChromium is how far each JPEG's pixels are from those of its PNG, in the mean.
func seenByChromium(t *testing.T, pictures any) (off []float64) {
	t.Helper()
	list, err := json.Marshal(pictures)
	if err != nil {
		t.Fatal(err)
	}
	allocator, end := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox)...)
	defer end()
	ctx, closed := chromedp.NewContext(allocator)
	defer closed()
	ctx, late := context.WithTimeout(ctx, 2*time.Minute)
	defer late()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(async () => {
		const pixels = async (kind, data) => {
			const image = new Image()
			image.src = 'data:image/' + kind + ';base64,' + data
			await image.decode()
			const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight)
			const context = canvas.getContext('2d')
			context.drawImage(image, 0, 0)
			return context.getImageData(0, 0, canvas.width, canvas.height).data
		}
		const off = []
		for (const {JPEG, PNG} of `+string(list)+`) {
			const a = await pixels('jpeg', JPEG), b = await pixels('png', PNG)
			if (a.length !== b.length) throw new Error('other sizes')
			let sum = 0
			for (let i = 0; i < a.length; i++) sum += Math.abs(a[i] - b[i])
			off.push(sum / a.length * 4 / 3)
		}
		return JSON.stringify(off)
	})()`, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(text), &off); err != nil {
		t.Fatal(err)
	}
	return off
}
