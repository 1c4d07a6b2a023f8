// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// process is a process by its id.
type process int

// ticks is how many of the kernel's units of CPU time make a second; it is so on every Linux that Go runs on.
const ticks = 100

func self() process { return process(os.Getpid()) }

// cpu returns the CPU time of a process and of the children that it has waited for.
func (p process) cpu() (time.Duration, error) {
	fields, err := p.stat()
	if err != nil {
		return 0, err
	}
	var sum int64
	// utime, stime, cutime, cstime: fields 14 to 17, and the first here is the third.
	for _, field := range fields[11:15] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("CPU time of process %d: %w", p, err)
		}
		sum += n
	}
	return time.Duration(sum) * time.Second / ticks, nil
}

// stat returns the fields of /proc/PID/stat that follow the name, which may hold blanks.
func (p process) stat() ([]string, error) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p))
	if err != nil {
		return nil, err
	}
	return strings.Fields(string(content[strings.LastIndexByte(string(content), ')')+1:])), nil
}

// name returns the name of the executable, cut at 15 characters.
func (p process) name() string {
	content, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", p))
	return strings.TrimSpace(string(content))
}

// children returns the processes that p has started and that still run.
func (p process) children() []process {
	var children []process
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", p))
	for _, file := range files {
		content, _ := os.ReadFile(file)
		for field := range strings.FieldsSeq(string(content)) {
			if id, err := strconv.Atoi(field); err == nil {
				children = append(children, process(id))
			}
		}
	}
	return children
}

// child returns the child of this program that runs the executable.
func child(name string) (process, error) {
	children := self().children()
	// The newest comes last: an earlier one may be on its way out.
	for _, p := range slices.Backward(children) {
		if p.name() == name {
			return p, nil
		}
	}
	return 0, fmt.Errorf("no process %s among %v", name, children)
}

// memory returns the resident memory of a process and all its descendants, in bytes.
func (p process) memory() int64 {
	var sum int64
	if fields, err := p.stat(); err == nil {
		// rss, field 24, in pages.
		pages, _ := strconv.ParseInt(fields[21], 10, 64)
		sum = pages * int64(os.Getpagesize())
	}
	for _, child := range p.children() {
		sum += child.memory()
	}
	return sum
}

// watchMemory samples the memory of a process and its descendants until ctx ends, and keeps the largest.
func (p process) watchMemory(ctx context.Context) *atomic.Int64 {
	peak := &atomic.Int64{}
	go func() {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for ctx.Err() == nil {
			peak.Store(max(peak.Load(), p.memory()))
			select {
			case <-tick.C:
			case <-ctx.Done():
			}
		}
	}()
	return peak
}
