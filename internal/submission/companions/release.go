// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package companions

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/apply"
	"github.com/alauda/spark-operator/internal/disruption"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Releaser is what Release needs of a client. Get must ask the API server and not a cache.
type Releaser interface {
	apply.Getter
	apply.Deleter
}

// Release deletes what leads to a driver that has ended, and what keeps a node with it from being drained: finished applications would use up the
// addresses of Services and the environments of later pods, and sidecars of the driver may run on. It is idempotent; a conflict says that something has changed since it was looked at. What is of another attempt, or not the
// application's, is left alone; what the application has been changed not to name any more goes with the attempt.
func Release(ctx context.Context, c Releaser, app *v1beta2.SparkApplication, driver *corev1.Pod) error {
	var errs []error
	for _, object := range leading(app, driver) {
		errs = append(errs, release(ctx, c, app, driver, object))
	}
	return errors.Join(errs...)
}

// leading returns what may lead to the driver, by name.
func leading(app *v1beta2.SparkApplication, driver *corev1.Pod) []client.Object {
	named := func(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Namespace: app.Namespace, Name: name} }
	var objects []client.Object
	if name := app.Status.DriverInfo.WebUIIngressName; identity.IsName(name) {
		objects = append(objects, &networkingv1.Ingress{ObjectMeta: named(name)})
	}
	if name := app.Status.DriverInfo.WebUIServiceName; identity.IsName(name) {
		objects = append(objects, &corev1.Service{ObjectMeta: named(name)})
	}
	for i := range app.Spec.DriverIngressOptions {
		if port := app.Spec.DriverIngressOptions[i].ServicePort; port != nil {
			objects = append(objects, &networkingv1.Ingress{ObjectMeta: named(sparklabels.DriverIngress(app.Name, *port))},
				&corev1.Service{ObjectMeta: named(sparklabels.DriverIngressService(app.Name, *port))})
		}
	}
	if disruption.Wanted(app) {
		objects = append(objects, &policyv1.PodDisruptionBudget{ObjectMeta: named(driver.Name)})
	}
	return objects
}

func release(ctx context.Context, c Releaser, app *v1beta2.SparkApplication, driver *corev1.Pod, object client.Object) error {
	key := client.ObjectKeyFromObject(object)
	if err := c.Get(ctx, key, object); err != nil {
		if apierrors.IsNotFound(err) {
			return nil
		}
		return fmt.Errorf("get %T %s: %w", object, key, err)
	}
	if !metav1.IsControlledBy(object, app) || object.GetLabels()[sparklabels.SubmissionID] != driver.Labels[sparklabels.SubmissionID] {
		return nil
	}
	return apply.Delete(ctx, c, object)
}
