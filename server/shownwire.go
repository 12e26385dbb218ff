package server

import (
	"encoding/binary"
	"errors"

	"google.golang.org/protobuf/encoding/protowire"

	"example.com/opentime/rules"
)

// Field numbers of a value of kind shown; store/README.md lists them. They are
// never reused.
const (
	fieldReading protowire.Number = 1 // repeated

	readingAt        protowire.Number = 1
	readingRevision  protowire.Number = 2
	readingTrust     protowire.Number = 3
	readingClass     protowire.Number = 4
	readingOS        protowire.Number = 5
	readingID        protowire.Number = 6
	readingPosition  protowire.Number = 7 // repeated
	readingParams    protowire.Number = 8
	readingPlace     protowire.Number = 9
	positionBlock    protowire.Number = 1
	positionNumber   protowire.Number = 2
	positionRule     protowire.Number = 3
	positionVariant  protowire.Number = 4
	positionItem     protowire.Number = 5
	positionLink     protowire.Number = 6
	positionAfter    protowire.Number = 7
	positionEnded    protowire.Number = 8
	positionDigest   protowire.Number = 9
	positionValue    protowire.Number = 10 // repeated, by the layout's values
	valueType        protowire.Number = 1
	valueNumber      protowire.Number = 2 // zigzag
	valueText        protowire.Number = 3
	valueListElement protowire.Number = 4 // repeated
)

// errShown says that a stored value is not what encodeShown writes.
var errShown = errors.New("decode shown: not a value of that kind")

// encodeShown appends readings as they are kept to dst.
func encodeShown(dst []byte, readings []shownReading) []byte {
	for i := range readings {
		dst = nested(dst, fieldReading, func(dst []byte) []byte { return encodeReading(dst, &readings[i]) })
	}
	return dst
}

// encodeReading appends the message of a reading.
func encodeReading(dst []byte, r *shownReading) []byte {
	if r.Message != nil {
		return append(dst, r.Message...)
	}
	return encodeContent(encodeShownAt(dst, r), r)
}

// encodeShownAt appends when a reading was, and which it was.
func encodeShownAt(dst []byte, r *shownReading) []byte {
	dst = number(dst, readingAt, uint64(r.At))
	return bytesOf(dst, readingID, r.Reading[:])
}

// encodeContent appends the rest of a reading.
func encodeContent(dst []byte, r *shownReading) []byte {
	dst = bytesOf(dst, readingRevision, r.Revision[:])
	dst = number(dst, readingTrust, uint64(r.Trust))
	dst = number(dst, readingClass, uint64(r.Class))
	dst = bytesOf(dst, readingOS, r.OS)
	dst = number(dst, readingParams, r.Parameters)
	dst = number(dst, readingPlace, r.Place)
	for i := range r.Positions {
		dst = nested(dst, readingPosition, func(dst []byte) []byte { return encodePosition(dst, &r.Positions[i]) })
	}
	return dst
}

func encodePosition(dst []byte, p *shownPosition) []byte {
	dst = bytesOf(dst, positionBlock, p.Block)
	dst = number(dst, positionNumber, uint64(p.Position))
	dst = bytesOf(dst, positionRule, p.Rule)
	dst = bytesOf(dst, positionVariant, p.Variant)
	dst = bytesOf(dst, positionItem, p.Item)
	dst = bytesOf(dst, positionLink, p.Link)
	dst = bytesOf(dst, positionAfter, p.After)
	dst = number(dst, positionEnded, uint64(p.Ended))
	dst = number(dst, positionDigest, p.Digest)
	for i := range p.Values {
		dst = nested(dst, positionValue, func(dst []byte) []byte { return encodeValue(dst, &p.Values[i]) })
	}
	return dst
}

func encodeValue(dst []byte, v *rules.Value) []byte {
	dst = number(dst, valueType, uint64(v.Type))
	dst = number(dst, valueNumber, protowire.EncodeZigZag(v.N))
	dst = bytesOf(dst, valueText, v.Text)
	for _, element := range v.List {
		dst = protowire.AppendTag(dst, valueListElement, protowire.BytesType)
		dst = protowire.AppendString(dst, element)
	}
	return dst
}

// number appends a varint field; nothing if it is zero.
func number(dst []byte, field protowire.Number, v uint64) []byte {
	if v == 0 {
		return dst
	}
	dst = protowire.AppendTag(dst, field, protowire.VarintType)
	return protowire.AppendVarint(dst, v)
}

// bytesOf appends a bytes field; nothing if it is empty.
func bytesOf[Bytes ~string | ~[]byte](dst []byte, field protowire.Number, v Bytes) []byte {
	if len(v) == 0 {
		return dst
	}
	dst = protowire.AppendTag(dst, field, protowire.BytesType)
	dst = protowire.AppendVarint(dst, uint64(len(v)))
	return append(dst, v...)
}

// nested appends a message, empty or not: room is left for a length of two bytes,
// most have, and taken up or widened where it has another.
func nested(dst []byte, field protowire.Number, encode func([]byte) []byte) []byte {
	dst = protowire.AppendTag(dst, field, protowire.BytesType)
	at := len(dst)
	dst = encode(append(dst, 0, 0))
	body := len(dst) - at - 2
	var length [binary.MaxVarintLen64]byte
	n := binary.PutUvarint(length[:], uint64(body))
	if n != 2 {
		if n > 2 {
			dst = append(dst, length[2:n]...) // room
		}
		copy(dst[at+n:], dst[at+2:at+2+body])
		dst = dst[:at+n+body]
	}
	copy(dst[at:], length[:n])
	return dst
}
