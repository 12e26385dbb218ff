package render

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	xdraw "golang.org/x/image/draw"
)

// Bounds on source pictures.
const (
	maxSourceBytes  = 10 << 20
	maxSourcePixels = 12_000_000
	maxSourceSide   = 65535     // what JPEG and GIF can hold; a PNG's row of 12 million takes 850 MiB to resize
	sizedBytes      = 256 << 20 // of pictures kept decoded and resized
)

// Library keeps source pictures by the hash of their content, in a directory,
// and those used last decoded and resized in memory. It is safe for concurrent
// use, also by several processes.
type Library struct {
	dir  string
	more string // a folder of pictures from elsewhere, beside dir's own; "": none
	cuts memo[cut, *image.RGBA]

	fetching sync.Mutex // held while a picture from elsewhere is decoded
}

// OpenLibrary opens the library in dir, which is made where there is none.
func OpenLibrary(dir string) (*Library, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("open library: %w", err)
	}
	l := &Library{dir: dir}
	l.cuts.max = sizedBytes
	return l, nil
}

// Add checks a picture and keeps it. It refuses what is no PNG, JPEG or GIF,
// is over 10 MiB, 12 megapixels or 65535 pixels a side, has several frames or
// cannot be decoded.
func (l *Library) Add(data []byte) (Hash, error) {
	h := Hash(sha256.Sum256(data))
	if kept, err := os.Stat(l.path(h)); err == nil && kept.Size() == int64(len(data)) {
		return h, nil // checked when it was first kept, and again when read
	}
	if _, err := decodeSource(data); err != nil {
		return Hash{}, fmt.Errorf("add picture: %w", err)
	}
	if err := l.keep(l.path(h), data); err != nil {
		return Hash{}, fmt.Errorf("add picture: %w", err)
	}
	return h, nil
}

// keep writes a file whole or not at all.
func (l *Library) keep(name string, data []byte) error {
	f, err := os.CreateTemp(l.dir, "new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // fails once it is renamed
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

func (l *Library) path(h Hash) string { return filepath.Join(l.dir, h.String()) }

// Open returns a picture's bytes. A file that is not what its name says is an
// error.
func (l *Library) Open(h Hash) ([]byte, error) {
	data, err := os.ReadFile(l.path(h))
	if errors.Is(err, fs.ErrNotExist) {
		data, err = os.ReadFile(l.fetchedPath(h))
	}
	if errors.Is(err, fs.ErrNotExist) && l.more != "" {
		data, err = os.ReadFile(filepath.Join(l.more, h.String()))
	}
	if err != nil {
		return nil, fmt.Errorf("open picture: %w", err)
	}
	if sha256.Sum256(data) != h {
		return nil, fmt.Errorf("open picture %s: the file's content is not that of its name", h)
	}
	return data, nil
}

// codec reads one format. No other decoder is ever asked.
type codec struct {
	magic  string
	config func([]byte) (image.Config, error) // or why it is not taken
	decode func(io.Reader) (image.Image, error)
	about  func([]byte) (turn, []byte) // how it is turned, and its colour profile; nil: formats without
}

func codecs() []codec {
	return []codec{
		{
			"\x89PNG\r\n\x1a\n",
			func(b []byte) (image.Config, error) { return png.DecodeConfig(bytes.NewReader(b)) },
			png.Decode,
			aboutPNG,
		},
		{
			"\xff\xd8\xff",
			configJPEG,
			jpeg.Decode,
			aboutJPEG,
		},
		{
			"GIF8",
			configGIF,
			gif.Decode,
			nil,
		},
	}
}

// maxScans is the most scans of a JPEG: a decoder may go over the whole picture
// for each. Encoders write a dozen; thumbnails in its metadata count too.
const maxScans = 100

func configJPEG(data []byte) (image.Config, error) {
	if n := bytes.Count(data, []byte{0xff, 0xda}); n > maxScans {
		return image.Config{}, fmt.Errorf("a JPEG of %d scans; at most %d", n, maxScans)
	}
	return jpeg.DecodeConfig(bytes.NewReader(data))
}

// configGIF is of a GIF of one frame.
func configGIF(data []byte) (image.Config, error) {
	if n := gifFrames(data); n != 1 {
		return image.Config{}, fmt.Errorf("a GIF of %d frames; only stills are taken", n)
	}
	return gif.DecodeConfig(bytes.NewReader(data))
}

// gifFrames counts a GIF's frames, up to 2, without decoding them.
func gifFrames(data []byte) int {
	table := func(flags byte) int {
		if flags&0x80 == 0 {
			return 0
		}
		return 3 << (flags&7 + 1)
	}
	if len(data) < 13 {
		return 0
	}
	at, frames := 13+table(data[10]), 0
	blocks := func() {
		for at < len(data) && data[at] != 0 {
			at += int(data[at]) + 1
		}
		at++
	}
	for at < len(data) && frames < 2 {
		switch data[at] {
		case 0x21: // an extension and its label
			at += 2
			blocks()
		case 0x2c: // a frame: place, size, flags, colours, code size
			if at+9 >= len(data) {
				return frames
			}
			at += 10 + table(data[at+9]) + 1
			frames++
			blocks()
		default: // the end, or no GIF
			return frames
		}
	}
	return frames
}

// cut is a part of a picture in a size: what an image layer draws.
type cut struct {
	hash           Hash
	w, h           int
	contain        bool
	focusX, focusY float64
	radius         float64
}

// sized returns a cut in pixels, decoded now or before.
func (l *Library) sized(c cut) (*image.RGBA, error) {
	if l == nil {
		return nil, errors.New("open picture: there is no library")
	}
	return l.cuts.get(c, func() (*image.RGBA, int64, error) {
		data, err := l.Open(c.hash)
		if err != nil {
			return nil, 0, err
		}
		source, err := decodeSource(data)
		if err != nil {
			return nil, 0, err
		}
		m := source.cut(c)
		return m, int64(len(m.Pix)), nil
	})
}

// scale cuts and resizes a decoded picture, without rounding its corners.
func (c cut) scale(source image.Image) *image.RGBA {
	dst := image.NewRGBA(image.Rect(0, 0, c.w, c.h))
	from, to := source.Bounds(), dst.Rect
	sx, sy := float64(c.w)/float64(from.Dx()), float64(c.h)/float64(from.Dy())
	if c.contain {
		s := min(sx, sy)
		w, h := max(1, round(float64(from.Dx())*s)), max(1, round(float64(from.Dy())*s))
		to = image.Rect(0, 0, w, h).Add(image.Pt(round(float64(c.w-w)*c.focusX), round(float64(c.h-h)*c.focusY)))
	} else {
		s := max(sx, sy)
		w := min(from.Dx(), max(1, round(float64(c.w)/s)))
		h := min(from.Dy(), max(1, round(float64(c.h)/s)))
		from = image.Rect(0, 0, w, h).Add(from.Min).Add(
			image.Pt(round(float64(from.Dx()-w)*c.focusX), round(float64(from.Dy()-h)*c.focusY)))
	}
	if factor := min(from.Dx()/to.Dx(), from.Dy()/to.Dy()); factor > 1 {
		source, from = shrink(source, from, factor)
	}
	xdraw.CatmullRom.Scale(dst, to, source, from, xdraw.Src, nil)
	return dst
}
