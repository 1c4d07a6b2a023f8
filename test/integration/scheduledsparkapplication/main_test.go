// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package scheduledsparkapplication tests the controller of schedules, beside that of applications, against a real API
// server. There is no kubelet and no garbage collector: the tests play both.
package scheduledsparkapplication

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/controllers"
	"github.com/alauda/spark-operator/controllers/scheduledsparkapplication"
	"github.com/alauda/spark-operator/controllers/sparkapplication"
	"github.com/alauda/spark-operator/internal/caching"
	"github.com/alauda/spark-operator/internal/eventsink"
	"github.com/alauda/spark-operator/internal/manager"
	"github.com/alauda/spark-operator/internal/metrics"
	"github.com/alauda/spark-operator/internal/testing/builder"
	"github.com/alauda/spark-operator/pkg/sparklabels"
	"github.com/alauda/spark-operator/test/integration/apiserver"
)

// soon is how long anything may take here.
const soon = 30 * time.Second

var (
	config *rest.Config
	api    client.WithWatch
)

func TestMain(m *testing.M) {
	env := &envtest.Environment{CRDDirectoryPaths: []string{apiserver.CRDs()}, ErrorIfCRDPathMissing: true}
	os.Exit(apiserver.Run(m, env, func(string) (err error) {
		ctrl.SetLogger(logr.Discard())
		config = env.Config
		unlimited := rest.CopyConfig(config)
		unlimited.QPS = -1
		api, err = client.NewWithWatch(unlimited, client.Options{Scheme: scheme()})
		return err
	}))
}

func scheme() *runtime.Scheme {
	s := runtime.NewScheme()
	if err := errors.Join(clientgoscheme.AddToScheme(s), v1beta2.AddToScheme(s)); err != nil {
		panic(err)
	}
	return s
}

// start runs the controllers of schedules and applications for one namespace until the returned function is called or
// the test ends. For the controller of schedules it is as late as c says.
func start(t *testing.T, namespace string, c clock.PassiveClock, recorder *metrics.Recorder) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cfg := configv1alpha1.DefaultControllerConfiguration()
	cfg.Namespaces = []string{namespace}
	cfg.Metrics.BindAddress, cfg.Health.BindAddress = configv1alpha1.Off, configv1alpha1.Off
	cfg.LeaderElection.Enabled = false
	options, err := controllers.ManagerOptions(cfg)
	if err != nil {
		t.Fatal(err)
	}
	options.Controller.SkipNameValidation = new(true)
	mgr, err := ctrl.NewManager(manager.Connection(config, &cfg.SharedConfiguration), options)
	if err != nil {
		t.Fatal(err)
	}
	events := eventsink.New(mgr.GetClient(), scheme(), clock.RealClock{})
	err = errors.Join(
		caching.SetupIndexes(ctx, mgr.GetFieldIndexer()), mgr.Add(events),
		sparkapplication.Add(mgr, cfg, sparkapplication.Environment{Events: events}),
		scheduledsparkapplication.Add(mgr, cfg, scheduledsparkapplication.Environment{Events: events, Clock: c, Metrics: recorder}),
	)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- mgr.Start(ctx) }()
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Errorf("controllers: %v", err)
			}
		})
	}
	t.Cleanup(stop)
	return stop
}

// wound is a clock that goes and can be put forward.
type wound struct {
	mu   sync.Mutex
	lead time.Duration
}

// Now implements clock.PassiveClock.
func (w *wound) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.lead)
}

// Since implements clock.PassiveClock.
func (w *wound) Since(t time.Time) time.Duration { return w.Now().Sub(t) }

// forward puts the clock a second after a time.
func (w *wound) forward(to time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lead = time.Until(to) + time.Second
}

func newNamespace(t *testing.T) string {
	t.Helper()
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "test-"}}
	create(t, ns)
	return ns.Name
}

