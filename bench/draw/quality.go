package main

import (
	"fmt"
	"image"
	_ "image/gif"
	_ "image/jpeg" // what peers write
	_ "image/png"
	"math"
	"os"
)

// likeness is how like a coded picture is to the same without loss: structural
// similarity of luminance, with a Gaussian window of 11x11 and deviation 1.5 (Wang,
// Bovik, Sheikh, Simoncelli, IEEE TIP 13, 2004), and the peak signal to noise ratio of
// all channels.
type likeness struct {
	Same bool    `json:"same"`
	SSIM float64 `json:"ssim"`
	PSNR float64 `json:"psnr_db"` // 0 where Same
}

// quality compares a way's picture as it is coded, of an animation the first frame,
// with the same without loss.
func quality(coded, lossless string) (likeness, error) {
	a, err := open(lossless)
	if err != nil {
		return likeness{}, err
	}
	b, err := open(coded)
	if err != nil {
		return likeness{}, err
	}
	psnr := ratio(a, b)
	if math.IsInf(psnr, 1) {
		return likeness{Same: true, SSIM: 1}, nil
	}
	return likeness{SSIM: similarity(luminance(a), luminance(b), a.Bounds().Dx()), PSNR: psnr}, nil
}

func open(path string) (image.Image, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	m, _, err := image.Decode(file)
	if err != nil {
		return nil, fmt.Errorf("read picture %s: %w", path, err)
	}
	return m, nil
}

// ratio is the peak signal to noise ratio of two pictures of one size.
func ratio(a, b image.Image) float64 {
	sum, size := 0.0, a.Bounds()
	for y := range size.Dy() {
		for x := range size.Dx() {
			r, g, bl, _ := a.At(x, y).RGBA()
			s, h, m, _ := b.At(x, y).RGBA()
			for _, d := range [3]int{int(r>>8) - int(s>>8), int(g>>8) - int(h>>8), int(bl>>8) - int(m>>8)} {
				sum += float64(d * d)
			}
		}
	}
	return 10 * math.Log10(255*255/(sum/float64(3*size.Dx()*size.Dy())))
}

func luminance(m image.Image) []float64 {
	size := m.Bounds()
	out := make([]float64, 0, size.Dx()*size.Dy())
	for y := range size.Dy() {
		for x := range size.Dx() {
			r, g, b, _ := m.At(x, y).RGBA()
			out = append(out, (0.299*float64(r)+0.587*float64(g)+0.114*float64(b))/257)
		}
	}
	return out
}

// similarity is the mean structural similarity of two planes.
func similarity(a, b []float64, width int) float64 {
	product := func(p, q []float64) []float64 {
		out := make([]float64, len(p))
		for i := range p {
			out[i] = p[i] * q[i]
		}
		return blur(out, width)
	}
	ma, mb := blur(a, width), blur(b, width)
	aa, bb, ab := product(a, a), product(b, b), product(a, b)
	const c1, c2 = (0.01 * 255) * (0.01 * 255), (0.03 * 255) * (0.03 * 255)
	sum := 0.0
	for i := range ma {
		va, vb, cov := aa[i]-ma[i]*ma[i], bb[i]-mb[i]*mb[i], ab[i]-ma[i]*mb[i]
		sum += (2*ma[i]*mb[i] + c1) * (2*cov + c2) / ((ma[i]*ma[i] + mb[i]*mb[i] + c1) * (va + vb + c2))
	}
	return sum / float64(len(ma))
}

// blur is the Gaussian mean around each place whose window lies inside.
func blur(p []float64, width int) []float64 {
	var kernel [11]float64
	total := 0.0
	for i := range kernel {
		kernel[i] = math.Exp(-float64((i-5)*(i-5)) / (2 * 1.5 * 1.5))
		total += kernel[i]
	}
	height, inner := len(p)/width, width-10
	rows := make([]float64, 0, height*inner)
	for y := range height {
		for x := range inner {
			sum := 0.0
			for i, k := range kernel {
				sum += k * p[y*width+x+i]
			}
			rows = append(rows, sum/total)
		}
	}
	out := make([]float64, 0, (height-10)*inner)
	for y := range height - 10 {
		for x := range inner {
			sum := 0.0
			for i, k := range kernel {
				sum += k * rows[(y+i)*inner+x]
			}
			out = append(out, sum/total)
		}
	}
	return out
}
