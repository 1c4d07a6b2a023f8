// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"slices"

	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// hideSecrets returns the decision without the secrets of the application in what people will read: messages of the
// status, notes of events and the log repeat what an API server, a kubelet or a driver said.
func hideSecrets(m *sparkconf.Masker, d lifecycle.Decision) lifecycle.Decision {
	if m.Empty() {
		return d
	}
	d.Because = m.Mask(d.Because)
	d.Status.AppState.ErrorMessage = m.Mask(d.Status.AppState.ErrorMessage)
	if failure := d.Status.LastFailure; failure != nil {
		masked := *failure
		masked.Message = m.Mask(masked.Message)
		masked.LogTail = m.Mask(masked.LogTail)
		d.Status.LastFailure = &masked
	}
	d.Status.Conditions = slices.Clone(d.Status.Conditions)
	for i := range d.Status.Conditions {
		d.Status.Conditions[i].Message = m.Mask(d.Status.Conditions[i].Message)
	}
	d.Events = slices.Clone(d.Events)
	for i := range d.Events {
		d.Events[i].Note = m.Mask(d.Events[i].Note)
	}
	return d
}
