// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
)

// Patience is that of trials, unless it is changed.
const Patience = 4 * time.Minute

// Cluster is an API server and what the engine sees of it, by connections that no fault meets.
type Cluster struct {
	Config  *rest.Config
	API     client.WithWatch
	subject Subject
	// mapping is what discovery says; it is asked for once.
	mapping meta.RESTMapper
	// watched are the resources whose events can be withheld.
	watched []string
	root    schema.GroupVersionKind

	mu     sync.Mutex
	trials map[string]*Trial
}

// NewCluster watches the subject's kinds until ctx ends.
func NewCluster(ctx context.Context, config *rest.Config, subject Subject) (*Cluster, error) {
	config = rest.CopyConfig(config)
	config.QPS = -1
	c := &Cluster{Config: config, subject: subject, trials: map[string]*Trial{}}
	if err := c.discover(); err != nil {
		return nil, err
	}
	var err error
	if c.API, err = client.NewWithWatch(config, client.Options{Scheme: subject.Scheme, Mapper: c.mapping}); err != nil {
		return nil, err
	}
	for _, list := range subject.Watched {
		go c.follow(ctx, list)
	}
	for _, list := range subject.Made {
		go c.follow(ctx, list)
	}
	return c, nil
}

func (c *Cluster) discover() error {
	httpClient, err := rest.HTTPClientFor(c.Config)
	if err != nil {
		return err
	}
	if c.mapping, err = apiutil.NewDynamicRESTMapper(c.Config, httpClient); err != nil {
		return err
	}
	if c.root, err = apiutil.GVKForObject(c.subject.Root, c.subject.Scheme); err != nil {
		return err
	}
	for _, list := range c.subject.Watched {
		gvk, err := apiutil.GVKForObject(list, c.subject.Scheme)
		if err != nil {
			return err
		}
		kind := schema.GroupKind{Group: gvk.Group, Kind: strings.TrimSuffix(gvk.Kind, "List")}
		known, err := c.mapping.RESTMapping(kind, gvk.Version)
		if err != nil {
			return err
		}
		c.watched = append(c.watched, known.Resource.Resource)
	}
	return nil
}

// RESTMapper is what discovery said at the start, so that no client has to ask again.
func (c *Cluster) RESTMapper() meta.RESTMapper { return c.mapping }

// Mapper provides managers with the same.
func (c *Cluster) Mapper(*rest.Config, *http.Client) (meta.RESTMapper, error) { return c.mapping, nil }

// follow passes every change of a kind on to the trial in whose namespace it is, in the order in which the API server
// made them, until ctx ends. Of what happened while the API server was away it passes on what came of it.
func (c *Cluster) follow(ctx context.Context, list client.ObjectList) {
	list, _ = list.DeepCopyObject().(client.ObjectList)
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
func (c *Cluster) list(ctx context.Context, list client.ObjectList, known map[types.UID]client.Object) error {
	if err := c.API.List(ctx, list); err != nil {
		return err
	}
	there := map[types.UID]client.Object{}
	objects, err := objectsIn(list)
	for _, object := range objects {
		there[object.GetUID()] = object
	}
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

func objectsIn(list client.ObjectList) ([]client.Object, error) {
	var objects []client.Object
	err := meta.EachListItem(list, func(item runtime.Object) error {
		object, ok := item.(client.Object)
		if !ok {
			return fmt.Errorf("%T is no object", item)
		}
		objects = append(objects, object)
		return nil
	})
	return objects, err
}

// watch passes on what changes after the list, until the watch ends.
func (c *Cluster) watch(ctx context.Context, list client.ObjectList, known map[types.UID]client.Object) {
	events, err := c.API.Watch(ctx, list, &client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: list.GetResourceVersion()}})
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

func (c *Cluster) pass(change watch.EventType, object client.Object) {
	c.mu.Lock()
	t := c.trials[object.GetNamespace()]
	c.mu.Unlock()
	if t != nil {
		t.saw(change, object)
	}
}

// enter a namespace of its own.
func (c *Cluster) enter(ctx context.Context, t *Trial) error {
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "trial-"}}
	if err := c.API.Create(ctx, namespace); err != nil {
		return fmt.Errorf("create namespace: %w", err)
	}
	t.Namespace = namespace.Name
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trials[t.Namespace] = t
	return nil
}

func (c *Cluster) leave(t *Trial) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.trials, t.Namespace)
}
