package render_test

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/gif"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"example.com/opentime/render"
)

// frames decodes a GIF and lays its frames over each other.
func frames(t testing.TB, i render.Image) ([]*image.RGBA, *gif.GIF) {
	t.Helper()
	g, err := gif.DecodeAll(bytes.NewReader(i.Bytes))
	if err != nil {
		t.Fatal(err)
	}
	canvas := image.NewRGBA(image.Rect(0, 0, i.Width, i.Height))
	var all []*image.RGBA
	for _, f := range g.Image {
		draw.Draw(canvas, f.Rect, f, f.Rect.Min, draw.Over)
		frame := image.NewRGBA(canvas.Rect)
		copy(frame.Pix, canvas.Pix)
		all = append(all, frame)
	}
	return all, g
}

// TestOtherDecoders has decoders that we did not write read what we encode.
func TestOtherDecoders(t *testing.T) {
	t.Parallel()
	r, photo := renderer(t)
	dir := t.TempDir()
	for _, e := range gallery(photo) {
		if e.variant() {
			continue
		}
		e.picture.Layout = layoutNamed(t, e.layout)
		for _, f := range formats() {
			e.picture.Format, e.picture.Density = f, 1
			i, err := r.Draw(&e.picture)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, e.name+"."+f.Extension())
			if err := os.WriteFile(file, i.Bytes, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	run := func(name string, args ...string) string {
		files, _ := filepath.Glob(filepath.Join(dir, args[len(args)-1]))
		out, err := exec.Command(name, append(args[:len(args)-1], files...)...).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
		return string(out)
	}
	run("pngcheck", "-q", "*.png")
	if out := run("gifsicle", "--info", "*.gif"); strings.Contains(out, "loop") || strings.Contains(out, "warning") {
		t.Errorf("gifsicle: %s", out)
	}
	jpegs, _ := filepath.Glob(filepath.Join(dir, "*.jpg"))
	for _, file := range jpegs {
		cmd := exec.Command("djpeg", "-outfile", os.DevNull, file)
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("djpeg %s: %v %s", file, err, out)
		}
	}
}

// TestGifsicleFrames compares frames that gifsicle has laid over each other
// with ours.
func TestGifsicleFrames(t *testing.T) {
	t.Parallel()
	r, _ := renderer(t)
	p := &render.Picture{Layout: layoutNamed(t, "countdown"), Format: render.GIF, Density: 1, Values: []render.Value{moment(62), text("Nog even")}}
	i, err := r.Draw(p)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("gifsicle", "--unoptimize")
	cmd.Stdin = bytes.NewReader(i.Bytes)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	want, _ := frames(t, i)
	got, g := frames(t, render.Image{Bytes: out, Type: render.GIF, Width: i.Width, Height: i.Height})
	if len(got) != len(want) || g.Image[30].Rect != want[30].Rect {
		t.Fatalf("%d frames, want %d whole ones", len(got), len(want))
	}
	for k := range got {
		if !bytes.Equal(got[k].Pix, want[k].Pix) {
			t.Errorf("frame %d differs", k)
		}
	}
}

// TestConcurrently draws many pictures at once and wants each to be what it
// is alone: no recipient's text in another's picture.
func TestConcurrently(t *testing.T) {
	t.Parallel()
	r, photo := renderer(t)
	fresh, _ := renderer(t)
	headline := layoutNamed(t, "photo-headline")
	countdown := layoutNamed(t, "countdown")
	draw := func(r *render.Renderer, n int) []byte {
		p := &render.Picture{Layout: headline, Format: render.JPG, Width: 300, Height: 120, Values: []render.Value{{Kind: render.Photo, Photo: photo}, text(fmt.Sprintf("Dag recipient %d", n))}}
		if n%2 == 1 {
			p = &render.Picture{Layout: countdown, Format: render.GIF, Width: 300, Height: 60, Values: []render.Value{moment(int64(n)), text("Nog even")}}
		}
		i, err := r.Draw(p)
		if err != nil {
			t.Error(err)
		}
		return i.Bytes
	}
	want := make([][]byte, 12)
	for n := range want {
		want[n] = draw(fresh, n)
	}
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for k := range want {
				n := (k + g) % len(want)
				if !bytes.Equal(draw(r, n), want[n]) {
					t.Errorf("picture %d is another one when drawn at once", n)
				}
			}
		})
	}
	wg.Wait()
}

