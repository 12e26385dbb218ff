//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// tick is what /proc counts CPU time in.
const tick = 10 * time.Millisecond

// pin keeps the calling thread on a core.
func pin(core int) error {
	var set unix.CPUSet
	set.Set(core)
	return unix.SchedSetaffinity(0, &set)
}

// stat returns the fields of a process' stat from its state on; nil where there is
// no such process.
func stat(pid int) []string {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return nil
	}
	_, fields, _ := strings.Cut(string(text[strings.LastIndexByte(string(text), ')'):]), " ")
	return strings.Fields(fields)
}

// tree is a process and what it started, but for what has ended.
func tree(pid int) []int {
	fields := stat(pid)
	if len(fields) == 0 || fields[0] == "Z" {
		return nil
	}
	all := []int{pid}
	tasks, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*/children")
	for _, task := range tasks {
		text, _ := os.ReadFile(task)
		for child := range strings.FieldsSeq(string(text)) {
			if n, err := strconv.Atoi(child); err == nil {
				all = append(all, tree(n)...)
			}
		}
	}
	return all
}

// used is the CPU time that a tree of processes took, in user and in system mode.
func used(pid int) time.Duration {
	var ticks int64
	for _, one := range tree(pid) {
		fields := stat(one)
		if len(fields) < 13 {
			continue
		}
		for _, field := range fields[11:13] { // utime, stime
			n, _ := strconv.ParseInt(field, 10, 64)
			ticks += n
		}
	}
	return time.Duration(ticks) * tick
}

// busy is the CPU time that all of the machine took, what its host took away
// included.
func busy() time.Duration {
	text, _ := os.ReadFile("/proc/stat")
	line, _, _ := strings.Cut(string(text), "\n")
	var ticks int64
	for i, field := range strings.Fields(line) {
		if i == 0 || i == 4 || i == 5 || i > 8 { // the name, idle, waiting for the disk, guests
			continue
		}
		n, _ := strconv.ParseInt(field, 10, 64)
		ticks += n
	}
	return time.Duration(ticks) * tick
}

// owns says whether the process, or one that it started, listens on its port.
func (p *process) owns() error {
	table, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		return err
	}
	wanted := fmt.Sprintf(":%04X", p.port)
	for line := range strings.Lines(string(table)) {
		fields := strings.Fields(line)
		if len(fields) < 10 || !strings.HasSuffix(fields[1], wanted) || fields[3] != "0A" {
			continue
		}
		for _, pid := range tree(p.command.Process.Pid) {
			files, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/fd/*")
			for _, file := range files {
				if to, _ := os.Readlink(file); to == "socket:["+fields[9]+"]" {
					return nil
				}
			}
		}
	}
	return fmt.Errorf("%s does not listen on port %d itself; somebody else does", p.command.Args[3], p.port)
}
