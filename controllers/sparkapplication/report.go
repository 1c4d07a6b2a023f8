// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/decoding"
	lifecycleevents "github.com/alauda/spark-operator/internal/events"
	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/internal/memory"
)

// reports are the problems of unreadable applications that an event was emitted about last.
type reports struct{ memory.Of[string] }

// report emits an event about an application that cannot be read, once for each problem. One that is mended, for which
// there is no problem, is forgotten: the same problem is news again.
func (r *Reconciler) report(app *v1beta2.SparkApplication, problem *decoding.Problem) {
	if problem == nil {
		r.known.unreadable.Forget(client.ObjectKeyFromObject(app))
		return
	}
	note := problem.Error()
	if r.known.unreadable.Get(app) == note {
		return
	}
	r.known.unreadable.Set(app, note)
	r.emit(app, []lifecycleevents.Event{lifecycle.Unreadable(note)})
}
