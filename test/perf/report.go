// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// column is what was measured of one way to do the work.
type column struct {
	name  string
	cells map[string]string
	// note is written below the table.
	note string
}

// table writes columns side by side, with a row for each of names that any column has.
func (b *bench) table(title string, names []string, columns ...column) {
	b.say("\n%s", title)
	w := tabwriter.NewWriter(b.out, 0, 0, 2, ' ', 0)
	header := []string{""}
	for _, c := range columns {
		header = append(header, c.name)
	}
	fmt.Fprintln(w, strings.Join(header, "\t"))
	for _, name := range names {
		row, known := []string{name}, false
		for _, c := range columns {
			row = append(row, cmp.Or(c.cells[name], "-"))
			known = known || c.cells[name] != ""
		}
		if known {
			fmt.Fprintln(w, strings.Join(row, "\t"))
		}
	}
	_ = w.Flush()
	for _, c := range columns {
		if c.note != "" {
			b.say("Requests, %s: %s", c.name, c.note)
		}
	}
}

// Rows of the tables.
const (
	rowRate     = "drivers a minute"
	rowLives    = "lives a minute"
	rowRatio    = "  against the bare client"
	rowSlow     = "  against spark-submit"
	rowLatency  = "creation to driver p50, p99"
	rowLone     = "  of a lone application"
	rowLag      = "status lag p50, p99, max"
	rowPeak     = "peak memory of the operator"
	rowRequests = "requests of the operator"
)

func rowCPU(process string) string { return "CPU, " + process }

var costRows = []string{rowCPU(theOperator), rowCPU(theAPIServer), rowCPU(theEtcd), rowCPU(theBench), rowPeak, rowRequests}

// cells returns the rows that every measurement has, by the application.
func (c *cost) cells() map[string]string {
	cells := map[string]string{}
	for name, cpu := range c.cpu {
		cells[rowCPU(name)] = fmt.Sprintf("%.1f ms", float64(cpu.Microseconds())/1000/float64(c.apps))
	}
	if _, measured := c.cpu[theOperator]; measured {
		cells[rowPeak] = fmt.Sprintf("%.0f MiB", float64(c.peak)/(1<<20))
		cells[rowRequests], _ = c.requestsEach()
	}
	return cells
}

// perMinute is how many applications a minute it were.
func (c *cost) perMinute() float64 { return float64(c.apps) / c.took.Minutes() }

// requestsEach returns the requests of the operator by the application, those that are rare left out: their sum, and
// each kind.
func (c *cost) requestsEach() (total, kinds string) {
	if _, measured := c.cpu[theOperator]; !measured {
		return "", ""
	}
	var parts []string
	sum := 0.0
	ordered := slices.SortedFunc(maps.Keys(c.requests), func(a, b kind) int {
		return cmp.Or(cmp.Compare(c.requests[b], c.requests[a]), cmp.Compare(a.resource, b.resource), cmp.Compare(a.verb, b.verb))
	})
	for _, k := range ordered {
		each := float64(c.requests[k]) / float64(c.apps)
		if each < 0.01 {
			continue
		}
		sum += each
		parts = append(parts, fmt.Sprintf("%s %s %.2f", k.verb, k.resource, each))
	}
	return fmt.Sprintf("%.1f", sum), strings.Join(parts, ", ")
}

// quantile returns the q-th quantile of durations, which it sorts.
func quantile(durations []time.Duration, q float64) time.Duration {
	if len(durations) == 0 {
		return 0
	}
	slices.Sort(durations)
	return durations[min(int(q*float64(len(durations))), len(durations)-1)]
}

// inWords returns the p50 and p99.
func inWords(durations []time.Duration) string {
	return short(quantile(durations, 0.5)) + ", " + short(quantile(durations, 0.99))
}

func short(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%.0f ms", float64(d.Microseconds())/1000)
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}
