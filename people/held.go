package people

import (
	"unsafe"

	"google.golang.org/protobuf/encoding/protowire"

	"example.com/opentime/rules"
)

// Rooms for an entry with its profile, the values of its attributes and its texts:
// one thing to allocate and, for the collector of garbage, to mark.
type (
	smallRoom struct {
		entry   entry
		profile rules.Profile
		values  [4]rules.Value
		text    [128]byte
	}
	middleRoom struct {
		entry   entry
		profile rules.Profile
		values  [8]rules.Value
		text    [320]byte
	}
	largeRoom struct {
		entry   entry
		profile rules.Profile
		values  [24]rules.Value
		text    [768]byte
	}
)

// roomFor returns an entry with so many values of attributes, and a text of its own
// that says what payload does.
func roomFor(values int, payload []byte) (e *entry, text string) {
	var room []byte
	switch n := len(payload); {
	case values <= len(smallRoom{}.values) && n <= len(smallRoom{}.text):
		r := &smallRoom{}
		r.entry.profile, r.profile.Attributes = &r.profile, r.values[:values:values]
		e, room = &r.entry, r.text[:n]
	case values <= len(middleRoom{}.values) && n <= len(middleRoom{}.text):
		r := &middleRoom{}
		r.entry.profile, r.profile.Attributes = &r.profile, r.values[:values:values]
		e, room = &r.entry, r.text[:n]
	case values <= len(largeRoom{}.values) && n <= len(largeRoom{}.text):
		r := &largeRoom{}
		r.entry.profile, r.profile.Attributes = &r.profile, r.values[:values:values]
		e, room = &r.entry, r.text[:n]
	default:
		e = &entry{profile: &rules.Profile{Attributes: make([]rules.Value, values)}}
		room = make([]byte, n)
	}
	copy(room, payload)
	return e, unsafe.String(unsafe.SliceData(room), len(room)) // nobody writes to room any more
}

// decodeEntry makes of the payload of a profile what an open sees, as
// keptProfile.entry does of one that is to be changed.
func decodeEntry(payload []byte, declared []rules.Attribute, at, now int64) (*entry, error) {
	e, rest := roomFor(len(declared), payload)
	p := e.profile
	p.Declared, p.Imported = declared, true
	homes := [...]*string{&p.Locale, &p.Zone, &p.Country, &p.City, &p.Postcode}
	for len(rest) > 0 {
		f, after, ok := cutField(rest)
		if rest = after; !ok {
			return nil, errEncoding
		}
		if f.kind != protowire.BytesType {
			continue
		}
		switch {
		case f.number >= profileLocale && f.number <= profilePostcode:
			*homes[f.number-profileLocale] = f.bytes
		case f.number == profileAttribute:
			a, ok := readAttribute(f.bytes)
			if !ok {
				return nil, errEncoding
			}
			if a.at == 0 {
				a.at = at
			}
			e.take(&a, now)
		}
	}
	return e, nil
}

// readAttribute reads an attribute whose texts are parts of text.
func readAttribute(text string) (a keptAttribute, ok bool) {
	for len(text) > 0 {
		var f wireField
		if f, text, ok = cutField(text); !ok {
			return a, false
		}
		switch f.number {
		case attributeName:
			a.name = f.bytes
		case attributeAt:
			a.at = int64(f.n)
		case attributeType:
			a.value.Type = rules.Type(min(f.n, uint64(rules.Some)))
		case attributeN:
			a.value.N = protowire.DecodeZigZag(f.n)
		case attributeText:
			a.value.Text = f.bytes
		case attributeParts:
			a.value.List = append(a.value.List, f.bytes)
		}
	}
	return a, true
}

// take takes an attribute in where it is declared and has not aged.
func (e *entry) take(a *keptAttribute, now int64) {
	for i := range e.profile.Declared {
		d := &e.profile.Declared[i]
		if a.name != d.Name || a.value.Type != d.Type {
			continue
		}
		ages := a.at + d.Age.Milliseconds()
		switch {
		case d.Age == 0:
			e.profile.Attributes[i] = a.value
		case now < ages:
			e.profile.Attributes[i] = a.value
			if e.until == 0 || ages < e.until {
				e.until = ages
			}
		}
	}
}
