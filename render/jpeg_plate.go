package render

import "image"

// plate is a picture coded ahead, of which others that differ in few MCUs are
// printed: rows without a difference are copied as bytes, MCUs without one as
// bits. It never changes.
type plate struct {
	quality int
	head    []byte
	columns int
	rows    []plateRow
	marks   []jpegMark // row by row
}

// plateRow is a row of MCUs.
type plateRow struct {
	coded []byte // as it stands in a file, with what stands behind it
	bits  []byte // of its MCUs, unstuffed
	end   uint32 // how many there are
}

// newPlate codes a picture.
func (c *jpegCoder) newPlate(m *image.RGBA, quality int) *plate {
	columns, rows := mcus(m.Rect.Dx()), mcus(m.Rect.Dy())
	p := &plate{
		quality: quality,
		head:    appendJPEGHead(nil, m.Rect.Dx(), m.Rect.Dy(), quality),
		columns: columns, rows: make([]plateRow, rows), marks: make([]jpegMark, 0, columns*rows),
	}
	var room []byte
	for row := range rows {
		c.begin(room[:0], quality)
		c.before = [3]int32{}
		for column := range columns {
			p.marks = append(p.marks, c.code(m, column, row))
		}
		end := c.length()
		c.align()
		room = c.out
		p.rows[row] = plateRow{bits: unstuffed(room), end: end, coded: appendRowEnd(append([]byte(nil), room...), row, rows)}
	}
	return p
}

// size is the memory that it takes, in bytes.
func (p *plate) size() int64 {
	size := len(p.head) + 20*len(p.marks)
	for i := range p.rows {
		size += len(p.rows[i].coded) + len(p.rows[i].bits)
	}
	return int64(size)
}

// print appends a picture to out that is the plate's but where changed says that
// an MCU is not. Its bytes are those of encode.
func (c *jpegCoder) print(out []byte, p *plate, m *image.RGBA, changed []bool) []byte {
	c.begin(append(out, p.head...), p.quality)
	for row := range p.rows {
		some := changed[row*p.columns:][:p.columns]
		if !anyOf(some) {
			c.out = append(c.out, p.rows[row].coded...)
			continue
		}
		c.before = [3]int32{}
		for column := 0; column < p.columns; {
			if some[column] {
				c.code(m, column, row)
				column++
				continue
			}
			end := column + 1
			for end < p.columns && !some[end] {
				end++
			}
			c.copyRun(p, row, column, end)
			column = end
		}
		c.align()
		c.out = appendRowEnd(c.out, row, len(p.rows))
	}
	return c.out
}

func anyOf(list []bool) bool {
	for _, one := range list {
		if one {
			return true
		}
	}
	return false
}

// copyRun copies the MCUs of columns from up to to of a row. The first counts its
// DC coefficients from another MCU than it did, so these are coded anew.
func (c *jpegCoder) copyRun(p *plate, row, from, to int) {
	of, marks := &p.rows[row], p.marks[row*p.columns:][:p.columns]
	first, end := &marks[from], of.end
	if to < len(marks) {
		end = marks[to].at
	}
	var counted [3]int32
	if from > 0 {
		counted = marks[from-1].dc()
	}
	at := first.at
	if c.before != counted {
		starts := [3]uint32{at, at + uint32(first.colour[0]), at + uint32(first.colour[1])}
		for i, start := range starts {
			c.copy(of.bits, at, start)
			dc, table := int32(first.first[i]), min(i, 1)
			c.putDC(table, dc-c.before[i])
			at = start + sizeDC(table, dc-counted[i])
		}
	}
	c.copy(of.bits, at, end)
	c.before = marks[to-1].dc()
}
