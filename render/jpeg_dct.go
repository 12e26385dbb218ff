package render

// samples are those of 8x8 pixels of one component, row by row and around 0.
type samples [64]float32

// The scaled DCT leaves each frequency too large by the product of its row's and
// its column's factor, and by 8; quantising divides it out.
var frequencyScale = [8]float32{1, 1.387039845, 1.306562965, 1.175875602, 1, 0.785694958, 0.541196100, 0.275899379}

// transform replaces samples by their frequencies, scaled as frequencyScale says,
// by the DCT of Arai, Agui and Nakajima (Trans. IEICE E-71, 1988): of each row,
// then of each column. It is written out, since calls would be a third of it.
func (s *samples) transform() {
	for i := 0; i < 64; i += 8 {
		r := (*[8]float32)(s[i:])
		s0, s1, s2, s3 := r[0]+r[7], r[1]+r[6], r[2]+r[5], r[3]+r[4]
		d0, d1, d2, d3 := r[0]-r[7], r[1]-r[6], r[2]-r[5], r[3]-r[4]
		t0, t1, t2, t3 := s0+s3, s1+s2, s1-s2, s0-s3
		z := (t2 + t3) * 0.707106781
		u, v, w := d3+d2, d2+d1, d1+d0
		z5 := (u - w) * 0.382683433
		z2, z4, z3 := 0.541196100*u+z5, 1.306562965*w+z5, v*0.707106781
		p, q := d0+z3, d0-z3
		r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7] = t0+t1, p+z4, t3+z, q-z2, t0-t1, q+z2, t3-z, p-z4
	}
	for i := range 8 {
		c := (*[57]float32)(s[i : i+57])
		s0, s1, s2, s3 := c[0]+c[56], c[8]+c[48], c[16]+c[40], c[24]+c[32]
		d0, d1, d2, d3 := c[0]-c[56], c[8]-c[48], c[16]-c[40], c[24]-c[32]
		t0, t1, t2, t3 := s0+s3, s1+s2, s1-s2, s0-s3
		z := (t2 + t3) * 0.707106781
		u, v, w := d3+d2, d2+d1, d1+d0
		z5 := (u - w) * 0.382683433
		z2, z4, z3 := 0.541196100*u+z5, 1.306562965*w+z5, v*0.707106781
		p, q := d0+z3, d0-z3
		c[0], c[8], c[16], c[24], c[32], c[40], c[48], c[56] = t0+t1, p+z4, t3+z, q-z2, t0-t1, q+z2, t3-z, p-z4
	}
}

// zigzag is where the k-th coefficient that is coded stands in a block.
var zigzag = [64]uint8{
	0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
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

// factors are what frequencies are multiplied with to be quantised, row by row: of
// luminance and of colour.
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

// coefficients are a block's in zigzag order.
type coefficients [64]int16

// coded is where a frequency stands in zigzag order.
var coded = func() (order [64]uint8) {
	for k, at := range zigzag {
		order[at] = uint8(k)
	}
	return order
}()

// quantise rounds frequencies to multiples of the steps, and says which are not
// 0: without a branch, which would be guessed wrong too often.
func (c *coefficients) quantise(s *samples, factors *[64]float32) (used uint64) {
	for i := range s {
		v := int32(s[i]*factors[i]+16384.5) - 16384
		k := coded[i] & 63
		c[k] = int16(v)
		used |= uint64(uint32(v|-v)>>31) << k
	}
	return used
}
