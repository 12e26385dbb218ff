package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// progressBar shows how far work is: on a terminal one line written anew,
// elsewhere a line now and then.
type progressBar struct {
	out      io.Writer
	now      func() time.Time
	terminal bool
	shown    bool
	told     time.Time
}

func newProgressBar(e *env) *progressBar {
	return &progressBar{out: e.stderr, now: e.now, told: e.now(), terminal: isTerminal(e.stderr) && e.getenv("TERM") != "dumb"}
}

// barWidth is how many characters a whole bar has.
const barWidth = 30

// tell tells that done of total is done. It is called by one goroutine at a time.
func (b *progressBar) tell(what string, done, total int) {
	now := b.now()
	every := meterElse
	if b.terminal {
		every = meterTerminal
	}
	if now.Sub(b.told) < every {
		return
	}
	b.told = now
	share := min(1, float64(done)/float64(max(1, total)))
	if !b.terminal {
		_, _ = fmt.Fprintf(b.out, "%s: %.0f%%\n", what, share*100)
		return
	}
	full := int(share * barWidth)
	_, _ = fmt.Fprintf(b.out, "\r%-10s [%s%s] %3.0f%%\x1b[K", what, strings.Repeat("#", full), strings.Repeat(".", barWidth-full), share*100)
	b.shown = true
}

// end takes the line away.
func (b *progressBar) end() {
	if b.shown {
		_, _ = fmt.Fprint(b.out, "\r\x1b[K")
		b.shown = false
	}
}
