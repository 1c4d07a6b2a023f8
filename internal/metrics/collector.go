// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"cmp"
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/panics"
	"github.com/alauda/spark-operator/internal/stored"
)

// readTimeout is how long a scrape may wait for the cache.
const readTimeout = 5 * time.Second

// Source is what gauges are computed from.
type Source struct {
	// Reader lists applications from the cache.
	Reader client.Reader
	// Elected is closed once this replica is the one that works. Before that it has nothing to report: the gauges of
	// two replicas would be added up.
	Elected <-chan struct{}
	// Now returns the time.
	Now func() time.Time
}

// Collector returns everything that the recorder counts and the gauges from source.
func (r *Recorder) Collector(source Source) prometheus.Collector {
	return &collector{
		recorder: r, source: source,
		running: r.description(nameRunning), executors: r.description(nameExecutorRunning),
		applications: r.description(nameApplications), unreadable: r.description(nameUnreadable), stateAge: r.description(nameStateAge),
		schedules: r.description(nameSchedules), servers: r.description(nameServers),
	}
}

func (r *Recorder) description(name string) *prometheus.Desc {
	m := metric(name)
	return prometheus.NewDesc(r.options.Prefix+m.Name, m.Help, r.labels(m), nil)
}

type collector struct {
	recorder *Recorder
	source   Source

	running, executors, applications, unreadable, stateAge, schedules, servers *prometheus.Desc
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(descriptions chan<- *prometheus.Desc) {
	for _, v := range c.recorder.vectors {
		v.Describe(descriptions)
	}
	for _, v := range append(c.recorder.schedules.collectors(), c.recorder.servers.collectors()...) {
		v.Describe(descriptions)
	}
	for _, d := range []*prometheus.Desc{c.running, c.executors, c.applications, c.unreadable, c.stateAge, c.schedules, c.servers} {
		descriptions <- d
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(found chan<- prometheus.Metric) {
	select {
	case <-c.source.Elected:
		c.collectGauges(found)
	default:
	}
	for _, v := range c.recorder.vectors {
		v.Collect(found)
	}
	for _, v := range append(c.recorder.schedules.collectors(), c.recorder.servers.collectors()...) {
		v.Collect(found)
	}
}

func (c *collector) collectGauges(found chan<- prometheus.Metric) {
	// A collector runs where nothing else catches a panic: it would end the program for the sake of a scrape.
	defer panics.Recover("metrics collector")
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	defer cancel()
	apps, schedules, servers := &stored.SparkApplicationList{}, &stored.ScheduledSparkApplicationList{}, &stored.SparkConnectList{}
	for _, list := range []client.ObjectList{apps, schedules, servers} {
		// Nothing below changes them.
		if err := c.source.Reader.List(ctx, list, client.UnsafeDisableDeepCopy); err != nil {
			// Not an invalid metric: that would take all others with it.
			ctrl.Log.WithName("metrics").Error(err, "Left out the metrics that are read from the cache")
			return
		}
	}
	gauges := c.recorder.gauges(apps.Items, c.source.Now())
	countUnreadable(gauges.unreadable, kindApplication, apps.Items)
	countUnreadable(gauges.unreadable, kindSchedule, schedules.Items)
	countUnreadable(gauges.unreadable, kindConnect, servers.Items)
	for s, n := range gauges.running {
		found <- prometheus.MustNewConstMetric(c.running, prometheus.GaugeValue, float64(n), s.values...)
	}
	for s, n := range gauges.executors {
		found <- prometheus.MustNewConstMetric(c.executors, prometheus.GaugeValue, float64(n), s.values...)
	}
	for place, n := range gauges.applications {
		found <- prometheus.MustNewConstMetric(c.applications, prometheus.GaugeValue, float64(n), place.namespace, place.state)
	}
	for of, n := range gauges.unreadable {
		found <- prometheus.MustNewConstMetric(c.unreadable, prometheus.GaugeValue, float64(n), of.namespace, of.kind)
	}
	for place, n := range countServers(servers.Items) {
		found <- prometheus.MustNewConstMetric(c.servers, prometheus.GaugeValue, float64(n), place.namespace, place.state)
	}
	for place, n := range countSchedules(schedules.Items) {
		found <- prometheus.MustNewConstMetric(c.schedules, prometheus.GaugeValue, float64(n), place.namespace, place.state)
	}
	for place, age := range gauges.stateAge {
		found <- prometheus.MustNewConstMetric(c.stateAge, prometheus.GaugeValue, age.Seconds(), place.namespace, place.state)
	}
}

// otherState is the value of the label state of all states that are unknown.
const otherState = "Other"

// place is where an application is.
type place struct{ namespace, state string }

// The values of the label kind.
const kindApplication, kindSchedule, kindConnect = "SparkApplication", "ScheduledSparkApplication", "SparkConnect"

// kindIn is a kind in a namespace.
type kindIn struct{ namespace, kind string }

// countUnreadable counts the objects of a kind that cannot be read. Where there are only others the count is zero.
func countUnreadable[T any, P interface {
	*T
	stored.Object
}](counts map[kindIn]int, kind string, objects []T) {
	for i := range objects {
		object := P(&objects[i])
		if object.Forgotten() {
			continue // Its namespace is not served.
		}
		of := kindIn{object.GetNamespace(), kind}
		counts[of] += 0
		if object.Problem() != nil {
			counts[of]++
		}
	}
}

// gauges are the values of all gauges.
type gauges struct {
	running, executors map[*set]int
	applications       map[place]int
	unreadable         map[kindIn]int
	stateAge           map[place]time.Duration
}

// gauges computes them. Every known set of label values has a value, so that a gauge goes to zero and does not vanish.
func (r *Recorder) gauges(apps []stored.SparkApplication, now time.Time) gauges {
	g := gauges{
		running: map[*set]int{}, executors: map[*set]int{},
		applications: map[place]int{}, unreadable: map[kindIn]int{}, stateAge: map[place]time.Duration{},
	}
	for i := range apps {
		if apps[i].Forgotten() {
			continue // Its namespace is not served.
		}
		app := &apps[i].SparkApplication
		application, executors := r.set(ofApplication(r.options.Labels, app)), r.set(ofExecutors(r.options.Labels, app))
		state := app.Status.AppState.State
		if state == v1beta2.ApplicationStateRunning {
			g.running[application]++
		}
		g.executors[executors] += int(executorCounts(&app.Status).Running)
		at := place{app.Namespace, stateLabel(state)}
		g.applications[at]++
		if state != v1beta2.ApplicationStateCompleted && state != v1beta2.ApplicationStateFailed {
			g.stateAge[at] = max(g.stateAge[at], now.Sub(inStateSince(app)))
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.sets {
		g.running[s] += 0
		g.executors[s] += 0
	}
	return g
}

// stateLabel returns the value of the label state. Whoever writes statuses makes no value of his own.
func stateLabel(state v1beta2.ApplicationStateType) string {
	if !state.Known() {
		return otherState
	}
	return cmp.Or(string(state), "NEW")
}

// inStateSince returns when the application came into its state.
func inStateSince(app *v1beta2.SparkApplication) time.Time {
	if since := app.Status.AppState.Since; since != nil {
		return since.Time
	}
	return app.CreationTimestamp.Time
}
