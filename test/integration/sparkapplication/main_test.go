// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package sparkapplication tests the SparkApplication controller against a real API server. There is no kubelet: the
// tests play it by writing the status of pods.
package sparkapplication

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap/zapcore"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/controllers"
	"github.com/alauda/spark-operator/internal/batchscheduler/registry"
	"github.com/alauda/spark-operator/internal/metrics"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
	"github.com/alauda/spark-operator/internal/testing/builder"
	"github.com/alauda/spark-operator/internal/testing/kubelet"
	"github.com/alauda/spark-operator/test/integration/apiserver"
)

// soon is how long anything may take here.
const soon = 20 * time.Second

var (
	// logged is what the controllers log.
	logged = &transcript{}
	config *rest.Config
	api    client.Client
)

func TestMain(m *testing.M) {
	env := &envtest.Environment{CRDDirectoryPaths: []string{apiserver.CRDs()}, ErrorIfCRDPathMissing: true}
	// As in a cluster, a pod has an account that exists: see newNamespace.
	env.ControlPlane.GetAPIServer().Configure().Disable("disable-admission-plugins")
	os.Exit(apiserver.Run(m, env, func(string) (err error) {
		ctrl.SetLogger(zap.New(zap.UseDevMode(true), zap.Level(zapcore.DebugLevel), zap.WriteTo(io.MultiWriter(os.Stderr, logged))))
		config = env.Config
		api, err = client.New(config, client.Options{Scheme: scheme()})
		return err
	}))
}

func scheme() *runtime.Scheme {
	s := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1beta2.AddToScheme, registry.AddToScheme} {
		if err := add(s); err != nil {
			panic(err)
		}
	}
	return s
}

// startController runs the controller for one namespace, as cmd/controller does, until the returned function is called
// or the test ends.
func startController(t *testing.T, namespace string) (stop func()) {
	t.Helper()
	return run(t, namespace, sparksubmit.Options{}, func(ctrl.Manager) *metrics.Recorder { return nil })
}

// startCounting does the same with a recorder for what becomes of applications.
func startCounting(t *testing.T, namespace string, recorder func(ctrl.Manager) *metrics.Recorder) (stop func()) {
	t.Helper()
	return run(t, namespace, sparksubmit.Options{}, recorder)
}

// startControllerWith is startController with a Spark, and a configuration that is changed.
func startControllerWith(t *testing.T, namespace string, spark sparksubmit.Options, change ...func(*configv1alpha1.ControllerConfiguration)) (stop func()) {
	t.Helper()
	return run(t, namespace, spark, func(ctrl.Manager) *metrics.Recorder { return nil }, change...)
}

func run(
	t *testing.T, namespace string, spark sparksubmit.Options, recorder func(ctrl.Manager) *metrics.Recorder,
	change ...func(*configv1alpha1.ControllerConfiguration),
) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cfg := configv1alpha1.DefaultControllerConfiguration()
	cfg.Namespaces = []string{namespace}
	for _, c := range change {
		c(cfg)
	}
	cfg.Metrics.BindAddress, cfg.Health.BindAddress = configv1alpha1.Off, configv1alpha1.Off
	cfg.LeaderElection.Enabled = false
	options, err := controllers.ManagerOptions(cfg)
	if err != nil {
		t.Fatal(err)
	}
	options.Controller.SkipNameValidation = new(true)
	mgr, err := ctrl.NewManager(config, options)
	if err != nil {
		t.Fatal(err)
	}
	if err := controllers.Setup(ctx, mgr, cfg, spark, recorder(mgr)); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- mgr.Start(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("controller: %v", err)
		}
	}
	t.Cleanup(stop)
	return stop
}

func newNamespace(t *testing.T) string {
	t.Helper()
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "test-"}}
	if err := api.Create(t.Context(), ns); err != nil {
		t.Fatal(err)
	}
	// Nobody else makes what each namespace of a cluster has.
	if err := api.Create(t.Context(), &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: ns.Name, Name: "default"}}); err != nil {
		t.Fatal(err)
	}
	return ns.Name
}

func newApplication(namespace string, change ...func(*v1beta2.SparkApplication)) *v1beta2.SparkApplication {
	return builder.SparkApplication(namespace, "pi", change...)
}

func create(t *testing.T, object client.Object) {
	t.Helper()
	if err := api.Create(t.Context(), object); err != nil {
		t.Fatal(err)
	}
}

// until reads the application until it is in the state.
func until(t *testing.T, app *v1beta2.SparkApplication, state v1beta2.ApplicationStateType) {
	t.Helper()
	eventually(t, func(ctx context.Context) bool {
		return api.Get(ctx, client.ObjectKeyFromObject(app), app) == nil && app.Status.AppState.State == state
	}, func() string { return fmt.Sprintf("state %q, status now %+v", state, app.Status) })
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

// driver reads the driver pod of the application.
func driver(t *testing.T, app *v1beta2.SparkApplication) *corev1.Pod {
	t.Helper()
	pod := &corev1.Pod{}
	if err := api.Get(t.Context(), client.ObjectKey{Namespace: app.Namespace, Name: app.Name + "-driver"}, pod); err != nil {
		t.Fatal(err)
	}
	return pod
}

// report adds the phase and the state of the first container to the status of a pod.
func report(t *testing.T, pod *corev1.Pod, phase corev1.PodPhase, state corev1.ContainerState) {
	t.Helper()
	pod.Status.Phase, pod.Status.ContainerStatuses = phase, kubelet.Containers(pod, state)[:1]
	reportStatus(t, pod, pod.Status)
}

func reportStatus(t *testing.T, pod *corev1.Pod, status corev1.PodStatus) {
	t.Helper()
	if err := (kubelet.Kubelet{Client: api}).Report(t.Context(), pod, status); err != nil {
		t.Fatal(err)
	}
}

// forgetStatus leaves the status as it is before the controller's first write, as after a crash before that write.
func forgetStatus(t *testing.T, app *v1beta2.SparkApplication) {
	t.Helper()
	if err := api.Status().Patch(t.Context(), app, client.RawPatch(types.MergePatchType, []byte(`{"status":null}`))); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(v1beta2.SparkApplicationStatus{}, app.Status); diff != "" {
		t.Fatalf("what is left of the status (-want +got):\n%s", diff)
	}
}

func runs(t *testing.T, pod *corev1.Pod) {
	t.Helper()
	reportStatus(t, pod, kubelet.Running(pod))
}

func ends(t *testing.T, pod *corev1.Pod, exitCode int32) {
	t.Helper()
	reportStatus(t, pod, kubelet.Ended(pod, exitCode))
}

// transcript keeps what is written to it.
type transcript struct {
	mu   sync.Mutex
	text strings.Builder
}

func (w *transcript) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(p)
}

func (w *transcript) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}
