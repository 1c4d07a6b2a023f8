// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
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
			if _, err := trimPod(executor); err != nil {
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
