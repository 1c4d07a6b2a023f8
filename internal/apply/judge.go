// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Creator is what asking needs of a client.
type Creator interface {
	Create(ctx context.Context, obj client.Object, opts ...client.CreateOption) error
}

// Judgement is what is thought of an object that is not what would be created, but says that it is.
type Judgement struct {
	// Ours is whether it is taken for what was created: admission may have rewritten it.
	Ours bool
	// Doubt says in one sentence why it may be somebody else's nevertheless; empty where it cannot.
	Doubt string
}

const (
	// patience is for how long an answer is waited for. Webhooks take 10 seconds by default.
	patience = 12 * time.Second
	// askedSuffix ends the name under which the API server is asked, since the right one is taken. No driver, Service
	// or ConfigMap of ours ends so.
	askedSuffix = "-dry-run"
	// maxAskedName is how long the name of an object of any kind may be.
	maxAskedName = 63
)

// Judge asks the API server, by a dry run, what admission makes of the desired object, which same compares with the
// existing one. It asks only about an object that says that it is the desired one: by its owner, the attempt, the hash
// and the operator's finalizer.
//
// Where there is no answer (a webhook that takes no dry run, a quota that the pod itself uses up, a webhook that does
// not answer) a pod is taken as ours: to run something twice is worse than to take a forged driver as the run. So is a
// pod that has ended, whatever the answer: what admission makes of it may have changed since. Other objects are made
// anew, which costs nothing.
func Judge(ctx context.Context, c Creator, desired, existing client.Object, same func(admitted client.Object) bool) (Judgement, error) {
	if !claims(desired, existing) {
		return Judgement{}, nil
	}
	admitted, err := admit(ctx, c, desired)
	if err != nil && !isAnswer(ctx, err) {
		return Judgement{}, fmt.Errorf("ask what admission makes of %s %s: %w", kindOf(desired), client.ObjectKeyFromObject(desired), err)
	}
	pod, isPod := existing.(*corev1.Pod)
	switch {
	case err == nil && same(admitted):
		return Judgement{Ours: true}, nil
	case !isPod, err == nil && !hasEnded(pod):
		return Judgement{}, nil
	case err != nil:
		return Judgement{Ours: true, Doubt: doubt(pod, "a dry run does not tell whether an admission webhook has rewritten it: "+err.Error())}, nil
	}
	return Judgement{Ours: true, Doubt: doubt(pod, "no admission webhook would rewrite it like that now; it has ended and is not run again")}, nil
}

func doubt(pod *corev1.Pod, why string) string {
	return fmt.Sprintf("pod %s was there already and is taken as the driver, although it is not what the operator would have made: %s; "+
		"if nothing in the cluster rewrites pods, somebody else has made it", pod.Name, why)
}

// claims reports whether an object says that it was created as the desired one for this attempt, whatever became of its
// content since.
func claims(desired, existing client.Object) bool {
	has, want := existing.GetAnnotations()[sparklabels.SpecHash], desired.GetAnnotations()[sparklabels.SpecHash]
	return existing.GetDeletionTimestamp() == nil && IsOurs(existing, desired) && has != "" && identity.SameSpec(has, want) &&
		existing.GetLabels()[sparklabels.SubmissionID] == desired.GetLabels()[sparklabels.SubmissionID] &&
		slices.Contains(existing.GetFinalizers(), sparklabels.DriverEnd) == slices.Contains(desired.GetFinalizers(), sparklabels.DriverEnd)
}

// admit returns what would be stored of the desired object under another name.
func admit(ctx context.Context, c Creator, desired client.Object) (client.Object, error) {
	asked, isObject := desired.DeepCopyObject().(client.Object)
	if !isObject {
		return nil, fmt.Errorf("%T is no object", desired)
	}
	name := asked.GetName()
	asked.SetName(strings.TrimRight(name[:min(len(name), maxAskedName-len(askedSuffix))], "-.") + askedSuffix)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return asked, c.Create(ctx, asked, client.DryRunAll)
}

// isAnswer reports whether an error of a dry run is all that will be heard: the API server's, or none in time. Any
// other may be another the next time.
func isAnswer(ctx context.Context, err error) bool {
	var status apierrors.APIStatus
	return ctx.Err() == nil && (errors.As(err, &status) || errors.Is(err, context.DeadlineExceeded))
}

func hasEnded(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}
