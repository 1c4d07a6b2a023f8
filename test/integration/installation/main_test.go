// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package installation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-logr/logr"
	rbacv1 "k8s.io/api/rbac/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/kustomize/api/resource"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/test/audit"
	"github.com/alauda/spark-operator/test/installation"
	"github.com/alauda/spark-operator/test/integration/apiserver"
)

const (
	operatorNamespace = "spark-operator"
	controllerAccount = "spark-operator-controller"
	webhookAccount    = "spark-operator-webhook"
	// soon is how long anything may take here.
	soon = 30 * time.Second
	tick = 50 * time.Millisecond
)

var (
	// admin may do everything, under strict field validation.
	admin client.Client
	// accounts gives tokens.
	accounts kubernetes.Interface
	// folder has the binaries, a kubeconfig for each service account, and the audit log.
	folder string
)

func auditLog() string { return filepath.Join(folder, "audit.log") }

func TestMain(m *testing.M) {
	ctrl.SetLogger(logr.Discard())
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	if folder, err = os.MkdirTemp("", "installation-"); err != nil {
		return 1, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	env := &envtest.Environment{
		CRDDirectoryPaths: []string{apiserver.CRDs(), "testdata/crds"}, ErrorIfCRDPathMissing: true,
	}
	env.ControlPlane.GetAPIServer().Configure().
		Set("audit-policy-file", audit.Policy()).Set("audit-log-path", auditLog()).
		// As OpenShift has it: who makes an object that keeps its owner from going must be allowed to change the
		// owner's finalizers.
		Append("enable-admission-plugins", "OwnerReferencesPermissionEnforcement")
	return apiserver.Run(m, env, func(string) error { return setup(env) }), nil
}

func setup(env *envtest.Environment) error {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1beta2.AddToScheme, v1alpha1.AddToScheme, apiextensionsv1.AddToScheme} {
		if err := add(scheme); err != nil {
			return err
		}
	}
	writer, err := client.New(env.Config, client.Options{Scheme: scheme})
	if err != nil {
		return err
	}
	admin = client.WithFieldValidation(writer, "Strict")
	if accounts, err = kubernetes.NewForConfig(env.Config); err != nil {
		return err
	}
	for _, account := range []string{controllerAccount, webhookAccount} {
		// Whoever has a certificate in the name of a service account is that service account to the API server.
		user, err := env.AddUser(envtest.User{Name: "system:serviceaccount:" + operatorNamespace + ":" + account}, nil)
		if err != nil {
			return fmt.Errorf("make user %s: %w", account, err)
		}
		content, err := user.KubeConfig()
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, account), content, 0o600); err != nil {
			return err
		}
	}
	build := exec.Command("go", "build", "-o", folder+"/", "./cmd/controller", "./cmd/webhook")
	build.Dir = installation.Root()
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the binaries: %w\n%s", err, out)
	}
	return nil
}

// install brings the roles and service accounts of an installation to the cluster, and takes away those that an earlier
// one had more.
func install(t *testing.T, resources []*resource.Resource) {
	t.Helper()
	ctx := t.Context()
	wanted := map[string]bool{}
	for _, r := range resources {
		if strings.HasPrefix(r.GetApiVersion(), "rbac.") || r.GetKind() == "ServiceAccount" || r.GetKind() == "Namespace" {
			apply(t, r)
			wanted[r.GetKind()+" "+r.GetName()] = true
		}
	}
	for _, kind := range []string{"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"} {
		list := &unstructured.UnstructuredList{}
		list.SetGroupVersionKind(rbacv1.SchemeGroupVersion.WithKind(kind + "List"))
		must(t, admin.List(ctx, list, client.MatchingLabels{"app.kubernetes.io/part-of": "spark-operator"}))
		for i := range list.Items {
			if one := &list.Items[i]; !wanted[kind+" "+one.GetName()] {
				must(t, admin.Delete(ctx, one))
			}
		}
	}
}

