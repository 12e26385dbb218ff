//go:build !linux

package server

import (
	"errors"
	"time"
)

func sendingCosts() (memory, file time.Duration, err error) { return 0, 0, errors.ErrUnsupported }

func fileInMemory([]byte) (int, error) { return 0, errors.ErrUnsupported }

func closeFile(int) {}

// fileSender is of Linux; elsewhere images are sent from memory.
type fileSender struct{}

func newFileSender(any) *fileSender { return nil }

func (*fileSender) begin([]byte, *imageFile, int) {}

func (*fileSender) rest() error { return errors.ErrUnsupported }
