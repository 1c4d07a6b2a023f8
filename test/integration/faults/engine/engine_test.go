// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package engine_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/alauda/spark-operator/internal/testing/wire"
	"github.com/alauda/spark-operator/test/integration/faults/engine"
)

// copier is a small controller: it keeps a copy of each ConfigMap that is no copy. Mistakes can be planted in it.
type copier struct {
	client.Client
	// forgetful names each copy anew and remembers it, so that it does not find what it has made before a crash.
	forgetful bool
	made      string
	// careless takes an error of a write for success.
	careless bool
	// restless writes, in every second trial, what is there already.
	restless bool
}

func (r *copier) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	source := &corev1.ConfigMap{}
	if err := r.Get(ctx, request.NamespacedName, source); err != nil || metav1.GetControllerOf(source) != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	made, err := r.copyOf(ctx, source)
	if err != nil {
		return ctrl.Result{}, err
	}
	if made == nil {
		made = &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{
			Name: source.Name + "-copy", Namespace: source.Namespace,
			OwnerReferences: []metav1.OwnerReference{*metav1.NewControllerRef(source, corev1.SchemeGroupVersion.WithKind("ConfigMap"))},
		}}
		if r.forgetful {
			made.Name, made.GenerateName = "", source.Name+"-"
		}
		made.Data = source.Data
		if err = r.Create(ctx, made); apierrors.IsAlreadyExists(err) {
			return ctrl.Result{RequeueAfter: 100 * time.Millisecond}, nil // The cache is stale.
		}
		r.made = made.Name
	} else if made.Data["text"] != source.Data["text"] || r.restless {
		made.Data = source.Data
		err = r.Update(ctx, made)
		r.restless = false
	}
	if r.careless {
		err = nil
	}
	return ctrl.Result{}, err
}

// copyOf finds the copy in the cache.
func (r *copier) copyOf(ctx context.Context, source *corev1.ConfigMap) (*corev1.ConfigMap, error) {
	all := &corev1.ConfigMapList{}
	if err := r.List(ctx, all, client.InNamespace(source.Namespace)); err != nil {
		return nil, err
	}
	for i := range all.Items {
		if metav1.IsControlledBy(&all.Items[i], source) && (!r.forgetful || all.Items[i].Name == r.made) {
			return &all.Items[i], nil
		}
	}
	return nil, nil
}

var subject = engine.Subject{
	Scheme: clientgoscheme.Scheme, Root: &corev1.ConfigMap{}, Watched: []client.ObjectList{&corev1.ConfigMapList{}},
}

// copying is a scenario of a copier: a ConfigMap is made and changed.
func copying(r func() copier) engine.Scenario {
	return engine.Scenario{Name: "copy", FromStart: true, Want: "two", World: func(t *engine.Trial) engine.World {
		reconciler := r()
		return engine.World{
			Control: func(ctx context.Context, p *wire.Process) error { return control(ctx, t, p, &reconciler) },
			Script: func(ctx context.Context) error {
				source := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: t.Namespace, Name: "source"}, Data: map[string]string{"text": "one"}}
				if err := t.API.Create(ctx, source); err != nil {
					return err
				}
				if err := t.Await(ctx, "a copy", func() bool { return copied(t, "one") }); err != nil {
					return err
				}
				source.Data["text"] = "two"
				if err := t.API.Update(ctx, source); err != nil {
					return err
				}
				return t.Await(ctx, "a changed copy", func() bool { return copied(t, "two") })
			},
			Saw: func(change watch.EventType, object client.Object) {
				if change == watch.Added && metav1.GetControllerOf(object) != nil && (copied(t, "one") || copied(t, "two")) {
					t.Object("a second copy was made")
				}
			},
			Outcome: func(left []client.Object, o *engine.Outcome) error {
				for _, object := range left {
					if made, _ := object.(*corev1.ConfigMap); metav1.GetControllerOf(made) != nil {
						o.Counters = made.Data["text"]
					}
				}
				return nil
			},
		}
	}}
}

