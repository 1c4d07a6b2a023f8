// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/utils/ptr"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/test/cluster"
)

func TestWebhookFillsInDefaults(t *testing.T) {
	ctx := limited(t, soon)
	app := application(t, "spark-pi", "e2e-defaults", func(app *v1beta2.SparkApplication) {
		app.Spec.Driver.Cores, app.Spec.Driver.Memory = nil, nil
		app.Spec.Executor.Instances = nil
		app.Spec.RestartPolicy = v1beta2.RestartPolicy{Type: v1beta2.RestartPolicyAlways}
	})
	if err := c.Client.Create(ctx, app, client.DryRunAll); err != nil {
		t.Fatal(err)
	}
	s := app.Spec
	if ptr.Deref(s.Driver.Cores, 0) != 1 || ptr.Deref(s.Driver.Memory, "") != "1g" || ptr.Deref(s.Executor.Instances, 0) != 1 ||
		ptr.Deref(s.RestartPolicy.OnFailureRetryInterval, 0) != 5 {
		t.Errorf("spec was stored without its defaults: %+v", s)
	}
}

func TestMetricsAreForTheAuthorizedOnly(t *testing.T) {
	ctx := limited(t, soon)
	reader := metricsReader(ctx, t)
	for component, metric := range map[string]string{"controller": "\nspark_application_submit_count{app_type=", "webhook": "\ngo_goroutines "} {
		address := podAddress(ctx, t, component)
		for name, tc := range map[string]struct {
			token string
			want  int
		}{
			"without a token": {"", http.StatusUnauthorized},
			// The API server calls a token that it cannot read an error, and so does the endpoint.
			"with a wrong one":  {"no-token", http.StatusInternalServerError},
			"as metrics reader": {reader, http.StatusOK},
		} {
			t.Run(component+" "+name, func(t *testing.T) {
				status, body := get(ctx, t, "https://"+address+":8443/metrics", tc.token)
				if status != tc.want {
					t.Fatalf("status %d, want %d: %s", status, tc.want, body)
				}
				if tc.want == http.StatusOK && !strings.Contains(body, metric) {
					t.Errorf("no line that begins with %s: %.200s", metric[1:], body)
				}
			})
		}
	}
}

// metricsReader returns the token of a service account that may read metrics.
func metricsReader(ctx context.Context, t *testing.T) string {
	t.Helper()
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "e2e-metrics-reader", Namespace: cluster.Namespace}}
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "e2e-metrics-reader"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "spark-operator-metrics-reader"},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Name: account.Name, Namespace: account.Namespace}},
	}
	for _, object := range []client.Object{account, binding} {
		if err := c.Client.Create(ctx, object); err != nil && !apierrors.IsAlreadyExists(err) {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := c.Client.Delete(context.WithoutCancel(ctx), object); err != nil {
				t.Error(err)
			}
		})
	}
	token, err := c.Pods.CoreV1().ServiceAccounts(account.Namespace).CreateToken(ctx, account.Name, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return token.Status.Token
}

func podAddress(ctx context.Context, t *testing.T, component string) string {
	t.Helper()
	pods := &corev1.PodList{}
	if err := c.Client.List(ctx, pods, client.InNamespace(cluster.Namespace), client.MatchingLabels{"app.kubernetes.io/component": component}); err != nil {
		t.Fatal(err)
	}
	for _, pod := range pods.Items {
		if pod.Status.Phase == corev1.PodRunning && pod.DeletionTimestamp == nil {
			return pod.Status.PodIP
		}
	}
	t.Fatalf("no running pod of the %s", component)
	return ""
}

func get(ctx context.Context, t *testing.T, url, token string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	// The certificate is made at start and nobody can verify it.
	insecure := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} //nolint:gosec // see above
	response, err := insecure.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(content)
}

// A graceful stop gives the lease back immediately, so that the next leader need not wait for its end.
func TestControllerGivesItsLeaseBack(t *testing.T) {
	ctx := limited(t, 2*soon)
	key := client.ObjectKey{Namespace: cluster.Namespace, Name: "spark-operator-controller-lock"}
	lease, before := &coordinationv1.Lease{}, ""
	// A controller that another test has just installed may not have taken it yet.
	err := wait.PollUntilContextCancel(ctx, 100*time.Millisecond, true, func(ctx context.Context) (bool, error) {
		err := c.Client.Get(ctx, key, lease)
		before = ptr.Deref(lease.Spec.HolderIdentity, "")
		return before != "", client.IgnoreNotFound(err)
	})
	if err != nil {
		t.Fatalf("no controller leads: %v", err)
	}
	watched, err := c.Client.Watch(ctx, &coordinationv1.LeaseList{}, client.InNamespace(cluster.Namespace))
	if err != nil {
		t.Fatal(err)
	}
	defer watched.Stop()
	selector := client.MatchingLabels{"app.kubernetes.io/component": "controller"}
	if err := c.Client.DeleteAllOf(ctx, &corev1.Pod{}, client.InNamespace(cluster.Namespace), selector); err != nil {
		t.Fatal(err)
	}
	for event := range watched.ResultChan() {
		lease, isLease := event.Object.(*coordinationv1.Lease)
		if !isLease || lease.Name != key.Name || ptr.Deref(lease.Spec.HolderIdentity, "") == before {
			continue
		}
		// The first change of the holder is its giving up, not another's taking over after the end of the lease.
		if holder := ptr.Deref(lease.Spec.HolderIdentity, ""); holder != "" {
			t.Errorf("%s took the lease from %s, which did not give it back", holder, before)
		}
		break
	}
	if err := c.WaitAvailable(ctx, cluster.ControllerDeployment); err != nil {
		t.Error(err)
	}
}
