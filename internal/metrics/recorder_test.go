// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/internal/testing/fakes"
)

var options = Options{Prefix: "x_", Labels: []string{"app-type"}, SubmitLatencyBuckets: []float64{1, 30}, StartLatencyBuckets: []float64{60}}

// registered returns the recorder's metrics with gauges over the applications that reader has.
func registered(t *testing.T, r *Recorder, reader client.Reader) *prometheus.Registry {
	t.Helper()
	elected := make(chan struct{})
	close(elected)
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(r.Collector(Source{Reader: reader, Elected: elected, Now: func() time.Time { return now }})); err != nil {
		t.Fatal(err)
	}
	return registry
}

func cluster(t *testing.T, apps ...client.Object) client.WithWatch {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := stored.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	return fake.NewClientBuilder().WithScheme(scheme).WithObjects(fakes.Stored(apps...)...).WithStatusSubresource(&stored.SparkApplication{}).Build()
}

func wantMetrics(t *testing.T, registry prometheus.Gatherer, expected string, names ...string) {
	t.Helper()
	if err := testutil.GatherAndCompare(registry, strings.NewReader(expected), names...); err != nil {
		t.Error(err)
	}
}

func named(name string, s status, labels map[string]string) *v1beta2.SparkApplication {
	app := application(s)
	app.Name, app.Labels = name, labels
	return app
}

func TestEverySeriesBeginsAtZero(t *testing.T) {
	r := New(options)
	registry := registered(t, r, cluster(t))
	wantMetrics(t, registry, `
# HELP x_spark_application_attempt_failures_total Attempts that failed, retried or not, by the class of status.lastFailure.
# TYPE x_spark_application_attempt_failures_total counter
x_spark_application_attempt_failures_total{app_type="Unknown",class="Deadline"} 0
x_spark_application_attempt_failures_total{app_type="Unknown",class="Driver"} 0
x_spark_application_attempt_failures_total{app_type="Unknown",class="Executor"} 0
x_spark_application_attempt_failures_total{app_type="Unknown",class="Infrastructure"} 0
x_spark_application_attempt_failures_total{app_type="Unknown",class="Submission"} 0
x_spark_application_attempt_failures_total{app_type="Unknown",class="Unknown"} 0
# HELP x_spark_application_running_count Applications in state RUNNING.
# TYPE x_spark_application_running_count gauge
x_spark_application_running_count{app_type="Unknown"} 0
# HELP x_spark_application_success_count Applications that reached COMPLETED.
# TYPE x_spark_application_success_count counter
x_spark_application_success_count{app_type="Unknown"} 0
`, "x_spark_application_attempt_failures_total", "x_spark_application_running_count", "x_spark_application_success_count")

	// An application that is seen gives its set of labels all series, before anything becomes of it.
	registry = registered(t, r, cluster(t, named("pi", status{}, map[string]string{"app-type": "etl"})))
	wantMetrics(t, registry, `
# HELP x_spark_application_success_count Applications that reached COMPLETED.
# TYPE x_spark_application_success_count counter
x_spark_application_success_count{app_type="Unknown"} 0
x_spark_application_success_count{app_type="etl"} 0
`, "x_spark_application_success_count")
}

