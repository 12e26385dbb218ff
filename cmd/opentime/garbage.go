package main

import (
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

// How much garbage a server lets come together. What an open leaves behind is
// little, what lives is profiles, catalogue and images: marking those at every
// doubling took a tenth of the time of opens, at every fourfold a third of that.
const (
	garbagePercent = 300
	minMemory      = 256 << 20 // below it a limit makes collecting all there is to do
)

// collectSeldom trades memory for time, up to three quarters of what the machine,
// or the group of processes this one is in, has. What GOGC and GOMEMLIMIT say holds.
func collectSeldom(getenv func(string) string) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
	if limit := memoryOf(os.ReadFile) / 4 * 3; getenv("GOMEMLIMIT") == "" && limit >= minMemory {
		debug.SetMemoryLimit(limit)
	}
}

// memoryOf is how many bytes of memory this process may have; 0 where nothing
// tells.
func memoryOf(read func(string) ([]byte, error)) int64 {
	least := int64(math.MaxInt64)
	take := func(text string, unit int64) {
		if n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil && n > 0 && n < math.MaxInt64/unit {
			least = min(least, n*unit)
		}
	}
	if text, err := read("/proc/meminfo"); err == nil {
		total, _, _ := strings.Cut(string(text), "\n")
		take(strings.TrimSuffix(strings.TrimPrefix(total, "MemTotal:"), "kB"), 1<<10)
	}
	if text, err := read("/proc/self/cgroup"); err == nil {
		path, _ := strings.CutPrefix(strings.TrimSpace(string(text)), "0::")
		for path != "" { // a group's limit holds for those within
			if limit, err := read("/sys/fs/cgroup" + path + "/memory.max"); err == nil {
				take(string(limit), 1)
			}
			path = path[:max(0, strings.LastIndexByte(path, '/'))]
		}
	}
	if limit, err := read("/sys/fs/cgroup/memory.max"); err == nil { // a container's own
		take(string(limit), 1)
	}
	if least == math.MaxInt64 {
		return 0
	}
	return least
}
