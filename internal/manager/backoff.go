// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package manager

import (
	"time"

	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// The backoff after an error doubles from minBackoff to maxBackoff: what has passed after an hour is noticed within a
// minute.
const minBackoff, maxBackoff = 5 * time.Millisecond, time.Minute

// RetryBackoff has one backoff for each object of a controller. Deliberately none for all together, as is the library's
// default: the more of them an outage has hit, the longer each would wait after its end. The client's own limit holds
// the rate down.
func RetryBackoff() workqueue.TypedRateLimiter[reconcile.Request] {
	return workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](minBackoff, maxBackoff)
}
