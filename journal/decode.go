package journal

import (
	"encoding/binary"
	"math"
)

// decoder turns payloads back into records.
type decoder struct {
	base  int64 // Unix ms that records count from
	words map[uint64]string
	loss  Loss
	lost  bool // a word of the record under way is missing
}

// learn takes the words of a block. A word means the same in the whole file.
func (d *decoder) learn(block []byte) {
	scan(block, func(payload []byte) {
		var kind, n uint64
		var text []byte
		err := fields(payload, func(f field) error {
			switch f.number {
			case fieldKind:
				kind = f.v
			case fieldNumber:
				n = f.v
			case fieldText:
				text = f.bytes
			}
			return nil
		})
		if err == nil && Kind(kind) == word && n <= maxWords+16 && len(text) <= maxText {
			d.words[n] = string(text)
		}
	})
}

// tell calls each for every record of a block.
func (d *decoder) tell(block []byte, last bool, each func(*Record)) {
	bad, torn := scan(block, func(payload []byte) {
		d.lost = false
		r, err := d.record(payload)
		switch {
		case err != nil:
			d.loss.Records++
		case r.Kind == word:
		default:
			if d.lost {
				d.loss.Words++
			}
			each(&r)
		}
	})
	d.loss.Records += bad
	switch {
	case torn && last:
		d.loss.Torn = true
	case torn:
		d.loss.Records++
	}
}

// word returns what a number means; "" with a note if that is lost.
func (d *decoder) word(n uint64) string {
	text, ok := d.words[n]
	if !ok && n != 0 {
		d.lost = true
	}
	return text
}

func (d *decoder) record(payload []byte) (Record, error) {
	var r Record
	r.At = d.base
	err := fields(payload, func(f field) error {
		if f.number > fieldAlias {
			return d.later(&r, f)
		}
		switch f.number {
		case fieldKind:
			r.Kind = Kind(f.v)
		case fieldID:
			copy(r.ID[:], f.bytes)
		case fieldAt:
			r.At = d.base + unzigzag(f.v)
		case fieldCampaign:
			r.Campaign = d.word(f.v)
		case fieldRevision:
			copy(r.Revision[:], d.word(f.v))
		case fieldBlock:
			r.Block = d.word(f.v)
		case fieldPosition:
			r.Position = int(min(f.v, math.MaxInt32))
		case fieldSend:
			first, rest := uvarint(f.bytes)
			second, _ := uvarint(rest)
			r.Send, r.Since = d.word(first), unzigzag(second)
		case fieldAlias:
			copy(r.Alias[:], f.bytes)
		}
		return nil
	})
	return r, err
}

// later takes the fields behind the alias.
func (d *decoder) later(r *Record, f field) error {
	switch f.number {
	case fieldTrust:
		r.Trust, r.Consent = uint8(f.v&3), uint8(f.v>>2)
	case fieldReading:
		binary.BigEndian.PutUint64(r.Reading[:], f.v)
	case fieldClient:
		return d.client(r, f.v)
	case fieldEvidence:
		return d.evidence(r, f.v)
	case fieldChoice:
		return d.choice(r, f.v)
	case fieldItems:
		for rest := f.bytes; len(rest) > 0 && len(r.Items) < maxItems; {
			var n uint64
			n, rest = uvarint(rest)
			r.Items = append(r.Items, d.word(n))
		}
	case fieldRung:
		r.Rung = uint8(f.v)
	case fieldDigest:
		r.Digest = f.v
	case fieldMatched:
		r.Matched = uint8(f.v)
	case fieldAnswer:
		r.Answer = d.word(f.v)
	case fieldValue:
		first, rest := uvarint(f.bytes)
		second, _ := uvarint(rest)
		r.Value, r.Currency = unzigzag(first), d.word(second)
	}
	return nil
}

func (d *decoder) client(r *Record, n uint64) error {
	return fields([]byte(d.word(n)), func(f field) error {
		switch f.number {
		case clientClass:
			r.Class = uint8(f.v)
		case clientApp:
			r.App = string(f.bytes)
		case clientOS:
			r.OS = string(f.bytes)
		case clientMobile:
			r.Mobile = f.v != 0
		}
		return nil
	})
}

func (d *decoder) evidence(r *Record, n uint64) error {
	return fields([]byte(d.word(n)), func(f field) error {
		switch f.number {
		case evidenceMethod:
			r.Method = byte(f.v)
		case evidenceFlags:
			r.Flags = f.v
		case evidenceNetwork:
			r.Network = string(f.bytes)
		case evidenceAgent:
			r.Agent = d.word(f.v)
		case evidenceCountry:
			r.Country = string(f.bytes)
		}
		return nil
	})
}

func (d *decoder) choice(r *Record, n uint64) error {
	return fields([]byte(d.word(n)), func(f field) error {
		switch f.number {
		case choiceRule:
			r.Rule = string(f.bytes)
		case choiceVariant:
			r.Variant = string(f.bytes)
		case choiceReason:
			r.Reason = uint8(f.v)
		case choiceHoldout:
			r.Holdout = f.v != 0
		case choiceSplit:
			r.Split = f.v != 0
		}
		return nil
	})
}

// uvarint takes a number off data; one that is damaged takes all of it.
func uvarint(data []byte) (uint64, []byte) {
	v, n := binary.Uvarint(data)
	if n <= 0 {
		return 0, nil
	}
	return v, data[n:]
}
