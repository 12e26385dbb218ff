package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/opentime/bench/load"
)

// bucket is how long a part of a series is.
const bucket = 250 * time.Millisecond

// counts are the images of a part of a series that were due then.
type counts struct {
	asked int // of them:
	valid int // right, and there within two seconds
	full  int // live: what the recipient was to see
	most  time.Duration
}

func (c *counts) add(o *load.Outcome) {
	c.asked++
	if o.What == load.Valid && o.Took <= patience {
		c.valid++
		if o.Rung == "live" {
			c.full++
		}
	}
	c.most = max(c.most, o.Took)
}

// merge adds another's counts.
func (c *counts) merge(other counts) {
	c.asked, c.valid, c.full, c.most = c.asked+other.asked, c.valid+other.valid, c.full+other.full, max(c.most, other.most)
}

// share is n of c's images in percent.
func (c *counts) share(n int) float64 { return 100 * float64(n) / float64(max(c.asked, 1)) }

// series are the outcomes of a run over time, by kind of request.
type series struct {
	mu   sync.Mutex
	over map[string][]counts

	result  *load.Result
	seconds float64
	drawn   float64 // pictures
	cpu     cpuTimes
}

func newSeries(duration time.Duration) *series {
	n := int(duration/bucket) + 1
	return &series{over: map[string][]counts{signed: make([]counts, n), stranger: make([]counts, n)}}
}

// add counts an outcome.
func (s *series) add(o *load.Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	of := s.over[o.Kind]
	of[min(int(o.At/bucket), len(of)-1)].add(o)
}

// end adds what is known at the end of a run.
func (s *series) end(r *load.Result, before, after *load.Metrics, cpu cpuTimes, took time.Duration) {
	const drawn = "opentime_draw_duration_seconds_count"
	s.result, s.seconds, s.cpu = r, took.Seconds(), cpu
	s.drawn = after.Sum(drawn) - before.Sum(drawn)
}

// total is all of the signed recipients'.
func (s *series) total() counts {
	var all counts
	for _, c := range s.over[signed] {
		all.merge(c)
	}
	return all
}

// cpuTimes are seconds of CPU.
type cpuTimes struct{ server, all float64 }

func (c cpuTimes) minus(other cpuTimes) cpuTimes {
	return cpuTimes{c.server - other.server, c.all - other.all}
}

// others is how many processors others than server and sender kept busy.
func (s *series) others() float64 { return max(0, (s.cpu.all-s.cpu.server)/s.seconds) }

// readCPU reads how much CPU a process has used, and all processes have, this one
// left out, from /proc: it is counted in hundredths of a second there.
func readCPU(id int) cpuTimes {
	ticks := func(fields []string, at ...int) float64 {
		sum := 0.0
		for _, i := range at {
			if i < len(fields) {
				n, _ := strconv.ParseFloat(fields[i], 64)
				sum += n
			}
		}
		return sum / 100
	}
	var c cpuTimes
	if text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", id)); err == nil {
		_, rest, _ := strings.Cut(string(text), ") ")
		c.server = ticks(strings.Fields(rest), 11, 12)
	}
	if text, err := os.ReadFile("/proc/stat"); err == nil {
		line, _, _ := strings.Cut(string(text), "\n")
		c.all = ticks(strings.Fields(line), 1, 2, 3, 6, 7) - load.OwnCPU() // user, nice, system, interrupts
	}
	return c
}
