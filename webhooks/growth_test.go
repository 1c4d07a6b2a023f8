// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apiruntime "k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/internal/testing/large"
	"github.com/alauda/spark-operator/pkg/podmutation"
)

// grown is a kind of objects that the endpoints answer for.
type grown struct {
	make func() client.Object
	// paths are those of its endpoints.
	paths []string
	// deepest is how deep into the types of Kubernetes a test goes; benchmarks go all the way.
	deepest int
}

func grownKinds() map[string]grown {
	return map[string]grown{
		"SparkApplication": {func() client.Object { return sparkPi() }, []string{sparkApplicationDefaultPath, sparkApplicationValidatePath}, 1},
		"ScheduledSparkApplication": {func() client.Object {
			schedule := &v1beta2.ScheduledSparkApplication{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "daily"}}
			schedule.Spec = v1beta2.ScheduledSparkApplicationSpec{Schedule: "@daily", Template: sparkPi().Spec}
			return schedule
		}, []string{scheduledSparkApplicationDefaultPath, scheduledSparkApplicationValidatePath}, 0},
		"SparkConnect": {func() client.Object {
			connect := &v1alpha1.SparkConnect{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "server"}}
			connect.Spec.SparkVersion, connect.Spec.Image = "4.0.1", new("spark:4.0.1")
			return connect
		}, []string{sparkConnectDefaultPath, sparkConnectValidatePath}, 1},
		"Pod": {func() client.Object { return foreignPod(podmutation.Executor) }, []string{podPath}, 2},
	}
}

// admissionOf asks every endpoint of a kind about an object in which a field has a size, and the last, which validates,
// about an update, too.
func admissionOf(tb testing.TB, all map[string]*admission.Webhook, kind grown, field large.Field, size int) large.Work {
	tb.Helper()
	requests := requestsOf(tb, all, kind, field, size)
	return func() {
		for _, request := range requests {
			request.work()
		}
	}
}

// request is one that an API server makes.
type request struct {
	name string
	work large.Work
}

func requestsOf(tb testing.TB, all map[string]*admission.Webhook, kind grown, field large.Field, size int) []request {
	tb.Helper()
	object := kind.make()
	field.Fill(object, size)
	after := encode(tb, object)
	object.SetLabels(map[string]string{"changed": "yes"})
	before := encode(tb, object)
	var requests []request
	for _, path := range kind.paths {
		for _, operation := range []admissionv1.Operation{admissionv1.Create, admissionv1.Update} {
			review := admissionv1.AdmissionReview{
				TypeMeta: metav1.TypeMeta{APIVersion: "admission.k8s.io/v1", Kind: "AdmissionReview"},
				Request:  &admissionv1.AdmissionRequest{UID: "1", Operation: operation, Namespace: "team", Object: apiruntime.RawExtension{Raw: after}},
			}
			if operation == admissionv1.Update {
				if path != kind.paths[len(kind.paths)-1] {
					continue
				}
				review.Request.OldObject.Raw = before
			}
			verb, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "-")
			requests = append(requests, request{verb + " " + string(operation), answered(tb, all[path], encode(tb, review))})
		}
	}
	return requests
}

func answered(tb testing.TB, endpoint *admission.Webhook, body []byte) large.Work {
	tb.Helper()
	return func() {
		request := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		answer := httptest.NewRecorder()
		endpoint.ServeHTTP(answer, request)
		if answer.Code != http.StatusOK || answer.Body.Len() == 0 {
			tb.Errorf("%d %.200s", answer.Code, answer.Body)
		}
	}
}

func grownEndpoints(tb testing.TB) map[string]*admission.Webhook {
	tb.Helper()
	return endpoints(readerOf(tb, sparkPi(demanding)), readerOf(tb), Options{ResourceQuota: configv1alpha1.ResourceQuotaEnforce})
}

