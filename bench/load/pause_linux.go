package load

import (
	"syscall"
	"time"
)

// pause waits for a short time. The kernel keeps it to a tenth of a millisecond,
// where the runtime's timers keep to one.
func pause(d time.Duration) {
	spec := syscall.NsecToTimespec(d.Nanoseconds())
	_ = syscall.Nanosleep(&spec, nil) // a signal ends it early; who waits looks at the clock again
}
