// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package large

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"syscall"
	"testing"
	"time"
)

// Work is what is measured, with all that it needs prepared.
type Work func()

const (
	// parts is into how many parts the input is divided: work on them all costs as much as on the whole where it grows
	// with the size, and that part of it where it grows with the square.
	parts = 16
	// steepest is between the two.
	steepest = 4
	// least is what the whole may cost whatever the parts do: too little to differ from noise.
	least = 40 * time.Millisecond
	// attempts are made before work is called too steep.
	attempts = 4
)

// Quiet keeps the collection of garbage out of what a test measures: it would be charged to whoever is running. There
// is some only where memory would run out.
func Quiet(t *testing.T) {
	t.Helper()
	limit, percent := debug.SetMemoryLimit(1<<30), debug.SetGCPercent(-1)
	t.Cleanup(func() {
		debug.SetMemoryLimit(limit)
		debug.SetGCPercent(percent)
	})
}

// Grows fails where the work on an input of the size, in bytes, costs far more than the work on as much in parts.
func Grows(t *testing.T, size int, prepare func(size int) Work) {
	t.Helper()
	part, whole := prepare(size/parts), prepare(size)
	var inParts, asWhole time.Duration
	for range attempts {
		if asWhole = CPU(whole); asWhole <= least {
			return
		}
		inParts = CPU(func() {
			for range parts {
				part()
			}
		})
		if asWhole <= steepest*inParts {
			return
		}
	}
	t.Errorf("%d bytes cost %v, and as much in %d parts %v: want at most %d times that", size, asWhole, parts, inParts, steepest)
}

// MostMemory is what work on the largest object may need at a time, in bytes.
const MostMemory = 64 << 20

// Needs fails where work needs more memory at a time than is good for an operator that does several at a time.
func Needs(t *testing.T, work Work) {
	t.Helper()
	// What is allocated at all is more than what is in use at a time, and is known without collecting garbage again and
	// again.
	if Allocated(work) <= MostMemory {
		return
	}
	if peak := Peak(work); peak > MostMemory {
		t.Errorf("it needs %d MiB at a time, want at most %d", peak>>20, MostMemory>>20)
	}
}

// Allocated returns how much memory work allocates, in bytes.
func Allocated(work Work) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	work()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Report runs a benchmark of work, and reports what it takes a processor beside what a clock says, and how much memory
// it needs at a time.
func Report(b *testing.B, work Work) {
	b.Helper()
	b.ReportAllocs()
	var sum time.Duration
	for b.Loop() {
		sum += CPU(work)
	}
	b.ReportMetric(float64(sum.Milliseconds())/float64(b.N), "cpu-ms/op")
	b.ReportMetric(float64(Peak(work)>>20), "peak-MiB")
}

// heapLive is how much of the heap the last collection of garbage has found in use.
const heapLive = "/gc/heap/live:bytes"

// often has garbage collected as soon as the heap has grown by so many percent, so that hardly anything else is found
// in use than what is.
const often = 5

// Peak returns how much more memory is in use at a time while the work is done than before it, in bytes.
func Peak(work Work) uint64 {
	defer debug.SetGCPercent(debug.SetGCPercent(often))
	sample := []metrics.Sample{{Name: heapLive}}
	live := func() uint64 {
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	runtime.GC()
	before := live()
	done, highest := make(chan struct{}), make(chan uint64)
	go func() {
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for peak := before; ; {
			select {
			case <-tick.C:
				peak = max(peak, live())
			case <-done:
				highest <- peak
				return
			}
		}
	}()
	work()
	close(done)
	return <-highest - before
}

// threadUsage asks for what the calling thread has used: RUSAGE_THREAD of Linux.
const threadUsage = 1

// CPU returns how long work takes a processor. What else the machine does is not counted, nor what runs beside.
func CPU(work Work) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	began, clock := time.Now(), used()
	work()
	if clock < 0 {
		return time.Since(began)
	}
	return used() - clock
}

// used is the time of the calling thread so far; less than nothing where the system does not say.
func used() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(threadUsage, &usage); err != nil {
		return -1
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
