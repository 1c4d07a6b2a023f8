// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"testing"
	"time"
)

// A batch of 8,640 slots.
func BenchmarkDue(b *testing.B) {
	table, err := newTimetable("* * * * *", "Europe/Berlin", time.Time{}, nil)
	if err != nil {
		b.Fatal(err)
	}
	after := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for b.Loop() {
		table.due(after, after.AddDate(0, 0, 6))
	}
}
