// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/test/integration/apiserver"
)

const (
	root      = "../../.."
	namespace = "default"
	operator  = "spark-operator"
	hooks     = "spark-operator-webhook"
	service   = "spark-operator-webhook-svc"
	patience  = 60 * time.Second
	interval  = 100 * time.Millisecond
)

var (
	// author may do everything, and reads warnings.
	author client.Client
	warned = &warnings{}
	// server is the connection of everybody, and hookPort the webhook's port.
	server   *rest.Config
	hookPort int
	// stop ends the webhook; the last test does.
	stop func() error
)

// warnings are those of the requests since they were last taken.
type warnings struct {
	sync.Mutex
	texts []string
}

// HandleWarningHeader implements rest.WarningHandler.
func (w *warnings) HandleWarningHeader(_ int, _, text string) {
	w.Lock()
	defer w.Unlock()
	w.texts = append(w.texts, text)
}

func (w *warnings) take() []string {
	w.Lock()
	defer w.Unlock()
	texts := w.texts
	w.texts = nil
	return texts
}

func TestMain(m *testing.M) {
	env := &envtest.Environment{}
	// Pods are made here without a controller that would make the service account.
	env.ControlPlane.GetAPIServer().Configure().Append("disable-admission-plugins", "ServiceAccount")
	os.Exit(apiserver.Run(m, env, func(folder string) error {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
		defer cancel()
		if err := connect(env.Config); err != nil {
			return err
		}
		if err := install(ctx); err != nil {
			return err
		}
		if err := storeBefore(ctx); err != nil {
			return err
		}
		port, err := start(ctx, env, folder)
		if err != nil {
			return err
		}
		hookPort = port
		return route(ctx, port, admissionv1.Fail)
	}))
}

func connect(config *rest.Config) error {
	server = config
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, v1beta2.AddToScheme, v1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			return err
		}
	}
	config = rest.CopyConfig(config)
	config.WarningHandler = warned
	var err error
	author, err = client.New(config, client.Options{Scheme: scheme})
	return err
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
		if err := author.Create(ctx, &unstructured.Unstructured{Object: content}); err != nil {
			return fmt.Errorf("create %s %s: %w", r.GetKind(), r.GetName(), err)
		}
	}
	return nil
}

// storeBefore stores an application that nothing but the schema has looked at.
func storeBefore(ctx context.Context) error {
	wrong := sparkPi("stored-before", func(a *v1beta2.SparkApplication) { a.Spec.Driver.Memory = new("lots") })
	return wait.PollUntilContextTimeout(ctx, interval, patience, true, func(ctx context.Context) (bool, error) {
		// The API server may not serve the kind yet.
		return author.Create(ctx, wrong.DeepCopy()) == nil, nil
	})
}

// start runs the webhook binary as its service account, and returns its port when it is ready.
func start(ctx context.Context, env *envtest.Environment, folder string) (port int, err error) {
	binary := filepath.Join(folder, "webhook")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, filepath.Join(root, "cmd/webhook")).CombinedOutput(); err != nil {
		return 0, fmt.Errorf("build the webhook: %w\n%s", err, out)
	}
	user, err := env.AddUser(envtest.User{Name: "system:serviceaccount:" + operator + ":" + hooks}, nil)
	if err != nil {
		return 0, err
	}
	kubeconfig, err := user.KubeConfig()
	if err != nil {
		return 0, err
	}
	ports := [2]int{}
	for i := range ports {
		if ports[i], err = freePort(); err != nil {
			return 0, err
		}
	}
	config := fmt.Sprintf(`apiVersion: config.sparkoperator.k8s.io/v1alpha1
kind: WebhookConfiguration
port: %d
health: {bindAddress: "127.0.0.1:%d"}
metrics: {bindAddress: "0"}
resourceQuota: Enforce
`, ports[0], ports[1])
	for name, content := range map[string][]byte{"kubeconfig": kubeconfig, "config.yaml": []byte(config)} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			return 0, err
		}
	}
	command := exec.Command(binary, "--config", filepath.Join(folder, "config.yaml"), "--kubeconfig", filepath.Join(folder, "kubeconfig"))
	command.Env = append(os.Environ(), "POD_NAMESPACE="+operator)
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		return 0, err
	}
	stop = func() error {
		if err := command.Process.Signal(syscall.SIGTERM); err != nil {
			return err
		}
		return command.Wait()
	}
	return ports[0], ready(ctx, ports[1])
}

func ready(ctx context.Context, port int) error {
	return wait.PollUntilContextTimeout(ctx, interval, patience, true, func(ctx context.Context) (bool, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/readyz", port), nil)
		if err != nil {
			return false, err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return false, nil
		}
		_, _ = io.Copy(io.Discard, response.Body)
		return response.StatusCode == http.StatusOK, response.Body.Close()
	})
}

// route leads the API server's calls to a port of this machine, and waits until both configurations are in use. While
// the webhook is there a call that fails must not pass unseen.
func route(ctx context.Context, port int, policy admissionv1.FailurePolicyType) error {
	s := &corev1.Service{}
	if err := author.Get(ctx, client.ObjectKey{Namespace: operator, Name: service}, s); err != nil {
		return err
	}
	s.Spec = corev1.ServiceSpec{Type: corev1.ServiceTypeExternalName, ExternalName: "localhost"}
	if err := author.Update(ctx, s); err != nil {
		return err
	}
	if err := wait.PollUntilContextTimeout(ctx, interval, patience, true, func(ctx context.Context) (bool, error) {
		// The webhook puts its trust bundle in at the same time; then it is tried again.
		return setPolicy(ctx, port, policy) == nil, nil
	}); err != nil {
		return fmt.Errorf("route to the webhook: %w", err)
	}
	return wait.PollUntilContextTimeout(ctx, interval, patience, true, func(ctx context.Context) (bool, error) {
		probe := sparkPi("probe")
		if err := author.Create(ctx, probe, client.DryRunAll); err != nil || probe.Spec.Driver.Cores == nil {
			return false, nil
		}
		wrong := sparkPi("probe", func(a *v1beta2.SparkApplication) { a.Spec.Driver.Memory = new("lots") })
		return author.Create(ctx, wrong, client.DryRunAll) != nil, nil
	})
}

func setPolicy(ctx context.Context, port int, policy admissionv1.FailurePolicyType) error {
	mutating, validating := &admissionv1.MutatingWebhookConfiguration{}, &admissionv1.ValidatingWebhookConfiguration{}
	for _, c := range []client.Object{mutating, validating} {
		if err := author.Get(ctx, client.ObjectKey{Name: hooks}, c); err != nil {
			return err
		}
	}
	for i := range mutating.Webhooks {
		mutating.Webhooks[i].ClientConfig.Service.Port, mutating.Webhooks[i].FailurePolicy = new(int32(port)), &policy
	}
	for i := range validating.Webhooks {
		validating.Webhooks[i].ClientConfig.Service.Port, validating.Webhooks[i].FailurePolicy = new(int32(port)), &policy
	}
	if err := author.Update(ctx, mutating); err != nil {
		return err
	}
	return author.Update(ctx, validating)
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return listener.Addr().(*net.TCPAddr).Port, listener.Close()
}
