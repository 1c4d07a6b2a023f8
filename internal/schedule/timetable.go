// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package schedule

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
	// The image of the operator has no time zones of its own.
	_ "time/tzdata"

	"github.com/robfig/cron/v3"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// MaxExpressionBytes bounds expressions. One that names every minute, hour, day and month has less than 500.
const MaxExpressionBytes = 1024

// horizon is how far ahead slots are looked for: leap days are up to eight years apart.
const horizon = 10

var (
	errNothingElse = errors.New("nothing follows the time zone")
	errTwoZones    = errors.New("it names two time zones")
	errEmptyField  = errors.New("a field names no time")
)

// ErrTooLong is what is wrong with an expression of more than MaxExpressionBytes.
var ErrTooLong = fmt.Errorf("it is longer than %d characters", MaxExpressionBytes)

// ErrNeverDue is what is wrong with an expression that names only days that do not exist.
var ErrNeverDue = errors.New("it is never due: there is no such day")

// Expression is when a schedule is due, but for the time zone of expressions that name none.
type Expression struct {
	// text is the expression without a prefix that names a zone.
	text string
	// zone is what the prefix names; empty where there is none, nil with it.
	zone     string
	location *time.Location
	// every is the interval of "@every"; zero for others, which have fields.
	every  time.Duration
	fields *cron.SpecSchedule
}

// ParseExpression reads an expression as clients write it: five fields, a descriptor or "@every", after an optional
// prefix TZ= or CRON_TZ=.
func ParseExpression(text string) (Expression, error) {
	text = strings.TrimSpace(text)
	if len(text) > MaxExpressionBytes {
		return Expression{}, ErrTooLong
	}
	e := Expression{text: text}
	if err := e.cutZone(); err != nil {
		return Expression{}, err
	}
	parsed, err := cron.ParseStandard(e.text)
	if err != nil {
		return Expression{}, err
	}
	switch parsed := parsed.(type) {
	case *cron.SpecSchedule:
		e.fields = parsed
		return e, e.check()
	case cron.ConstantDelaySchedule:
		e.every = parsed.Delay
		return e, nil
	default:
		return Expression{}, fmt.Errorf("it is of an unknown kind %T", parsed)
	}
}

// cutZone takes the prefix that names a zone from the text. The library panics where nothing follows one.
func (e *Expression) cutZone() error {
	rest, prefixed := withoutPrefix(e.text)
	if !prefixed {
		return nil
	}
	name, fields, found := strings.Cut(rest, " ")
	if !found {
		return errNothingElse
	}
	location, err := time.LoadLocation(name)
	if err != nil {
		return fmt.Errorf("unknown time zone %q", name)
	}
	if name == "" {
		name = time.UTC.String()
	}
	e.zone, e.location, e.text = name, location, strings.TrimSpace(fields)
	if _, again := withoutPrefix(e.text); again {
		return errTwoZones
	}
	return nil
}

func withoutPrefix(text string) (rest string, prefixed bool) {
	for _, prefix := range []string{"CRON_TZ=", "TZ="} {
		if rest, cut := strings.CutPrefix(text, prefix); cut {
			return rest, true
		}
	}
	return text, false
}

// check says whether fields are ever due. To look for the slots of a field that names nothing takes long.
func (e Expression) check() error {
	e.fields.Location = time.UTC
	if slices.Contains([]uint64{e.fields.Minute, e.fields.Hour, e.fields.Dom, e.fields.Month, e.fields.Dow}, 0) {
		return errEmptyField
	}
	if nextOf(e.fields, time.Unix(0, 0).UTC()).IsZero() {
		return ErrNeverDue
	}
	return nil
}

// NamesZone reports whether the expression names a time zone.
func (e Expression) NamesZone() bool { return e.location != nil }

// Every returns the interval of "@every", and zero for other expressions.
func (e Expression) Every() time.Duration { return e.every }

// LoadZone returns the time zone of a name; local for none.
func LoadZone(name string, local *time.Location) (*time.Location, error) {
	if local == nil {
		local = time.Local
	}
	if name == "" || name == localName {
		return local, nil
	}
	location, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("unknown time zone %q", name)
	}
	return location, nil
}

// localName is the name of the operator's own time zone.
const localName = "Local"

// Timetable are the slots of a schedule.
type Timetable struct {
	expression Expression
	zone       string
	location   *time.Location
	// anchor is the time from which "@every" counts.
	anchor time.Time
}

