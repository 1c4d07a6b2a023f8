// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admission/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/internal/testing/large"
)

const (
	fineDriver      = `{"cores":1}`
	expensiveDriver = `{"template":{"spec":{"containers":[{"name":"a","resources":{"requests":{"cpu":"1e-1000000000"}}}]}}}`
	formlessDriver  = `{"template":{"spec":{"containers":[{"name":"a","resources":{"requests":{"cpu":"1e1.5"}}}]}}}`
	templateDriver  = `{"template":{"spec":{"containers":"none"}}}`
)

// endpointsOfKinds are the paths of a kind, and an object of it around a driver (or server).
var endpointsOfKinds = map[string]struct {
	defaults, validates string
	object              string
	// driver is where the driver is.
	driver string
}{
	"SparkApplication": {
		sparkApplicationDefaultPath, sparkApplicationValidatePath,
		`{"apiVersion":"sparkoperator.k8s.io/v1beta2","kind":"SparkApplication","metadata":{"namespace":"team","name":"pi"%s},"spec":{"type":"Scala","sparkVersion":"4.0.1",` +
			`"image":"spark:4.0.1","mainClass":"a.B","mainApplicationFile":"local:///a.jar","executor":{},"driver":%s}}`, "spec.driver",
	},
	"ScheduledSparkApplication": {
		scheduledSparkApplicationDefaultPath, scheduledSparkApplicationValidatePath,
		`{"apiVersion":"sparkoperator.k8s.io/v1beta2","kind":"ScheduledSparkApplication","metadata":{"namespace":"team","name":"pi"%s},"spec":{"schedule":"@daily",` +
			`"template":{"type":"Scala","sparkVersion":"4.0.1","image":"spark:4.0.1","mainClass":"a.B","mainApplicationFile":"local:///a.jar","executor":{},"driver":%s}}}`,
		"spec.template.driver",
	},
	"SparkConnect": {
		sparkConnectDefaultPath, sparkConnectValidatePath,
		`{"apiVersion":"sparkoperator.k8s.io/v1alpha1","kind":"SparkConnect","metadata":{"namespace":"team","name":"pi"%s},"spec":{"sparkVersion":"4.0.1",` +
			`"image":"spark:4.0.1","executor":{},"server":%s}}`, "spec.server",
	},
}

// What cannot be decoded passes the mutating endpoint, so that the schema names all that is wrong, and is refused by
// the validating one with field, value and fix, as far as the request is about it.
func TestUnreadableObjects(t *testing.T) {
	const quantities = "write a quantity such as 2, 500m or 4Gi"
	labels := func(n int) string {
		all := make([]string, n)
		for i := range all {
			all[i] = fmt.Sprintf(`"x%d":""`, i)
		}
		return `,"labels":{` + strings.Join(all, ",") + `}`
	}
	const tooManyLabels = "metadata.labels: Invalid value: with what stands before it, it has more items than can be read; use fewer"
	expensive := `template.spec.containers[0].resources.requests[cpu]: Invalid value: "1e-1000000000": its exponent has more than 2 digits; ` + quantities
	for kind, of := range endpointsOfKinds {
		object := func(driver, metadata string) []byte { return fmt.Appendf(nil, of.object, metadata, driver) }
		fine := object(fineDriver, "")
		cases := map[string]struct {
			after, before []byte
			want          string
		}{
			"what is expensive is refused":        {object(expensiveDriver, ""), nil, expensive},
			"what is no quantity is refused":      {object(formlessDriver, ""), nil, `template.spec.containers[0].resources.requests[cpu]: Invalid value: "1e1.5": it is not a quantity; ` + quantities},
			"what is no list is refused":          {object(templateDriver, ""), nil, `template.spec.containers: Invalid value: "none": write a list`},
			"a change to it is refused":           {object(expensiveDriver, ""), fine, expensive},
			"a change within it is refused":       {object(expensiveDriver, ""), object(templateDriver, ""), expensive},
			"a label of what is stored":           {object(expensiveDriver, `,"labels":{"a":"b"}`), object(expensiveDriver, ""), ""},
			"a label of what is stored (form)":    {object(templateDriver, `,"labels":{"a":"b"}`), object(templateDriver, ""), ""},
			"the last finalizer of what goes":     {object(templateDriver, `,"deletionTimestamp":"2026-01-01T00:00:00Z"`), fine, ""},
			"labels without end are refused":      {object(fineDriver, labels(100_000)), nil, tooManyLabels},
			"a change to them is refused":         {object(fineDriver, labels(100_000)), fine, tooManyLabels},
			"a label more of what is stored":      {object(fineDriver, labels(100_001)), object(fineDriver, labels(100_000)), ""},
			"the last finalizer beside them":      {object(fineDriver, labels(100_000)+`,"deletionTimestamp":"2026-01-01T00:00:00Z"`), fine, ""},
			"labels that are mended":              {fine, object(fineDriver, labels(100_000)), ""},
			"it is mended":                        {fine, object(expensiveDriver, ""), ""},
			"it is mended where it had no form":   {fine, object(templateDriver, ""), ""},
			"mended to something else is checked": {object(`{"memory":"much"}`, ""), object(templateDriver, ""), "memory"},
		}
		for name, tc := range cases {
			t.Run(kind+"/"+name, func(t *testing.T) {
				all := endpoints(readerOf(t), readerOf(t), Options{ResourceQuota: configv1alpha1.ResourceQuotaIgnore})
				req := admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{
					Operation: admissionv1.Create, Namespace: "team", Name: "pi", Object: runtime.RawExtension{Raw: tc.after},
				}}
				if tc.before != nil {
					req.Operation, req.OldObject.Raw = admissionv1.Update, tc.before
				}
				if response := all[of.defaults].Handler.Handle(t.Context(), req); !response.Allowed {
					t.Errorf("the mutating endpoint refused: %s", response.Result.Message)
				}
				want := of.driver + "." + tc.want
				if strings.HasPrefix(tc.want, "metadata.") {
					want = tc.want
				}
				response := all[of.validates].Handler.Handle(t.Context(), req)
				if response.Allowed != (tc.want == "") {
					t.Fatalf("allowed %t: %+v", response.Allowed, response.Result)
				}
				if tc.want != "" && (response.Result.Code != http.StatusUnprocessableEntity || !strings.Contains(response.Result.Message, want)) {
					t.Errorf("refused with %d %s, want %s", response.Result.Code, response.Result.Message, want)
				}
			})
		}
	}
}