func TestDrawRefuses(t *testing.T) {
	t.Parallel()
	r, photo := renderer(t)
	strip := layoutNamed(t, "strip")
	tests := []struct {
		name string
		p    render.Picture
		want string
	}{
		{"no layout", render.Picture{}, "no layout"},
		{"required value", render.Picture{Layout: strip}, "needs the value headline"},
		{"kind", render.Picture{Layout: strip, Values: []render.Value{number(1)}}, "is no text"},
		{"proportions", render.Picture{Layout: strip, Width: 600, Height: 240, Values: []render.Value{text("a")}}, "not of the proportions"},
		{"width", render.Picture{Layout: strip, Width: 701, Height: 140, Values: []render.Value{text("a")}}, "outside 1x1..1400x2400"},
		{"unknown picture", render.Picture{Layout: strip, Values: []render.Value{text("a"), {Kind: render.Photo}}}, "open picture"},
	}
	for _, test := range tests {
		if _, err := r.Draw(&test.p); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
	limit := render.Picture{Layout: strip, Width: 700, Height: 140, Values: []render.Value{text("a"), {Kind: render.Photo, Photo: photo}}}
	if _, err := r.Draw(&limit); err != nil {
		t.Errorf("at the limit: %v", err)
	}
	nothing := render.Picture{Nothing: true, Width: 600, Format: render.PNG}
	i, err := r.Draw(&nothing)
	if err != nil || i.Height != 1 || i.Width != 600 {
		t.Errorf("nothing: %dx%d, %v", i.Width, i.Height, err)
	}
}

// TestPanic has a layer panic; the next picture must not suffer.
func TestPanic(t *testing.T) {
	r, _ := renderer(t)
	bad := layoutOf(t, "a.yaml", "layout: a\nsize: 600x120\nvalues: {v: text}\nlayers:\n  - panic: {value: \"{v}\"}\n")
	static := layoutOf(t, "b.yaml", "layout: b\nsize: 600x120\nlayers:\n  - panic: {}\n")
	for _, l := range []*render.Layout{bad, static, static} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic reached the caller")
				}
			}()
			_, _ = r.Draw(&render.Picture{Layout: l, Values: []render.Value{text("a")}})
		}()
	}
	if _, err := r.Draw(&render.Picture{Layout: layoutNamed(t, "strip"), Values: []render.Value{text("a")}}); err != nil {
		t.Error(err)
	}
}

func TestPNGPalette(t *testing.T) {
	t.Parallel()
	r, _ := renderer(t)
	l := layoutOf(t, "a.yaml", "layout: a\nsize: 600x120\nlayers:\n  - box: {background: \"#14151c\", border-radius: 20}\n")
	i, err := r.Draw(&render.Picture{Layout: l, Format: render.PNG})
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(i.Bytes))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := m.(*image.Paletted); !ok || len(i.Bytes) > 4000 {
		t.Errorf("%T of %d bytes, want a palette", m, len(i.Bytes))
	}
}

func BenchmarkDraw(b *testing.B) {
	r, photo := renderer(b)
	done := map[string]bool{}
	for _, e := range gallery(photo) {
		if done[e.layout] {
			continue
		}
		done[e.layout] = true
		p := e.picture
		p.Layout, p.Format = layoutNamed(b, e.layout), e.format
		bench(b, e.layout+"/"+e.format.Extension(), r, &p)
		if e.layout != "countdown" {
			continue
		}
		p.Format = render.GIF
		bench(b, "countdown/gif", r, &p)
		p.Frames = render.WholeFrames
		bench(b, "countdown/gif-whole", r, &p)
	}
}

// BenchmarkPersonalised draws one photo with other words each time.
func BenchmarkPersonalised(b *testing.B) {
	r, photo := renderer(b)
	p := &render.Picture{Layout: layoutNamed(b, "photo-headline"), Format: render.JPG, Values: []render.Value{{Kind: render.Photo, Photo: photo}, {}, text("Bekijk de tijden")}}
	names := []string{"Emma", "Łukasz", "Ayşe", "Jiří", "Alexandria", "Bo", "François", "Zoë"}
	size, n := 0, 0
	b.ReportAllocs()
	start := used()
	for b.Loop() {
		p.Values[1] = text("Dag " + names[n%len(names)] + ", er zijn nog " + strconv.Itoa(n%90) + " plaatsen")
		n++
		i, err := r.Draw(p)
		if err != nil {
			b.Fatal(err)
		}
		size += len(i.Bytes)
	}
	b.ReportMetric(float64(used()-start)/1000/float64(n), "cpu-us/image")
	b.ReportMetric(float64(size)/float64(n), "bytes/image")
}

// used is the CPU time this process took.
func used() int64 {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage) // of oneself it does not fail
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func bench(b *testing.B, name string, r *render.Renderer, p *render.Picture) {
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		size := 0
		if _, err := r.Draw(p); err != nil { // what is kept is made now
			b.Fatal(err)
		}
		start := used()
		for b.Loop() {
			i, err := r.Draw(p)
			if err != nil {
				b.Fatal(err)
			}
			size = len(i.Bytes)
		}
		b.ReportMetric(float64(used()-start)/1000/float64(b.N), "cpu-us/image")
		b.ReportMetric(float64(size), "bytes/image")
	})
}
