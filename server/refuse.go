package server

import "bytes"

// requestsClick reports whether the beginning of a request that could not be
// read asks for a link rather than for an image.
func requestsClick(line []byte) bool {
	click := bytes.Index(line, []byte("/c/"))
	image := bytes.Index(line, []byte("/i/"))
	return click >= 0 && (image < 0 || click < image)
}