// Whatever the body is, every endpoint answers within the time that an API server waits.
func TestTheLargestBodiesAreAnsweredInTime(t *testing.T) {
	const largest, patience = 1536 << 10, 5 * time.Second
	many := func(item string) string {
		return strings.TrimSuffix(strings.Repeat(item+",", largest/(len(item)+1)), ",")
	}
	drivers := map[string]string{
		"containers": `{"template":{"spec":{"containers":[` + many(`{}`) + `]}}}`,
		"nulls":      `{"template":{"spec":{"volumes":[` + many(`null`) + `]}}}`,
		"digits":     `{"template":{"spec":{"overhead":{"cpu":"` + strings.Repeat("9", largest) + `"}}}}`,
		"depth":      strings.Repeat(`{"template":`, largest/13) + `1` + strings.Repeat(`}`, largest/13),
		"exponents":  `{"template":{"spec":{"overhead":{` + many(`"a":1e-999999999`) + `}}}}`,
	}
	all := endpoints(readerOf(t), readerOf(t), Options{ResourceQuota: configv1alpha1.ResourceQuotaEnforce})
	for kind, of := range endpointsOfKinds {
		for name, driver := range drivers {
			t.Run(kind+"/"+name, func(t *testing.T) {
				body := fmt.Appendf(nil, of.object, "", driver)
				for path, endpoint := range all {
					took := large.CPU(func() {
						endpoint.Handler.Handle(t.Context(), admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{
							Operation: admissionv1.Update, Namespace: "team", Name: "pi",
							Object: runtime.RawExtension{Raw: body}, OldObject: runtime.RawExtension{Raw: body},
						}})
					})
					if took > patience {
						t.Errorf("%s took %s", path, took)
					}
				}
			})
		}
	}
}

// The application of a pod that cannot be read: the pod is made all the same, and its author is warned.
func TestAPodOfAnUnreadableApplicationIsMade(t *testing.T) {
	unreadable := &stored.SparkApplication{}
	if err := json.Unmarshal(fmt.Appendf(nil, endpointsOfKinds["SparkApplication"].object, "", formlessDriver), unreadable); err != nil {
		t.Fatal(err)
	}
	m := podMutation(applications{cache: readerOf(t, unreadable), api: readerOf(t, unreadable)})
	response := m.Handle(t.Context(), podRequest(encode(t, foreignPod("executor"))))
	want := []string{`the pod is made without the fields of its SparkApplication: SparkApplication "pi" cannot be read: ` +
		`spec.driver.template.spec.containers[0].resources.requests[cpu]: "1e1.5": it is not a quantity; write a quantity such as 2, 500m or 4Gi`}
	if diff := cmp.Diff(want, response.Warnings); !response.Allowed || diff != "" {
		t.Errorf("allowed %t, warnings (-want +got):\n%s", response.Allowed, diff)
	}
}
