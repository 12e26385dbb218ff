package signals

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"example.com/opentime/rules"
)

// Field numbers of a fact of an item, written down in store/README.md and never
// reused.
const (
	factCount     protowire.Number = 1
	factAttribute protowire.Number = 2 // repeated

	countNumber protowire.Number = 1
	countSome   protowire.Number = 2
	countAt     protowire.Number = 3

	attributeName  protowire.Number = 1
	attributeAt    protowire.Number = 2
	attributeType  protowire.Number = 3 // none: unknown
	attributeN     protowire.Number = 4 // zigzag
	attributeText  protowire.Number = 5
	attributeParts protowire.Number = 6 // repeated
)

// errFact says that a stored fact is not what this package writes.
var errFact = errors.New("not a fact of an item")

// appendFacts appends the payload of an item's facts: its count unless its stamp
// is nobody's, its attributes, and the fields of a later release.
func appendFacts(dst []byte, c count, patches map[string]fact, unknown []byte) []byte {
	var inner []byte
	if c.stamp.from != fromNobody {
		inner = appendCount(inner, c)
		dst = appendField(dst, factCount, inner)
	}
	for _, name := range slices.Sorted(maps.Keys(patches)) {
		inner = appendAttribute(inner[:0], name, patches[name])
		dst = appendField(dst, factAttribute, inner)
	}
	return append(dst, unknown...)
}

func appendCount(dst []byte, c count) []byte {
	switch c.n {
	case unknownCount:
	case someCount:
		dst = appendNumber(dst, countSome, 1)
	default:
		dst = appendNumber(dst, countNumber, uint64(c.n))
	}
	return appendNumber(dst, countAt, uint64(c.stamp.at))
}

func appendAttribute(dst []byte, name string, f fact) []byte {
	dst = appendField(dst, attributeName, []byte(name))
	dst = appendNumber(dst, attributeAt, uint64(f.stamp.at))
	if !f.value.Known() {
		return dst
	}
	dst = appendNumber(dst, attributeType, uint64(f.value.Type))
	if f.value.N != 0 {
		dst = appendNumber(dst, attributeN, protowire.EncodeZigZag(f.value.N))
	}
	if f.value.Text != "" {
		dst = appendField(dst, attributeText, []byte(f.value.Text))
	}
	for _, part := range f.value.List {
		dst = appendField(dst, attributeParts, []byte(part))
	}
	return dst
}

func appendNumber(dst []byte, field protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(dst, field, protowire.VarintType), v)
}

func appendField(dst []byte, field protowire.Number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(dst, field, protowire.BytesType), v)
}

// keptFacts is what the API said of an item, as it is stored.
type keptFacts struct {
	count   count
	patches map[string]fact
	unknown []byte // fields of a later release
}

// readFacts takes a payload apart.
func readFacts(payload []byte) (k keptFacts, err error) {
	err = eachField(payload, func(f field) error {
		switch {
		case f.number == factCount && f.bytes != nil:
			k.count, err = readCount(f.bytes)
			return err
		case f.number == factAttribute && f.bytes != nil:
			name, value, err := readAttribute(f.bytes)
			if k.patches == nil {
				k.patches = map[string]fact{}
			}
			k.patches[name] = value
			return err
		}
		k.unknown = append(k.unknown, f.whole...)
		return nil
	})
	return k, err
}

func readCount(payload []byte) (count, error) {
	c := count{n: unknownCount, stamp: stamp{from: fromAPI}}
	err := eachField(payload, func(f field) error {
		switch f.number {
		case countNumber:
			c.n = int64(f.varint)
		case countSome:
			c.n = someCount
		case countAt:
			c.stamp.at = int64(f.varint)
		}
		return nil
	})
	if c.n < someCount || c.n > maxCount {
		return count{}, errFact
	}
	return c, err
}

func readAttribute(payload []byte) (string, fact, error) {
	var name string
	v := fact{stamp: stamp{from: fromAPI}}
	err := eachField(payload, func(f field) error {
		switch f.number {
		case attributeName:
			name = string(f.bytes)
		case attributeAt:
			v.stamp.at = int64(f.varint)
		case attributeType:
			v.value.Type = rules.Type(f.varint)
		case attributeN:
			v.value.N = protowire.DecodeZigZag(f.varint)
		case attributeText:
			v.value.Text = string(f.bytes)
		case attributeParts:
			v.value.List = append(v.value.List, string(f.bytes))
		}
		return nil
	})
	if name == "" || v.value.Type > rules.Some {
		return "", fact{}, errFact
	}
	return name, v, err
}

// field is one field of a payload: a number or bytes, and the whole of it as it
// stands.
type field struct {
	number protowire.Number
	varint uint64
	bytes  []byte // not nil of a field of bytes
	whole  []byte
}

// eachField calls each for every field of a payload.
func eachField(payload []byte, each func(field) error) error {
	for len(payload) > 0 {
		number, kind, n := protowire.ConsumeTag(payload)
		if n < 0 {
			return fmt.Errorf("%w: %w", errFact, protowire.ParseError(n))
		}
		f := field{number: number}
		size := 0
		switch kind {
		case protowire.VarintType:
			f.varint, size = protowire.ConsumeVarint(payload[n:])
		case protowire.BytesType:
			f.bytes, size = protowire.ConsumeBytes(payload[n:])
			f.bytes = append([]byte{}, f.bytes...)
		default:
			size = protowire.ConsumeFieldValue(number, kind, payload[n:])
		}
		if size < 0 {
			return fmt.Errorf("%w: %w", errFact, protowire.ParseError(size))
		}
		f.whole, payload = payload[:n+size], payload[n+size:]
		if err := each(f); err != nil {
			return err
		}
	}
	return nil
}

// newest returns when the newest of an item's facts was true.
func newest(c count, patches map[string]fact) int64 {
	at := c.stamp.at
	for _, f := range patches {
		at = max(at, f.stamp.at)
	}
	return at
}

// readFacts brings back what the store kept. What it cannot read is left out:
// the store's sums are right, so it is a later release's.
func (x *Catalogue) readFacts() error {
	if x.config.Store == nil {
		return nil
	}
	return x.config.Store.Facts(func(item, place string, _ int64, payload []byte) error {
		kept, err := readFacts(payload)
		if err != nil || checkID("item", item) != nil {
			return nil //nolint:nilerr // left out, as said above
		}
		k := x.known[item]
		if k == nil {
			k = newKnown()
			x.known[item] = k
		}
		switch {
		case place == "":
			k.pushed, k.patches, k.unknown = kept.count, kept.patches, kept.unknown
			if kept.count.stamp.from != fromNobody {
				k.setTotal(kept.count)
			}
		case kept.count.stamp.from != fromNobody:
			k.setPlace(place, kept.count).unknown = kept.unknown
		}
		return nil
	})
}
