// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package dryrun

import (
	"crypto/sha256"
	"encoding/json"
	"maps"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/pkg/sparklabels"
)

const (
	// shapeAge is for how long a shape that was taken is not asked about. What changes within is found when the driver
	// makes no executor.
	shapeAge = 5 * time.Minute
	// maxShapes is how many are remembered.
	maxShapes = 1000
)

// scratch begins the path of Spark's scratch space, which ends with the attempt's id.
const scratch = "/var/data/spark-"

// shape stands for all pods that differ only in what distinguishes one application, attempt and executor from another.
type shape [sha256.Size]byte

func shapeOf(pod *corev1.Pod) shape {
	bare := &corev1.Pod{}
	bare.Namespace, bare.Annotations, bare.Labels = pod.Namespace, pod.Annotations, maps.Clone(pod.Labels)
	for _, name := range []string{sparklabels.AppName, sparklabels.SubmissionID, sparklabels.SparkAppSelector, sparklabels.SparkAppName} {
		delete(bare.Labels, name)
	}
	pod.Spec.DeepCopyInto(&bare.Spec)
	bare.Spec.Hostname = ""
	for _, containers := range [][]corev1.Container{bare.Spec.InitContainers, bare.Spec.Containers} {
		for i := range containers {
			// Variables distinguish Spark's containers, and nobody refuses a pod for them.
			containers[i].Env = nil
			for j := range containers[i].VolumeMounts {
				if mount := &containers[i].VolumeMounts[j]; strings.HasPrefix(mount.MountPath, scratch) {
					mount.MountPath = scratch
				}
			}
		}
	}
	encoded, err := json.Marshal(bare)
	if err != nil {
		panic("dryrun: a pod must encode as JSON: " + err.Error())
	}
	return sha256.Sum256(encoded)
}

// shapes remembers which shapes were taken lately.
type shapes struct {
	mu    sync.Mutex
	until map[shape]time.Time
}

func (s *shapes) include(wanted shape, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	until, known := s.until[wanted]
	return known && now.Before(until)
}

func (s *shapes) add(taken shape, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.until) >= maxShapes {
		maps.DeleteFunc(s.until, func(_ shape, until time.Time) bool { return !now.Before(until) })
	}
	if s.until == nil || len(s.until) >= maxShapes {
		s.until = map[shape]time.Time{}
	}
	s.until[taken] = now.Add(shapeAge)
}
