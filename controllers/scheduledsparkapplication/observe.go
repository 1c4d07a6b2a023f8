// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package scheduledsparkapplication

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/caching"
	"github.com/alauda/spark-operator/internal/decoding"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/schedule"
	"github.com/alauda/spark-operator/internal/staleness"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// observation is what a decision is taken on, and how far the API server itself has said it.
type observation struct {
	schedule.Observation

	// confirmed is whether the API server was asked about what the decision depends on.
	confirmed bool
	// statusUnreadable is whether the status is not known.
	statusUnreadable bool
}

// observe gathers what a decision needs to know. It writes nothing. It returns nothing if the schedule is gone, and a
// conflict if the cache has not caught up with what was stored here.
func (r *Reconciler) observe(ctx context.Context, key types.NamespacedName) (*observation, error) {
	found, err := r.schedule(ctx, key)
	problem, isUnreadable := errors.AsType[*decoding.Problem](err)
	switch {
	case apierrors.IsNotFound(err):
		return nil, nil
	case err != nil && !isUnreadable:
		return nil, err
	}
	obs := &observation{Observation: schedule.Observation{Now: r.Clock.Now(), Schedule: found}}
	if isUnreadable {
		obs.Unreadable, obs.statusUnreadable = problem, stored.OfStatus(problem)
	}
	if obs.statusUnreadable || !found.DeletionTimestamp.IsZero() {
		return obs, nil
	}
	if !isUnreadable {
		obs.Invalid = r.examine(found)
	}
	if obs.Runs, err = r.runs(ctx, found); err != nil {
		return nil, err
	}
	obs.Lingering, err = r.lingering(ctx, found, obs.Runs, r.cachedPods)
	return obs, err
}

// schedule reads the schedule from the cache, or from the API server where the cache has not caught up for too long. It
// returns a conflict where it has not caught up yet: any decision would end in one.
func (r *Reconciler) schedule(ctx context.Context, key types.NamespacedName) (*v1beta2.ScheduledSparkApplication, error) {
	found, err := stored.GetSchedule(ctx, r.Client, r.APIReader, key)
	if _, isUnreadable := errors.AsType[*decoding.Problem](err); err != nil && !isUnreadable {
		return nil, fmt.Errorf("get schedule: %w", err)
	}
	switch r.known.versions.Judge(found, r.Clock.Now()) {
	case staleness.Stale:
		return nil, notNewest(found)
	case staleness.Overdue:
		found, err = stored.GetSchedule(ctx, r.APIReader, r.APIReader, key)
		if _, isUnreadable := errors.AsType[*decoding.Problem](err); err != nil && !isUnreadable {
			return nil, fmt.Errorf("get schedule of which the cache has an old version: %w", err)
		}
		r.known.versions.Confirmed(found, r.Clock.Now())
	case staleness.Current:
	}
	return found, err
}

// examination is what is wrong with a schedule, as far as that follows from what it is of.
type examination struct {
	generation          int64
	labels, annotations map[string]string
	invalid             string
}

// examine says what is wrong with a schedule, its template included. That takes a plan of a run: it is made once.
func (r *Reconciler) examine(s *v1beta2.ScheduledSparkApplication) string {
	if s.Generation == 0 {
		return "" // It was never stored.
	}
	known := r.known.examined.Get(s)
	if known.generation == s.Generation && maps.Equal(known.labels, s.Labels) && maps.Equal(known.annotations, s.Annotations) {
		return known.invalid
	}
	known = examination{s.Generation, s.Labels, s.Annotations, planning.ProblemsOfSchedule(s, r.Options)}
	r.known.examined.Set(s, known)
	return known.invalid
}

// runs returns the runs of a schedule: those that the cache has, and those that the status knows.
func (r *Reconciler) runs(ctx context.Context, s *v1beta2.ScheduledSparkApplication) ([]schedule.Run, error) {
	unknown := &stored.SparkApplicationList{}
	ofUnknown := client.MatchingFields{caching.RunSchedule: caching.UnknownSchedule}
	if err := r.Client.List(ctx, unknown, client.InNamespace(s.Namespace), ofUnknown, client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("list applications that are not kept: %w", err)
	}
	if len(unknown.Items) > 0 {
		return r.liveRuns(ctx, s)
	}
	list := &stored.SparkApplicationList{}
	ofSchedule := client.MatchingFields{caching.RunSchedule: string(s.UID)}
	if err := r.Client.List(ctx, list, client.InNamespace(s.Namespace), ofSchedule, client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("list runs: %w", err)
	}
	return r.contradicted(ctx, s, ownRuns(s, list))
}

