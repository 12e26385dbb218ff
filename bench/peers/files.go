//go:build linux

package main

import (
	"context"
	"hash/crc32"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// saveFiles saves the images of a size that recipients are shown, for the peers to send
// the same bytes to the same recipients: each image once, and where it is for whom.
func (b *bench) saveFiles(ctx context.Context, dir string, s size) error {
	folder := "/i/" + whole + "-" + s.name + "/"
	if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
		return err
	}
	a, err := newAsker(b.ours.address, b.known)
	if err != nil {
		return err
	}
	defer a.close()
	paths := make([]string, warmPeople*blocks)
	saved := map[uint32]string{} // by their sums
	var failed error
	n := 0
	_, err = a.ask(ctx, plan{
		during: time.Minute, most: len(paths),
		next: func(dst []byte) []byte {
			n++
			i, block := (n-1)/blocks, (n-1)%blocks
			return b.people.request(dst, ownPath(whole, s, block), i, i, 0)
		},
		took: func(n int, body []byte) {
			sum := crc32.Checksum(body, castagnoli)
			if saved[sum] == "" {
				saved[sum] = folder + strconv.Itoa(len(saved)) + "." + s.extension
				if err := os.WriteFile(filepath.Join(dir, saved[sum]), body, 0o644); err != nil {
					failed = err
				}
			}
			paths[n] = saved[sum]
		},
	})
	if err == nil {
		err = failed
	}
	b.files[s.name] = paths
	say("%d images of %s for %d recipients", len(saved), s.name, warmPeople)
	return err
}