func TestRecord(t *testing.T) {
	r := New(options)
	before, after := named("pi", status{}, nil), named("pi", in(v1beta2.ApplicationStateSubmitted, attempt(1)), map[string]string{"app-type": "etl"})
	r.Record(before, after, now)
	r.Record(after, named("pi", in(v1beta2.ApplicationStateFailed, attempt(1), failed(1, v1beta2.FailureClassDriver), ended(9)), nil), now)
	wantMetrics(t, registered(t, r, cluster(t)), `
# HELP x_spark_application_failure_count Applications that reached FAILED.
# TYPE x_spark_application_failure_count counter
x_spark_application_failure_count{app_type="Unknown"} 1
x_spark_application_failure_count{app_type="etl"} 0
# HELP x_spark_application_failure_execution_time_seconds Time from the submission to the end of applications that reached FAILED.
# TYPE x_spark_application_failure_execution_time_seconds summary
x_spark_application_failure_execution_time_seconds_sum{app_type="Unknown"} 7
x_spark_application_failure_execution_time_seconds_count{app_type="Unknown"} 1
x_spark_application_failure_execution_time_seconds_sum{app_type="etl"} 0
x_spark_application_failure_execution_time_seconds_count{app_type="etl"} 0
# HELP x_spark_application_submit_count Submissions that made a driver.
# TYPE x_spark_application_submit_count counter
x_spark_application_submit_count{app_type="Unknown"} 0
x_spark_application_submit_count{app_type="etl"} 1
# HELP x_spark_application_submit_latency_seconds_histogram Time from the creation of an application to its driver, if the first submission made one.
# TYPE x_spark_application_submit_latency_seconds_histogram histogram
x_spark_application_submit_latency_seconds_histogram_bucket{app_type="Unknown",le="1"} 0
x_spark_application_submit_latency_seconds_histogram_bucket{app_type="Unknown",le="30"} 0
x_spark_application_submit_latency_seconds_histogram_bucket{app_type="Unknown",le="+Inf"} 0
x_spark_application_submit_latency_seconds_histogram_sum{app_type="Unknown"} 0
x_spark_application_submit_latency_seconds_histogram_count{app_type="Unknown"} 0
x_spark_application_submit_latency_seconds_histogram_bucket{app_type="etl",le="1"} 0
x_spark_application_submit_latency_seconds_histogram_bucket{app_type="etl",le="30"} 1
x_spark_application_submit_latency_seconds_histogram_bucket{app_type="etl",le="+Inf"} 1
x_spark_application_submit_latency_seconds_histogram_sum{app_type="etl"} 20
x_spark_application_submit_latency_seconds_histogram_count{app_type="etl"} 1
`, "x_spark_application_failure_count", "x_spark_application_failure_execution_time_seconds",
		"x_spark_application_submit_count", "x_spark_application_submit_latency_seconds_histogram")
}

func TestNoRecorderRecordsNothing(*testing.T) {
	var r *Recorder
	r.Record(application(status{}), application(in(v1beta2.ApplicationStateSubmitted, attempt(1))), now)
}

func TestGaugesFollowTheApplications(t *testing.T) {
	executorsUp := executors(map[string]v1beta2.ExecutorState{"a": v1beta2.ExecutorStateRunning, "b": v1beta2.ExecutorStateRunning, "c": v1beta2.ExecutorStateFailed})
	since := func(seconds int) func(*status) {
		return func(s *status) { s.AppState.Since = new(at(seconds)) }
	}
	etl := map[string]string{"app-type": "etl"}
	pi := named("pi", in(v1beta2.ApplicationStateRunning, executorsUp, since(5)), etl)
	world := cluster(t,
		pi, named("newer", in(v1beta2.ApplicationStateRunning, since(15)), etl),
		named("new", status{}, nil), named("done", in(v1beta2.ApplicationStateCompleted, since(9)), nil),
		named("odd", in("BANANA", since(3)), nil), named("odder", in("CHERRY", since(4)), nil),
	)
	registry := registered(t, New(options), world)
	const help = `
# HELP x_spark_application_running_count Applications in state RUNNING.
# TYPE x_spark_application_running_count gauge
x_spark_application_running_count{app_type="Unknown"} 0
x_spark_application_running_count{app_type="etl"} %d
# HELP x_spark_application_state_age_seconds For how long the application that has been in the state the longest is in it; for states that applications do not rest in for good.
# TYPE x_spark_application_state_age_seconds gauge
x_spark_application_state_age_seconds{namespace="team",state="NEW"} 20
x_spark_application_state_age_seconds{namespace="team",state="Other"} 17
x_spark_application_state_age_seconds{namespace="team",state="RUNNING"} %d
# HELP x_spark_applications Applications by namespace and state.
# TYPE x_spark_applications gauge
x_spark_applications{namespace="team",state="COMPLETED"} 1
x_spark_applications{namespace="team",state="NEW"} 1
x_spark_applications{namespace="team",state="Other"} 2
x_spark_applications{namespace="team",state="RUNNING"} %d
# HELP x_spark_executor_running_count Executors in state RUNNING.
# TYPE x_spark_executor_running_count gauge
x_spark_executor_running_count{app_type="Unknown"} 0
x_spark_executor_running_count{app_type="etl"} %d
`
	names := []string{"x_spark_application_running_count", "x_spark_application_state_age_seconds", "x_spark_applications", "x_spark_executor_running_count"}
	wantMetrics(t, registry, fmt.Sprintf(help, 2, 15, 2, 2), names...)
	if err := world.Delete(t.Context(), stored.Of(pi)); err != nil {
		t.Fatal(err)
	}
	wantMetrics(t, registry, fmt.Sprintf(help, 1, 5, 1, 0), names...)
}