// What admission costs never grows with the square of what an author writes, whatever the field.
func TestAdmissionGrowsWithItsObjects(t *testing.T) {
	const size = 128 << 10
	large.Quiet(t)
	all := grownEndpoints(t)
	for name, kind := range grownKinds() {
		for _, field := range large.FieldsOf(kind.make()) {
			// The template of a schedule is an application's, and what a text costs is in planning.
			if field.Depth > kind.deepest || field.Text || strings.HasPrefix(field.Path, "spec.template.") {
				continue
			}
			t.Run(name+"/"+field.Path, func(t *testing.T) {
				large.Grows(t, size, func(size int) large.Work { return admissionOf(t, all, kind, field, size) })
			})
		}
	}
}

// The pods of an application with a large field, which the webhook gives that field.
func TestPodAdmissionGrowsWithItsApplication(t *testing.T) {
	const size = 128 << 10
	large.Quiet(t)
	for _, field := range large.FieldsOf(&v1beta2.SparkApplication{}) {
		if field.Depth > 1 || field.Text {
			continue
		}
		t.Run(field.Path, func(t *testing.T) {
			large.Grows(t, size, func(size int) large.Work { return podAdmissionOf(t, field, size) })
		})
	}
}

// known has one application.
type known struct {
	client.Reader

	app *v1beta2.SparkApplication
}

func (k known) Get(_ context.Context, _ client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	k.app.DeepCopyInto(&into.(*stored.SparkApplication).SparkApplication)
	return nil
}

func podAdmissionOf(tb testing.TB, field large.Field, size int) large.Work {
	tb.Helper()
	application := sparkPi()
	field.Fill(application, size)
	application.Name, application.Namespace = "pi", "team"
	m := podMutation(applications{cache: known{app: application}, api: known{app: application}})
	var pods [][]byte
	for _, role := range []podmutation.Role{podmutation.Driver, podmutation.Executor} {
		pods = append(pods, encode(tb, foreignPod(role)))
	}
	return func() {
		for _, raw := range pods {
			response := m.Handle(tb.Context(), podRequest(raw))
			if !response.Allowed {
				tb.Errorf("refused: %v", response.Result)
			}
			encode(tb, response.Patches)
		}
	}
}

// justRead is about the size of what has as many short entries as are read: of lists and maps, what costs most.
const justRead = large.Stored / 5

// Admission of the largest object that can be stored, and of the largest that is read, needs bounded memory, whatever
// list or map is large.
func TestAdmissionOfTheLargestObjects(t *testing.T) {
	all := grownEndpoints(t)
	for name, kind := range grownKinds() {
		for _, field := range large.FieldsOf(kind.make()) {
			// An executor's fields are a driver's, and a text is no more than its length.
			if field.Depth > kind.deepest || field.Text || strings.HasPrefix(field.Path, "spec.template.") || strings.HasPrefix(field.Path, "spec.executor.") {
				continue
			}
			t.Run(name+"/"+field.Path, func(t *testing.T) {
				for _, size := range []int{large.Stored, justRead} {
					for _, request := range requestsOf(t, all, kind, field, size) {
						t.Run(request.name, func(t *testing.T) { large.Needs(t, request.work) })
					}
				}
			})
		}
	}
}

// BenchmarkLargest reports for each field what admission of the largest object costs, request by request.
func BenchmarkLargest(b *testing.B) {
	all := grownEndpoints(b)
	for name, kind := range grownKinds() {
		for _, field := range large.FieldsOf(kind.make()) {
			b.Run(name+"/"+field.Path, func(b *testing.B) {
				for _, request := range requestsOf(b, all, kind, field, large.Stored) {
					b.Run(request.name, func(b *testing.B) { large.Report(b, request.work) })
				}
			})
		}
	}
	for _, field := range large.FieldsOf(&v1beta2.SparkApplication{}) {
		b.Run("pods/"+field.Path, func(b *testing.B) {
			work := podAdmissionOf(b, field, large.Stored)
			large.Report(b, work)
		})
	}
}
