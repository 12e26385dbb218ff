package render

import (
	"encoding/binary"
	"math"
)

// MaxKey is the longest key a picture may have; Draw refuses longer ones.
const MaxKey = 2048

// keyVersion begins every key; a change of what keys or pixels mean raises it.
const keyVersion = 1

// Key appends the picture's canonical bytes to dst: equal keys are equal
// pictures, whoever opens. What does not reach the pixels does not reach the
// key, so that a PNG has no quality and a still no frames.
func (p *Picture) Key(dst []byte) []byte {
	s := p.settings()
	dst = append(dst, keyVersion, byte(p.Format))
	dst = binary.AppendUvarint(dst, uint64(max(0, s.width)))
	if p.Nothing || p.Layout == nil {
		return append(dst, 0)
	}
	dst = append(dst, 1)
	dst = append(dst, p.Layout.Revision[:]...)
	dst = binary.AppendUvarint(dst, uint64(max(0, s.height)))
	dst = binary.BigEndian.AppendUint64(dst, math.Float64bits(s.density))
	if p.Format == JPG {
		dst = append(dst, byte(s.quality))
	}
	moving := p.Moving()
	dst = append(dst, flag(moving), flag(p.AsDate && p.Layout.Countdown))
	if moving {
		dst = append(dst, byte(p.Frames))
	}
	dst = appendText(dst, p.Locale)
	for i := range p.Layout.Values {
		dst = p.appendValue(dst, i)
	}
	return dst
}

// Moving reports whether the picture is an animation.
func (p *Picture) Moving() bool {
	return p.Format == GIF && !p.Nothing && p.Layout != nil && p.Layout.Countdown && !p.AsDate
}

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}

func appendText(dst []byte, text string) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(text)))
	return append(dst, text...)
}

// appendValue appends the i-th value as far as layers draw it.
func (p *Picture) appendValue(dst []byte, i int) []byte {
	v, use := p.value(i), p.Layout.uses[i]
	kind := v.Kind
	if kind == Number && math.IsNaN(v.Number) {
		kind = Absent
	}
	dst = append(dst, byte(kind))
	switch kind {
	case Text, Colour:
		dst = appendText(dst, v.Text)
	case Number:
		dst = binary.BigEndian.AppendUint64(dst, math.Float64bits(v.Number+0)) // -0 is 0
		dst = appendText(dst, v.Text)
	case Moment:
		if use.clock && !p.AsDate {
			dst = binary.AppendUvarint(dst, uint64(p.left(i)))
		}
		if use.text || use.clock && p.AsDate {
			dst = appendText(dst, p.date(i))
		}
	case List:
		dst = binary.AppendUvarint(dst, uint64(len(v.List)))
		for _, text := range v.List {
			dst = appendText(dst, text)
		}
	case Photo:
		dst = append(dst, v.Photo[:]...)
	}
	return dst
}

// maxLeft is the longest time a countdown shows: 999 days and a bit.
const maxLeft = 1000*24*60*60 - 1

// left is how many seconds the i-th value, a moment, is away: never below 0.
func (p *Picture) left(i int) int64 { return min(max(0, p.value(i).Seconds), maxLeft) }

// date is the text of the i-th value, a moment.
func (p *Picture) date(i int) string { return p.value(i).Text }
