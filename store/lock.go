package store

import (
	"errors"
	"strings"
	"syscall"
)

// isLocked reports whether opening failed because the directory is held, by
// another process or by this one.
func isLocked(err error) bool {
	if err == nil {
		return false
	}
	return errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EACCES) && strings.Contains(err.Error(), "lock") ||
		strings.Contains(err.Error(), "lock held by current process")
}
