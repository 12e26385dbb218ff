package server

import (
	"errors"
	"fmt"
	"io"
	"syscall"

	"golang.org/x/sys/unix"
)

// fileInMemory returns the descriptor of a file with a copy of data, sealed so that
// nobody can change it.
func fileInMemory(data []byte) (descriptor int, err error) {
	descriptor, err = unix.MemfdCreate("image", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return 0, fmt.Errorf("make file in memory: %w", err)
	}
	n, err := unix.Write(descriptor, data)
	if err == nil && n < len(data) {
		err = io.ErrShortWrite
	}
	if err == nil {
		_, err = unix.FcntlInt(uintptr(descriptor), unix.F_ADD_SEALS, unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_WRITE|unix.F_SEAL_SEAL)
	}
	if err != nil {
		closeFile(descriptor)
		return 0, fmt.Errorf("write file in memory: %w", err)
	}
	return descriptor, nil
}

func closeFile(descriptor int) { _ = unix.Close(descriptor) }

// fileSender sends a head and a file over one connection, one answer after another.
type fileSender struct {
	raw  syscall.RawConn
	send func(socket uintptr) (done bool)

	head         []byte     // what is left of it
	file         *imageFile // held until it is sent: else it would be closed
	offset, size int64
	err          error
}

// newFileSender returns nil where nothing can be sent so.
func newFileSender(conn any) *fileSender {
	c, ok := conn.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return nil
	}
	s := &fileSender{raw: raw}
	s.send = s.some
	return s
}

// begin sets what is to be sent.
func (s *fileSender) begin(head []byte, file *imageFile, size int) {
	s.head, s.file, s.offset, s.size, s.err = head, file, 0, int64(size), nil
}

// rest sends what is left until the connection's deadline. After that it may be called
// again.
func (s *fileSender) rest() error {
	err := s.raw.Write(s.send)
	return errors.Join(err, s.err)
}

// some sends as much as the socket takes, and reports whether that was the end.
func (s *fileSender) some(socket uintptr) (done bool) {
	for len(s.head) > 0 {
		n, err := unix.SendmsgN(int(socket), s.head, nil, nil, unix.MSG_MORE|unix.MSG_NOSIGNAL)
		if err != nil {
			if errors.Is(err, unix.EINTR) {
				continue
			}
			return s.failed(err)
		}
		s.head = s.head[n:]
	}
	for s.offset < s.size {
		n, err := unix.Sendfile(int(socket), s.file.descriptor, &s.offset, int(s.size-s.offset))
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return s.failed(err)
		case n == 0:
			return s.failed(io.ErrUnexpectedEOF)
		}
	}
	s.file = nil
	return true
}

// failed reports whether an error is the end; else the socket is waited for.
func (s *fileSender) failed(err error) (done bool) {
	if errors.Is(err, unix.EAGAIN) {
		return false
	}
	s.err = fmt.Errorf("send file: %w", err)
	return true
}
