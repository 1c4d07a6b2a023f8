// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconnect

import (
	"maps"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/internal/connect"
	"github.com/alauda/spark-operator/internal/memory"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/staleness"
)

// memories are what is expensive to find out. All of it is lost with the process, and found out again.
type memories struct {
	versions staleness.Guard
	specs    specs
	answers  memory.Of[answered]
	deleted  deletions
}

// deletions are when pods of servers were deleted, by UID: the cache may not show it yet. Where it does not for too
// long, they are deleted again: a cluster that was restored from a backup has lost it.
type deletions struct {
	memory.Of[map[types.UID]time.Time]
}

// pending returns those of the pods that nobody has deleted lately.
func (d *deletions) pending(server *v1alpha1.SparkConnect, pods []*corev1.Pod, now time.Time) []*corev1.Pod {
	known := d.Get(server)
	return slices.DeleteFunc(slices.Clone(pods), func(pod *corev1.Pod) bool {
		at, wasDeleted := known[pod.UID]
		return wasDeleted && now.Sub(at) < staleness.Patience
	})
}

// note notes the deletion of a pod, and forgets what was long ago.
func (d *deletions) note(server *v1alpha1.SparkConnect, pod types.UID, now time.Time) {
	d.Change(server, func(known map[types.UID]time.Time) map[types.UID]time.Time {
		next := map[types.UID]time.Time{pod: now}
		for uid, at := range known {
			if now.Sub(at) < staleness.Patience {
				next[uid] = at
			}
		}
		return next
	})
}

// answered is what the pod of a server has said, and when.
type answered struct {
	pod    types.UID
	answer connect.Answer
	at     time.Time
}

func (m *memories) forget(key types.NamespacedName) {
	m.versions.Forget(key)
	m.specs.Forget(key)
	m.answers.Forget(key)
	m.deleted.Forget(key)
}

// specs are what is known of the specs of servers, each of one generation.
type specs struct{ memory.Of[spec] }

type spec struct {
	generation          int64
	labels, annotations map[string]string
	hash, invalid       string
}

// of returns what is known of the server's spec.
func (s *specs) of(server *v1alpha1.SparkConnect, options planning.Options) spec {
	known := s.Get(server)
	if known.hash != "" && known.generation == server.Generation && maps.Equal(known.labels, server.Labels) && maps.Equal(known.annotations, server.Annotations) {
		return known
	}
	known = spec{
		generation: server.Generation, labels: maps.Clone(server.Labels), annotations: maps.Clone(server.Annotations),
		hash: connect.SpecHash(server), invalid: connect.Problem(server, options),
	}
	s.Set(server, known)
	return known
}
