// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clocktesting "k8s.io/utils/clock/testing"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/caching"
	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// The submission id is a public label: it is no proof.
func TestExecutorsAreOursByTheirOwner(t *testing.T) {
	app := submittedApp(1)
	driver := driverPod(app, 1, "pi-driver")
	ofPod := func(pod *corev1.Pod) metav1.OwnerReference {
		return *metav1.NewControllerRef(pod, corev1.SchemeGroupVersion.WithKind("Pod"))
	}
	another := driver.DeepCopy()
	another.UID = "another"
	foreign := driver.DeepCopy()
	foreign.Name, foreign.UID = "foreign", "foreign"
	controls := true
	set := metav1.OwnerReference{Kind: "StatefulSet", Name: "spark-s-" + app.Status.SparkApplicationID + "-0", UID: "set", Controller: &controls}
	foreignSet := metav1.OwnerReference{Kind: "StatefulSet", Name: "web", UID: "set", Controller: &controls}
	uncontrolled := ofPod(driver)
	uncontrolled.Controller = nil
	other := app.DeepCopy()
	other.UID = "other"
	ofApplication := func(app *v1beta2.SparkApplication) metav1.OwnerReference {
		return *metav1.NewControllerRef(app, v1beta2.GroupVersion.WithKind("SparkApplication"))
	}
	for name, tc := range map[string]struct {
		owner      metav1.OwnerReference
		driverGone bool
		attempt    int64
		want       bool
	}{
		"the driver's":                          {ofPod(driver), false, 1, true},
		"of a driver that is gone":              {ofPod(driver), true, 1, true},
		"of the next attempt":                   {ofPod(driver), false, 2, true},
		"of an attempt long ago":                {ofPod(driver), false, 7, false},
		"of another pod of the driver's name":   {ofPod(another), false, 1, false},
		"of a foreign pod":                      {ofPod(foreign), false, 1, false},
		"of a foreign pod, the driver is gone":  {ofPod(foreign), true, 1, false},
		"of a set that Spark made":              {set, false, 1, true},
		"of a foreign set":                      {foreignSet, false, 1, false},
		"the application's":                     {ofApplication(app), false, 1, true},
		"of another application":                {ofApplication(other), false, 1, false},
		"of the driver, which is no controller": {uncontrolled, false, 1, false},
		"nobody's":                              {metav1.OwnerReference{}, false, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			executor := ownedPod(app, tc.attempt, "pi-exec-1", sparklabels.RoleExecutor, tc.owner)
			if _, err := caching.TransformPod(executor); err != nil {
				t.Fatal(err)
			}
			pods := []corev1.Pod{*executor}
			if !tc.driverGone {
				pods = append(pods, *driver)
			}
			if got := len(executorsOf(app, pods)) == 1; got != tc.want {
				t.Errorf("ours: %t, want %t", got, tc.want)
			}
		})
	}
}

// Once the garbage collector has orphaned a driver, it runs on with its executors, and the application that is being
// deleted has no claim on either.
func TestExecutorsOfAnOrphanedDriverAreNotOurs(t *testing.T) {
	app := submittedApp(1)
	orphan := driverPod(app, 1, "pi-driver")
	orphan.OwnerReferences = nil
	executor := ownedPod(app, 1, "pi-exec-1", sparklabels.RoleExecutor, *metav1.NewControllerRef(orphan, corev1.SchemeGroupVersion.WithKind("Pod")))
	pods := []corev1.Pod{*executor, *orphan}
	if got := driverOf(app, pods); got != nil {
		t.Errorf("driver %s is ours", got.Name)
	}
	if got := executorsOf(app, pods); len(got) > 0 {
		t.Errorf("%d executors are ours", len(got))
	}
}

// The cache may show a driver as the application's for a while after it was orphaned.
func TestDriverThatWasOrphanedIsNotDeleted(t *testing.T) {
	app := submittedApp(1)
	app.DeletionTimestamp, app.Finalizers = new(metav1.Now()), []string{"example.com/archive"}
	cached := driverPod(app, 1, "pi-driver")
	orphan := cached.DeepCopy()
	orphan.OwnerReferences = nil
	c := builder(app, orphan).Build()
	app = reread(t, c, app)
	r := &Reconciler{Client: c, APIReader: c, Submitter: &submitter{}, Clock: clocktesting.NewFakePassiveClock(start)}
	obs := &lifecycle.Observation{Now: start, App: app, Driver: cached}
	if _, err := r.execute(t.Context(), obs, []lifecycle.Action{lifecycle.DeleteRun{}}); !apierrors.IsConflict(err) {
		t.Errorf("error %v, want a conflict", err)
	}
	if err := c.Get(t.Context(), client.ObjectKeyFromObject(orphan), orphan); err != nil {
		t.Errorf("the driver: %v", err)
	}
}
