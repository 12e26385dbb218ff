package server

import (
	"log/slog"
	"runtime"
	"sync/atomic"
)

// Limits of images that are files, too.
const (
	fileFrom  = 16 << 10 // bytes from which the kernel copying an image costs more than sending a file
	fileBytes = 64 << 20 // of all
	mostFiles = 512      // each takes one of the process' descriptors
	askedFor  = 8        // how often an image is sent before it is worth a file
)

// imageFiles counts images that are files in memory, too: the kernel sends those
// without copying them. It is safe for concurrent use.
type imageFiles struct {
	files, bytes atomic.Int64
	dearer       atomic.Bool // on this machine files are not worth it
}

// weigh finds out whether files are worth it. It takes some milliseconds.
func (f *imageFiles) weigh() {
	memory, file, err := sendingCosts()
	f.dearer.Store(err != nil || file > memory*4/5)
	slog.Debug("sending images weighed", "memory", memory, "file", file, "err", err)
}

// imageFile is such a file, whose content never changes. It is closed when nobody has it
// any more; what is being sent then stays until it is.
type imageFile struct{ descriptor int }

// of returns an image's file; nil where it has none, and is sent from memory.
func (f *imageFiles) of(r *remembered) *imageFile {
	if r == nil || len(r.image.Bytes) < fileFrom || f.dearer.Load() {
		return nil
	}
	file := r.file.Load()
	if file == nil && r.sent.Add(1)%askedFor == 0 {
		file = f.make(r.image.Bytes)
		r.file.Store(file)
	}
	return file
}

// make makes a file; nil where there are too many, or it cannot be done.
func (f *imageFiles) make(data []byte) *imageFile {
	size := int64(len(data))
	if files, bytes := f.files.Add(1), f.bytes.Add(size); files > mostFiles || bytes > fileBytes {
		f.left(size)
		return nil
	}
	descriptor, err := fileInMemory(data)
	if err != nil {
		f.left(size)
		return nil
	}
	file := &imageFile{descriptor}
	runtime.AddCleanup(file, func(descriptor int) {
		closeFile(descriptor)
		f.left(size)
	}, descriptor)
	return file
}

// left counts one less.
func (f *imageFiles) left(size int64) {
	f.files.Add(-1)
	f.bytes.Add(-size)
}