// TimetableOf returns the slots of a schedule.
func TimetableOf(schedule *v1beta2.ScheduledSparkApplication, local *time.Location) (Timetable, error) {
	return newTimetable(schedule.Spec.Schedule, schedule.Spec.TimeZone, schedule.CreationTimestamp.Time, local)
}

func newTimetable(text, zone string, anchor time.Time, local *time.Location) (Timetable, error) {
	expression, err := ParseExpression(text)
	if err != nil {
		return Timetable{}, fmt.Errorf("schedule %q: %w", head(text, MaxExpressionBytes), err)
	}
	table := Timetable{expression: expression, zone: expression.zone, location: expression.location, anchor: anchor.Truncate(time.Second)}
	if expression.NamesZone() && expression.zone != localName {
		return table, nil
	}
	if !expression.NamesZone() {
		table.zone = zone
	}
	if table.location, err = LoadZone(table.zone, local); err != nil {
		return Timetable{}, fmt.Errorf("timeZone: %w", err)
	}
	if table.zone == "" {
		table.zone = localName
	}
	return table, nil
}

// String returns the expression with its zone. It says of which expression the slots are that a status speaks of.
func (t Timetable) String() string {
	if t.expression.every > 0 {
		return t.expression.text
	}
	return "CRON_TZ=" + t.zone + " " + t.expression.text
}

// Next returns the first slot after a time; zero where there is none.
func (t Timetable) Next(after time.Time) time.Time {
	for slot := range t.After(after) {
		return slot
	}
	return time.Time{}
}

// After returns the slots after a time, the first ones first.
func (t Timetable) After(after time.Time) iter.Seq[time.Time] {
	if t.expression.every > 0 {
		return t.afterEvery(after)
	}
	return t.afterByClock(after)
}

func (t Timetable) afterEvery(after time.Time) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		for n := t.number(after) + 1; ; n++ {
			// An interval may be of centuries, and what is later than a duration can be is never.
			if slot := t.nth(n); slot.IsZero() || !yield(slot) {
				return
			}
		}
	}
}

// afterByClock looks at a clock on the wall. That of a zone is that of UTC between two changes of its offset, so slots
// are looked for in one such span after the other. A time that a change leaves out is no slot, and one that it repeats
// is two.
func (t Timetable) afterByClock(after time.Time) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		from, span := after.UTC(), after.In(t.location)
		for last := after.AddDate(horizon, 0, 0); ; {
			_, seconds := span.Zone()
			end := endOf(span)
			offset := time.Duration(seconds) * time.Second
			for {
				slot := nextOf(t.expression.fields, from.Add(offset)).Add(-offset)
				if slot.Before(from) || !end.IsZero() && !slot.Before(end) {
					break
				}
				if !yield(slot) {
					return
				}
				from, last = slot, slot.AddDate(horizon, 0, 0)
			}
			if end.IsZero() || end.After(last) {
				return
			}
			from, span = end.Add(-time.Second).UTC(), end.In(t.location)
		}
	}
}

// endOf returns until when the offset of a zone is what it is at a time; zero where that is for ever.
func endOf(span time.Time) time.Time {
	_, end := span.ZoneBounds()
	if !end.IsZero() && !end.After(span) {
		// On the last day of leap years Go says that it has ended already. It is looked at again soon.
		return span.Add(time.Hour)
	}
	return end
}

// nextOf looks for a slot in UTC. The library gives up after five years.
func nextOf(fields *cron.SpecSchedule, after time.Time) time.Time {
	if slot := fields.Next(after); !slot.IsZero() {
		return slot
	}
	return fields.Next(after.AddDate(horizon/2, 0, 0))
}

// number returns which interval after the anchor a time is in: slot n is n intervals after it.
func (t Timetable) number(at time.Time) int64 {
	since := at.Sub(t.anchor)
	n := int64(since / t.expression.every)
	if since < 0 && since%t.expression.every != 0 {
		n--
	}
	return n
}

// nth returns slot n; zero where it cannot be calculated.
func (t Timetable) nth(n int64) time.Time {
	if n != 0 && time.Duration(n)*t.expression.every/time.Duration(n) != t.expression.every {
		return time.Time{}
	}
	return t.anchor.Add(time.Duration(n) * t.expression.every).UTC()
}
