package main

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"os"
	"sync/atomic"
)

// importSource is a file that is imported, told apart from others by what is in
// it: an import of it that was stopped goes on with the same content only.
type importSource struct {
	name string // as it was given
	path string // whole
	id   [sha256.Size]byte
	size int64 // 0: unknown

	file  *os.File
	sum   hash.Hash    // of what is read
	taken atomic.Int64 // bytes
}

// openSource opens a file and reads it once to know it again. Standard input
// cannot be read twice: it is another file each time.
func openSource(name string) (*importSource, error) {
	s := &importSource{name: name, path: name, file: os.Stdin, sum: sha256.New()}
	if name == "-" {
		_, _ = rand.Read(s.id[:]) // never fails
		return s, nil
	}
	s.path = absolute(name)
	var err error
	if s.file, err = os.Open(name); err != nil {
		return nil, cause(err)
	}
	sum := sha256.New()
	if s.size, err = io.Copy(sum, s.file); err == nil {
		_, err = s.file.Seek(0, io.SeekStart)
	}
	if err != nil {
		s.close()
		return nil, fmt.Errorf("read: %w", cause(err))
	}
	s.id = [sha256.Size]byte(sum.Sum(nil))
	return s, nil
}

// Read reads on.
func (s *importSource) Read(p []byte) (int, error) {
	n, err := s.file.Read(p)
	s.sum.Write(p[:n])
	s.taken.Add(int64(n))
	return n, err
}

// changed reports whether what was read, all of it, is not what was opened.
func (s *importSource) changed() bool {
	_, err := io.Copy(io.Discard, s) // what stands behind the end of a packed file
	return s.name != "-" && (err != nil || [sha256.Size]byte(s.sum.Sum(nil)) != s.id)
}

func (s *importSource) close() { _ = s.file.Close() }
