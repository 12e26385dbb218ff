package server

import "bytes"

// requestPath returns the path that the beginning of a request asks for which
// could not be read: from the first /i/ or /c/ on, without what follows a "?".
// Empty where there is none.
func requestPath(line []byte) []byte {
	for i := range line {
		if isImagePath(line[i:]) || isClickPath(line[i:]) {
			path, _, _ := bytes.Cut(line[i:], []byte("?"))
			path, _, _ = bytes.Cut(path, []byte(" HTTP/"))
			return path
		}
	}
	return nil
}
