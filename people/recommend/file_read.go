package recommend

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// decoder reads what encoder wrote. After the first thing that cannot be it
// gives zeros and bad is set.
type decoder struct {
	data []byte
	bad  bool
}

// decode reads a model.
func decode(data []byte) (*Model, error) {
	d := &decoder{data: data}
	m := d.model()
	if d.bad || len(d.data) > 0 {
		return nil, fmt.Errorf("load model: %w", ErrDamaged)
	}
	return m, nil
}

// number reads a number up to most.
func (d *decoder) number(most int) int {
	n, size := binary.Uvarint(d.data)
	if size <= 0 || most < 0 || n > uint64(most) {
		d.bad, d.data = true, nil
		return 0
	}
	d.data = d.data[size:]
	return int(n)
}

// length reads the length of a list of which each part takes at least a byte.
func (d *decoder) length() int { return d.number(len(d.data)) }

func (d *decoder) bytes(n int) []byte {
	if n > len(d.data) {
		d.bad, d.data = true, nil
		return nil
	}
	b := d.data[:n]
	d.data = d.data[n:]
	return b
}

// float reads a number that is none of the infinite or unordered ones.
func (d *decoder) float() float64 {
	b := d.bytes(8)
	if b == nil {
		return 0
	}
	f := math.Float64frombits(binary.LittleEndian.Uint64(b))
	d.bad = d.bad || math.IsNaN(f) || math.IsInf(f, 0)
	return f
}

func (d *decoder) single() float32 {
	b := d.bytes(4)
	if b == nil {
		return 0
	}
	f := math.Float32frombits(binary.LittleEndian.Uint32(b))
	d.bad = d.bad || f != f || math.IsInf(float64(f), 0)
	return f
}

func (d *decoder) text() string { return string(d.bytes(d.length())) }

func (d *decoder) texts() []string {
	var list []string
	for range d.length() {
		list = append(list, d.text())
	}
	return list
}

// items reads numbers of items, each once.
func (d *decoder) items(items int) []int32 {
	seen := NewSet(items)
	list := make([]int32, 0, min(items, len(d.data)))
	for range d.length() {
		i := int32(d.number(items - 1))
		if d.bad || seen.Has(i) {
			d.bad = true
			return nil
		}
		seen.Add(i)
		list = append(list, i)
	}
	return list
}

// lists reads lists of at most so many sources on so many items.
func (d *decoder) lists(sources, items int) *lists {
	n := d.number(min(sources, len(d.data)))
	l := &lists{start: make([]uint32, n+1), scale: make([]float32, n)}
	for source := range n {
		if size := d.length(); size > 0 {
			l.scale[source] = d.single()
			last := -1
			for range size {
				last += d.number(items) + 1
				if d.bad || last >= items {
					d.bad = true
					return l
				}
				l.target = append(l.target, int32(last))
			}
			for _, b := range d.bytes(size) {
				l.weight = append(l.weight, int8(b))
			}
			if d.bad {
				return l
			}
		}
		l.start[source+1] = uint32(len(l.target))
	}
	l.target, l.weight = slices.Clip(l.target), slices.Clip(l.weight)
	return l
}

func (d *decoder) model() *Model {
	m := &Model{byID: map[string]int32{}}
	for _, f := range m.Settings.values() {
		*f = d.float()
	}
	n := d.length()
	for i := range n {
		item := Item{ID: d.text(), Title: d.text(), Features: d.texts(), Number: d.float()}
		if _, twice := m.byID[item.ID]; twice || d.bad {
			d.bad = true
			return m
		}
		m.byID[item.ID] = int32(i)
		m.items = append(m.items, item)
		m.trend = append(m.trend, d.single())
	}
	m.order = d.items(n)
	m.top = m.order[:min(trending, len(m.order))]
	d.bad = d.bad || len(m.order) != n
	m.regions = map[string][]int32{}
	for range d.length() {
		name := d.text()
		m.regions[name] = d.items(n)
	}
	m.taste = &taste{features: d.texts(), byName: map[string]int32{}}
	for f, name := range m.taste.features {
		m.taste.byName[name] = int32(f)
	}
	m.lists, m.next, m.fresh, m.near = d.lists(n, n), d.lists(n, n), d.lists(n, n), d.lists(n, n)
	m.taste.lists = d.lists(len(m.taste.features)+1, n)
	return m
}
