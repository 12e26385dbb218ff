package server

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// What sending is weighed with: images of trialBytes, more of them than the processor's
// nearest cache holds, a few times over.
const (
	trialBytes  = 64 << 10
	trialImages = 16
	trials      = 5
)

// sendingCosts returns how much of the processor sending an image takes, from memory
// and from a file: of some processors copying takes more, of others taking and leaving
// each page. It is the least of some trials, over a connection to itself, none of whose
// bytes the receiver copies.
func sendingCosts() (memory, file time.Duration, err error) {
	from, to, err := loopback()
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, unix.Close(from), unix.Close(to)) }()
	images := make([]byte, trialImages*trialBytes)
	var files [trialImages]int
	for i := range files {
		if files[i], err = fileInMemory(images[i*trialBytes:][:trialBytes]); err != nil {
			return 0, 0, err
		}
		defer closeFile(files[i])
	}
	runtime.LockOSThread() // whose time is measured
	defer runtime.UnlockOSThread()
	memory, file = math.MaxInt64, math.MaxInt64
	for range trials {
		one, err := trial(to, func(i, offset int) (int, error) {
			return unix.Write(from, images[i*trialBytes:][offset:trialBytes])
		})
		if err != nil {
			return 0, 0, err
		}
		other, err := trial(to, func(i, offset int) (int, error) {
			at := int64(offset)
			return unix.Sendfile(from, files[i], &at, trialBytes-offset)
		})
		if err != nil {
			return 0, 0, err
		}
		memory, file = min(memory, one), min(file, other)
	}
	return memory, file, nil
}

// trial sends all images, each as the receiver takes what came, and returns what sending one
// took.
func trial(to int, send func(i, offset int) (int, error)) (time.Duration, error) {
	var took time.Duration
	var left [trialBytes]byte // which the kernel does not fill
	for i := range trialImages {
		for sent, came := 0, 0; came < trialBytes; {
			began, n, err := threadTime(), 0, error(nil)
			if sent < trialBytes {
				n, err = send(i, sent)
			}
			took += threadTime() - began
			if err != nil && !errors.Is(err, unix.EAGAIN) {
				return 0, fmt.Errorf("send: %w", err)
			}
			sent += max(n, 0)
			if n, _, err = unix.Recvfrom(to, left[:], unix.MSG_TRUNC); err != nil {
				return 0, fmt.Errorf("receive: %w", err)
			}
			came += n
		}
	}
	return took / trialImages, nil
}

// threadTime is how long this thread has run.
func threadTime() time.Duration {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t) // does not fail where there is Linux
	return time.Duration(t.Nano())
}

// loopback returns both ends of a connection; the first does not wait, the second not
// for long.
func loopback() (from, to int, err error) {
	listener, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, 0, fmt.Errorf("make socket: %w", err)
	}
	defer func() { _ = unix.Close(listener) }()
	if err := errors.Join(unix.Bind(listener, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), unix.Listen(listener, 1)); err != nil {
		return 0, 0, fmt.Errorf("listen: %w", err)
	}
	address, err := unix.Getsockname(listener)
	if err != nil {
		return 0, 0, fmt.Errorf("listen: %w", err)
	}
	if to, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0); err != nil {
		return 0, 0, fmt.Errorf("make socket: %w", err)
	}
	soon := &unix.Timeval{Sec: 1}
	err = errors.Join(
		unix.SetsockoptTimeval(to, unix.SOL_SOCKET, unix.SO_SNDTIMEO, soon), // of connecting, too
		unix.SetsockoptTimeval(to, unix.SOL_SOCKET, unix.SO_RCVTIMEO, soon),
		unix.SetsockoptTimeval(listener, unix.SOL_SOCKET, unix.SO_RCVTIMEO, soon), // of accepting
	)
	if err == nil {
		err = unix.Connect(to, address)
	}
	if err != nil {
		return 0, 0, errors.Join(fmt.Errorf("connect: %w", err), unix.Close(to))
	}
	from, _, err = unix.Accept4(listener, unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK)
	if err != nil {
		return 0, 0, errors.Join(fmt.Errorf("accept: %w", err), unix.Close(to))
	}
	return from, to, nil
}
