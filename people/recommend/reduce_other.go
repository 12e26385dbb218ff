//go:build !amd64

package recommend

const hasAVX2 = false

func reduceAVX2(_, _ *float32, _, _, _ int) { panic("no AVX2") }
