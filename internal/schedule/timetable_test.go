// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func tableOf(t *testing.T, expression, zone string) Timetable {
	t.Helper()
	table, err := newTimetable(expression, zone, at("2026-01-01T00:00:00Z"), time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func at(text string) time.Time {
	parsed, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return parsed.UTC()
}

// What is due is what a clock on the wall shows. An hour that it leaves out has no slots, and one that it shows twice
// has each of them twice.
func TestSlots(t *testing.T) {
	for name, tc := range map[string]struct {
		expression, zone, after string
		want                    []string
	}{
		"Berlin leaves out an hour": {"30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00+01:00", []string{
			"2026-03-28T02:30:00+01:00", "2026-03-30T02:30:00+02:00",
		}},
		"Berlin shows an hour twice": {"30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00+02:00", []string{
			"2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", "2026-10-26T02:30:00+01:00",
		}},
		"every hour of the long day": {"@hourly", "America/New_York", "2026-11-01T00:30:00-04:00", []string{
			"2026-11-01T01:00:00-04:00", "2026-11-01T01:00:00-05:00", "2026-11-01T02:00:00-05:00",
		}},
		"every hour of the short day": {"@hourly", "America/New_York", "2026-03-08T00:30:00-05:00", []string{
			"2026-03-08T01:00:00-05:00", "2026-03-08T03:00:00-04:00",
		}},
		"the other hemisphere, forward": {"15 2 * * *", "Australia/Sydney", "2026-10-03T00:00:00+10:00", []string{
			"2026-10-03T02:15:00+10:00", "2026-10-05T02:15:00+11:00",
		}},
		"the other hemisphere, back": {"15 2 * * *", "Australia/Sydney", "2026-04-04T12:00:00+11:00", []string{
			"2026-04-05T02:15:00+11:00", "2026-04-05T02:15:00+10:00", "2026-04-06T02:15:00+10:00",
		}},
		"half an hour forward: what is left out": {"15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00+10:30", []string{
			"2026-10-03T02:15:00+10:30", "2026-10-05T02:15:00+11:00",
		}},
		"half an hour forward: the hour after it": {"0 3 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00+10:30", []string{
			"2026-10-04T03:00:00+11:00", "2026-10-05T03:00:00+11:00",
		}},
		"half an hour back: what is shown twice": {"45 1 * * *", "Australia/Lord_Howe", "2026-04-04T12:00:00+11:00", []string{
			"2026-04-05T01:45:00+11:00", "2026-04-05T01:45:00+10:30", "2026-04-06T01:45:00+10:30",
		}},
		"half an hour back: the hour after it": {"0 2 * * *", "Australia/Lord_Howe", "2026-04-04T12:00:00+11:00", []string{
			"2026-04-05T02:00:00+10:30", "2026-04-06T02:00:00+10:30",
		}},
		"a midnight that is left out": {"@daily", "America/Santiago", "2026-09-05T12:00:00-04:00", []string{
			"2026-09-07T00:00:00-03:00",
		}},
		"a day that a zone leaves out": {"@daily", "Pacific/Apia", "2011-12-28T12:00:00-10:00", []string{
			"2011-12-29T00:00:00-10:00", "2011-12-31T00:00:00+14:00",
		}},
		"leap days": {"0 0 29 2 *", "", "2026-01-01T00:00:00Z", []string{
			"2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z",
		}},
		"leap days around a year that has none": {"0 0 29 2 *", "Europe/Berlin", "2097-01-01T00:00:00Z", []string{
			"2104-02-28T23:00:00Z", "2108-02-28T23:00:00Z",
		}},
		"the last day of a leap year": {"0 */8 * * *", "Europe/Berlin", "2028-12-30T20:00:00Z", []string{
			"2028-12-30T23:00:00Z", "2028-12-31T07:00:00Z", "2028-12-31T15:00:00Z", "2028-12-31T23:00:00Z",
		}},
		"the 31st": {"0 12 31 * *", "", "2026-01-31T12:00:00Z", []string{
			"2026-03-31T12:00:00Z", "2026-05-31T12:00:00Z", "2026-07-31T12:00:00Z",
		}},
		"day of month or day of week": {"0 0 1 * 1", "", "2026-01-30T00:00:00Z", []string{
			"2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z", "2026-02-09T00:00:00Z",
		}},
		"a prefix goes before the field": {"CRON_TZ=Asia/Tokyo 0 6 * * *", "Europe/Berlin", "2026-06-01T00:00:00Z", []string{
			"2026-06-01T21:00:00Z", "2026-06-02T21:00:00Z",
		}},
		"an interval counts from the creation": {"@every 7h", "Asia/Tokyo", "2026-01-01T09:00:00Z", []string{
			"2026-01-01T14:00:00Z", "2026-01-01T21:00:00Z", "2026-01-02T04:00:00Z",
		}},
		"an interval before the creation": {"@every 7h", "", "2025-12-31T10:00:00Z", []string{
			"2025-12-31T17:00:00Z", "2026-01-01T00:00:00Z",
		}},
		"a slot is not after itself": {"*/5 * * * *", "", "2026-01-01T00:05:00Z", []string{"2026-01-01T00:10:00Z"}},
		"a moment before a slot":     {"*/5 * * * *", "", "2026-01-01T00:04:59.999999999Z", []string{"2026-01-01T00:05:00Z"}},
	} {
		t.Run(name, func(t *testing.T) {
			table, slot := tableOf(t, tc.expression, tc.zone), at(tc.after)
			var got, want []time.Time
			for range tc.want {
				slot = table.Next(slot)
				got = append(got, slot)
			}
			for _, text := range tc.want {
				want = append(want, at(text))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("slots (-want +got):\n%s", diff)
			}
		})
	}
}

// Every minute at which the clock of a zone shows what an expression asks for is a slot, and no other is.
func TestSlotsAreWhatTheClockShows(t *testing.T) {
	rng := rand.New(rand.NewPCG(14, 2))
	expressions := []string{"30 2 * * *", "*/20 1-3 * * *", "0 0 * * *", "45 1 * * 0", "0 2,3 1-7 4,10 *", "5 */6 31 * *", "59 23 * 3,11 *"}
	for _, zone := range []string{"Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Africa/Casablanca", "Asia/Gaza", "UTC"} {
		for _, expression := range expressions {
			table := tableOf(t, expression, zone)
			location, err := time.LoadLocation(zone)
			if err != nil {
				t.Fatal(err)
			}
			from := time.Date(2024+rng.IntN(5), time.Month(1+rng.IntN(12)), 1, 0, 0, 0, 0, time.UTC)
			if expression == expressions[0] {
				from = at("2028-11-20T00:00:00Z")
			}
			next := table.Next(from)
			for minute := from.Add(time.Minute); minute.Before(from.AddDate(0, 2, 0)); minute = minute.Add(time.Minute) {
				if due := shows(table, minute.In(location)); due != minute.Equal(next) {
					t.Fatalf("%s in %s at %s: due is %t, and the next slot %s", expression, zone, minute.In(location), due, next)
				} else if due {
					next = table.Next(minute)
				}
			}
		}
	}
}

// shows reports whether a clock shows what an expression asks for, by the rules of cron.
func shows(table Timetable, clock time.Time) bool {
	f := table.expression.fields
	has := func(bits uint64, n int) bool { return bits&(1<<n) > 0 }
	star := func(bits uint64) bool { return bits&(1<<63) > 0 }
	if !has(f.Minute, clock.Minute()) || !has(f.Hour, clock.Hour()) || !has(f.Month, int(clock.Month())) {
		return false
	}
	day, weekday := has(f.Dom, clock.Day()), has(f.Dow, int(clock.Weekday()))
	if star(f.Dom) || star(f.Dow) {
		return day && weekday
	}
	return day || weekday
}

// Restarts and downtime do not move the slots of an interval.
func TestIntervalsDoNotDrift(t *testing.T) {
	table := tableOf(t, "@every 90s", "")
	rng := rand.New(rand.NewPCG(14, 3))
	for moment := at("2026-01-01T00:00:00Z"); moment.Before(at("2026-01-20T00:00:00Z")); moment = moment.Add(time.Duration(rng.Int64N(int64(3 * time.Hour)))) {
		next := table.Next(moment)
		if since := next.Sub(table.anchor); since%(90*time.Second) != 0 || !next.After(moment) || next.Sub(moment) > 90*time.Second {
			t.Fatalf("the slot after %s is %s", moment, next)
		}
	}
}

func TestDue(t *testing.T) {
	for name, tc := range map[string]struct {
		expression, after, now  string
		wantSlots               int
		wantOlder               int64
		wantOlderTo, wantOldest string
		wantMore                bool
	}{
		"nothing":              {"@hourly", "2026-01-01T00:00:00Z", "2026-01-01T00:59:59Z", 0, 0, "", "", false},
		"one":                  {"@hourly", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z", 1, 0, "", "2026-01-01T01:00:00Z", false},
		"the clock is behind":  {"@hourly", "2026-01-01T00:00:00Z", "2025-12-01T01:00:00Z", 0, 0, "", "", false},
		"an interval's":        {"@every 1h", "2026-01-01T00:00:00Z", "2026-01-01T05:30:00Z", 5, 0, "", "2026-01-01T01:00:00Z", false},
		"an interval's before": {"@every 1h", "2026-01-01T00:00:00Z", "2025-12-01T01:00:00Z", 0, 0, "", "", false},
		"more than are caught up with": {
			"@hourly", "2026-01-01T00:00:00Z", "2026-01-06T00:00:00Z", 100, 20, "2026-01-01T20:00:00Z", "2026-01-01T21:00:00Z", false,
		},
		"an interval of a second, for a year": {
			"@every 1s", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", 100, 365*86400 - 100, "2026-12-31T23:58:20Z", "2026-12-31T23:58:21Z", false,
		},
		"more than one decision counts": {"* * * * *", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", 0, 10_000, "2026-01-07T22:40:00Z", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			table := tableOf(t, tc.expression, "")
			d := table.due(at(tc.after), at(tc.now))
			if len(d.slots) != tc.wantSlots || d.older.count != tc.wantOlder || d.more != tc.wantMore {
				t.Fatalf("%d slots, %d older, more: %t; want %d, %d, %t", len(d.slots), d.older.count, d.more, tc.wantSlots, tc.wantOlder, tc.wantMore)
			}
			if tc.wantOlderTo != "" && !d.older.to.Equal(at(tc.wantOlderTo)) {
				t.Errorf("the older end at %s, want %s", d.older.to, tc.wantOlderTo)
			}
			if tc.wantOldest != "" && !d.slots[0].Equal(at(tc.wantOldest)) {
				t.Errorf("the oldest is %s, want %s", d.slots[0], tc.wantOldest)
			}
			if got := table.count(d.older.from, d.older.to); got != d.older.count {
				t.Errorf("counted again the older are %d, want %d", got, d.older.count)
			}
		})
	}
}

func TestTimetableSaysWhichExpressionItIsOf(t *testing.T) {
	for given, want := range map[[2]string]string{
		{"@daily", ""}:                           "CRON_TZ=Local @daily",
		{" 0 0 * * * ", "Local"}:                 "CRON_TZ=Local 0 0 * * *",
		{"@daily", "Europe/Berlin"}:              "CRON_TZ=Europe/Berlin @daily",
		{"TZ=Asia/Tokyo @daily", "America/Lima"}: "CRON_TZ=Asia/Tokyo @daily",
		{"TZ=Local @daily", "America/Lima"}:      "CRON_TZ=Local @daily",
		{"CRON_TZ= @daily", ""}:                  "CRON_TZ=UTC @daily",
		{"@every 1h", "America/Lima"}:            "@every 1h",
		{"TZ=UTC @every 1h", ""}:                 "@every 1h",
	} {
		table := tableOf(t, given[0], given[1])
		if got := table.String(); got != want {
			t.Errorf("%q in %q is %q, want %q", given[0], given[1], got, want)
		}
		again := tableOf(t, table.String(), "")
		if again.String() != want || !again.Next(at("2026-05-05T05:05:05Z")).Equal(table.Next(at("2026-05-05T05:05:05Z"))) {
			t.Errorf("%q, read again, is %q", want, again)
		}
	}
}

// The operator's zone may be any.
func TestUnsetZoneIsTheOperators(t *testing.T) {
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	for _, zone := range []string{"", "Local"} {
		table, err := newTimetable("0 6 * * *", zone, time.Time{}, tokyo)
		if err != nil {
			t.Fatal(err)
		}
		if got := table.Next(at("2026-06-01T00:00:00Z")); !got.Equal(at("2026-06-01T21:00:00Z")) {
			t.Errorf("zone %q: %s", zone, got)
		}
	}
}

// FuzzExpression: whatever an expression is, reading it and looking for its slots takes little time and does not panic.
func FuzzExpression(f *testing.F) {
	for _, seed := range []string{
		"", "@daily", "TZ=", "TZ=UTC", "CRON_TZ= ", "CRON_TZ=UTC TZ=", "* * * * *", "@every", "@every -1s", "@every 2562047h", "*/0 * * * *", ", , , , ,",
		"0 0 30 2 *", "0 0 29 2 1", "1-5/9223372036854775807 * * * *", "TZ=../etc/passwd @daily", strings.Repeat("*,", 600),
	} {
		f.Add(seed, int64(1_700_000_000))
	}
	f.Fuzz(func(t *testing.T, text string, unix int64) {
		begin := time.Now()
		table, err := newTimetable(text, "", time.Unix(unix%4e9, 0), time.UTC)
		if err != nil {
			return
		}
		after := time.Unix((unix/2)%4e9, 0).UTC()
		for range 3 {
			slot := table.Next(after)
			if slot.IsZero() && table.expression.Every() > 0 {
				// An interval of centuries.
				return
			}
			if !slot.After(after) {
				t.Fatalf("%q: the slot after %s is %s", text, after, slot)
			}
			after = slot
		}
		if took := time.Since(begin); took > time.Second {
			t.Fatalf("%q took %s", text, took)
		}
	})
}