// contradicted asks the API server about the runs of which the status says what the cache does not show: those that it
// names and the cache lacks, and those that the cache shows at work and the status does not, be they past or gone. The
// status is never older than what it was decided on, the cache may be.
func (r *Reconciler) contradicted(ctx context.Context, s *v1beta2.ScheduledSparkApplication, cached []schedule.Run) ([]schedule.Run, error) {
	doubtful := map[string]bool{}
	for _, name := range slices.Concat(s.Status.PastSuccessfulRunNames, s.Status.PastFailedRunNames, s.Status.ActiveRunNames) {
		doubtful[name] = true
	}
	runs := make([]schedule.Run, 0, len(cached))
	for _, run := range cached {
		if run.State.Ended() || slices.Contains(s.Status.ActiveRunNames, run.Name) {
			runs = append(runs, run)
			delete(doubtful, run.Name)
			continue
		}
		doubtful[run.Name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(doubtful)) {
		run, err := r.liveRun(ctx, s, name)
		if err != nil {
			return nil, err
		}
		if run != nil {
			runs = append(runs, *run)
		}
	}
	return runs, nil
}

// liveRuns asks the API server for the runs of a schedule.
func (r *Reconciler) liveRuns(ctx context.Context, s *v1beta2.ScheduledSparkApplication) ([]schedule.Run, error) {
	list := &stored.SparkApplicationList{}
	labelled := client.MatchingLabels{sparklabels.ScheduledAppName: s.Name}
	if err := r.APIReader.List(ctx, list, client.InNamespace(s.Namespace), labelled); err != nil {
		return nil, fmt.Errorf("ask for the runs: %w", err)
	}
	return ownRuns(s, list), nil
}

func ownRuns(s *v1beta2.ScheduledSparkApplication, list *stored.SparkApplicationList) []schedule.Run {
	var runs []schedule.Run
	for i := range list.Items {
		if app := &list.Items[i].SparkApplication; schedule.Owns(s, app) {
			runs = append(runs, schedule.ReadRun(app))
		}
	}
	return runs
}

// liveRun asks the API server for a run by its name; nothing where there is none, or it is somebody else's.
func (r *Reconciler) liveRun(ctx context.Context, s *v1beta2.ScheduledSparkApplication, name string) (*schedule.Run, error) {
	found := &stored.SparkApplication{}
	err := r.APIReader.Get(ctx, client.ObjectKey{Namespace: s.Namespace, Name: name}, found)
	if client.IgnoreNotFound(err) != nil {
		return nil, fmt.Errorf("ask for run %s: %w", name, err)
	}
	if err != nil || !schedule.Owns(s, found) {
		return nil, nil
	}
	run := schedule.ReadRun(&found.SparkApplication)
	return &run, nil
}

// lingering returns which runs that were under way are gone or deleted and still have pods, as pods says.
func (r *Reconciler) lingering(
	ctx context.Context, s *v1beta2.ScheduledSparkApplication, runs []schedule.Run, pods func(context.Context, client.ObjectKey) (bool, error),
) (map[string]bool, error) {
	var lingering map[string]bool
	for _, name := range s.Status.ActiveRunNames {
		if slices.ContainsFunc(runs, func(run schedule.Run) bool { return run.Name == name && !run.Deleting }) {
			continue
		}
		left, err := pods(ctx, client.ObjectKey{Namespace: s.Namespace, Name: name})
		if err != nil {
			return nil, err
		}
		if !left {
			continue
		}
		if lingering == nil {
			lingering = map[string]bool{}
		}
		lingering[name] = true
	}
	return lingering, nil
}

// cachedPods reports whether the cache has pods of a run.
func (r *Reconciler) cachedPods(ctx context.Context, run client.ObjectKey) (bool, error) {
	pods := &corev1.PodList{}
	ofRun := client.MatchingFields{caching.PodApplication: run.Name}
	if err := r.Client.List(ctx, pods, client.InNamespace(run.Namespace), ofRun, client.UnsafeDisableDeepCopy); err != nil {
		return false, fmt.Errorf("list pods of run %s: %w", run.Name, err)
	}
	return len(pods.Items) > 0, nil
}

// livePods asks the API server whether a run has pods.
func (r *Reconciler) livePods(ctx context.Context, run client.ObjectKey) (bool, error) {
	pods := &metav1.PartialObjectMetadataList{}
	pods.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("PodList"))
	ofRun := client.MatchingLabels{sparklabels.LaunchedByOperator: sparklabels.True, sparklabels.AppName: run.Name}
	if err := r.APIReader.List(ctx, pods, client.InNamespace(run.Namespace), ofRun, client.Limit(1)); err != nil {
		return false, fmt.Errorf("ask for the pods of run %s: %w", run.Name, err)
	}
	return len(pods.Items) > 0, nil
}
