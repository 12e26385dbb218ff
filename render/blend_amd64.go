package render

// blendAVX2 is blendOpaque, of eight pixels at a time: the results are the same.
//
//go:noescape
func blendAVX2(o *opaqueBlend)

// layAVX2 is layRow, of eight pixels at a time: the results are the same.
//
//go:noescape
func layAVX2(l *opaqueLay)