// hourly returns a schedule whose first run is due in half an hour, and when that is.
func hourly(namespace, name string, change ...func(*v1beta2.ScheduledSparkApplicationSpec)) (*v1beta2.ScheduledSparkApplication, time.Time) {
	first := time.Now().UTC().Truncate(time.Minute).Add(30 * time.Minute)
	s := &v1beta2.ScheduledSparkApplication{Spec: v1beta2.ScheduledSparkApplicationSpec{
		Schedule: fmt.Sprintf("%d * * * *", first.Minute()), TimeZone: "Etc/UTC", Template: builder.SparkApplication("", "").Spec,
	}}
	s.Namespace, s.Name = namespace, name
	for _, c := range change {
		c(&s.Spec)
	}
	return s, first
}

func create(t *testing.T, object client.Object) {
	t.Helper()
	if err := api.Create(t.Context(), object); err != nil {
		t.Fatal(err)
	}
}

// patch changes an object; for a schedule that has the controller look at it.
func patch(t *testing.T, object client.Object, format string, args ...any) {
	t.Helper()
	if err := api.Patch(t.Context(), object, client.RawPatch("application/merge-patch+json", fmt.Appendf(nil, format, args...))); err != nil {
		t.Fatal(err)
	}
}

// touch has the controller look at a schedule.
func touch(t *testing.T, s *v1beta2.ScheduledSparkApplication) {
	t.Helper()
	patch(t, s, `{"metadata":{"annotations":{"example.com/touched":"%d"}}}`, time.Now().UnixNano())
}

// until reads the schedule until it is as wanted.
func until(t *testing.T, s *v1beta2.ScheduledSparkApplication, what string, wanted func() bool) {
	t.Helper()
	eventually(t, func(ctx context.Context) bool {
		return api.Get(ctx, client.ObjectKeyFromObject(s), s) == nil && wanted()
	},
		func() string { return fmt.Sprintf("%s; status now %+v", what, s.Status) })
}

func untilScheduled(t *testing.T, s *v1beta2.ScheduledSparkApplication) {
	t.Helper()
	until(t, s, "the schedule to be scheduled", func() bool {
		return s.Status.ScheduleState == v1beta2.ScheduleStateScheduled && s.Status.ObservedGeneration == s.Generation
	})
}

func eventually(t *testing.T, condition func(context.Context) bool, describe func() string) {
	t.Helper()
	err := wait.PollUntilContextTimeout(t.Context(), 20*time.Millisecond, soon, true, func(ctx context.Context) (bool, error) {
		return condition(ctx), nil
	})
	if err != nil {
		t.Fatalf("waited %s for %s", soon, describe())
	}
}

// runs returns the runs in a namespace, by their slots.
func runs(t *testing.T, namespace string) map[time.Time]*v1beta2.SparkApplication {
	t.Helper()
	list := &v1beta2.SparkApplicationList{}
	if err := api.List(t.Context(), list, client.InNamespace(namespace)); err != nil {
		t.Fatal(err)
	}
	found := map[time.Time]*v1beta2.SparkApplication{}
	for i := range list.Items {
		run := &list.Items[i]
		at, err := time.Parse(time.RFC3339, run.Annotations[sparklabels.ScheduledTime])
		if err != nil {
			t.Fatalf("run %s: %v", run.Name, err)
		}
		if other := found[at]; other != nil {
			t.Fatalf("%s and %s are both of %s", run.Name, other.Name, at)
		}
		found[at] = run
	}
	return found
}

// untilRun waits for the run of a slot.
func untilRun(t *testing.T, namespace string, slot time.Time) *v1beta2.SparkApplication {
	t.Helper()
	var run *v1beta2.SparkApplication
	eventually(t, func(context.Context) bool { run = runs(t, namespace)[slot]; return run != nil },
		func() string { return fmt.Sprintf("the run of %s; there are %v", slot, runs(t, namespace)) })
	return run
}

// ends has the driver of a run end, as a kubelet would report it.
func ends(t *testing.T, run *v1beta2.SparkApplication, state v1beta2.ApplicationStateType) {
	t.Helper()
	err := api.Status().Patch(t.Context(), run, client.RawPatch("application/merge-patch+json", fmt.Appendf(nil, `{"status":{"driverInfo":{},"applicationState":{"state":%q}}}`, state)))
	if err != nil {
		t.Fatal(err)
	}
}
