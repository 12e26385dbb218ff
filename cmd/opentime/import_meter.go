package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

// How often a meter tells.
const (
	meterTerminal = 200 * time.Millisecond
	meterElse     = 5 * time.Second
)

// meter tells how far an import is: on a terminal in one line that is written
// anew, elsewhere in a line now and then.
type meter struct {
	out         io.Writer
	now         func() time.Time
	name        string
	size        int64 // of the file; 0: unknown
	terminal    bool
	shown       bool // a line that is to be written anew
	began, told time.Time
	ended       time.Duration
	counts      time.Time // since when it counts: what was done before is read again, much faster
	rows, taken int64     // then
}

func newMeter(e *env, source *importSource) *meter {
	now := e.now()
	return &meter{
		out: e.stderr, now: e.now, name: source.name, size: source.size, began: now, told: now,
		terminal: isTerminal(e.stderr) && e.getenv("TERM") != "dumb",
	}
}

// isTerminal reports whether somebody looks at what is written.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// tell tells that so many rows are done, and so many bytes of the file read.
func (m *meter) tell(rows, taken int64) {
	now := m.now()
	if m.counts.IsZero() {
		m.counts, m.taken, m.rows = now, taken, rows
	}
	every := meterElse
	if m.terminal {
		every = meterTerminal
	}
	if now.Sub(m.told) < every {
		return
	}
	m.told = now
	line := m.line(rows, taken, now.Sub(m.counts))
	if !m.terminal {
		_, _ = fmt.Fprintln(m.out, line)
		return
	}
	_, _ = fmt.Fprint(m.out, "\r"+line+"\x1b[K")
	m.shown = true
}

// line says how far it is: rows, rate, share of the file, time left.
func (m *meter) line(rows, taken int64, spent time.Duration) string {
	line := fmt.Sprintf("%s: %s rows", m.name, thousands(int(rows)))
	if spent > 0 && rows > m.rows {
		line += fmt.Sprintf(", %s a second", thousands(int(float64(rows-m.rows)/spent.Seconds())))
	}
	if m.size == 0 {
		return line
	}
	line += fmt.Sprintf(", %d%%", min(100, taken*100/m.size))
	if done := taken - m.taken; done > 0 && spent > time.Second {
		left := time.Duration(float64(spent) * float64(max(0, m.size-taken)) / float64(done))
		line += fmt.Sprintf(", %s left", left.Round(time.Second))
	}
	return line
}

// above prints a line that stays.
func (m *meter) above(format string, args ...any) {
	m.clear()
	_, _ = fmt.Fprintf(m.out, format+"\n", args...)
}

func (m *meter) clear() {
	if m.shown {
		_, _ = fmt.Fprint(m.out, "\r\x1b[K")
		m.shown = false
	}
}

// end takes the line away.
func (m *meter) end() {
	m.clear()
	m.ended = m.now().Sub(m.began)
}

// seconds is how long it took.
func (m *meter) seconds() float64 { return m.ended.Seconds() }
