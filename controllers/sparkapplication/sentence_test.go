// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"errors"
	"fmt"
	"net/url"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/alauda/spark-operator/internal/apply"
)

func TestErrorsAsSentences(t *testing.T) {
	forbidden := apierrors.NewForbidden(corev1.Resource("pods"), "pi-driver", errors.New("exceeded quota: small"))
	refused := errors.New("dial tcp 10.0.0.1:443: connect: connection refused")
	for name, tc := range map[string]struct {
		err  error
		want string
	}{
		"the API server's answer": {fmt.Errorf("create Pod default/pi-driver: %w", forbidden),
			`pods "pi-driver" is forbidden: exceeded quota: small (create Pod default/pi-driver)`},
		"a webhook's": {fmt.Errorf("create Pod default/pi-driver: %w", apierrors.NewInternalError(errors.New(`failed calling webhook "a.example.com"`))),
			`Internal error occurred: failed calling webhook "a.example.com" (create Pod default/pi-driver)`},
		"nothing was tried by name": {forbidden, `pods "pi-driver" is forbidden: exceeded quota: small`},
		"no answer": {fmt.Errorf("get Pod default/pi-driver: %w", &url.Error{Op: "Get", URL: "https://10.0.0.1:443/api", Err: refused}),
			`dial tcp 10.0.0.1:443: connect: connection refused (get Pod default/pi-driver: Get "https://10.0.0.1:443/api")`},
		"the operator's own words": {&apply.ConflictError{Kind: "Service", Namespace: "default", Name: "pi", Owner: "Pod x"},
			"service default/pi is not this application's, it belongs to Pod x: delete it or choose another name"},
	} {
		t.Run(name, func(t *testing.T) {
			got := asSentence(tc.err)
			if got.Error() != tc.want {
				t.Errorf("%q\nwant %q", got, tc.want)
			}
			if !errors.Is(got, tc.err) || apierrors.IsForbidden(got) != apierrors.IsForbidden(tc.err) {
				t.Errorf("%v is no longer what it was", got)
			}
		})
	}
	if asSentence(nil) != nil {
		t.Error("no error became one")
	}
}
