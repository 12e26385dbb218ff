//go:build !amd64

package render

func blendAVX2(*opaqueBlend) { panic("no AVX2") }

func layAVX2(*opaqueLay) { panic("no AVX2") }
