package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"example.com/opentime/bench/load"
)

// showProgress shows on a terminal how far a run is, or says it every five seconds
// elsewhere, until what it returns is called.
func showProgress(out io.Writer, c *load.Tally, duration time.Duration, started time.Time) func() {
	every, start, end := 5*time.Second, "", "\n"
	if file, ok := out.(*os.File); ok {
		if info, err := file.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			every, start, end = 200*time.Millisecond, "\r\x1b[K", ""
		}
	}
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		ticks := time.NewTicker(every)
		defer ticks.Stop()
		for {
			select {
			case <-ticks.C:
				fmt.Fprint(out, start, progressLine(c, time.Since(started), duration), end)
			case <-stop:
				fmt.Fprint(out, start)
				return
			}
		}
	}()
	return func() {
		close(stop)
		<-done
	}
}

// progressLine is a bar, the time, and what was counted.
func progressLine(c *load.Tally, passed, duration time.Duration) string {
	requests, wrong := c.Counts()
	const width = 30
	full := int(min(passed.Seconds()/duration.Seconds(), 1) * width)
	line := fmt.Sprintf("[%s%s] %.0f of %.0f s, %d answers, %d wrong", strings.Repeat("=", full), strings.Repeat(" ", width-full),
		passed.Seconds(), duration.Seconds(), requests, wrong)
	if passed > duration {
		line += "; waiting for the last"
	}
	return line
}
