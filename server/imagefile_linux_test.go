package server

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"testing"
	"time"

	"example.com/opentime/render"
)

// large is an image of so many bytes, of chance.
func large(n int) *remembered {
	data := make([]byte, n)
	random := rand.New(rand.NewPCG(1, uint64(n)))
	for i := range data {
		data[i] = byte(random.Uint32())
	}
	return &remembered{image: render.Image{Bytes: data}}
}

// fileFor asks for an image's file as often as it takes to be worth one.
func fileFor(t *testing.T, f *imageFiles, r *remembered) *imageFile {
	t.Helper()
	for range askedFor - 1 {
		if f.of(r) != nil {
			t.Fatal("an image that is seldom sent is a file")
		}
	}
	file := f.of(r)
	if file == nil || f.of(r) != file {
		t.Fatal("an image that is sent often is no file")
	}
	return file
}

// TestFilesAreSentAsTheyAre sends large files one after another to a peer that reads
// slowly, some after their deadline has passed and others after nobody has the image any
// more.
func TestFilesAreSentAsTheyAre(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	peer, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	_ = peer.SetDeadline(time.Now().Add(time.Minute))
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var files imageFiles
	var want bytes.Buffer
	var all []*remembered
	for i := range 5 {
		r := large(fileFrom + i<<20)
		want.WriteString("head\r\n\r\n")
		want.Write(r.image.Bytes)
		all = append(all, r)
	}
	of := make([]*imageFile, len(all))
	for i, r := range all {
		of[i] = fileFor(t, &files, r)
		r.file.Store(nil)
	}
	sent := make(chan error, 1)
	go func() {
		sender := newFileSender(conn)
		for i, r := range all {
			sender.begin([]byte("head\r\n\r\n"), of[i], len(r.image.Bytes))
			of[i] = nil
			runtime.GC()
			for {
				_ = conn.SetWriteDeadline(time.Now().Add(5 * time.Millisecond))
				err := sender.rest()
				if err == nil {
					break
				}
				if !errors.Is(err, os.ErrDeadlineExceeded) {
					sent <- errors.Join(err, conn.Close())
					return
				}
			}
		}
		runtime.GC()
		sent <- conn.Close()
	}()
	var got bytes.Buffer
	for {
		n, err := io.CopyN(&got, peer, 100_000)
		if n == 0 || err != nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want.Bytes()) {
		t.Errorf("of %d bytes %d came, others than were sent", want.Len(), got.Len())
	}
}

// TestFilesAreBounded makes as many as may be; those that nobody has are closed and make
// room.
func TestFilesAreBounded(t *testing.T) {
	var files imageFiles
	small := large(fileFrom - 1)
	for range 2 * askedFor {
		if files.of(small) != nil || files.of(nil) != nil {
			t.Fatal("a small image is a file")
		}
	}
	var all []*remembered
	for range mostFiles {
		r := large(fileFrom)
		fileFor(t, &files, r)
		all = append(all, r)
	}
	for range 2 * askedFor {
		if files.of(large(fileFrom)) != nil || files.files.Load() != mostFiles || files.bytes.Load() != mostFiles*fileFrom {
			t.Fatalf("%d files of %d bytes, one more than may be", files.files.Load(), files.bytes.Load())
		}
	}
	runtime.KeepAlive(all)
	clear(all)
	for range 1000 {
		if runtime.GC(); files.files.Load() == 0 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if n := files.files.Load(); n != 0 || files.bytes.Load() != 0 {
		t.Fatalf("%d files of %d bytes are left of images that nobody has", n, files.bytes.Load())
	}
	last := large(fileFrom)
	fileFor(t, &files, last)
	if huge := large(fileBytes + 1); files.make(huge.image.Bytes) != nil || files.files.Load() != 1 {
		t.Error("an image of more than all may have is a file")
	}
	runtime.KeepAlive(last)
}

// TestFilesAreWeighed measures both ways of sending, as each start does.
func TestFilesAreWeighed(t *testing.T) {
	memory, file, err := sendingCosts()
	if err != nil || memory <= 0 || file <= 0 {
		t.Fatalf("memory %v, file %v, %v", memory, file, err)
	}
	var files imageFiles
	files.dearer.Store(true)
	for range 2 * askedFor {
		if r := large(fileFrom); files.of(r) != nil {
			t.Fatal("an image is a file where that costs more")
		}
	}
	t.Logf("memory %v, file %v", memory, file)
}
