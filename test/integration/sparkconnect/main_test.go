// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package sparkconnect tests the SparkConnect controller against a real API server. There is no kubelet: the tests play
// it by writing the status of pods. The server itself is one that answers as Spark does.
package sparkconnect

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/zap/zapcore"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/controllers"
	"github.com/alauda/spark-operator/internal/submission/sparksubmit"
	"github.com/alauda/spark-operator/internal/testing/connectserver"
	"github.com/alauda/spark-operator/internal/testing/kubelet"
	"github.com/alauda/spark-operator/pkg/sparklabels"
	"github.com/alauda/spark-operator/test/integration/apiserver"
)

// soon is how long anything may take here.
const soon = 30 * time.Second

var (
	config *rest.Config
	api    client.Client
)

func TestMain(m *testing.M) {
	env := &envtest.Environment{CRDDirectoryPaths: []string{apiserver.CRDs()}, ErrorIfCRDPathMissing: true}
	os.Exit(apiserver.Run(m, env, func(string) (err error) {
		ctrl.SetLogger(zap.New(zap.UseDevMode(true), zap.Level(zapcore.DebugLevel), zap.WriteTo(os.Stderr)))
		config = env.Config
		api, err = client.New(config, client.Options{Scheme: scheme()})
		return err
	}))
}

func scheme() *runtime.Scheme {
	s := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(s); err != nil {
			panic(err)
		}
	}
	return s
}

// startController runs the controllers for one namespace, as cmd/controller does, until the returned function is called
// or the test ends.
func startController(t *testing.T, namespace string) (stop func()) {
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
	mgr, err := ctrl.NewManager(config, options)
	if err != nil {
		t.Fatal(err)
	}
	if err := controllers.Setup(ctx, mgr, cfg, sparksubmit.Options{}, nil); err != nil {
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
	create(t, ns)
	return ns.Name
}

func create(t *testing.T, object client.Object) {
	t.Helper()
	if err := api.Create(t.Context(), object); err != nil {
		t.Fatal(err)
	}
}

// newServer returns a SparkConnect whose server is the stand-in.
func newServer(namespace string, stand *connectserver.Server, change ...func(*v1alpha1.SparkConnect)) *v1alpha1.SparkConnect {
	c := &v1alpha1.SparkConnect{
		ObjectMeta: metav1.ObjectMeta{Name: "notebooks", Namespace: namespace},
		Spec: v1alpha1.SparkConnectSpec{
			SparkVersion: "4.0.1", Image: new("spark:4.0.1"),
			SparkConf: map[string]string{"spark.connect.grpc.binding.port": fmt.Sprint(stand.Port)},
		},
	}
	for _, f := range change {
		f(c)
	}
	return c
}

// read reads a SparkConnect.
func read(t *testing.T, c *v1alpha1.SparkConnect) {
	t.Helper()
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(c), c); err != nil {
		t.Fatal(err)
	}
}

// change changes the spec of a SparkConnect.
func change(t *testing.T, c *v1alpha1.SparkConnect, how func(*v1alpha1.SparkConnectSpec)) {
	t.Helper()
	read(t, c)
	before := c.DeepCopy()
	how(&c.Spec)
	if err := api.Patch(t.Context(), c, client.MergeFrom(before)); err != nil {
		t.Fatal(err)
	}
}

// patch changes an object, whoever else changes it at the same time.
func patch(t *testing.T, object client.Object, how func()) {
	t.Helper()
	before, isObject := object.DeepCopyObject().(client.Object)
	if !isObject {
		t.Fatalf("%T is no object", object)
	}
	how()
	if err := api.Patch(t.Context(), object, client.MergeFrom(before)); err != nil {
		t.Fatal(err)
	}
}

// until reads the SparkConnect until it is as wanted.
func until(t *testing.T, c *v1alpha1.SparkConnect, what string, wanted func(*v1alpha1.SparkConnectStatus) bool) {
	t.Helper()
	eventually(t, func(ctx context.Context) bool {
		return api.Get(ctx, client.ObjectKeyFromObject(c), c) == nil && wanted(&c.Status)
	}, func() string { return fmt.Sprintf("%s; status now %+v", what, c.Status) })
}

// untilState reads the SparkConnect until it is in the state.
func untilState(t *testing.T, c *v1alpha1.SparkConnect, state v1alpha1.SparkConnectState) {
	t.Helper()
	until(t, c, fmt.Sprintf("state %q", state), func(s *v1alpha1.SparkConnectStatus) bool { return s.State == state })
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

// serverPod waits for the server's pod that is not the one of the UID.
func serverPod(t *testing.T, c *v1alpha1.SparkConnect, than *corev1.Pod) *corev1.Pod {
	t.Helper()
	pod := &corev1.Pod{}
	eventually(t, func(ctx context.Context) bool {
		pod = &corev1.Pod{}
		err := api.Get(ctx, client.ObjectKey{Namespace: c.Namespace, Name: c.Name + "-server"}, pod)
		return err == nil && pod.DeletionTimestamp == nil && (than == nil || pod.UID != than.UID)
	}, func() string { return "the server's pod" })
	return pod
}

// serves has the pod of a server run and be ready.
func serves(t *testing.T, pod *corev1.Pod) {
	t.Helper()
	status := kubelet.Running(pod)
	status.PodIP = "127.0.0.1"
	report(t, pod, status)
}

func report(t *testing.T, pod *corev1.Pod, status corev1.PodStatus) {
	t.Helper()
	if err := (kubelet.Kubelet{Client: api}).Report(t.Context(), pod, status); err != nil {
		t.Fatal(err)
	}
}

// up creates the SparkConnect and has its server serve.
func up(t *testing.T, c *v1alpha1.SparkConnect) *corev1.Pod {
	t.Helper()
	create(t, c)
	pod := serverPod(t, c, nil)
	serves(t, pod)
	untilState(t, c, v1alpha1.SparkConnectStateReady)
	return pod
}

// executor makes an executor as the server would.
func executor(t *testing.T, server *corev1.Pod, name string) *corev1.Pod {
	t.Helper()
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: name, Namespace: server.Namespace,
			Labels: map[string]string{
				sparklabels.LaunchedByOperator: sparklabels.True, sparklabels.ConnectName: server.Labels[sparklabels.ConnectName],
				sparklabels.SparkRole: sparklabels.RoleExecutor, sparklabels.SubmissionID: server.Labels[sparklabels.SubmissionID],
			},
			OwnerReferences: []metav1.OwnerReference{{
				APIVersion: "v1", Kind: "Pod", Name: server.Name, UID: server.UID, Controller: new(true),
			}},
		},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "spark-kubernetes-executor", Image: "spark:4.0.1"}}},
	}
	create(t, pod)
	return pod
}

// gone waits until an object is gone.
func gone(t *testing.T, object client.Object) {
	t.Helper()
	eventually(t, func(ctx context.Context) bool {
		found, isObject := object.DeepCopyObject().(client.Object)
		if !isObject {
			return false
		}
		err := api.Get(ctx, client.ObjectKeyFromObject(object), found)
		return client.IgnoreNotFound(err) == nil && (err != nil || found.GetUID() != object.GetUID())
	}, func() string { return object.GetName() + " to go" })
}
