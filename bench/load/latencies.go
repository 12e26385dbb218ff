package load

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// latencies counts times to within a digit or two, in memory that does not grow.
type latencies struct {
	counts *hdrhistogram.Histogram // microseconds
}

// longest is the longest time that is told from longer ones.
const longest = time.Hour

// newLatencies counts to so many digits, 1 to 5.
func newLatencies(digits int) latencies {
	return latencies{hdrhistogram.New(1, longest.Microseconds(), digits)}
}

func (l latencies) add(d time.Duration) {
	_ = l.counts.RecordValue(min(max(d, time.Microsecond), longest).Microseconds()) // it is within bounds
}

func (l latencies) merge(other latencies) { l.counts.Merge(other.counts) }

// at is the time, in milliseconds, that a share of 0 to 1 took no longer than.
func (l latencies) at(share float64) float64 {
	return float64(l.counts.ValueAtPercentile(share*100)) / 1000
}

func (l latencies) summary() Times {
	return Times{P50: l.at(0.5), P90: l.at(0.9), P99: l.at(0.99), P999: l.at(0.999), Max: l.at(1)}
}

// Times are a distribution's, in milliseconds.
type Times struct {
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p99.9"`
	Max  float64 `json:"max"`
}
