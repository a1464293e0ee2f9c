package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// userHZ is the unit of CPU time in /proc; it is 100 on every Linux.
const userHZ = 100

// cpu is the CPU time a process has used, all its threads.
func (c *child) cpu() (time.Duration, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
	if len(fields) < 13 {
		return 0, fmt.Errorf("stat of %s has %d fields", c.name, len(fields))
	}
	user, err := strconv.ParseUint(fields[11], 10, 64)
	if err != nil {
		return 0, err
	}
	system, err := strconv.ParseUint(fields[12], 10, 64)
	return time.Duration(user+system) * time.Second / userHZ, err
}

// memory is what a process holds now, in bytes: all of it with mapped files,
// the part that is its own, and the most it ever held.
type memory struct {
	RSS, Anon, Peak uint64
}

func (c *child) memory() (m memory, err error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	if err != nil {
		return m, err
	}
	for _, line := range strings.Split(string(data), "\n") {
		name, rest, _ := strings.Cut(line, ":")
		into := map[string]*uint64{"VmRSS": &m.RSS, "RssAnon": &m.Anon, "VmHWM": &m.Peak}[name]
		if into == nil {
			continue
		}
		kb, err := strconv.ParseUint(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
		if err != nil {
			return m, err
		}
		*into = kb << 10
	}
	return m, nil
}

// totalCPU sums the CPU time of processes.
func totalCPU(list []*child) (sum time.Duration, err error) {
	for _, c := range list {
		t, err := c.cpu()
		if err != nil {
			return 0, err
		}
		sum += t
	}
	return sum, nil
}
