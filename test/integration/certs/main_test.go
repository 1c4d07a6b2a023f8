// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package certs

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/go-logr/logr"
	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/util/retry"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/testing/builder"
	"github.com/alauda/spark-operator/test/integration/apiserver"
)

const (
	root       = "../../.."
	namespace  = "spark-operator"
	secretName = "spark-operator-webhook-certs"
	service    = "spark-operator-webhook-svc"
	hooks      = "spark-operator-webhook"
	account    = "spark-operator-webhook"
)

var (
	// admin may do everything.
	admin client.Client
	// webhookConfig is the connection of the webhook's service account, webhookKubeconfig the same as a file.
	webhookConfig     *rest.Config
	webhookKubeconfig string
	// binary is the webhook's.
	binary string
)

func TestMain(m *testing.M) {
	env := &envtest.Environment{}
	os.Exit(apiserver.Run(m, env, func(folder string) error {
		ctrl.SetLogger(logr.Discard())
		binary = filepath.Join(folder, "webhook")
		if out, err := exec.Command("go", "build", "-o", binary, filepath.Join(root, "cmd/webhook")).CombinedOutput(); err != nil {
			return fmt.Errorf("build the webhook: %w\n%s", err, out)
		}
		if err := connect(env, folder); err != nil {
			return err
		}
		return install(context.Background())
	}))
}

func connect(env *envtest.Environment, dir string) error {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1beta2.AddToScheme} {
		if err := add(scheme); err != nil {
			return err
		}
	}
	var err error
	if admin, err = client.New(env.Config, client.Options{Scheme: scheme}); err != nil {
		return err
	}
	// Whoever has a certificate in the name of a service account is that service account to the API server.
	user, err := env.AddUser(envtest.User{Name: "system:serviceaccount:" + namespace + ":" + account}, nil)
	if err != nil {
		return fmt.Errorf("make the webhook's user: %w", err)
	}
	webhookConfig = user.Config()
	content, err := user.KubeConfig()
	if err != nil {
		return err
	}
	webhookKubeconfig = filepath.Join(dir, "kubeconfig")
	return os.WriteFile(webhookKubeconfig, content, 0o600)
}

// install applies config/default as it is. Its Deployments stay without pods, for nothing runs them here.
func install(ctx context.Context) error {
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), filepath.Join(root, "config/default"))
	if err != nil {
		return fmt.Errorf("build config/default: %w", err)
	}
	for _, r := range built.Resources() {
		content, err := r.Map()
		if err != nil {
			return err
		}
		object := &unstructured.Unstructured{Object: content}
		if err := admin.Create(ctx, object); err != nil {
			return fmt.Errorf("create %s %s: %w", r.GetKind(), r.GetName(), err)
		}
	}
	// A webhook that starts before its kinds are served ends immediately, and in a cluster is started again.
	return wait.PollUntilContextTimeout(ctx, interval, patience, true, func(ctx context.Context) (bool, error) {
		return admin.List(ctx, &v1beta2.SparkApplicationList{}) == nil, nil
	})
}

// route leads the API server's calls to a port of this machine: it resolves a Service of type ExternalName by its name,
// and takes the port from the webhook's reference. The certificate is still checked for the name of the Service.
func route(t *testing.T, port int) {
	t.Helper()
	s := &corev1.Service{}
	must(t, admin.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: service}, s))
	s.Spec = corev1.ServiceSpec{Type: corev1.ServiceTypeExternalName, ExternalName: "localhost"}
	must(t, admin.Update(t.Context(), s))

	changeWebhooks(t, func(c *admissionv1.WebhookClientConfig) { c.Service.Port = new(int32(port)) })
}

// routeChecks leads the calls of the validating configuration to another port.
func routeChecks(t *testing.T, port int) {
	t.Helper()
	changeValidating(t, func(c *admissionv1.WebhookClientConfig) { c.Service.Port = new(int32(port)) })
}

// forget removes what an earlier test left.
func forget(t *testing.T) {
	t.Helper()
	must(t, client.IgnoreNotFound(admin.Delete(t.Context(), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: secretName}})))
	removeTrust(t)
}

func removeTrust(t *testing.T) {
	t.Helper()
	changeWebhooks(t, func(c *admissionv1.WebhookClientConfig) { c.CABundle = nil })
}

// changeWebhooks changes each webhook of both configurations. A call that fails must not pass unseen.
func changeWebhooks(t *testing.T, change func(*admissionv1.WebhookClientConfig)) {
	t.Helper()
	// A replica may write its trust bundle at the same time: whoever comes second reads again.
	must(t, retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		c := configuration(t)
		for i := range c.Webhooks {
			change(&c.Webhooks[i].ClientConfig)
			c.Webhooks[i].FailurePolicy = new(admissionv1.Fail)
		}
		return admin.Update(t.Context(), c)
	}))
	changeValidating(t, change)
}

func changeValidating(t *testing.T, change func(*admissionv1.WebhookClientConfig)) {
	t.Helper()
	must(t, retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		c := validating(t)
		for i := range c.Webhooks {
			change(&c.Webhooks[i].ClientConfig)
			c.Webhooks[i].FailurePolicy = new(admissionv1.Fail)
		}
		return admin.Update(t.Context(), c)
	}))
}

// bundles are the trust bundles of all webhooks of both configurations, each once.
func bundles(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for _, w := range configuration(t).Webhooks {
		found[string(w.ClientConfig.CABundle)] = true
	}
	for _, w := range validating(t).Webhooks {
		found[string(w.ClientConfig.CABundle)] = true
	}
	return found
}

func validating(t *testing.T) *admissionv1.ValidatingWebhookConfiguration {
	t.Helper()
	c := &admissionv1.ValidatingWebhookConfiguration{}
	must(t, admin.Get(t.Context(), client.ObjectKey{Name: hooks}, c))
	return c
}

func configuration(t *testing.T) *admissionv1.MutatingWebhookConfiguration {
	t.Helper()
	c := &admissionv1.MutatingWebhookConfiguration{}
	must(t, admin.Get(t.Context(), client.ObjectKey{Name: hooks}, c))
	return c
}

func secret(t *testing.T) *corev1.Secret {
	t.Helper()
	s := &corev1.Secret{}
	must(t, admin.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: secretName}, s))
	return s
}

// application is one that leaves all it can to the defaults.
func application(name string) *v1beta2.SparkApplication {
	return builder.SparkApplication("default", name)
}

// defaulted asks the API server to default and check an application by the webhook, storing nothing.
func defaulted(ctx context.Context) (*v1beta2.SparkApplication, error) {
	app := application("probe")
	err := admin.Create(ctx, app, client.DryRunAll)
	return app, err
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
