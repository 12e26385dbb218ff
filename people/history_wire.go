package people

import (
	"google.golang.org/protobuf/encoding/protowire"

	"example.com/opentime/rules"
)

// Field numbers of a history, written down in store/README.md and never reused.
const (
	historyWord  protowire.Number = 1 // repeated; numbered from 1
	historyItem  protowire.Number = 2 // repeated; numbered from 1
	historyEvent protowire.Number = 3 // repeated, newest first

	eventKind     protowire.Number = 1  // rules.EventKind + 1, or undone
	eventEarlier  protowire.Number = 2  // ms before the event above; of the first Unix ms
	eventItem     protowire.Number = 3  // the item's number
	eventChannel  protowire.Number = 4  // a word's number, as the next three
	eventCampaign protowire.Number = 5  //
	eventBlock    protowire.Number = 6  //
	eventRule     protowire.Number = 7  //
	eventValue    protowire.Number = 8  // zigzag, millionths
	eventTimes    protowire.Number = 9  // none: 1
	eventFirst    protowire.Number = 10 // ms before its own time
	eventID       protowire.Number = 11 // fixed32
	eventAnswer   protowire.Number = 12 // a word's number
	eventQuantity protowire.Number = 13 // of the item; none: 1
	eventCurrency protowire.Number = 14 // a word's number
	eventMixed    protowire.Number = 15 // 1
)

// Kinds of events that undo others, as they are stored. They are no behaviour.
const (
	keptUncarted = 32 // it was taken out of the cart
	keptUnwished = 33 // and off the wish list
	keptUnbought = 34 // what was bought under its id was taken back; of value 1: it stands again
)

// rawEvent is an event as it is stored: items and words by their numbers.
type rawEvent struct {
	kind                                                   uint64
	at, first                                              int64 // Unix ms
	item, channel, campaign, block, rule, answer, currency int
	times, quantity, value                                 int64
	valued, mixed                                          bool
	id                                                     uint32
	unknown                                                string // fields of a later release
}

// is returns the kind of behaviour that an event is; false if it is none, or one of
// a later release.
func (e *rawEvent) is() (rules.EventKind, bool) {
	return rules.EventKind(e.kind - 1), e.kind >= 1 && e.kind <= uint64(rules.Answered)+1
}

// wireField is one field of a payload that is a string.
type wireField struct {
	number protowire.Number
	n      uint64 // of a varint, or of 4 bytes
	bytes  string
	whole  string
	kind   protowire.Type
}

// cutField takes the first field off a payload; false where it is none.
func cutField(text string) (f wireField, rest string, ok bool) {
	tag, n := cutVarint(text)
	if n == 0 || tag>>3 == 0 || tag>>3 > uint64(protowire.MaxValidNumber) {
		return f, "", false
	}
	f.number, f.kind = protowire.Number(tag>>3), protowire.Type(tag&7)
	end := n
	switch f.kind {
	case protowire.VarintType:
		var size int
		if f.n, size = cutVarint(text[n:]); size == 0 {
			return f, "", false
		}
		end += size
	case protowire.BytesType:
		length, size := cutVarint(text[n:])
		if size == 0 || length > uint64(len(text)-n-size) {
			return f, "", false
		}
		f.bytes = text[n+size : n+size+int(length)]
		end += size + int(length)
	case protowire.Fixed32Type:
		if len(text) < n+4 {
			return f, "", false
		}
		f.n = uint64(text[n]) | uint64(text[n+1])<<8 | uint64(text[n+2])<<16 | uint64(text[n+3])<<24
		end += 4
	case protowire.Fixed64Type:
		if len(text) < n+8 {
			return f, "", false
		}
		end += 8
	default:
		return f, "", false
	}
	f.whole = text[:end]
	return f, text[end:], true
}

// cutVarint reads a number and how many bytes it takes; 0 where it is none.
func cutVarint(text string) (v uint64, size int) {
	for i := 0; i < len(text) && i < 10; i++ {
		b := text[i]
		v |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			return v, i + 1
		}
	}
	return 0, 0
}

// readEvent reads an event that was before another, or, of the first, at all. What e
// held before is gone.
func readEvent(text string, e *rawEvent, above int64, first bool) bool {
	*e = rawEvent{times: 1, quantity: 1}
	var earlier, sooner uint64
	for len(text) > 0 {
		number, n, size := protowire.Number(0), uint64(0), 0
		if tag := text[0]; tag < 0x80 && tag&7 == byte(protowire.VarintType) { // most are
			number = protowire.Number(tag >> 3)
			n, size = cutVarint(text[1:])
			size++
		}
		if size < 2 || number == 0 {
			f, rest, ok := cutField(text)
			if !ok {
				return false
			}
			number, n, size = f.number, f.n, len(text)-len(rest)
		}
		switch number {
		case eventEarlier:
			earlier = n
		case eventFirst:
			sooner = n
		default:
			e.read(number, n, text[:size])
		}
		text = text[size:]
	}
	if e.at = above - int64(earlier); first {
		e.at = int64(earlier)
	}
	e.first = e.at - int64(sooner)
	return true
}

// read takes a field of an event, but for those of its time.
func (e *rawEvent) read(number protowire.Number, n uint64, whole string) {
	few := int(min(n, 1<<31))
	switch number {
	case eventKind:
		e.kind = n
	case eventItem:
		e.item = few
	case eventChannel:
		e.channel = few
	case eventCampaign:
		e.campaign = few
	case eventBlock:
		e.block = few
	case eventRule:
		e.rule = few
	case eventAnswer:
		e.answer = few
	case eventCurrency:
		e.currency = few
	case eventValue:
		e.value, e.valued = protowire.DecodeZigZag(n), true
	case eventTimes:
		e.times = int64(max(1, min(n, 1<<40)))
	case eventQuantity:
		e.quantity = int64(max(1, min(n, 1<<40)))
	case eventID:
		e.id = uint32(n)
	case eventMixed:
		e.mixed = n == 1
	default:
		e.unknown += whole
	}
}

// appendEvent appends an event that comes after another one, which is newer.
func appendEvent(dst []byte, e *rawEvent, above int64, first bool) []byte {
	earlier := uint64(above - e.at)
	if first {
		earlier = uint64(e.at)
	}
	number := func(field protowire.Number, v uint64, none uint64) {
		if v != none {
			dst = appendNumber(dst, field, v)
		}
	}
	number(eventKind, e.kind, 0)
	number(eventEarlier, earlier, 0)
	number(eventItem, uint64(e.item), 0)
	number(eventChannel, uint64(e.channel), 0)
	number(eventCampaign, uint64(e.campaign), 0)
	number(eventBlock, uint64(e.block), 0)
	number(eventRule, uint64(e.rule), 0)
	if e.valued {
		dst = appendNumber(dst, eventValue, protowire.EncodeZigZag(e.value))
	}
	number(eventTimes, uint64(e.times), 1)
	number(eventFirst, uint64(e.at-e.first), 0)
	if e.id != 0 {
		dst = protowire.AppendFixed32(protowire.AppendTag(dst, eventID, protowire.Fixed32Type), e.id)
	}
	number(eventAnswer, uint64(e.answer), 0)
	number(eventQuantity, uint64(e.quantity), 1)
	number(eventCurrency, uint64(e.currency), 0)
	if e.mixed {
		dst = appendNumber(dst, eventMixed, 1)
	}
	return append(dst, e.unknown...)
}
