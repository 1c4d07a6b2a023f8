// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package dependents

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/internal/features"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Releaser is what Release needs of a client. Get must ask the API server and not a cache.
type Releaser interface {
	apply.Getter
	apply.Deleter
}

// Release deletes what is of no use once a driver has ended: finished applications would use up the addresses of
// Services and the environments of later pods, and a budget would keep nodes from being drained. It is idempotent; a
// conflict says that something has changed since it was looked at. What is of another attempt, or not the
// application's, is left alone; what the application has been changed not to name any more goes with the attempt.
func Release(ctx context.Context, c Releaser, o features.Options, app *v1beta2.SparkApplication, driver *corev1.Pod) error {
	var errs []error
	for _, feature := range features.All() {
		if feature.Ended == nil {
			continue
		}
		for _, object := range feature.Ended(o, app, driver) {
			object.SetNamespace(app.Namespace)
			errs = append(errs, release(ctx, c, app, driver, object))
		}
	}
	return errors.Join(errs...)
}

func release(ctx context.Context, c Releaser, app *v1beta2.SparkApplication, driver *corev1.Pod, object client.Object) error {
	key := client.ObjectKeyFromObject(object)
	if err := c.Get(ctx, key, object); err != nil {
		if apierrors.IsNotFound(err) || apply.IsNotServed(err) {
			return nil
		}
		return fmt.Errorf("get %T %s: %w", object, key, err)
	}
	if !metav1.IsControlledBy(object, app) || object.GetLabels()[sparklabels.SubmissionID] != driver.Labels[sparklabels.SubmissionID] {
		return nil
	}
	return apply.Delete(ctx, c, object)
}
