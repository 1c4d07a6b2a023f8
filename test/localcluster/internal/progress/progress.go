// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package progress

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// heartbeat is how often a step that has not ended yet is named.
const heartbeat = 30 * time.Second

// Reporter writes the lines. It is safe for concurrent use.
type Reporter struct {
	mu sync.Mutex
	w  io.Writer
}

// New returns a reporter that writes to w.
func New(w io.Writer) *Reporter {
	return &Reporter{w: w}
}

// Say writes one line that is no step.
func (r *Reporter) Say(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	// Progress that cannot be written is no reason to stop.
	_, _ = fmt.Fprintf(r.w, format+"\n", args...)
}

// Step runs f and writes its name and duration when it ends, whether it succeeded or not.
func (r *Reporter) Step(name string, f func() error) error {
	start := time.Now()
	done := make(chan struct{})
	var beating sync.WaitGroup
	beating.Go(func() { r.beat(name, start, done) })
	err := f()
	close(done)
	beating.Wait()
	outcome := ""
	if err != nil {
		outcome = " failed"
	}
	r.Say("%s ... (%s)%s", name, elapsed(time.Since(start)), outcome)
	return err
}

// beat names the step every heartbeat until done is closed.
func (r *Reporter) beat(name string, start time.Time, done <-chan struct{}) {
	ticker := time.NewTicker(heartbeat)
	defer ticker.Stop()
	for {
		select {
		case <-done:
			return
		case <-ticker.C:
			r.Say("%s ... still running after %s", name, elapsed(time.Since(start)))
		}
	}
}

// elapsed writes a duration for people: tenths below ten seconds, whole seconds above.
func elapsed(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	return fmt.Sprintf("%.0fs", d.Seconds())
}
