// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package installation

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/internal/certs"
	"github.com/alauda/spark-operator/test/installation"
)

// Who is known and may not read metrics does not, of either binary; who may reads those of their own.
func TestMetricsAreForReadersOnly(t *testing.T) {
	resources := built(t, installation.Default)
	install(t, resources)
	binaries := map[*binary]string{
		start(t, "controller", resources, leaseHere): "spark_application_submit_count",
		start(t, "webhook", resources, ""):           certs.ExpiryMetric + " 1",
	}
	stranger, reader := tokenOf(t, "test-stranger"), tokenOf(t, "test-reader")
	binding := &rbacv1.ClusterRoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: "test-reader"},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "spark-operator-metrics-reader"},
		Subjects:   []rbacv1.Subject{{Kind: "ServiceAccount", Name: "test-reader", Namespace: operatorNamespace}},
	}
	must(t, admin.Create(t.Context(), binding))
	t.Cleanup(func() { must(t, admin.Delete(context.WithoutCancel(t.Context()), binding)) })
	for b, metric := range binaries {
		// The endpoint begins to listen while the rest starts.
		eventually(t, "metrics of the "+b.name, func(ctx context.Context) error {
			got, body, err := scrape(ctx, b, reader)
			if err == nil && (got != http.StatusOK || !strings.Contains(body, metric)) {
				err = fmt.Errorf("status %d, and no %s: %.200s", got, metric, body)
			}
			return err
		})
		for token, want := range map[string]int{"": http.StatusUnauthorized, stranger: http.StatusForbidden} {
			got, body, err := scrape(t.Context(), b, token)
			must(t, err)
			if got != want || strings.Contains(body, metric) {
				t.Errorf("metrics of the %s: status %d, want %d: %.200s", b.name, got, want, body)
			}
		}
	}
}

// tokenOf makes a service account and returns a token of it.
func tokenOf(t *testing.T, name string) string {
	t.Helper()
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: operatorNamespace}}
	must(t, admin.Create(t.Context(), account))
	t.Cleanup(func() { must(t, admin.Delete(context.WithoutCancel(t.Context()), account)) })
	token, err := accounts.CoreV1().ServiceAccounts(operatorNamespace).CreateToken(t.Context(), name, &authenticationv1.TokenRequest{}, metav1.CreateOptions{})
	must(t, err)
	return token.Status.Token
}

func scrape(ctx context.Context, b *binary, token string) (status int, body string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("https://127.0.0.1:%d/metrics", b.metrics), nil)
	if err != nil {
		return 0, "", err
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := insecure.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	return response.StatusCode, string(content), err
}
