// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package schedule

// Decide returns what should happen next to the schedule. It is pure.
func Decide(o Observation, p Policy) Decision {
	_ = p
	return Decision{Status: *o.Schedule.Status.DeepCopy()}
}
