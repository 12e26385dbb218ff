package journal

import "encoding/binary"

// add appends a record, after the words it needs.
func (f *file) add(r *Record) {
	agent := f.wordOf(r.Agent)
	f.text = appendClient(f.text[:0], r)
	client := f.word(f.text)
	f.text = appendEvidence(f.text[:0], r, agent)
	evidence := f.word(f.text)
	f.text = appendChoice(f.text[:0], r)
	choice := f.word(f.text)

	p := f.payload[:0]
	p = number(p, fieldKind, uint64(r.Kind))
	p = bytesOf(p, fieldID, r.ID[:])
	p = number(p, fieldAt, zigzag(r.At-f.hour.UnixMilli()))
	p = number(p, fieldCampaign, f.wordOf(r.Campaign))
	if r.Revision != ([16]byte{}) {
		p = number(p, fieldRevision, f.word(r.Revision[:]))
	}
	p = number(p, fieldBlock, f.wordOf(r.Block))
	p = number(p, fieldPosition, uint64(max(0, r.Position)))
	p = f.appendSend(p, r)
	if r.Alias != ([16]byte{}) {
		p = bytesOf(p, fieldAlias, r.Alias[:])
	}
	p = number(p, fieldTrust, uint64(r.Trust&3)|uint64(r.Consent)<<2)
	p = fixed(p, fieldReading, binary.BigEndian.Uint64(r.Reading[:]))
	p = number(p, fieldClient, client)
	p = number(p, fieldEvidence, evidence)
	p = number(p, fieldChoice, choice)
	p = f.appendItems(p, r.Items)
	p = number(p, fieldRung, uint64(r.Rung))
	p = fixed(p, fieldDigest, r.Digest)
	p = number(p, fieldMatched, uint64(r.Matched))
	p = number(p, fieldAnswer, f.wordOf(r.Answer))
	p = f.appendValue(p, r)
	f.payload = p
	f.put(p)
	f.records++
}

func (f *file) appendSend(p []byte, r *Record) []byte {
	if r.Send == "" && r.Since == 0 {
		return p
	}
	n := f.wordOf(r.Send)
	f.text = binary.AppendUvarint(f.text[:0], n)
	f.text = binary.AppendUvarint(f.text, zigzag(r.Since))
	return bytesOf(p, fieldSend, f.text)
}

func (f *file) appendValue(p []byte, r *Record) []byte {
	if r.Value == 0 && r.Currency == "" {
		return p
	}
	n := f.wordOf(r.Currency)
	f.text = binary.AppendUvarint(f.text[:0], zigzag(r.Value))
	f.text = binary.AppendUvarint(f.text, n)
	return bytesOf(p, fieldValue, f.text)
}

func (f *file) appendItems(p []byte, items []string) []byte {
	f.text = f.text[:0]
	for _, item := range items[:min(len(items), maxItems)] {
		f.text = binary.AppendUvarint(f.text, f.wordOf(item))
	}
	return bytesOf(p, fieldItems, f.text)
}

// wordOf returns the number of a text, written first if it is new.
func (f *file) wordOf(text string) uint64 {
	f.name = append(f.name[:0], text...)
	return f.word(f.name)
}

// word is wordOf of bytes.
func (f *file) word(text []byte) uint64 {
	n, isNew := f.words.find(text)
	if isNew {
		f.put(appendWord(nil, n, []byte(f.words.texts[n-1])))
		f.words.wrote(n)
	}
	return n
}
