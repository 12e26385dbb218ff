package render

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
)

// What a picture from elsewhere becomes.
const (
	fetchedSide    = 2400    // pixels a side at most: no image shows more
	fetchedPNG     = 1 << 20 // bytes; an opaque one that is larger becomes a JPEG
	fetchedQuality = 90
)

// AddFetched checks a picture from elsewhere as Add does and keeps what is seen
// of it, written anew: nothing else that its file held is kept. It is apart from
// what Add keeps, and can be removed. One is decoded at a time, so that many
// take no more memory than one.
func (l *Library) AddFetched(data []byte) (Hash, error) {
	l.fetching.Lock()
	defer l.fetching.Unlock()
	source, err := decodeSource(data)
	if err != nil {
		return Hash{}, fmt.Errorf("add picture: %w", err)
	}
	written, err := rewrite(source, bytes.HasPrefix(data, []byte("\xff\xd8\xff")))
	if err != nil {
		return Hash{}, fmt.Errorf("add picture: %w", err)
	}
	h := Hash(sha256.Sum256(written))
	if l.HasFetched(h) {
		return h, nil
	}
	if err := os.MkdirAll(l.fetchedDir(), 0o755); err != nil {
		return Hash{}, fmt.Errorf("add picture: %w", err)
	}
	if err := l.keep(l.fetchedPath(h), written); err != nil {
		return Hash{}, fmt.Errorf("add picture: %w", err)
	}
	return h, nil
}

// rewrite writes a picture, made smaller where it is larger than any image.
// It says itself neither how it is turned nor which colours it has.
func rewrite(from *source, isPhoto bool) ([]byte, error) {
	source, size := from.Image, from.size()
	if s := fetchedSide / float64(max(size.X, size.Y)); s < 1 || from.turn > 1 || from.colour != nil {
		s = min(s, 1)
		source = from.cut(cut{w: max(1, round(float64(size.X)*s)), h: max(1, round(float64(size.Y)*s))})
	}
	var out bytes.Buffer
	if !isPhoto {
		if err := png.Encode(&out, source); err != nil {
			return nil, err
		}
		if out.Len() <= fetchedPNG || !isOpaque(source) {
			return out.Bytes(), nil
		}
		out.Reset()
	}
	err := jpeg.Encode(&out, source, &jpeg.Options{Quality: fetchedQuality})
	return out.Bytes(), err
}

// isOpaque reports whether nothing shines through a picture.
func isOpaque(m image.Image) bool {
	if o, ok := m.(interface{ Opaque() bool }); ok {
		return o.Opaque()
	}
	drawn := image.NewRGBA(m.Bounds())
	draw.Draw(drawn, drawn.Rect, m, drawn.Rect.Min, draw.Src)
	return drawn.Opaque()
}

// Borrow opens pictures that another library's AddFetched kept too, as if they
// were its own. It is called before any other method.
func (l *Library) Borrow(dir string) { l.more = filepath.Join(dir, "fetched") }

// HasFetched reports whether AddFetched kept a picture.
func (l *Library) HasFetched(h Hash) bool {
	_, err := os.Stat(l.fetchedPath(h))
	return err == nil
}

// Fetched returns the pictures that AddFetched kept.
func (l *Library) Fetched() ([]Hash, error) {
	files, err := os.ReadDir(l.fetchedDir())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list pictures: %w", err)
	}
	var all []Hash
	for _, file := range files {
		if h, err := ParseHash(file.Name()); err == nil {
			all = append(all, h)
		}
	}
	return all, nil
}

// RemoveFetched removes a picture that AddFetched kept.
func (l *Library) RemoveFetched(h Hash) error {
	if err := os.Remove(l.fetchedPath(h)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove picture: %w", err)
	}
	return nil
}

func (l *Library) fetchedDir() string { return filepath.Join(l.dir, "fetched") }

func (l *Library) fetchedPath(h Hash) string { return filepath.Join(l.fetchedDir(), h.String()) }
