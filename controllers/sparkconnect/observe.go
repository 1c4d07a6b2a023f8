// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconnect

import (
	"context"
	"errors"
	"fmt"
	"net"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/internal/caching"
	"github.com/alauda/spark-operator/internal/connect"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/inquiry"
	"github.com/alauda/spark-operator/internal/lifecycle"
	"github.com/alauda/spark-operator/internal/staleness"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// +kubebuilder:rbac:groups="",resources=pods,verbs=get;list;watch

// observe gathers what a decision needs to know. It writes nothing. The pods are the cache's own and not to be changed.
func (r *Reconciler) observe(ctx context.Context, key types.NamespacedName) (*connect.Observation, error) {
	server, err := r.server(ctx, key)
	if err != nil {
		return nil, err
	}
	obs := &connect.Observation{Now: r.Clock.Now(), Connect: server}
	if !server.DeletionTimestamp.IsZero() {
		return obs, nil
	}
	pods := &corev1.PodList{}
	if err := r.Client.List(ctx, pods, client.InNamespace(key.Namespace), client.MatchingFields{caching.PodConnect: key.Name}, client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("list pods: %w", err)
	}
	obs.Pods = podsOf(server, pods.Items)
	known := r.known.specs.of(server, r.Options)
	obs.SpecHash, obs.Invalid = known.hash, known.invalid
	if err := r.findServer(ctx, obs); err != nil {
		return nil, err
	}
	if obs.Server != nil {
		obs.Ended, obs.Failure = lifecycle.EndOf(obs.Server, obs.Now)
	}
	obs.Answer = r.answer(ctx, obs)
	return obs, nil
}

// server reads the server from the cache, or from the API server where the cache has not caught up for too long. It
// returns a conflict where it has not caught up yet: any decision would end in one.
func (r *Reconciler) server(ctx context.Context, key types.NamespacedName) (*v1alpha1.SparkConnect, error) {
	server, err := stored.GetConnect(ctx, r.Client, r.APIReader, key)
	if err != nil {
		return nil, err
	}
	switch r.known.versions.Judge(server, r.Clock.Now()) {
	case staleness.Stale:
		return nil, notNewest(server)
	case staleness.Overdue:
		if server, err = stored.GetConnect(ctx, r.APIReader, r.APIReader, key); err != nil {
			return nil, err
		}
		r.known.versions.Confirmed(server, r.Clock.Now())
	case staleness.Current:
	}
	return server, nil
}

// podsOf returns the pods of the server among those that have its label: its own by their owner, and the executors that
// its pod owns. Of a pod that is gone the name is all that is known: there is one of it in a namespace.
func podsOf(server *v1alpha1.SparkConnect, pods []corev1.Pod) []*corev1.Pod {
	var ours []*corev1.Pod
	for i := range pods {
		pod := &pods[i]
		if connect.IsServer(pod) {
			if metav1.IsControlledBy(pod, server) {
				ours = append(ours, pod)
			}
			continue
		}
		controller := metav1.GetControllerOfNoCopy(pod)
		if controller != nil && controller.Kind == "Pod" && controller.Name == sparklabels.ConnectServer(server.Name) && !ownedByStranger(controller.UID, server, pods) {
			ours = append(ours, pod)
		}
	}
	return ours
}

// ownedByStranger reports whether the pod of the UID is there and not the server's: it may have been orphaned.
func ownedByStranger(uid types.UID, server *v1alpha1.SparkConnect, pods []corev1.Pod) bool {
	for i := range pods {
		if pods[i].UID == uid {
			return !metav1.IsControlledBy(&pods[i], server)
		}
	}
	return false
}

// findServer finds the pod of the attempt that the status names. Before it is called gone the API server is asked.
func (r *Reconciler) findServer(ctx context.Context, obs *connect.Observation) error {
	server := obs.Connect
	name, attempt := server.Status.Server.PodName, server.Status.Attempt
	if name == "" {
		return nil
	}
	id := identity.SubmissionID(connect.Application(server), attempt)
	for _, pod := range obs.Pods {
		if connect.IsServer(pod) && pod.Labels[sparklabels.SubmissionID] == id {
			obs.Server = pod
			return nil
		}
	}
	if !identity.IsName(name) {
		return nil
	}
	pod := &corev1.Pod{}
	err := r.APIReader.Get(ctx, types.NamespacedName{Namespace: server.Namespace, Name: name}, pod)
	switch {
	case apierrors.IsNotFound(err):
		return nil
	case err != nil:
		return fmt.Errorf("get the server's pod: %w", err)
	case metav1.IsControlledBy(pod, server) && pod.Labels[sparklabels.SubmissionID] == id:
		obs.Server, obs.Pods = pod, append(obs.Pods, pod)
	}
	return nil
}

// answer asks the server, unless it was asked lately, and returns what it says.
func (r *Reconciler) answer(ctx context.Context, obs *connect.Observation) connect.Answer {
	pod := obs.Server
	if pod == nil || !connect.IsReady(pod) || pod.DeletionTimestamp != nil || pod.Status.PodIP == "" {
		return connect.AnswerUnknown
	}
	last := r.known.answers.Get(obs.Connect)
	if last.pod == pod.UID && obs.Now.Sub(last.at) < connect.AskAfter(last.answer) {
		return last.answer
	}
	err := r.Asker.Ask(ctx, net.JoinHostPort(pod.Status.PodIP, pod.Annotations[sparklabels.ConnectPort]), pod.Labels[sparklabels.SubmissionID])
	answer := connect.AnswerServing
	switch {
	case errors.Is(err, inquiry.ErrUnreachable):
		answer = connect.AnswerUnreachable
	case err != nil:
		answer = connect.Answer("the server does not answer as it should: " + err.Error())
	}
	r.known.answers.Set(obs.Connect, answered{pod.UID, answer, obs.Now})
	return answer
}