func TestStandbyHasNoGauges(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(New(options).Collector(Source{Reader: cluster(t, application(status{})), Elected: make(chan struct{}), Now: time.Now}))
	wantMetrics(t, registry, "", "x_spark_application_running_count", "x_spark_applications", "x_spark_application_state_age_seconds", "x_spark_executor_running_count")
}

func TestScrapeSurvivesAnUnreadableCache(t *testing.T) {
	r := New(options)
	r.Record(application(status{}), application(in(v1beta2.ApplicationStateSubmitted, attempt(1))), now)
	broken := interceptor.NewClient(cluster(t), interceptor.Funcs{
		List: func(_ context.Context, _ client.WithWatch, _ client.ObjectList, _ ...client.ListOption) error {
			return errors.New("not today")
		},
	})
	wantMetrics(t, registered(t, r, broken), `
# HELP x_spark_application_submit_count Submissions that made a driver.
# TYPE x_spark_application_submit_count counter
x_spark_application_submit_count{app_type="Unknown"} 1
`, "x_spark_application_submit_count", "x_spark_applications")
}

func TestLabelValuesAreBounded(t *testing.T) {
	r := New(options)
	for i := range 2 * maxSets {
		r.Record(application(status{}), named("pi", in(v1beta2.ApplicationStateSubmitted, attempt(1)), map[string]string{"app-type": fmt.Sprint(i)}), now)
	}
	if n := len(r.sets); n > maxSets+1 {
		t.Errorf("%d sets of label values, want at most %d", n, maxSets+1)
	}
	counted, err := testutil.GatherAndCount(registered(t, r, cluster(t)), "x_spark_application_submit_count")
	if err != nil || counted != maxSets+1 {
		t.Errorf("%d series of submissions (%v), want %d", counted, err, maxSets+1)
	}
}

// The names and types that dashboards for the Kubeflow Spark Operator read.
func TestContractOfNamesAndTypes(t *testing.T) {
	contract := map[string]Type{
		"spark_application_count":                            Counter,
		"spark_application_submit_count":                     Counter,
		"spark_application_failed_submission_count":          Counter,
		"spark_application_running_count":                    Gauge,
		"spark_application_success_count":                    Counter,
		"spark_application_failure_count":                    Counter,
		"spark_application_success_execution_time_seconds":   Summary,
		"spark_application_failure_execution_time_seconds":   Summary,
		"spark_application_submit_latency_seconds":           Summary,
		"spark_application_submit_latency_seconds_histogram": Histogram,
		"spark_application_start_latency_seconds":            Summary,
		"spark_application_start_latency_seconds_histogram":  Histogram,
		"spark_executor_running_count":                       Gauge,
		"spark_executor_success_count":                       Counter,
		"spark_executor_failure_count":                       Counter,
	}
	got := map[string]Type{}
	recorder := New(Options{SubmitLatencyBuckets: []float64{1}, StartLatencyBuckets: []float64{1}})
	recorder.RecordSchedule("team", ScheduleChange{})
	plain := &v1alpha1.SparkConnect{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "notebooks"}}
	recorder.RecordServer(plain, plain, now)
	server := stored.OfConnect(plain)
	schedule := stored.OfSchedule(&v1beta2.ScheduledSparkApplication{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "daily"}})
	families, err := registered(t, recorder, cluster(t, application(status{}), schedule, server)).Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		got[family.GetName()] = Type(strings.ToLower(family.GetType().String()))
	}
	for _, m := range Table() {
		if got[m.Name] != m.Type {
			t.Errorf("%s is served as a %q, and the table says %s", m.Name, got[m.Name], m.Type)
		}
	}
	for name := range got {
		if _, inContract := contract[name]; !inContract {
			delete(got, name)
		}
	}
	if diff := cmp.Diff(contract, got); diff != "" {
		t.Errorf("metrics of the contract (-want +got):\n%s", diff)
	}
}