func apply(t *testing.T, r *resource.Resource, options ...client.ApplyOption) {
	t.Helper()
	options = append(options, client.FieldOwner("installation-test"), client.ForceOwnership)
	if err := admin.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(object(t, r)), options...); err != nil {
		t.Errorf("apply %s %s: %v", r.GetKind(), r.GetName(), err)
	}
}

func object(t *testing.T, r *resource.Resource) *unstructured.Unstructured {
	t.Helper()
	content, err := r.Map()
	must(t, err)
	return &unstructured.Unstructured{Object: content}
}

// binary is a running controller or webhook.
type binary struct {
	name                  string
	health, metrics, port int
	command               *exec.Cmd
	log                   *bytes.Buffer
	stopped               bool
}

// start runs a binary with the configuration of an installation, and with more of the test's. It is ready when start
// returns.
func start(t *testing.T, name string, resources []*resource.Resource, more string) *binary {
	t.Helper()
	b := &binary{name: name, health: freePort(t), metrics: freePort(t), port: freePort(t), log: &bytes.Buffer{}}
	files := configuration(t, resources, "spark-operator-"+name+"-config")
	kind := map[string]string{"controller": "ControllerConfiguration", "webhook": "WebhookConfiguration"}[name]
	head := "apiVersion: config.sparkoperator.k8s.io/v1alpha1\nkind: " + kind + "\n"
	files["98-addresses.yaml"] = head + fmt.Sprintf("health: {bindAddress: '127.0.0.1:%d'}\nmetrics: {bindAddress: '127.0.0.1:%d'}\n", b.health, b.metrics)
	if name == "webhook" {
		files["98-addresses.yaml"] += fmt.Sprintf("port: %d\n", b.port)
	}
	if more != "" {
		files["99-test.yaml"] = head + more
	}
	config := t.TempDir()
	for file, content := range files {
		must(t, os.WriteFile(filepath.Join(config, file), []byte(content), 0o600))
	}
	b.command = exec.Command(filepath.Join(folder, name), "--config", config, "--kubeconfig", filepath.Join(folder, "spark-operator-"+name))
	b.command.Env = append(os.Environ(), "POD_NAMESPACE="+operatorNamespace, "SPARK_HOME=")
	b.command.Stdout, b.command.Stderr = b.log, b.log
	must(t, b.command.Start())
	t.Cleanup(func() {
		b.stop(t)
		if t.Failed() {
			t.Logf("log of the %s:\n%s", name, b.log)
		}
	})
	eventually(t, "the "+name+" to be ready", func(ctx context.Context) error {
		return get(ctx, fmt.Sprintf("http://127.0.0.1:%d/readyz", b.health), "")
	})
	return b
}

// configuration returns the files of a generated ConfigMap.
func configuration(t *testing.T, resources []*resource.Resource, name string) map[string]string {
	t.Helper()
	for _, r := range resources {
		if r.GetKind() == "ConfigMap" && strings.HasPrefix(r.GetName(), name) {
			return r.GetDataMap()
		}
	}
	t.Fatalf("no ConfigMap %s", name)
	return nil
}

// stop asks the binary to end as the kubelet does, and fails if it does not end well.
func (b *binary) stop(t *testing.T) {
	t.Helper()
	if b.stopped {
		return
	}
	b.stopped = true
	must(t, b.command.Process.Signal(syscall.SIGTERM))
	kill := time.AfterFunc(soon, func() { _ = b.command.Process.Kill() })
	defer kill.Stop()
	if err := b.command.Wait(); err != nil {
		t.Errorf("stop the %s: %v", b.name, err)
	}
}

// eventually waits until what is to come has come, and says what was wrong last.
func eventually(t *testing.T, what string, condition func(context.Context) error) {
	t.Helper()
	last := errors.New("it was not looked at")
	err := wait.PollUntilContextTimeout(t.Context(), tick, soon, true, func(ctx context.Context) (bool, error) {
		if now := condition(ctx); ctx.Err() == nil {
			last = now
		}
		return last == nil, nil
	})
	if err != nil {
		t.Fatalf("waited %s for %s: %v", soon, what, last)
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer func() { must(t, listener.Close()) }()
	return listener.Addr().(*net.TCPAddr).Port
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
