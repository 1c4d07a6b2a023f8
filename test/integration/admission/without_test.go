// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package admission

import (
	"context"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// The last test ends the webhook, as the kubelet does. With the policy that is installed nothing waits for it:
// applications and pods are stored as they are, and the schema still refuses what it can.
func TestWithoutTheWebhook(t *testing.T) {
	ctx := t.Context()
	must(t, stop())
	must(t, setPolicy(ctx, 1, admissionv1.Ignore))
	must(t, wait.PollUntilContextTimeout(ctx, interval, patience, true, func(ctx context.Context) (bool, error) {
		return author.Create(ctx, sparkPi("without"), client.DryRunAll) == nil, nil
	}))
	must(t, author.Create(ctx, pod("without", "gone", "executor"), client.DryRunAll))
	refused := sparkPi("without", func(a *app) { a.Spec.Mode = v1beta2.DeployModeClient })
	if err := author.Create(ctx, refused, client.DryRunAll); err == nil || !strings.Contains(err.Error(), "mode client would run the driver inside the operator") {
		t.Errorf("client mode: error is %v", err)
	}
}
