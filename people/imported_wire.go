package people

import "google.golang.org/protobuf/encoding/protowire"

// Field numbers, written down in store/README.md and never reused.
const (
	progressName    protowire.Number = 1
	progressBegan   protowire.Number = 2
	progressRows    protowire.Number = 3
	progressFrom    protowire.Number = 4
	progressApplied protowire.Number = 5
	progressIgnored protowire.Number = 6
	progressRefused protowire.Number = 7
	progressMark    protowire.Number = 8
	progressNote    protowire.Number = 9 // repeated
	progressLast    protowire.Number = 10

	noteRow     protowire.Number = 1
	noteWhy     protowire.Number = 2
	noteRefused protowire.Number = 3
)

// numbers are the fields of a progress that are numbers.
func (p *Progress) numbers() map[protowire.Number]*int64 {
	return map[protowire.Number]*int64{
		progressBegan: &p.Began, progressRows: &p.Rows, progressFrom: &p.From, progressApplied: &p.Applied,
		progressIgnored: &p.Ignored, progressRefused: &p.Refused, progressMark: &p.Mark,
	}
}

func appendProgress(dst []byte, p *Progress) []byte {
	dst = appendText(dst, progressName, p.Name)
	numbers := p.numbers()
	for number := progressBegan; number <= progressMark; number++ {
		dst = appendNumber(dst, number, uint64(*numbers[number]))
	}
	for _, note := range p.Last.Ignored {
		dst = appendNote(dst, note, false)
	}
	for _, note := range p.Last.Refused {
		dst = appendNote(dst, note, true)
	}
	return appendNumber(dst, progressLast, uint64(p.Last.Applied))
}

func appendNote(dst []byte, note RowNote, refused bool) []byte {
	inner := appendText(appendNumber(nil, noteRow, uint64(note.Row)), noteWhy, note.Why)
	if refused {
		inner = appendNumber(inner, noteRefused, 1)
	}
	return protowire.AppendBytes(protowire.AppendTag(dst, progressNote, protowire.BytesType), inner)
}

func decodeProgress(payload []byte) (Progress, error) {
	p := Progress{Last: newApplied()}
	numbers := p.numbers()
	err := eachField(payload, func(f field) error {
		switch {
		case f.isBytes && f.number == progressName:
			p.Name = string(f.bytes)
		case f.isBytes && f.number == progressNote:
			return p.note(f.bytes)
		case f.isBytes:
		case f.number == progressLast:
			p.Last.Applied = int(f.varint)
		case numbers[f.number] != nil:
			*numbers[f.number] = int64(f.varint)
		}
		return nil
	})
	return p, err
}

// note reads a note of the last piece.
func (p *Progress) note(payload []byte) error {
	var note RowNote
	refused := false
	err := eachField(payload, func(f field) error {
		switch f.number {
		case noteRow:
			note.Row = int(f.varint)
		case noteWhy:
			note.Why = string(f.bytes)
		case noteRefused:
			refused = f.varint == 1
		}
		return nil
	})
	if refused {
		p.Last.Refused = append(p.Last.Refused, note)
	} else {
		p.Last.Ignored = append(p.Last.Ignored, note)
	}
	return err
}
