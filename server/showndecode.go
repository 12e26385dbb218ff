package server

import (
	"google.golang.org/protobuf/encoding/protowire"

	"example.com/opentime/rules"
)

// decodeShown reads what encodeShown writes. Messages are parts of data.
func decodeShown(data []byte) ([]shownReading, error) {
	text := string(data)
	readings := make([]shownReading, 0, count(text, fieldReading))
	err := fields(text, func(f wireField) error {
		if f.number != fieldReading {
			return nil
		}
		readings = append(readings, shownReading{Message: data[f.end-len(f.text) : f.end : f.end]})
		return readings[len(readings)-1].decode(f.text)
	})
	return readings, err
}

func (a *shownReading) decode(data string) error {
	a.Positions = make([]shownPosition, 0, count(data, readingPosition))
	return fields(data, func(f wireField) error {
		switch f.number {
		case readingAt:
			a.At = int64(f.n)
		case readingRevision:
			copy(a.Revision[:], f.text)
		case readingTrust:
			if f.n > uint64(rules.Signed) {
				return errShown
			}
			a.Trust = rules.Trust(f.n)
		case readingClass:
			if f.n > uint64(rules.Scanner) {
				return errShown
			}
			a.Class = rules.Class(f.n)
		case readingOS:
			a.OS = f.text
		case readingID:
			copy(a.Reading[:], f.text)
		case readingParams:
			a.Parameters = f.n
		case readingPlace:
			a.Place = f.n
		case readingPosition:
			a.Positions = append(a.Positions, shownPosition{})
			return a.Positions[len(a.Positions)-1].decode(f.text)
		}
		return nil
	})
}

func (p *shownPosition) decode(data string) error {
	if n := count(data, positionValue); n > 0 {
		p.Values = make([]rules.Value, 0, n)
	}
	return fields(data, func(f wireField) error {
		switch f.number {
		case positionBlock:
			p.Block = f.text
		case positionNumber:
			p.Position = int(f.n)
		case positionRule:
			p.Rule = f.text
		case positionVariant:
			p.Variant = f.text
		case positionItem:
			p.Item = f.text
		case positionLink:
			p.Link = f.text
		case positionAfter:
			p.After = f.text
		case positionEnded:
			p.Ended = int64(f.n)
		case positionDigest:
			p.Digest = f.n
		case positionValue:
			value, err := decodeValueOf(f.text)
			p.Values = append(p.Values, value)
			return err
		}
		return nil
	})
}

func decodeValueOf(data string) (rules.Value, error) {
	var value rules.Value
	err := fields(data, func(f wireField) error {
		switch f.number {
		case valueType:
			value.Type = rules.Type(f.n)
		case valueNumber:
			value.N = protowire.DecodeZigZag(f.n)
		case valueText:
			value.Text = f.text
		case valueListElement:
			value.List = append(value.List, f.text)
		}
		return nil
	})
	return value, err
}

// wireField is a field of a message: the number of a varint, or the text of what
// has a length.
type wireField struct {
	number protowire.Number
	n      uint64
	text   string
	end    int // of it, in the message
}

// count is how many fields of a number a message has, up to where it is damaged.
func count(data string, number protowire.Number) (n int) {
	_ = fields(data, func(f wireField) error {
		if f.number == number {
			n++
		}
		return nil
	})
	return n
}

// fields calls each for each field of a message. Fields of other types than varints
// and those with a length are passed over, and have neither.
func fields(data string, each func(wireField) error) error {
	for whole := len(data); len(data) > 0; {
		tag, size := varint(data)
		f := wireField{number: protowire.Number(tag >> 3)}
		if size == 0 || tag>>3 == 0 || tag>>3 > uint64(protowire.MaxValidNumber) {
			return errShown
		}
		data = data[size:]
		switch protowire.Type(tag & 7) {
		case protowire.VarintType:
			f.n, size = varint(data)
		case protowire.BytesType:
			var length uint64
			if length, size = varint(data); size > 0 && length <= uint64(len(data)-size) {
				f.text = data[size : size+int(length)]
				size += int(length)
			} else {
				size = 0
			}
		case protowire.Fixed32Type:
			size = 4
		case protowire.Fixed64Type:
			size = 8
		default:
			size = 0
		}
		if size == 0 || size > len(data) {
			return errShown
		}
		data = data[size:]
		f.end = whole - len(data)
		if err := each(f); err != nil {
			return err
		}
	}
	return nil
}

// varint reads a number and how many bytes it takes; 0 where it is none.
func varint(data string) (v uint64, size int) {
	for i := 0; i < len(data) && i < 10; i++ {
		v |= uint64(data[i]&0x7f) << (7 * i)
		if data[i] < 0x80 {
			return v, i + 1
		}
	}
	return 0, 0
}
