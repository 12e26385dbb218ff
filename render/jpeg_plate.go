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
	if p == nil {
		return 0
	}
	size := len(p.head) + 20*len(p.marks)
	for i := range p.rows {
		size += len(p.rows[i].coded) + len(p.rows[i].bits)
	}
	return int64(size)
}

// newInlay codes the whole MCUs of a picture that begin at a corner, to be copied from.
// A picture without any has an empty one.
func (c *jpegCoder) newInlay(m *image.RGBA, corner image.Point, quality int) *plate {
	size := m.Rect.Size().Sub(corner)
	if size.X < mcuSide || size.Y < mcuSide {
		return &plate{}
	}
	whole := image.Rect(0, 0, size.X/mcuSide*mcuSide, size.Y/mcuSide*mcuSide)
	p := c.newPlate(&image.RGBA{Pix: m.Pix[m.PixOffset(corner.X, corner.Y):], Stride: m.Stride, Rect: whole}, quality)
	for i := range p.rows {
		p.rows[i].coded = nil
	}
	return p
}

// inlay is a plate that stands in another picture, its corner at an MCU. Without one
// nothing is copied from it.
type inlay struct {
	plate       *plate
	column, row int
}

// Where an MCU comes from: the plate, the picture's pixels, or the i-th inlay.
const (
	ofPlate  = 0
	ofPixels = 1
	ofInlay  = 2
)

// print appends a picture to out that is the plate's but where from says that an MCU
// is an inlay's, or not coded yet. Its bytes are those of encode.
func (c *jpegCoder) print(out []byte, p *plate, m *image.RGBA, from []uint8, inlays []inlay) []byte {
	c.begin(append(out, p.head...), p.quality)
	for row := range p.rows {
		some := from[row*p.columns:][:p.columns]
		if end := runOf(some, 0); end == p.columns && some[0] == ofPlate {
			c.out = append(c.out, p.rows[row].coded...)
			continue
		}
		c.before = [3]int32{}
		for column := 0; column < p.columns; {
			end := runOf(some, column)
			switch source := some[column]; source {
			case ofPlate:
				c.copyRun(p, row, column, end)
			case ofPixels:
				for ; column < end; column++ {
					c.code(m, column, row)
				}
			default:
				of := &inlays[source-ofInlay]
				c.copyRun(of.plate, row-of.row, column-of.column, end-of.column)
			}
			column = end
		}
		c.align()
		c.out = appendRowEnd(c.out, row, len(p.rows))
	}
	return c.out
}

// runOf is where the run of one source that begins at a column ends.
func runOf(from []uint8, column int) int {
	end := column + 1
	for end < len(from) && from[end] == from[column] {
		end++
	}
	return end
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
