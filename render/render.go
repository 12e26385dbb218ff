// Package render draws pictures: a Picture goes in, an Image comes out. It
// parses layouts, sets text of any script, keeps source pictures by the hash
// of their content, and encodes JPEG, PNG and GIF. It knows no rules and no
// HTTP.
//
// The way of a picture is Draw, in draw.go: what no value changes is drawn once
// (compile.go), with the source pictures where these come again; the layers that
// change are drawn on it (layer.go and layer_*.go). JPEG codes only the MCUs that
// differ from the ground and from photos that were drawn before, and copies the others
// (draw_jpeg.go, jpeg.go, jpeg_plate.go); PNG packs only the strips of rows that differ
// (png.go, png_plate.go). A moving GIF is put together from codes that
// were worked out before (animate.go, scene.go, band.go, lzw.go).
package render

import (
	"encoding/hex"
	"errors"
	"fmt"
)

// Format is how an image is encoded.
type Format uint8

// The formats. JPG is for photos, PNG for flat graphics, GIF for animation.
const (
	JPG Format = iota
	PNG
	GIF
)

// Extension is the format's file extension, without the dot.
func (f Format) Extension() string {
	switch f {
	case PNG:
		return "png"
	case GIF:
		return "gif"
	}
	return "jpg"
}

// ContentType is the format's media type.
func (f Format) ContentType() string {
	switch f {
	case PNG:
		return "image/png"
	case GIF:
		return "image/gif"
	}
	return "image/jpeg"
}

// MarshalText writes the format as its extension.
func (f Format) MarshalText() ([]byte, error) { return []byte(f.Extension()), nil }

// UnmarshalText reads an extension.
func (f *Format) UnmarshalText(text []byte) error {
	format, ok := ParseFormat(string(text))
	if !ok {
		return fmt.Errorf("read format: %q is none", text)
	}
	*f = format
	return nil
}

// ParseFormat reads an extension; jpeg reads as jpg.
func ParseFormat(extension string) (Format, bool) {
	switch extension {
	case "jpg", "jpeg":
		return JPG, true
	case "png":
		return PNG, true
	case "gif":
		return GIF, true
	}
	return JPG, false
}

// Frames says how the later frames of an animation are drawn.
type Frames uint8

// PartialFrames holds only what changes; WholeFrames is for clients that
// damage partial frames.
const (
	PartialFrames Frames = iota
	WholeFrames
)

// ValueKind says what a Value is.
type ValueKind uint8

// The kinds of values. Absent leaves out the layers that use the value.
const (
	Absent ValueKind = iota
	Text
	Number
	Moment
	List
	Colour
	Photo
)

// Value is one resolved value of a picture.
type Value struct {
	Kind    ValueKind
	Text    string   // of Text and Colour ("#rrggbb"); of Number and Moment: what a text draws of it, where given
	Number  float64  //
	Seconds int64    // of a Moment: how many are left
	List    []string //
	Photo   Hash     //
}

// Picture is everything that determines an image: its Key is the cache key.
// It owns its memory.
type Picture struct {
	Layout        *Layout
	Format        Format
	Width, Height int     // CSS pixels of the block; 0: the layout's
	Density       float64 // image pixels per CSS pixel; 0: 2
	Quality       int     // of a JPEG; 0: 82
	Frames        Frames
	Locale        string  // BCP 47
	AsDate        bool    // countdowns draw the moment's Text and stand still
	Values        []Value // in the order of Layout.Values; those behind the last are absent
	Nothing       bool    // draw a transparent picture, one pixel high
}

// Image is an encoded picture.
type Image struct {
	Bytes         []byte
	Type          Format
	Width, Height int // pixels
}

// Hash is the SHA-256 of a source picture's bytes.
type Hash [32]byte

// String is the hash in hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// ParseHash reads what String wrote.
func ParseHash(text string) (Hash, error) {
	var h Hash
	var digits [2 * len(h)]byte
	if len(text) != copy(digits[:], text) {
		return h, errHash
	}
	if n, err := hex.Decode(h[:], digits[:]); err != nil || n != len(h) {
		return Hash{}, errHash
	}
	return h, nil
}

var errHash = errors.New("parse hash: want 64 hexadecimal digits")

// Bounds on what is drawn.
const (
	MaxWidth  = 1400 // pixels of an image
	MaxHeight = 2400

	defaultDensity = 2
	defaultQuality = 82
)

// InvertedSide is the side in pixels up to which Gmail inverts an image in dark mode.
const InvertedSide = 100

// Size is the image's, in pixels.
func (p *Picture) Size() (width, height int, err error) {
	s := p.settings()
	width, height = int(float64(s.width)*s.density+0.5), int(float64(s.height)*s.density+0.5)
	if width < 1 || height < 1 || width > MaxWidth || height > MaxHeight {
		return 0, 0, fmt.Errorf("draw picture: %dx%d pixels are outside 1x1..%dx%d", width, height, MaxWidth, MaxHeight)
	}
	return width, height, nil
}

// settings is how a picture is drawn, with what is 0 filled in.
type settings struct {
	width, height int // CSS pixels
	density       float64
	quality       int
}

// settings returns what the picture says, or the defaults.
func (p *Picture) settings() settings {
	s := settings{p.Width, p.Height, p.Density, p.Quality}
	if p.Layout != nil && (s.width == 0 || s.height == 0) {
		s.width, s.height = p.Layout.Width, p.Layout.Height
	}
	if !(s.density > 0 && s.density <= 4) {
		s.density = defaultDensity
	}
	if s.quality < 1 || s.quality > 100 {
		s.quality = defaultQuality
	}
	return s
}

// value is the picture's i-th value.
func (p *Picture) value(i int) *Value {
	if i < 0 || i >= len(p.Values) {
		return &Value{}
	}
	return &p.Values[i]
}
