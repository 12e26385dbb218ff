package render

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"io"
)

// source is a decoded picture, and how its file says that it is shown.
type source struct {
	image.Image
	turn   turn
	colour *profile // nil: sRGB
}

// CheckSource says why a picture would not be taken, as far as is to be seen without
// decoding it.
func CheckSource(data []byte) error {
	_, err := codecOf(data)
	return err
}

// codecOf returns what reads a picture that is within the bounds.
func codecOf(data []byte) (*codec, error) {
	if len(data) > maxSourceBytes {
		return nil, fmt.Errorf("%d bytes; at most %d", len(data), maxSourceBytes)
	}
	for _, c := range codecs() {
		if !bytes.HasPrefix(data, []byte(c.magic)) {
			continue
		}
		config, err := c.config(data)
		if err != nil {
			return nil, err
		}
		if w, h := config.Width, config.Height; w < 1 || h < 1 || max(w, h) > maxSourceSide || w > maxSourcePixels/h {
			return nil, fmt.Errorf("%dx%d pixels; at most %d in all, and %d a side", w, h, maxSourcePixels, maxSourceSide)
		}
		return &c, nil
	}
	return nil, errors.New("neither PNG, JPEG nor GIF")
}

// decodeSource decodes a picture whose bounds were looked at first.
func decodeSource(data []byte) (*source, error) {
	c, err := codecOf(data)
	if err != nil {
		return nil, fmt.Errorf("read picture: %w", err)
	}
	m, err := c.decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("read picture: %w", err)
	}
	s := &source{Image: m}
	if c.about != nil {
		var colour []byte
		s.turn, colour = c.about(data)
		s.colour = readProfile(colour, isGrey(m))
	}
	return s, nil
}

func isGrey(m image.Image) bool {
	switch m.(type) {
	case *image.Gray, *image.Gray16:
		return true
	}
	return false
}

// size is how large the picture is as it is shown.
func (s *source) size() image.Point {
	size := s.Bounds().Size()
	if s.turn.sideways() {
		size.X, size.Y = size.Y, size.X
	}
	return size
}

// cut is a part of the picture in a size, as it is shown.
func (s *source) cut(c cut) *image.RGBA {
	m := s.turn.undone(c).scale(s.Image)
	s.colour.convert(m)
	m = s.turn.of(m)
	if c.radius > 0 {
		round := image.NewRGBA(m.Rect)
		draw.DrawMask(round, m.Rect, m, image.Point{}, roundedBox(c.w, c.h, c.radius).draw(), image.Point{}, draw.Src)
		m = round
	}
	return m
}

// turn is how a picture is turned to be shown, as Exif counts: 2 to 4 mirror it from
// left to right, turn it by half, or mirror it from top to bottom; 5 makes columns of
// rows, after which 6 to 8 do as 2 to 4. Any other number leaves it as it is.
type turn uint8

// sideways reports whether rows become columns.
func (t turn) sideways() bool { return t >= 5 && t <= 8 }

// fromRight and fromBottom report whether the picture's columns, of those it has when
// it is shown, are those of the file from the right or from the bottom, and its rows.
func (t turn) fromRight() bool  { return t == 2 || t == 3 || t == 6 || t == 7 }
func (t turn) fromBottom() bool { return t == 3 || t == 4 || t == 7 || t == 8 }

// undone is a cut as the file has it.
func (t turn) undone(c cut) cut {
	if t.fromRight() {
		c.focusX = 1 - c.focusX
	}
	if t.fromBottom() {
		c.focusY = 1 - c.focusY
	}
	if t.sideways() {
		c.w, c.h, c.focusX, c.focusY = c.h, c.w, c.focusY, c.focusX
	}
	return c
}

// of is a picture turned.
func (t turn) of(m *image.RGBA) *image.RGBA {
	if t < 2 || t > 8 {
		return m
	}
	w, h := m.Rect.Dx(), m.Rect.Dy()
	if t.sideways() {
		w, h = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			fromX, fromY := x, y
			if t.fromRight() {
				fromX = w - 1 - x
			}
			if t.fromBottom() {
				fromY = h - 1 - y
			}
			if t.sideways() {
				fromX, fromY = fromY, fromX
			}
			copy(out.Pix[out.PixOffset(x, y):][:4], m.Pix[m.PixOffset(fromX, fromY):][:4])
		}
	}
	return out
}

// aboutJPEG is what a JPEG's segments say: its turn (Exif 2.32, 4.6.4), and the colour
// profile that they have parts of (ICC.1, annex B.4).
func aboutJPEG(data []byte) (t turn, colour []byte) {
	next := byte(1)
	for at := 2; at+4 <= len(data) && data[at] == 0xff; {
		marker, length := data[at+1], int(binary.BigEndian.Uint16(data[at+2:]))
		if marker == 0xff { // fills
			at++
			continue
		}
		end := at + 2 + length
		if marker == 0xda || length < 2 || end > len(data) {
			break
		}
		body := data[at+4 : end]
		if exif, ok := bytes.CutPrefix(body, []byte("Exif\x00\x00")); ok && marker == 0xe1 && t == 0 {
			t = turnOf(exif)
		}
		if part, ok := bytes.CutPrefix(body, []byte("ICC_PROFILE\x00")); ok && marker == 0xe2 && len(part) > 2 && part[0] == next {
			colour = append(colour, part[2:]...)
			next++
		}
		at = end
	}
	return t, colour
}

// turnOf finds the turn in the first directory of Exif's TIFF.
func turnOf(exif []byte) turn {
	var order binary.ByteOrder = binary.LittleEndian
	if bytes.HasPrefix(exif, []byte("MM")) {
		order = binary.BigEndian
	}
	if len(exif) < 8 {
		return 0
	}
	at := int64(order.Uint32(exif[4:]))
	if at+2 > int64(len(exif)) {
		return 0
	}
	entries := exif[at+2:]
	for range order.Uint16(exif[at:]) {
		if len(entries) < 12 {
			return 0
		}
		if order.Uint16(entries) == 0x0112 {
			return turn(order.Uint16(entries[8:]))
		}
		entries = entries[12:]
	}
	return 0
}

// maxProfile is the most bytes of a colour profile that is read.
const maxProfile = 1 << 20

// aboutPNG is the colour profile of a PNG.
func aboutPNG(data []byte) (_ turn, colour []byte) {
	for at := 8; at+12 <= len(data); {
		length, kind := int64(binary.BigEndian.Uint32(data[at:])), string(data[at+4:at+8])
		if kind == "IDAT" || int64(at)+12+length > int64(len(data)) {
			break
		}
		body := data[at+8:][:length]
		if _, packed, ok := bytes.Cut(body, []byte{0}); kind == "iCCP" && ok && len(packed) > 1 {
			r, err := zlib.NewReader(bytes.NewReader(packed[1:]))
			if err != nil {
				break
			}
			colour, err = io.ReadAll(io.LimitReader(r, maxProfile))
			if err != nil {
				return 0, nil
			}
			break
		}
		at += 12 + int(length)
	}
	return 0, colour
}
