package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/fogleman/gg"
	"golang.org/x/image/font"

	"example.com/opentime/assets"
	"example.com/opentime/render"
	"example.com/opentime/strict"
)

// layout is the scene, at double density. Texts without words are left out.
const layout = `layout: scene
size: 600x200
values:
  photo: picture
  product: picture
  headline: {type: text, optional: true}
  price: {type: text, optional: true}
  tint: {type: colour, optional: true}
layers:
  - image: {src: "{photo}"}
  - box: {background: "linear-gradient(90deg, #0b0c12eb 0%, #0b0c1266 60%, #0b0c1200 100%)"}
  - image: {src: "{product}", left: 420, top: 20, width: 160, height: 160, border-radius: 12}
  - text: {text: "Your seats are still free tonight", left: 24, top: 70, width: 380, font-size: 18, color: "#ffffff"}
  - box: {left: 24, top: 150, width: 120, height: 34, background: "#f43f5e", border-radius: 17}
  - text: {text: "Book now", left: 24, top: 150, width: 120, height: 34, text-align: center, vertical-align: middle, font-size: 15, font-weight: 700, color: "#ffffff"}
  - text: {text: "{headline}", left: 24, top: 20, width: 380, font-size: 32, font-weight: 700, color: "#ffffff"}
  - text: {text: "{price}", left: 24, top: 100, width: 380, font-size: 28, font-weight: 700, color: "#ffffff"}
  - box: {background: "{tint}", with: [tint]}
`

// names are of whom the pictures are; the first is what quality is measured on.
var names = []string{
	"Alexandria", "Emma", "Łukasz", "Ayşe", "Jiří", "François", "Zoë", "Bo", "Małgorzata", "Çağla", "Štěpán", "Noor",
	"Inês", "Søren", "Ágnes", "Ömer", "Kateřina", "Maximilian", "Ewa", "Ian", "Thi Hà", "Rūta", "Gülşen", "Václav",
	"Anne-Sophie", "José", "Li", "Wojciech", "Björk", "Ståle", "Mária", "Oğuz",
}

// price is what the price says, with a number in it.
const price = "€ 12.#"

// writeScene writes what all variants draw with: the ground, the fonts and the words.
func writeScene(dir string) error {
	bold, err := assets.FS.ReadFile("fonts/NotoSans-Bold.ttf")
	if err != nil {
		return err
	}
	words, err := json.Marshal(map[string]any{"names": names, "price": price})
	if err != nil {
		return err
	}
	for name, data := range map[string][]byte{
		"bold.ttf": bold, "scene.json": words,
		"fonts.conf": []byte(`<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>` + dir + `</dir><cachedir>` + dir + `</cachedir></fontconfig>`),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return err
		}
	}
	own, err := newOurs(dir)
	if err != nil {
		return err
	}
	ground, err := own.draw("", 0, render.PNG)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "base.png"), ground, 0o644)
}

// ours draws the scene with opentime.
type ours struct {
	renderer       *render.Renderer
	layout         *render.Layout
	photo, product render.Hash
	whole          bool // lay a tint of another colour each time over all of the picture
}

