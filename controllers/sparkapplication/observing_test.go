// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"context"
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Whatever is found of an application, and of those that had its name before, to observe writes nothing.
func TestObservingNeverWrites(t *testing.T) {
	predecessor := newApp()
	predecessor.UID = "predecessor"
	orphan := driverPod(predecessor, 1, "pi-driver")
	orphan.Finalizers = []string{sparklabels.DriverEnd}
	deleted := submittedApp(1)
	deleted.DeletionTimestamp, deleted.Finalizers = new(metav1.Now()), []string{"example.com/archive"}
	held := driverPod(newApp(), 1, "pi-driver")
	held.Finalizers = []string{sparklabels.DriverEnd}
	apps := map[string]*v1beta2.SparkApplication{"gone": nil, "new": newApp(), "submitted": submittedApp(1), "being deleted": deleted}
	pods := map[string][]client.Object{"none": nil, "its own": {held}, "a predecessor's": {orphan}}
	for app, stored := range apps {
		for pod, objects := range pods {
			t.Run(app+"/pods: "+pod, func(t *testing.T) {
				if stored != nil {
					objects = append(slices.Clone(objects), stored)
				}
				writes := func(what string, object client.Object) error {
					t.Errorf("%s of %s", what, object.GetName())
					return nil
				}
				c := builder(objects...).WithInterceptorFuncs(interceptor.Funcs{
					Create: func(_ context.Context, _ client.WithWatch, o client.Object, _ ...client.CreateOption) error {
						return writes("create", o)
					},
					Update: func(_ context.Context, _ client.WithWatch, o client.Object, _ ...client.UpdateOption) error {
						return writes("update", o)
					},
					Patch: func(_ context.Context, _ client.WithWatch, o client.Object, _ client.Patch, _ ...client.PatchOption) error {
						return writes("patch", o)
					},
					Delete: func(_ context.Context, _ client.WithWatch, o client.Object, _ ...client.DeleteOption) error {
						return writes("delete", o)
					},
					SubResourcePatch: func(_ context.Context, _ client.Client, _ string, o client.Object, _ client.Patch, _ ...client.SubResourcePatchOption) error {
						return writes("patch of a subresource", o)
					},
				}).Build()
				r := &Reconciler{Client: c, APIReader: c, Submitter: &submitter{}, Clock: clocktesting.NewFakePassiveClock(start)}
				if _, _, err := r.observe(t.Context(), client.ObjectKeyFromObject(newApp())); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}
