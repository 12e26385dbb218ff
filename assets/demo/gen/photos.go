package main

import "fmt"

// photo is an illustration of the campaigns: 1200 by 480, quiet on the left,
// where the headline stands.
type photo struct {
	name, colours string
	scene         func(*canvas)
}

var photos = []photo{
	{"brand", "0c0a1e 3a1d4f ffc95c 2a1640 080612 fff3dc", brand},
	{"evening", "0b1030 7a3b6b ffb35c 33285c 090b1e fff3e0", eveningScene},
	{"night", "050818 1d2a5c f4e6b8 141c40 04060f ffffff", nightScene},
	{"morning", "f6b98a ffe9c4 fff4d8 c9806a 5b3546 5b3546", morningScene},
	{"rain", "0d1626 2b4a63 ffb463 1d3247 070d16 eaf4ff", rainScene},
	{"winter", "16244a 7f9cc8 ffd98a 46618f 14213f ffffff", winterScene},
	{"sun", "3fa7e0 d5f0f7 ffd84d 4f9a5f 1f4a44 ffffff", sunScene},
	{"cocoa", "2a1712 6b3a22 ffcf8a 4a2616 170b07 fff3e0", cocoaScene},
	{"popcorn", "7a0f1e c9283a ffd35c 9a1a2a 3d0710 ffffff", popcornScene},
	{"sold-out", "1a0508 5e0f1c ffcf7a 3a0a14 0d0204 fff0e0", curtainScene},
	{"seats", "12060c 4a0f22 ffc46b 7a1a30 0a0307 fff0e0", seatsScene},
	{"salt-moon", "0b1236 5a4fa8 fff0cf 2d2f78 080b22 fff6e3", saltMoonScene},
	{"map", "10162c 1b2545 ff3d6e 26325c 0a0f20 ffffff", mapScene},
	{"cake", "f9c9d4 fde9e4 ffb347 e58aa2 7a2a4a 7a2a4a", cakeScene},
	{"tickets", "08080c 23232e ffcf3d 34343f 050507 ffffff", ticketsScene},
}

// draw draws the photo.
func (p *photo) draw() ([]byte, error) {
	if p.scene == nil {
		return nil, fmt.Errorf("no scene")
	}
	c := newCanvas(1200, 480, colours(p.colours), p.name)
	p.scene(c)
	return c.jpeg(1, 80)
}
