// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/internal/caching"
)

// abandonedAge is for how long after its grace period a deleted driver of a namespace that is not served is left to
// whichever operator serves it. One that does records the end of the driver in seconds; in minutes, it has been
// restarted. Nobody else knows that there is none.
const abandonedAge = 5 * time.Minute

// removeAbandonedFinalizers removes the finalizer from deleted drivers of a namespace that is not served, where it
// would be there for ever: no operator has recorded their end in the time that it takes, or their application is being
// deleted as well.
func (r *Reconciler) removeAbandonedFinalizers(ctx context.Context, key types.NamespacedName, deleting bool) (ctrl.Result, error) {
	pods := &corev1.PodList{}
	ofApplication := client.MatchingFields{caching.PodApplication: key.Name}
	if err := r.Client.List(ctx, pods, client.InNamespace(key.Namespace), ofApplication, client.UnsafeDisableDeepCopy); err != nil {
		return ctrl.Result{}, fmt.Errorf("list pods: %w", err)
	}
	var next time.Duration
	var errs []error
	for i := range pods.Items {
		pod := &pods.Items[i]
		if !apply.Held(pod) || pod.DeletionTimestamp == nil {
			continue
		}
		left := pod.DeletionTimestamp.Add(abandonedAge).Sub(r.Clock.Now())
		if deleting || left <= 0 {
			errs = append(errs, apply.RemoveFinalizer(ctx, r.Client, pod))
			continue
		}
		if next == 0 || left < next {
			next = left
		}
	}
	return ctrl.Result{RequeueAfter: next}, errors.Join(errs...)
}
