// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

// A fault of the webhook's is no answer, so that the failure policy decides; a denial would be one.
func TestPanicsAnswerNothing(t *testing.T) {
	all := endpoints(readerOf(t), readerOf(t), Options{})
	if len(all) != 7 {
		t.Errorf("%d endpoints, want 7", len(all))
	}
	for path, endpoint := range all {
		t.Run(path, func(t *testing.T) {
			endpoint.Handler = admission.HandlerFunc(func(context.Context, admission.Request) admission.Response { panic("a fault") })
			server := httptest.NewUnstartedServer(endpoint)
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.Start()
			defer server.Close()
			response, err := http.Post(server.URL, "application/json", bytes.NewReader(review(t, sparkPi())))
			if err == nil {
				_ = response.Body.Close()
				t.Fatalf("answered %s", response.Status)
			}
			if !errors.Is(err, io.EOF) {
				t.Error(err)
			}
		})
	}
}
