package render

import (
	"encoding/binary"
	"image"
	"math"
)

// profile is how colours that are not sRGB are to be seen: a curve of each channel,
// and what the three then add to linear red, green and blue of sRGB (ICC.1:2022, three
// components with a matrix, or one). Profiles of tables are not read: without one, a
// picture is taken for sRGB, as browsers that know no colours do.
type profile struct {
	linear [3][256]float32
	matrix [3][3]float32
}

// fromXYZ makes linear sRGB of what profiles connect by: XYZ under D50.
var fromXYZ = [3][3]float64{
	{3.1338561, -1.6168667, -0.4906146},
	{-0.9787684, 1.9161415, 0.0334540},
	{0.0719453, -0.2289914, 1.4052427},
}

// readProfile reads a profile of a picture that has one channel or three. It is nil
// where it is damaged, of another kind, or so near to sRGB that nobody sees it.
func readProfile(data []byte, grey bool) *profile {
	tags := profileTags(data)
	if tags == nil {
		return nil
	}
	p := &profile{}
	if grey {
		if string(data[16:20]) != "GRAY" || !readCurve(tags["kTRC"], &p.linear[0]) {
			return nil
		}
		p.linear[1], p.linear[2] = p.linear[0], p.linear[0]
		p.matrix = [3][3]float32{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}
	} else {
		if string(data[16:24]) != "RGB XYZ " {
			return nil
		}
		for i, name := range []string{"r", "g", "b"} {
			xyz := tags[name+"XYZ"]
			if !readCurve(tags[name+"TRC"], &p.linear[i]) || len(xyz) < 20 || string(xyz[:4]) != "XYZ " {
				return nil
			}
			for row := range p.matrix {
				sum := 0.0
				for k, of := range fromXYZ[row] {
					sum += of * fixedPoint(xyz[8+4*k:])
				}
				p.matrix[row][i] = float32(sum)
			}
		}
	}
	if p.isSRGB() {
		return nil
	}
	return p
}

// profileTags are a profile's parts by their names.
func profileTags(data []byte) map[string][]byte {
	if len(data) < 132 || string(data[36:40]) != "acsp" {
		return nil
	}
	tags := map[string][]byte{}
	for i := range int(min(binary.BigEndian.Uint32(data[128:]), 100)) {
		if 144+12*i > len(data) {
			return nil
		}
		entry := data[132+12*i:]
		from, size := uint64(binary.BigEndian.Uint32(entry[4:])), uint64(binary.BigEndian.Uint32(entry[8:]))
		if from+size > uint64(len(data)) {
			return nil
		}
		tags[string(entry[:4])] = data[from : from+size]
	}
	return tags
}

// fixedPoint is a number with 16 bits behind the point.
func fixedPoint(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 65536 }

// readCurve reads what each value of a channel is, linear from 0 to 1.
func readCurve(tag []byte, to *[256]float32) bool {
	if len(tag) < 12 {
		return false
	}
	var at func(x float64) float64
	switch string(tag[:4]) {
	case "curv":
		at = tableCurve(tag[12:], binary.BigEndian.Uint32(tag[8:]))
	case "para":
		at = formulaCurve(tag[12:], binary.BigEndian.Uint16(tag[8:]))
	}
	if at == nil {
		return false
	}
	for i := range to {
		y := at(float64(i) / 255)
		if math.IsNaN(y) {
			return false
		}
		to[i] = float32(min(max(0, y), 1))
	}
	return true
}

// tableCurve is a curve of n values, of which one is a power and none is a line.
func tableCurve(values []byte, n uint32) func(float64) float64 {
	if uint64(len(values)) < 2*uint64(n) {
		return nil
	}
	value := func(i int) float64 { return float64(binary.BigEndian.Uint16(values[2*i:])) }
	switch n {
	case 0:
		return func(x float64) float64 { return x }
	case 1:
		return func(x float64) float64 { return math.Pow(x, value(0)/256) }
	}
	return func(x float64) float64 {
		at := x * float64(n-1)
		i := min(int(at), int(n)-2)
		return (value(i) + (value(i+1)-value(i))*(at-float64(i))) / 65535
	}
}

// formulaCurve is a curve of a kind of formula (ICC.1:2022, table 68).
func formulaCurve(numbers []byte, kind uint16) func(float64) float64 {
	count := []int{1, 3, 4, 5, 7}
	if int(kind) >= len(count) || len(numbers) < 4*count[kind] {
		return nil
	}
	var n [7]float64 // g a b c d e f
	for i := range count[kind] {
		n[i] = fixedPoint(numbers[4*i:])
	}
	power, slope, offset, low, knee, over, under := n[0], n[1], n[2], n[3], n[4], n[5], n[6]
	switch kind {
	case 0:
		slope = 1
	case 1:
		low, knee = 0, -offset/slope
	case 2:
		over, under, low, knee = n[3], n[3], 0, -offset/slope
	}
	if kind == 0 {
		knee = math.Inf(-1)
	}
	return func(x float64) float64 {
		if x < knee {
			return low*x + under
		}
		return math.Pow(max(0, slope*x+offset), power) + over
	}
}

// isSRGB reports whether the profile leaves all colours nearly as they are.
func (p *profile) isSRGB() bool {
	for i := range 256 {
		for c := range p.linear {
			if math.Abs(encodeSRGB(float64(p.linear[c][i]))*255-float64(i)) > 1 {
				return false
			}
		}
	}
	for i, row := range p.matrix {
		for k, of := range row {
			want := 0.0
			if i == k {
				want = 1
			}
			if math.Abs(float64(of)-want) > 0.01 {
				return false
			}
		}
	}
	return true
}

// encodeSRGB is a linear value as sRGB has it, both from 0 to 1 (IEC 61966-2-1).
func encodeSRGB(linear float64) float64 {
	if linear <= 0.0031308 {
		return 12.92 * linear
	}
	return 1.055*math.Pow(linear, 1/2.4) - 0.055
}

// convert makes sRGB of a picture's colours. A nil profile leaves them.
func (p *profile) convert(m *image.RGBA) {
	if p == nil {
		return
	}
	const most = 4095
	var encoded [most + 1]uint8
	for i := range encoded {
		encoded[i] = uint8(encodeSRGB(float64(i)/most)*255 + 0.5)
	}
	for i := 0; i+4 <= len(m.Pix); i += 4 {
		pixel := m.Pix[i : i+4 : i+4]
		alpha := int(pixel[3])
		if alpha == 0 {
			continue
		}
		var light [3]float32
		for c := range light {
			light[c] = p.linear[c][min(255, (int(pixel[c])*255+alpha/2)/alpha)]
		}
		for c, row := range p.matrix {
			sum := row[0]*light[0] + row[1]*light[1] + row[2]*light[2]
			value := int(encoded[int(min(max(0, sum), 1)*most+0.5)])
			pixel[c] = uint8((value*alpha + 127) / 255)
		}
	}
}
