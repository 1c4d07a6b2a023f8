// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparksubmit

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// answered is what the client library of Spark prints of an answer of the API server.
func answered(code int, reason, message string) string {
	return fmt.Sprintf("Exception in thread \"main\" io.fabric8.kubernetes.client.KubernetesClientException: Failure executing: POST at: "+
		"https://198.19.0.1/api/v1/namespaces/default/pods. Message: %[3]s. Received status: Status(apiVersion=v1, code=%[1]d, details=StatusDetails("+
		"causes=[StatusCause(field=null, message=%[3]s, reason=null, additionalProperties={})], group=null, kind=pods, name=pi-driver, "+
		"retryAfterSeconds=null, uid=null, additionalProperties={}), kind=Status, message=%[3]s, metadata=ListMeta(_continue=null, "+
		"remainingItemCount=null, resourceVersion=null, selfLink=null, additionalProperties={}), reason=%[2]s, status=Failure, additionalProperties={}).",
		code, reason, message)
}

// Whoever writes a policy or a webhook may write several lines.
func TestAnswersOfTheAPIServer(t *testing.T) {
	const policy = "pods \"pi-driver\" is forbidden: ValidatingAdmissionPolicy 'costs' with binding 'all' denied request: "
	for name, tc := range map[string]struct {
		code            int
		reason, message string
		wantPassing     bool
	}{
		"in one line":       {code: 422, reason: "Invalid", message: policy + "every pod needs the label cost-center"},
		"in several lines":  {code: 422, reason: "Invalid", message: policy + "every pod needs\n- the label cost-center\n- an owner"},
		"webhook, failing":  {code: 500, reason: "InternalError", message: `admission webhook "costs.example.com" denied the request: no database`},
		"webhook, conflict": {code: 409, reason: "Conflict", message: `admission webhook "costs.example.com" denied the request: taken`},
		"webhook, no answer": {
			code: 500, reason: "InternalError", message: `Internal error occurred: failed calling webhook "costs.example.com": EOF`, wantPassing: true},
	} {
		t.Run(name, func(t *testing.T) {
			got := failure(1, "WARN something\n"+answered(tc.code, tc.reason, tc.message)+"\nCaused by: java.io.IOException")
			want := &RefusedError{Code: int32(tc.code), Reason: metav1.StatusReason(tc.reason), Message: tc.message}
			if diff := cmp.Diff(error(want), got); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			if got := isPassing(got); got != tc.wantPassing {
				t.Errorf("passes by itself: %t, want %t", got, tc.wantPassing)
			}
			if !strings.HasPrefix(got.Error(), tc.message) {
				t.Errorf("message %q does not begin with the cause", got)
			}
		})
	}
}
