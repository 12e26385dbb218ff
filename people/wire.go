package people

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"

	"example.com/opentime/rules"
)

// Field numbers, written down in store/README.md and never reused.
const (
	profileLocale    protowire.Number = 1
	profileZone      protowire.Number = 2
	profileCountry   protowire.Number = 3
	profileCity      protowire.Number = 4
	profilePostcode  protowire.Number = 5
	profileAttribute protowire.Number = 6 // repeated
	profileHomeTime  protowire.Number = 7 // repeated

	homeWhich protowire.Number = 1 // a field number, from 1
	homeAt    protowire.Number = 2

	attributeName  protowire.Number = 1
	attributeAt    protowire.Number = 2 // none: the profile's
	attributeType  protowire.Number = 3 // 0: unknown since
	attributeN     protowire.Number = 4 // zigzag
	attributeText  protowire.Number = 5
	attributeParts protowire.Number = 6 // repeated
	attributeFed   protowire.Number = 7 // 1

	consentWord protowire.Number = 1 // rules.Consent + 1

	aliasBytes protowire.Number = 1
)

// errEncoding says that a payload whose sum is right is not what this release
// writes.
var errEncoding = errors.New("not written by this release")

// keptProfile is a profile as it is stored.
type keptProfile struct {
	home       [5]string // by field number, from 1
	homeAt     [5]int64  // Unix ms; 0: the profile's
	attributes []keptAttribute
	unknown    []byte // fields of a later release, kept
}

type keptAttribute struct {
	name  string
	at    int64 // Unix ms; 0: the profile's
	value rules.Value
	fed   bool // a feed's, which a profile that does not name it leaves
}

func appendProfile(dst []byte, k *keptProfile) []byte {
	for i, text := range k.home {
		if text != "" {
			dst = appendText(dst, profileLocale+protowire.Number(i), text)
		}
	}
	var inner []byte
	for i := range k.attributes {
		inner = appendAttribute(inner[:0], &k.attributes[i])
		dst = protowire.AppendTag(dst, profileAttribute, protowire.BytesType)
		dst = protowire.AppendBytes(dst, inner)
	}
	for i, at := range k.homeAt {
		if at != 0 {
			inner = appendNumber(appendNumber(inner[:0], homeWhich, uint64(i+1)), homeAt, uint64(at))
			dst = protowire.AppendTag(dst, profileHomeTime, protowire.BytesType)
			dst = protowire.AppendBytes(dst, inner)
		}
	}
	return append(dst, k.unknown...)
}

func appendAttribute(dst []byte, a *keptAttribute) []byte {
	dst = appendText(dst, attributeName, a.name)
	if a.at != 0 {
		dst = appendNumber(dst, attributeAt, uint64(a.at))
	}
	dst = appendNumber(dst, attributeType, uint64(a.value.Type))
	if a.value.N != 0 {
		dst = appendNumber(dst, attributeN, protowire.EncodeZigZag(a.value.N))
	}
	if a.value.Text != "" {
		dst = appendText(dst, attributeText, a.value.Text)
	}
	for _, part := range a.value.List {
		dst = appendText(dst, attributeParts, part)
	}
	if a.fed {
		dst = appendNumber(dst, attributeFed, 1)
	}
	return dst
}

func appendText(dst []byte, field protowire.Number, text string) []byte {
	return protowire.AppendString(protowire.AppendTag(dst, field, protowire.BytesType), text)
}

func appendNumber(dst []byte, field protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(dst, field, protowire.VarintType), v)
}

func decodeProfile(payload []byte) (*keptProfile, error) {
	k := &keptProfile{}
	err := eachField(payload, func(f field) error {
		switch {
		case f.isBytes && f.number >= profileLocale && f.number <= profilePostcode:
			k.home[f.number-profileLocale] = string(f.bytes)
		case f.isBytes && f.number == profileAttribute:
			a, err := decodeAttribute(f.bytes)
			if err != nil {
				return err
			}
			k.attributes = append(k.attributes, a)
		case f.isBytes && f.number == profileHomeTime:
			return k.decodeHomeTime(f.bytes)
		default:
			k.unknown = append(k.unknown, f.whole...)
		}
		return nil
	})
	return k, err
}

