package main

import (
	"os"
	"testing"
)

func TestMemoryIsTheLeastThatIsSaid(t *testing.T) {
	const total = "MemTotal:        8000000 kB\nMemFree:         1 kB\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  int64
	}{
		"the machine's":   {map[string]string{"/proc/meminfo": total}, 8000000 << 10},
		"nothing said":    {nil, 0},
		"without a limit": {map[string]string{"/proc/meminfo": total, "/sys/fs/cgroup/memory.max": "max\n"}, 8000000 << 10},
		"a container's":   {map[string]string{"/proc/meminfo": total, "/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/memory.max": "536870912\n"}, 512 << 20},
		"a unit's": {map[string]string{
			"/proc/meminfo": total, "/proc/self/cgroup": "0::/system.slice/opentime.service\n",
			"/sys/fs/cgroup/system.slice/opentime.service/memory.max": "max\n", "/sys/fs/cgroup/system.slice/memory.max": "1073741824\n",
		}, 1 << 30},
		"nonsense": {map[string]string{"/proc/meminfo": "MemTotal: lots\n", "/proc/self/cgroup": "1:cpu:/x\n"}, 0},
	} {
		got := memoryOf(func(file string) ([]byte, error) {
			if text, ok := c.files[file]; ok {
				return []byte(text), nil
			}
			return nil, os.ErrNotExist
		})
		if got != c.want {
			t.Errorf("%s: %d", name, got)
		}
	}
	if memoryOf(os.ReadFile) < 64<<20 {
		t.Error("this machine has no memory")
	}
}
