// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"context"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// objectKinds are the kinds that the suite deals with.
var objectKinds = []client.Object{
	&v1beta2.SparkApplication{}, &corev1.Pod{}, &corev1.ConfigMap{}, &corev1.Service{}, &corev1.Namespace{},
	&corev1.PersistentVolumeClaim{}, &eventsv1.Event{},
}

// cluster is an API server and what the suite sees of it, by connections that no fault touches.
type cluster struct {
	config *rest.Config
	api    client.WithWatch

	mu     sync.Mutex
	trials map[string]*trial
}

func newCluster(ctx context.Context, config *rest.Config) (*cluster, error) {
	api, err := client.NewWithWatch(config, client.Options{Scheme: scheme, Mapper: restMapping})
	if err != nil {
		return nil, err
	}
	c := &cluster{config: config, api: api, trials: map[string]*trial{}}
	for _, list := range []client.ObjectList{&corev1.PodList{}, &v1beta2.SparkApplicationList{}} {
		go c.follow(ctx, list)
	}
	return c, nil
}

// follow passes every change of a kind on to the trial in whose namespace it is, in the order in which the API server made them, until ctx ends.
// Of what happened while the API server was away it passes on what came of it.
func (c *cluster) follow(ctx context.Context, list client.ObjectList) {
	known := map[types.UID]client.Object{}
	for ctx.Err() == nil {
		if c.list(ctx, list, known) == nil {
			c.watch(ctx, list, known)
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// list passes on how what is there differs from what was known.
func (c *cluster) list(ctx context.Context, list client.ObjectList, known map[types.UID]client.Object) error {
	if err := c.api.List(ctx, list); err != nil {
		return err
	}
	there := map[types.UID]client.Object{}
	err := meta.EachListItem(list, func(item runtime.Object) error {
		if object, ok := item.(client.Object); ok {
			there[object.GetUID()] = object
		}
		return nil
	})
	for uid, object := range known {
		if there[uid] == nil {
			delete(known, uid)
			c.pass(watch.Deleted, object)
		}
	}
	for uid, object := range there {
		change := watch.Modified
		if known[uid] == nil {
			change = watch.Added
		}
		known[uid] = object
		c.pass(change, object)
	}
	return err
}

// watch passes on what changes after the list, until the watch ends.
func (c *cluster) watch(ctx context.Context, list client.ObjectList, known map[types.UID]client.Object) {
	events, err := c.api.Watch(ctx, list, &client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: list.GetResourceVersion()}})
	if err != nil {
		return
	}
	defer events.Stop()
	for event := range events.ResultChan() {
		object, ok := event.Object.(client.Object)
		if !ok {
			return
		}
		if event.Type == watch.Deleted {
			delete(known, object.GetUID())
		} else {
			known[object.GetUID()] = object
		}
		c.pass(event.Type, object)
	}
}

func (c *cluster) pass(change watch.EventType, object client.Object) {
	c.mu.Lock()
	t := c.trials[object.GetNamespace()]
	c.mu.Unlock()
	if t != nil {
		t.saw(change, object)
	}
}

// settle in a namespace of its own.
func (c *cluster) settle(ctx context.Context, t *trial) error {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "trial-"}}
	if err := c.api.Create(ctx, namespace); err != nil {
		return fmt.Errorf("create namespace: %w", err)
	}
	t.namespace = namespace.Name
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trials[t.namespace] = t
	return nil
}

func (c *cluster) leave(t *trial) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.trials, t.namespace)
}

// patience is how long a trial may take for one step. It is long because the machine may be busy, not because a step is.
const patience = 4 * time.Minute
