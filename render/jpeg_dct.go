package render

import "math"

// samples are those of 8x8 pixels of one component, row by row and around 0.
type samples [64]float32

// coefficients are a block's, quantised, column by column: the k-th that is coded
// stands at zigzag[k].
type coefficients [64]int16

// The scaled DCT leaves each frequency too large by the product of its row's and
// its column's factor, and by 8; quantising divides it out.
var frequencyScale = [8]float32{1, 1.387039845, 1.306562965, 1.175875602, 1, 0.785694958, 0.541196100, 0.275899379}

// transform makes samples of frequencies, scaled as frequencyScale says, column by
// column, by the DCT of Arai, Agui and Nakajima (Trans. IEICE E-71, 1988): of each
// column, then of each row. Products are rounded before they are added to, also
// where a processor could do without, so that all processors draw the same.
func (s *samples) transform() {
	const half, odd, low, high = 0.707106781, 0.382683433, 0.541196100, 1.306562965
	var turned samples
	for i := range 8 {
		c, to := (*[57]float32)(s[i:i+57]), (*[8]float32)(turned[8*i:])
		s0, s1, s2, s3 := c[0]+c[56], c[8]+c[48], c[16]+c[40], c[24]+c[32]
		d0, d1, d2, d3 := c[0]-c[56], c[8]-c[48], c[16]-c[40], c[24]-c[32]
		t0, t1, t2, t3 := s0+s3, s1+s2, s1-s2, s0-s3
		z := float32((t2 + t3) * half)
		u, v, w := d3+d2, d2+d1, d1+d0
		z5 := float32((u - w) * odd)
		z2, z4, z3 := float32(low*u)+z5, float32(high*w)+z5, float32(v*half)
		p, q := d0+z3, d0-z3
		to[0], to[1], to[2], to[3], to[4], to[5], to[6], to[7] = t0+t1, p+z4, t3+z, q-z2, t0-t1, q+z2, t3-z, p-z4
	}
	for i := range 8 {
		c, to := (*[57]float32)(turned[i:i+57]), (*[57]float32)(s[i:i+57])
		s0, s1, s2, s3 := c[0]+c[56], c[8]+c[48], c[16]+c[40], c[24]+c[32]
		d0, d1, d2, d3 := c[0]-c[56], c[8]-c[48], c[16]-c[40], c[24]-c[32]
		t0, t1, t2, t3 := s0+s3, s1+s2, s1-s2, s0-s3
		z := float32((t2 + t3) * half)
		u, v, w := d3+d2, d2+d1, d1+d0
		z5 := float32((u - w) * odd)
		z2, z4, z3 := float32(low*u)+z5, float32(high*w)+z5, float32(v*half)
		p, q := d0+z3, d0-z3
		to[0], to[8], to[16], to[24], to[32], to[40], to[48], to[56] = t0+t1, p+z4, t3+z, q-z2, t0-t1, q+z2, t3-z, p-z4
	}
}

// A frequency is rounded up from this part of a step on: rounding those between
// this and half a step down costs little likeness and saves many bits. The first,
// which shifts a whole block, is rounded to the nearest.
const roundedUp, roundedNear = 1 - 0.4375, 0.5

// quantise transforms samples, rounds them to multiples of the steps and says which
// are not 0, by their place. It may use up the samples.
func (c *coefficients) quantise(s *samples, factors *[64]float32) (used uint64) {
	if hasAVX2 {
		return quantiseAVX2(c, s, factors)
	}
	return c.quantisePlain(s, factors)
}

// quantisePlain does it without a branch, which would be guessed wrong too often.
func (c *coefficients) quantisePlain(s *samples, factors *[64]float32) (used uint64) {
	s.transform()
	add := math.Float32bits(roundedNear)
	for i := range s {
		x := float32(s[i] * factors[i])
		v := int32(x + math.Float32frombits(math.Float32bits(x)&(1<<31)|add))
		c[i] = int16(v)
		used |= uint64(uint32(v|-v)>>31) << i
		add = math.Float32bits(1 - roundedUp)
	}
	return used
}

// zigzag is where the k-th coefficient that is coded stands in a block.
var zigzag = [64]uint8{
	0, 8, 1, 2, 9, 16, 24, 17, 10, 3, 4, 11, 18, 25, 32, 40, 33, 26, 19, 12, 5, 6, 13, 20, 27, 34, 41, 48, 56, 49, 42, 35,
	28, 21, 14, 7, 15, 22, 29, 36, 43, 50, 57, 58, 51, 44, 37, 30, 23, 31, 38, 45, 52, 59, 60, 53, 46, 39, 47, 54, 61, 62, 55, 63,
}

// coded makes of eight bits of used, by which eight they are, bits in the order in
// which coefficients are coded.
var coded = func() (order [8][256]uint64) {
	for k, at := range zigzag {
		for some := range order[at/8] {
			order[at/8][some] |= uint64(some>>(at%8)&1) << k
		}
	}
	return order
}()

// inOrder are the bits of used in the order in which coefficients are coded.
func inOrder(used uint64) uint64 {
	return coded[0][uint8(used)] | coded[1][uint8(used>>8)] | coded[2][uint8(used>>16)] | coded[3][uint8(used>>24)] |
		coded[4][uint8(used>>32)] | coded[5][uint8(used>>40)] | coded[6][uint8(used>>48)] | coded[7][uint8(used>>56)]
}

// steps are the quantiser's, of luminance and of colour, in zigzag order: those
// of ITU T.81, annex K.1, scaled by quality as libjpeg does.
type steps [2][64]uint8

var annexSteps = steps{
	{
		16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51,
		56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
	},
	{
		17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
	},
}

// stepsOf are the steps for a quality of 1 to 100.
func stepsOf(quality int) steps {
	scale := 200 - 2*quality
	if quality < 50 {
		scale = 5000 / quality
	}
	var s steps
	for c := range s {
		for k := range s[c] {
			s[c][k] = uint8(min(max((int(annexSteps[c][k])*scale+50)/100, 1), 255))
		}
	}
	return s
}

// factors are what frequencies are multiplied with to be quantised, as they stand
// in a block: of luminance and of colour.
type factors [2][64]float32

func (s *steps) factors() *factors {
	var f factors
	for c := range f {
		for k, at := range zigzag {
			f[c][at] = 1 / (8 * float32(s[c][k]) * frequencyScale[at/8] * frequencyScale[at%8])
		}
	}
	return &f
}