func newOurs(dir string) (*ours, error) {
	fonts, err := render.LoadFonts(assets.FS)
	if err != nil {
		return nil, err
	}
	library, err := render.OpenLibrary(filepath.Join(dir, "library"))
	if err != nil {
		return nil, err
	}
	o := &ours{renderer: render.New(fonts, library)}
	root, problems := strict.Parse("scene.yaml", []byte(layout))
	if len(problems) == 0 {
		o.layout, problems = render.LoadLayout("scene.yaml", root)
	}
	if o.layout == nil {
		return nil, fmt.Errorf("load layout: %v", problems)
	}
	for name, to := range map[string]*render.Hash{"salt-moon": &o.photo, "borrowed-rooms": &o.product} {
		data, err := assets.FS.ReadFile("demo/posters/" + name + ".jpg")
		if err != nil {
			return nil, err
		}
		if *to, err = library.Add(data); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// draw draws for a name; for nobody it draws the ground.
func (o *ours) draw(name string, n int, format render.Format) ([]byte, error) {
	p := &render.Picture{Layout: o.layout, Format: format, Values: []render.Value{{Kind: render.Photo, Photo: o.photo}, {Kind: render.Photo, Photo: o.product}}}
	if name != "" {
		p.Values = append(p.Values, render.Value{Kind: render.Text, Text: "Hi " + name + ","}, render.Value{Kind: render.Text, Text: strings.Replace(price, "#", strconv.Itoa(n), 1)})
	}
	if o.whole && name != "" {
		p.Values = append(p.Values, render.Value{Kind: render.Colour, Text: fmt.Sprintf("#%02x206008", 2*n)})
	}
	i, err := o.renderer.Draw(p)
	return i.Bytes, err
}

// goPeer draws the scene with gg and image/jpeg, over the ground that is decoded.
type goPeer struct {
	base           *image.RGBA
	context        *gg.Context
	headline, cost font.Face
	out            bytes.Buffer
}

func newGoPeer(dir string) (*goPeer, error) {
	data, err := os.ReadFile(filepath.Join(dir, "base.png"))
	if err != nil {
		return nil, err
	}
	m, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	p := &goPeer{base: image.NewRGBA(m.Bounds())}
	draw.Draw(p.base, p.base.Rect, m, image.Point{}, draw.Src)
	p.context = gg.NewContextForRGBA(image.NewRGBA(m.Bounds()))
	if p.headline, err = gg.LoadFontFace(filepath.Join(dir, "bold.ttf"), 64); err != nil {
		return nil, err
	}
	p.cost, err = gg.LoadFontFace(filepath.Join(dir, "bold.ttf"), 56)
	return p, err
}

func (p *goPeer) draw(name string, n int, format render.Format) ([]byte, error) {
	m := p.context.Image().(*image.RGBA)
	copy(m.Pix, p.base.Pix)
	p.context.SetColor(color.White)
	p.context.SetFontFace(p.headline)
	p.context.DrawString("Hi "+name+",", 48, 115)
	p.context.SetFontFace(p.cost)
	p.context.DrawString(strings.Replace(price, "#", strconv.Itoa(n), 1), 48, 247)
	p.out.Reset()
	if format == render.PNG {
		err := png.Encode(&p.out, m)
		return p.out.Bytes(), err
	}
	err := jpeg.Encode(&p.out, m, &jpeg.Options{Quality: 82})
	return p.out.Bytes(), err
}

// drawHere draws with a variant in Go for some seconds, and says what it took.
func drawHere(variant, dir string, seconds int) error {
	var draw func(string, int, render.Format) ([]byte, error)
	if variant == "gg" {
		peer, err := newGoPeer(dir)
		if err != nil {
			return err
		}
		draw = peer.draw
	} else {
		own, err := newOurs(dir)
		if err != nil {
			return err
		}
		own.whole = variant == "opentime-whole"
		draw = own.draw
	}
	for extension, format := range map[string]render.Format{"jpg": render.JPG, "png": render.PNG} {
		data, err := draw(names[0], 0, format)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, variant+"."+extension), data, 0o644); err != nil {
			return err
		}
	}
	for n := range 5 {
		if _, err := draw(names[n], n, render.JPG); err != nil {
			return err
		}
	}
	var m measured
	from := used()
	for end := time.Now().Add(time.Duration(seconds) * time.Second); time.Now().Before(end); m.Images++ {
		data, err := draw(names[m.Images%len(names)], m.Images%100, render.JPG)
		if err != nil {
			return err
		}
		m.Bytes += len(data)
	}
	m.CPU = used() - from
	return json.NewEncoder(os.Stdout).Encode(m)
}

// used is the CPU time this process took, in microseconds.
func used() float64 {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage) // of oneself it does not fail
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1000
}