// decodeHomeTime reads when one of the homes was true.
func (k *keptProfile) decodeHomeTime(payload []byte) error {
	var which, at uint64
	err := eachField(payload, func(f field) error {
		switch f.number {
		case homeWhich:
			which = f.varint
		case homeAt:
			at = f.varint
		}
		return nil
	})
	if err == nil && which >= 1 && which <= uint64(len(k.homeAt)) {
		k.homeAt[which-1] = int64(at)
	}
	return err
}

func decodeAttribute(payload []byte) (keptAttribute, error) {
	var a keptAttribute
	err := eachField(payload, func(f field) error {
		switch f.number {
		case attributeName:
			a.name = string(f.bytes)
		case attributeAt:
			a.at = int64(f.varint)
		case attributeType:
			a.value.Type = rules.Type(min(f.varint, uint64(rules.Some)))
		case attributeN:
			a.value.N = protowire.DecodeZigZag(f.varint)
		case attributeText:
			a.value.Text = string(f.bytes)
		case attributeParts:
			a.value.List = append(a.value.List, string(f.bytes))
		case attributeFed:
			a.fed = f.varint == 1
		}
		return nil
	})
	return a, err
}

// appendConsent appends the payload of a consent and the fields of a later
// release.
func appendConsent(dst []byte, c rules.Consent, unknown []byte) []byte {
	return append(appendNumber(dst, consentWord, uint64(c)+1), unknown...)
}

func decodeConsent(payload []byte) (c rules.Consent, unknown []byte, err error) {
	found := false
	err = eachField(payload, func(f field) error {
		if f.number != consentWord || f.isBytes {
			unknown = append(unknown, f.whole...)
			return nil
		}
		if f.varint < 1 || f.varint > uint64(rules.ConsentFull)+1 {
			return errEncoding
		}
		c, found = rules.Consent(f.varint-1), true
		return nil
	})
	if err == nil && !found {
		err = errEncoding
	}
	return c, unknown, err
}

func appendAlias(dst []byte, alias [16]byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(dst, aliasBytes, protowire.BytesType), alias[:])
}

func decodeAlias(payload []byte) (alias [16]byte, ok bool) {
	err := eachField(payload, func(f field) error {
		if f.number == aliasBytes && len(f.bytes) == len(alias) {
			alias, ok = [16]byte(f.bytes), true
		}
		return nil
	})
	return alias, ok && err == nil
}

// field is one field of a payload: a number or bytes, and the whole of it as it
// stands. It points into the payload.
type field struct {
	number  protowire.Number
	varint  uint64
	bytes   []byte
	isBytes bool
	whole   []byte
}

// eachField calls each for every field of a payload.
func eachField(payload []byte, each func(field) error) error {
	for len(payload) > 0 {
		number, kind, n := protowire.ConsumeTag(payload)
		if n < 0 {
			return fmt.Errorf("%w: %w", errEncoding, protowire.ParseError(n))
		}
		f, size := field{number: number}, 0
		switch kind {
		case protowire.VarintType:
			f.varint, size = protowire.ConsumeVarint(payload[n:])
		case protowire.BytesType:
			f.bytes, size = protowire.ConsumeBytes(payload[n:])
			f.isBytes = true
		default:
			size = protowire.ConsumeFieldValue(number, kind, payload[n:])
		}
		if size < 0 {
			return fmt.Errorf("%w: %w", errEncoding, protowire.ParseError(size))
		}
		f.whole, payload = payload[:n+size], payload[n+size:]
		if err := each(f); err != nil {
			return err
		}
	}
	return nil
}

// entry makes of a kept profile what an open sees: attributes as they are
// declared now, without those that have aged.
func (k *keptProfile) entry(declared []rules.Attribute, at, now int64) *entry {
	e := &entry{profile: &rules.Profile{
		Locale: k.home[0], Zone: k.home[1], Country: k.home[2], City: k.home[3], Postcode: k.home[4],
		Attributes: make([]rules.Value, len(declared)), Declared: declared, Imported: true,
	}}
	for _, a := range k.attributes {
		if a.at == 0 {
			a.at = at
		}
		e.take(&a, now)
	}
	return e
}