// What Prometheus' own linter has to say is about names that are given, and only about those.
func TestLint(t *testing.T) {
	problems, err := testutil.GatherAndLint(registered(t, New(Options{SubmitLatencyBuckets: []float64{1}, StartLatencyBuckets: []float64{1}}), cluster(t, application(status{}))))
	if err != nil {
		t.Fatal(err)
	}
	problems = slices.DeleteFunc(problems, func(p promlint.Problem) bool {
		return strings.HasSuffix(p.Metric, "_count") || strings.HasSuffix(p.Metric, "_histogram")
	})
	if len(problems) > 0 {
		t.Errorf("problems: %v", problems)
	}
}

// A panic within a scrape would end the program.
func TestAPanicLeavesOutTheGauges(t *testing.T) {
	broken := interceptor.NewClient(cluster(t), interceptor.Funcs{
		List: func(context.Context, client.WithWatch, client.ObjectList, ...client.ListOption) error {
			panic("a fault")
		},
	})
	registry := registered(t, New(options), broken)
	wantMetrics(t, registry, "", "x_spark_applications")
}

func TestUnreadableApplicationsAreCounted(t *testing.T) {
	apps := make([]stored.SparkApplication, 3)
	for i, spec := range []string{`{}`, `{"volumes":"none"}`, `{"volumes":7}`} {
		if err := json.Unmarshal(fmt.Appendf(nil, `{"metadata":{"namespace":"team","name":"pi-%d"},"spec":%s}`, i, spec), &apps[i]); err != nil {
			t.Fatal(err)
		}
		stored.Keep(&apps[i])
	}
	elsewhere := *apps[1].DeepCopy()
	elsewhere.Namespace = "elsewhere"
	stored.Forget(&elsewhere)
	g := New(options).gauges(append(apps, elsewhere), now)
	countUnreadable(g.unreadable, kindApplication, append(apps, elsewhere))
	servers := make([]stored.SparkConnect, 2)
	if err := json.Unmarshal([]byte(`{"metadata":{"namespace":"team"},"spec":{"server":7}}`), &servers[0]); err != nil {
		t.Fatal(err)
	}
	servers[1].Namespace = "well"
	stored.Keep(&servers[0])
	countUnreadable(g.unreadable, kindConnect, servers)
	want := map[kindIn]int{{"team", "SparkApplication"}: 2, {"team", "SparkConnect"}: 1, {"well", "SparkConnect"}: 0}
	if diff := cmp.Diff(want, g.unreadable, cmp.AllowUnexported(kindIn{})); diff != "" {
		t.Errorf("unreadable (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[place]int{{"team", "NEW"}: 3}, g.applications); diff != "" {
		t.Errorf("applications (-want +got):\n%s", diff)
	}
}

// What a scrape costs with many applications.
func BenchmarkGauges(b *testing.B) {
	apps := make([]stored.SparkApplication, 10_000)
	for i := range apps {
		apps[i] = *stored.Of(named(fmt.Sprint("pi-", i), in(v1beta2.ApplicationStateRunning, counted(0, 0)), map[string]string{"app-type": fmt.Sprint(i % 10), "team": "a"}))
	}
	r := New(options)
	for b.Loop() {
		r.gauges(apps, now)
	}
}
