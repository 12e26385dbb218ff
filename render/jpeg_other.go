//go:build !amd64

package render

const hasAVX2 = false

func quantiseAVX2(*coefficients, *samples, *[64]float32) uint64 { panic("no AVX2") }

func loadAVX2(*mcu, *byte, int) { panic("no AVX2") }
