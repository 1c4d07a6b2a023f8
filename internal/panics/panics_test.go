// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package panics_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/alauda/spark-operator/internal/panics"
)

var pod = &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "pi"}}

// counted calls something and returns how many panics were counted.
func counted(call func()) int64 {
	before := panics.Caught()
	call()
	return panics.Caught() - before
}

func TestWhatPanicsInACacheLeavesTheObject(t *testing.T) {
	n := counted(func() {
		kept, err := panics.Transform(func(any) (any, error) { panic("spoilt") })(pod)
		if kept != pod || err != nil {
			t.Errorf("%v is kept, %v", kept, err)
		}
		if got := panics.Index(func(client.Object) []string { panic("spoilt") })(pod); got != nil {
			t.Errorf("index values %v", got)
		}
	})
	if n != 2 {
		t.Errorf("%d panics were counted, want 2", n)
	}
}

func TestWhatDoesNotPanicIsAsItWas(t *testing.T) {
	n := counted(func() {
		if kept, err := panics.Transform(func(any) (any, error) { return "kept", nil })(pod); kept != "kept" || err != nil {
			t.Errorf("%v is kept, %v", kept, err)
		}
		if diff := cmp.Diff([]string{"team"}, panics.Index(func(o client.Object) []string { return []string{o.GetNamespace()} })(pod)); diff != "" {
			t.Errorf("index values (-want +got):\n%s", diff)
		}
		if err := panics.Error("a test", nil); err != nil {
			t.Error(err)
		}
	})
	if n != 0 {
		t.Errorf("%d panics were counted", n)
	}
}

func TestAPanicIsAnErrorThatSaysWhereAndWhat(t *testing.T) {
	err := func() (err error) {
		defer func() { err = panics.Error("a test", recover(), "name", "pi") }()
		nobody := func() map[string]string { return nil }
		nobody()["a"] = "b"
		return nil
	}()
	if err == nil || !strings.Contains(err.Error(), "a test") || !strings.Contains(err.Error(), "nil map") {
		t.Errorf("error %v", err)
	}
}

// Whatever event makes a handler panic, its object is in the queue.
func TestAnEventThatPanicsIsNotLost(t *testing.T) {
	spoilt := handler.Funcs{
		CreateFunc: func(context.Context, event.CreateEvent, workqueue.TypedRateLimitingInterface[reconcile.Request]) {
			panic("create")
		},
		UpdateFunc: func(context.Context, event.UpdateEvent, workqueue.TypedRateLimitingInterface[reconcile.Request]) {
			panic("update")
		},
		DeleteFunc: func(context.Context, event.DeleteEvent, workqueue.TypedRateLimitingInterface[reconcile.Request]) {
			panic("delete")
		},
		GenericFunc: func(context.Context, event.GenericEvent, workqueue.TypedRateLimitingInterface[reconcile.Request]) {
			panic("generic")
		},
	}
	request := func(o client.Object) reconcile.Request {
		return reconcile.Request{NamespacedName: types.NamespacedName{Namespace: o.GetNamespace(), Name: o.GetName()}}
	}
	h := panics.Handler("tests", spoilt, request)
	for name, call := range map[string]func(workqueue.TypedRateLimitingInterface[reconcile.Request]){
		"create": func(q workqueue.TypedRateLimitingInterface[reconcile.Request]) {
			h.Create(t.Context(), event.CreateEvent{Object: pod}, q)
		},
		"update": func(q workqueue.TypedRateLimitingInterface[reconcile.Request]) {
			h.Update(t.Context(), event.UpdateEvent{ObjectNew: pod}, q)
		},
		"delete": func(q workqueue.TypedRateLimitingInterface[reconcile.Request]) {
			h.Delete(t.Context(), event.DeleteEvent{Object: pod}, q)
		},
		"generic": func(q workqueue.TypedRateLimitingInterface[reconcile.Request]) {
			h.Generic(t.Context(), event.GenericEvent{Object: pod}, q)
		},
	} {
		t.Run(name, func(t *testing.T) {
			q := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[reconcile.Request]())
			defer q.ShutDown()
			if n := counted(func() { call(q) }); n != 1 || q.Len() != 1 {
				t.Errorf("%d panics were counted, %d requests are in the queue, want one of each", n, q.Len())
			}
		})
	}
}
