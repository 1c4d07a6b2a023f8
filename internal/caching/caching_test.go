// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package caching

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	toolscache "k8s.io/client-go/tools/cache"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/namespaces"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// byKind returns the settings of a cache by the name of the kind.
func byKind(options ctrl.Options) map[string]cache.ByObject {
	found := map[string]cache.ByObject{}
	for object, by := range options.Cache.ByObject {
		switch object.(type) {
		case *corev1.Pod:
			found["pods"] = by
		case *corev1.Secret:
			found["secrets"] = by
		case *stored.SparkApplication:
			found["applications"] = by
		}
	}
	return found
}

func TestLimitsOfSeveralReadersMerge(t *testing.T) {
	secrets := labels.SelectorFromSet(labels.Set{"mine": "yes"})
	options := ctrl.Options{}
	for _, limits := range [][]Limit{
		{Pods()},
		{Stored(&stored.SparkApplication{}, keep), {Object: &corev1.Secret{}, ByObject: cache.ByObject{Label: secrets}}},
	} {
		if err := Apply(&options, namespaces.Filter{}, limits...); err != nil {
			t.Fatal(err)
		}
	}
	found := byKind(options)
	if len(found) != 3 || len(options.Cache.ByObject) != 3 {
		t.Fatalf("%d kinds are limited, of those that were asked for %d", len(options.Cache.ByObject), len(found))
	}
	if found["secrets"].Label.String() != secrets.String() || found["applications"].Transform == nil || found["pods"].Transform == nil {
		t.Errorf("limits %+v", found)
	}
}

// What the one drops the other would miss.
func TestAKindHasOneLimit(t *testing.T) {
	for name, limit := range map[string]Limit{
		"of the same transform":     Pods(),
		"of another object of kind": {Object: &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "another"}}},
	} {
		t.Run(name, func(t *testing.T) {
			options := ctrl.Options{}
			if err := Apply(&options, namespaces.Filter{}, Pods(), limit); err == nil {
				t.Error("in one call: no error")
			}
			options = ctrl.Options{}
			if err := Apply(&options, namespaces.Filter{}, Pods()); err != nil {
				t.Fatal(err)
			}
			if err := Apply(&options, namespaces.Filter{}, limit); err == nil {
				t.Error("in a second call: no error")
			}
		})
	}
}

func TestPodsOfOthersAreNotKept(t *testing.T) {
	selector := Pods().ByObject.Label
	if selector.Matches(labels.Set{"app": "other"}) {
		t.Error("pods of others are kept")
	}
	for _, role := range []string{sparklabels.RoleDriver, sparklabels.RoleExecutor, sparklabels.RoleConnectServer} {
		if !selector.Matches(labels.Set{sparklabels.LaunchedByOperator: sparklabels.True, sparklabels.SparkRole: role}) {
			t.Errorf("pods of the role %s are not kept", role)
		}
	}
}

// A Connect server is found by the label with its name, as a driver is by that of its application.
func TestOfAPodTheNameOfItsOwnerIsKept(t *testing.T) {
	for _, owner := range []string{sparklabels.AppName, sparklabels.ConnectName} {
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{owner: "pi", "app": "other"}}}
		kept, err := TransformPod(pod)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]string{owner: "pi"}, kept.(client.Object).GetLabels()); diff != "" {
			t.Errorf("labels (-want +got):\n%s", diff)
		}
	}
}

// Of an object of a namespace that is not served, or of which it is not known, nothing is decoded and only the identity
// kept.
func TestStoredObjectsAreKeptByNamespace(t *testing.T) {
	for name, tc := range map[string]struct {
		served bool
		err    error
		want   bool
	}{
		"served":             {served: true, want: true},
		"not served":         {},
		"nobody knows":       {err: errors.New("no answer")},
		"neither is certain": {served: true, err: errors.New("no answer")},
	} {
		t.Run(name, func(t *testing.T) {
			called := false
			transform := transformServed(func(namespace string) (bool, error) {
				if namespace != "team" {
					t.Errorf("asked for the namespace %q", namespace)
				}
				return tc.served, tc.err
			}, func(app *stored.SparkApplication) { called = true; stored.Keep(app) })
			app := stored.Of(&v1beta2.SparkApplication{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "pi", Labels: map[string]string{"a": "b"}}})
			kept, err := transform(app)
			if err != nil || kept != any(app) {
				t.Fatalf("kept %v, %v", kept, err)
			}
			if called != tc.want || app.Forgotten() == tc.want || (app.Labels != nil) != tc.want {
				t.Errorf("transformed: %t, forgotten: %t, labels %v", called, app.Forgotten(), app.Labels)
			}
		})
	}
}

func keep(app *stored.SparkApplication) { stored.Keep(app) }

// A deletion that was missed comes as a tombstone.
func TestATombstoneIsLeftAlone(t *testing.T) {
	tombstone := toolscache.DeletedFinalStateUnknown{Key: "team/pi"}
	transform := transformServed(func(string) (bool, error) { return true, nil }, keep)
	if got, err := transform(tombstone); err != nil || got != any(tombstone) {
		t.Errorf("kept %v, %v", got, err)
	}
}
