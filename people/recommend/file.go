package recommend

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
)

// A file of a model is its mark, then what encoder writes, then the CRC-32C of
// all before. Numbers are uvarints, floats IEEE 754 little-endian, lists after
// their length; the targets of a list by how far they are from the one before.
const fileMark = "OTREC2\n"

// castagnoli is the table of the sum.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ErrDamaged says that a file is no model, or a damaged one.
var ErrDamaged = errors.New("not a model, or damaged")

// Save writes a model.
func (m *Model) Save(w io.Writer) error {
	sum := crc32.New(castagnoli)
	e := &encoder{w: bufio.NewWriterSize(io.MultiWriter(w, sum), 1<<16)}
	_, _ = e.w.WriteString(fileMark) // the buffer keeps the error for Flush
	e.model(m)
	if err := e.w.Flush(); err != nil {
		return fmt.Errorf("save model: %w", err)
	}
	if _, err := w.Write(binary.LittleEndian.AppendUint32(nil, sum.Sum32())); err != nil {
		return fmt.Errorf("save model: %w", err)
	}
	return nil
}

// Load reads a model from the bytes of its file, which it does not keep.
// ErrDamaged is returned for what Save did not write.
func Load(data []byte) (*Model, error) {
	end := len(data) - 4
	if end < len(fileMark) || string(data[:len(fileMark)]) != fileMark {
		return nil, fmt.Errorf("load model: %w", ErrDamaged)
	}
	if crc32.Checksum(data[:end], castagnoli) != binary.LittleEndian.Uint32(data[end:]) {
		return nil, fmt.Errorf("load model: wrong sum: %w", ErrDamaged)
	}
	return decode(data[len(fileMark):end])
}

// encoder writes the parts of a model.
type encoder struct {
	w    *bufio.Writer
	room [binary.MaxVarintLen64]byte
}

func (e *encoder) number(n int) {
	_, _ = e.w.Write(binary.AppendUvarint(e.room[:0], uint64(n)))
}

func (e *encoder) float(f float64) {
	_, _ = e.w.Write(binary.LittleEndian.AppendUint64(e.room[:0], math.Float64bits(f)))
}

func (e *encoder) single(f float32) {
	_, _ = e.w.Write(binary.LittleEndian.AppendUint32(e.room[:0], math.Float32bits(f)))
}

func (e *encoder) text(s string) {
	e.number(len(s))
	_, _ = e.w.WriteString(s)
}

func (e *encoder) texts(list []string) {
	e.number(len(list))
	for _, s := range list {
		e.text(s)
	}
}

func (e *encoder) items(list []int32) {
	e.number(len(list))
	for _, i := range list {
		e.number(int(i))
	}
}

func (e *encoder) lists(l *lists) {
	e.number(len(l.scale))
	for source := range l.scale {
		target, weight, scale := l.of(int32(source))
		e.number(len(target))
		if len(target) == 0 {
			continue
		}
		e.single(scale)
		last := int32(-1)
		for _, i := range target {
			e.number(int(i - last - 1))
			last = i
		}
		for _, w := range weight {
			_ = e.w.WriteByte(byte(w))
		}
	}
}

func (e *encoder) model(m *Model) {
	for _, f := range m.Settings.values() {
		e.float(*f)
	}
	e.number(len(m.items))
	for i := range m.items {
		item := &m.items[i]
		e.text(item.ID)
		e.text(item.Title)
		e.texts(item.Features)
		e.float(item.Number)
		e.single(m.trend[i])
	}
	e.items(m.order)
	e.number(len(m.regions))
	for _, name := range m.regionNames() {
		e.text(name)
		e.items(m.regions[name])
	}
	e.texts(m.taste.features)
	for _, l := range []*lists{m.lists, m.next, m.fresh, m.near, m.taste.lists} {
		e.lists(l)
	}
}
