//go:build !linux

package load

import "time"

// pause waits for a short time.
func pause(d time.Duration) { time.Sleep(d) }
