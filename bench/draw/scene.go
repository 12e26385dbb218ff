package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"example.com/opentime/assets"
	"example.com/opentime/render"
	"example.com/opentime/strict"
)

// photoLayout is the scene with photos, at double density. Texts without words are
// left out.
const photoLayout = `layout: scene
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
` + words + `  - box: {background: "{tint}", with: [tint]}
`

// flatLayout is the scene of one colour a thing, which a palette holds.
const flatLayout = `layout: flat
size: 600x200
values:
  headline: {type: text, optional: true}
  price: {type: text, optional: true}
layers:
  - box: {background: "#14151c"}
  - box: {left: 420, top: 20, width: 160, height: 160, background: "#d11a3f", border-radius: 12}
  - text: {text: "-30%", left: 420, top: 20, width: 160, height: 160, text-align: center, vertical-align: middle, font-size: 52, font-weight: 700, color: "#ffffff"}
  - text: {text: "Your seats are still free tonight", left: 24, top: 70, width: 380, font-size: 18, color: "#ffffff"}
  - box: {left: 24, top: 150, width: 120, height: 34, background: "#f43f5e", border-radius: 17}
  - text: {text: "Book now", left: 24, top: 150, width: 120, height: 34, text-align: center, vertical-align: middle, font-size: 15, font-weight: 700, color: "#ffffff"}
` + words

// words are the layers that change.
const words = `  - text: {text: "{headline}", left: 24, top: 20, width: 380, font-size: 32, font-weight: 700, color: "#ffffff"}
  - text: {text: "{price}", left: 24, top: 100, width: 380, font-size: 28, font-weight: 700, color: "#ffffff"}
`

// names are of whom the pictures are; the first is what quality is measured on.
var names = []string{
	"Alexandria", "Emma", "Łukasz", "Ayşe", "Jiří", "François", "Zoë", "Bo", "Małgorzata", "Çağla", "Štěpán", "Noor",
	"Inês", "Søren", "Ágnes", "Ömer", "Kateřina", "Maximilian", "Ewa", "Ian", "Thi Hà", "Rūta", "Gülşen", "Václav",
	"Anne-Sophie", "José", "Li", "Wojciech", "Björk", "Ståle", "Mária", "Oğuz",
}

// price is what the price says, with a number in it.
const price = "€ 12.#"

// headlineOf and priceOf are what the n-th picture says, tintOf the red of its tint.
func headlineOf(n int) string { return "Hi " + names[n%len(names)] + "," }
func priceOf(n int) string    { return strings.Replace(price, "#", strconv.Itoa(n%100), 1) }
func tintOf(n int) uint8      { return uint8(2 * (n % 100)) }

// drawer draws a way's n-th picture; lossless, as PNG.
type drawer func(n int, lossless bool) ([]byte, error)

// writeScene writes what all ways draw with: the grounds, the fonts and the words.
func writeScene(dir string) error {
	bold, err := assets.FS.ReadFile("fonts/NotoSans-Bold.ttf")
	if err != nil {
		return err
	}
	said, err := json.Marshal(map[string]any{"names": names, "price": price, "clock": clockStart, "cells": []int{250, 332, 414, 496}})
	if err != nil {
		return err
	}
	files := map[string][]byte{
		"bold.ttf": bold, "scene.json": said,
		"fonts.conf": []byte(`<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>` + dir + `</dir><cachedir>` + dir + `</cachedir></fontconfig>`),
	}
	for name, ground := range map[string]func() ([]byte, error){
		"photo": func() ([]byte, error) { return ground(dir, photoLayout, (*ours).photos) },
		"flat":  func() ([]byte, error) { return ground(dir, flatLayout, (*ours).flat) },
		"clock": func() ([]byte, error) {
			return ground(dir, clockLayout, func(o *ours) *render.Picture { return o.clock(false) })
		},
		"clock-photo": func() ([]byte, error) {
			return ground(dir, clockLayout, func(o *ours) *render.Picture { return o.clock(true) })
		},
	} {
		if files[name+".png"], err = ground(); err != nil {
			return err
		}
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// ground is all of a layout that does not change, as PNG.
func ground(dir, layout string, picture func(*ours) *render.Picture) ([]byte, error) {
	o, err := newOurs(dir, layout)
	if err != nil {
		return nil, err
	}
	p := picture(o)
	p.Format = render.PNG
	i, err := o.renderer.Draw(p)
	return i.Bytes, err
}

// ours draws a layout with opentime.
type ours struct {
	renderer       *render.Renderer
	layout         *render.Layout
	photo, product render.Hash
}

func newOurs(dir, layout string) (*ours, error) {
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

// photos is the scene with photos, without what changes.
func (o *ours) photos() *render.Picture {
	return &render.Picture{Layout: o.layout, Values: []render.Value{{Kind: render.Photo, Photo: o.photo}, {Kind: render.Photo, Photo: o.product}}}
}

// flat is the flat scene, without what changes.
func (o *ours) flat() *render.Picture { return &render.Picture{Layout: o.layout} }

// newPhotos returns what draws the scene with photos for one name after the other,
// whole: under a tint that changes each time.
func newPhotos(dir string, format render.Format, whole bool) (drawer, error) {
	o, err := newOurs(dir, photoLayout)
	if err != nil {
		return nil, err
	}
	return func(n int, lossless bool) ([]byte, error) {
		p := o.photos()
		if p.Format = format; lossless {
			p.Format = render.PNG
		}
		p.Values = append(p.Values, wordsOf(n)...)
		if whole {
			p.Values = append(p.Values, render.Value{Kind: render.Colour, Text: fmt.Sprintf("#%02x206008", tintOf(n))})
		}
		i, err := o.renderer.Draw(p)
		return i.Bytes, err
	}, nil
}

// newFlat returns what draws the flat scene for one name after the other.
func newFlat(dir string) (drawer, error) {
	o, err := newOurs(dir, flatLayout)
	if err != nil {
		return nil, err
	}
	return func(n int, _ bool) ([]byte, error) {
		p := o.flat()
		p.Format, p.Values = render.PNG, wordsOf(n)
		i, err := o.renderer.Draw(p)
		return i.Bytes, err
	}, nil
}

// wordsOf is what changes in the n-th picture.
func wordsOf(n int) []render.Value {
	return []render.Value{{Kind: render.Text, Text: headlineOf(n)}, {Kind: render.Text, Text: priceOf(n)}}
}