// copied reports whether there is a copy with the text.
func copied(t *engine.Trial, text string) bool {
	for _, c := range engine.Seen[*corev1.ConfigMap](t) {
		if metav1.GetControllerOf(c) != nil && c.Data["text"] == text {
			return true
		}
	}
	return false
}

func control(ctx context.Context, t *engine.Trial, p *wire.Process, r *copier) error {
	mgr, err := ctrl.NewManager(t.Connection(p, ""), ctrl.Options{
		Scheme: subject.Scheme, MapperProvider: t.Mapper, Metrics: metricsserver.Options{BindAddress: "0"},
		Cache:      cache.Options{DefaultNamespaces: map[string]cache.Config{t.Namespace: {}}},
		Controller: config.Controller{SkipNameValidation: new(true)}, Logger: logr.Discard(),
	})
	if err != nil {
		return err
	}
	alive := *r
	alive.Client = mgr.GetClient()
	err = ctrl.NewControllerManagedBy(mgr).Named("copier").For(&corev1.ConfigMap{}).Owns(&corev1.ConfigMap{}).Complete(&alive)
	if err != nil {
		return err
	}
	return mgr.Start(ctx)
}

func trials(r copier) func() *engine.Trial {
	return func() *engine.Trial { return shared.NewTrial(copying(func() copier { return r })) }
}

// TestEveryCall shows what a controller has to bring, and that one without mistakes passes.
func TestEveryCall(t *testing.T) {
	t.Parallel()
	engine.EveryCall(t, trials(copier{}), engine.Selection{})
}

// TestPlantedMistakesAreFound runs the same trials with a mistake in the controller: some end with what the mistake
// leads to.
func TestPlantedMistakesAreFound(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		planted copier
		want    string
	}{
		"a copy has another name each time": {copier{forgetful: true}, "a second copy was made"},
		"an error of a write is ignored":    {copier{careless: true}, "waited"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, calls, err := engine.Undisturbed(t.Context(), trials(tc.planted))
			if err != nil {
				t.Fatal(err)
			}
			found := findings(t, calls, want, func() *engine.Trial {
				trial := trials(tc.planted)()
				trial.Patience = 5 * time.Second
				return trial
			})
			if !strings.Contains(found, tc.want) {
				t.Errorf("no trial has found %q, but:\n%s", tc.want, found)
			}
		})
	}
}

// findings are what all trials that writes meet a fault in have found.
func findings(t *testing.T, calls []wire.Call, want *engine.Outcome, trial func() *engine.Trial) string {
	t.Helper()
	var mu sync.Mutex
	var found strings.Builder
	var running sync.WaitGroup
	for _, c := range calls {
		if !c.Writes() {
			continue
		}
		for _, f := range wire.FaultsOf(c, "configmaps") {
			running.Go(func() {
				if _, err := engine.Inject(t.Context(), c, f, want, trial); err != nil {
					mu.Lock()
					defer mu.Unlock()
					fmt.Fprintf(&found, "%s, %s: %v\n", c, f, err)
				}
			})
		}
	}
	running.Wait()
	return found.String()
}

// TestWritesAreTheSameEachTime refuses a scenario whose writes depend on chance: not each of them could meet its
// faults.
func TestWritesAreTheSameEachTime(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	_, _, err := engine.Undisturbed(t.Context(), func() *engine.Trial {
		return shared.NewTrial(copying(func() copier { return copier{restless: n.Add(1) == 2} }))
	})
	if err == nil || !strings.Contains(err.Error(), "the writes of two runs without faults differ") {
		t.Errorf("found %v", err)
	}
}

// TestWriteThatDoesNotComeFails has a write meet a fault that the controller does not make.
func TestWriteThatDoesNotComeFails(t *testing.T) {
	t.Parallel()
	_, err := engine.Inject(t.Context(), wire.Call{Verb: "delete", Resource: "configmaps", N: 1}, wire.Conflict, &engine.Outcome{}, trials(copier{}))
	if err == nil || !strings.Contains(err.Error(), "the write did not come") {
		t.Errorf("found %v", err)
	}
}
