package journal

import (
	"errors"

	"google.golang.org/protobuf/encoding/protowire"
)

// Field numbers of a record, written down in README.md and never reused.
const (
	fieldKind     protowire.Number = 1
	fieldID       protowire.Number = 2
	fieldAt       protowire.Number = 3 // zigzag, ms from the file's hour
	fieldCampaign protowire.Number = 4
	fieldRevision protowire.Number = 5
	fieldBlock    protowire.Number = 6
	fieldPosition protowire.Number = 7
	fieldSend     protowire.Number = 8 // packed: word, seconds since
	fieldAlias    protowire.Number = 9
	fieldTrust    protowire.Number = 10 // trust + 4 * consent
	fieldReading  protowire.Number = 11
	fieldClient   protowire.Number = 12
	fieldEvidence protowire.Number = 13
	fieldChoice   protowire.Number = 14
	fieldItems    protowire.Number = 15 // packed words
	fieldRung     protowire.Number = 16
	fieldDigest   protowire.Number = 17
	fieldMatched  protowire.Number = 18
	fieldAnswer   protowire.Number = 19
	fieldValue    protowire.Number = 20 // packed: zigzag amount, word of the currency
	fieldNumber   protowire.Number = 21 // of a word
	fieldText     protowire.Number = 22 // of a word
)

// Field numbers inside the words of clients, evidence and choices.
const (
	clientClass  protowire.Number = 1
	clientApp    protowire.Number = 2
	clientOS     protowire.Number = 3
	clientMobile protowire.Number = 4

	evidenceMethod  protowire.Number = 1
	evidenceFlags   protowire.Number = 2
	evidenceNetwork protowire.Number = 3
	evidenceAgent   protowire.Number = 4 // word
	evidenceCountry protowire.Number = 5

	choiceRule    protowire.Number = 1
	choiceVariant protowire.Number = 2
	choiceReason  protowire.Number = 3
	choiceHoldout protowire.Number = 4
	choiceSplit   protowire.Number = 5
)

// Field numbers of a file's header.
const (
	headerServer protowire.Number = 1
	headerBuild  protowire.Number = 2
	headerStart  protowire.Number = 3
)

// errWire says that bytes whose sum is right are not what this package writes.
var errWire = errors.New("decode record: not one of the journal's")

// number appends a varint field; nothing if it is zero.
func number(dst []byte, field protowire.Number, v uint64) []byte {
	if v == 0 {
		return dst
	}
	dst = protowire.AppendTag(dst, field, protowire.VarintType)
	return protowire.AppendVarint(dst, v)
}

// fixed appends a field of 8 bytes; nothing if it is zero.
func fixed(dst []byte, field protowire.Number, v uint64) []byte {
	if v == 0 {
		return dst
	}
	dst = protowire.AppendTag(dst, field, protowire.Fixed64Type)
	return protowire.AppendFixed64(dst, v)
}

// bytesOf appends a length-delimited field; nothing if it is empty.
func bytesOf[T string | []byte](dst []byte, field protowire.Number, v T) []byte {
	if len(v) == 0 {
		return dst
	}
	dst = protowire.AppendTag(dst, field, protowire.BytesType)
	dst = protowire.AppendVarint(dst, uint64(len(v)))
	return append(dst, v...)
}

func flag(v bool) uint64 {
	if v {
		return 1
	}
	return 0
}

// appendWord appends the payload that says what a number means from here on.
func appendWord(dst []byte, n uint64, text []byte) []byte {
	dst = number(dst, fieldKind, uint64(word))
	dst = number(dst, fieldNumber, n)
	return bytesOf(dst, fieldText, text)
}

// appendHeader appends what a file says of itself.
func appendHeader(dst []byte, h Header) []byte {
	dst = bytesOf(dst, headerServer, h.Server)
	dst = bytesOf(dst, headerBuild, h.Build)
	return number(dst, headerStart, uint64(h.Start))
}

func appendClient(dst []byte, r *Record) []byte {
	dst = number(dst, clientClass, uint64(r.Class))
	dst = bytesOf(dst, clientApp, r.App)
	dst = bytesOf(dst, clientOS, r.OS)
	return number(dst, clientMobile, flag(r.Mobile))
}

func appendEvidence(dst []byte, r *Record, agent uint64) []byte {
	dst = number(dst, evidenceMethod, uint64(r.Method))
	dst = number(dst, evidenceFlags, r.Flags)
	dst = bytesOf(dst, evidenceNetwork, r.Network)
	dst = number(dst, evidenceAgent, agent)
	return bytesOf(dst, evidenceCountry, r.Country)
}

func appendChoice(dst []byte, r *Record) []byte {
	dst = bytesOf(dst, choiceRule, r.Rule)
	dst = bytesOf(dst, choiceVariant, r.Variant)
	dst = number(dst, choiceReason, uint64(r.Reason))
	dst = number(dst, choiceHoldout, flag(r.Holdout))
	return number(dst, choiceSplit, flag(r.Split))
}

// zigzag and unzigzag keep small negative numbers small.
func zigzag(v int64) uint64   { return protowire.EncodeZigZag(v) }
func unzigzag(v uint64) int64 { return protowire.DecodeZigZag(v) }

// field is one field as it stands in a message.
type field struct {
	number protowire.Number
	v      uint64
	bytes  []byte // of a length-delimited one; points into the message
}

// fields calls each for every field of a message. Fields of unknown wire types
// are passed over; a message that breaks off is errWire.
func fields(data []byte, each func(field) error) error {
	for len(data) > 0 {
		f := field{}
		num, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			return errWire
		}
		f.number, data = num, data[n:]
		switch kind {
		case protowire.VarintType:
			f.v, n = protowire.ConsumeVarint(data)
		case protowire.Fixed64Type:
			f.v, n = protowire.ConsumeFixed64(data)
		case protowire.BytesType:
			f.bytes, n = protowire.ConsumeBytes(data)
		default:
			n = protowire.ConsumeFieldValue(num, kind, data)
		}
		if n < 0 {
			return errWire
		}
		data = data[n:]
		if err := each(f); err != nil {
			return err
		}
	}
	return nil
}
