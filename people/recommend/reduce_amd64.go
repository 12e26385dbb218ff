package recommend

import "golang.org/x/sys/cpu"

// hasAVX2 reports whether what reduce_amd64.s has can be used.
var hasAVX2 = cpu.X86.HasAVX2

// reduceAVX2 is reduceBy of the rows from begin up to end, of eight columns at a
// time: the results are the same. four is the first of the four rows that are
// subtracted, to the first of the others.
//
//go:noescape
func reduceAVX2(four, to *float32, stride, begin, end int)
