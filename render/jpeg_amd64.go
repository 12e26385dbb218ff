package render

import "golang.org/x/sys/cpu"

// hasAVX2 reports whether what jpeg_amd64.s has can be used.
var hasAVX2 = cpu.X86.HasAVX2

// quantiseAVX2 is quantise, but that it leaves s as it is.
//
//go:noescape
func quantiseAVX2(c *coefficients, s *samples, factors *[64]float32) (used uint64)

// loadAVX2 is loadFrom. 16 rows of 64 bytes stand at pix.
//
//go:noescape
func loadAVX2(m *mcu, pix *byte, stride int)
