// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package decoding

import (
	"fmt"
	"math"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	k8sjson "sigs.k8s.io/json"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/testing/large"
)

// largest is the length of the largest object that an API server stores.
const largest = large.Stored

const (
	quantities = "write a quantity such as 2, 500m or 4Gi"
	tooMany    = "with what stands before it, it has more items than can be read; use fewer"
)

func TestProblems(t *testing.T) {
	cpu := func(value string) string {
		return `{"driver":{"sidecars":[{"name":"a"},{"name":"b","resources":{"requests":{"cpu":` + value + `}}}]}}`
	}
	const ofCPU = "spec.driver.sidecars[1].resources.requests[cpu]"
	cases := map[string]struct {
		spec string
		want *Problem
	}{
		"a quantity":                         {cpu(`"500m"`), nil},
		"a quantity with an exponent":        {cpu(`"1.5e-2"`), nil},
		"an exponent with leading zeros":     {cpu(`"1e-0000002"`), nil},
		"exa":                                {cpu(`"1E"`), nil},
		"an exponent that is far too small":  {cpu(`"1e-1000000000"`), &Problem{ofCPU, `"1e-1000000000"`, "its exponent has more than 2 digits; " + quantities}},
		"an exponent that is far too large":  {cpu(`"1E1000000000"`), &Problem{ofCPU, `"1E1000000000"`, "its exponent has more than 2 digits; " + quantities}},
		"an exponent of three digits":        {cpu(`"1e+100"`), &Problem{ofCPU, `"1e+100"`, "its exponent has more than 2 digits; " + quantities}},
		"a number with a large exponent":     {cpu(`1e-1000000000`), &Problem{ofCPU, `1e-1000000000`, "its exponent has more than 2 digits; " + quantities}},
		"blanks around it":                   {cpu(`"  1e-1000000000 "`), &Problem{ofCPU, `"  1e-1000000000 "`, "its exponent has more than 2 digits; " + quantities}},
		"a quantity with too many digits":    {cpu(`"` + strings.Repeat("1", 65) + `"`), &Problem{ofCPU, `"` + strings.Repeat("1", 63) + "...", "it has more than 64 characters; " + quantities}},
		"what has the form and is none":      {cpu(`"1e1.5"`), &Problem{ofCPU, `"1e1.5"`, "it is not a quantity; " + quantities}},
		"an object for a quantity":           {cpu(`{"a":1}`), &Problem{ofCPU, "an object", "it is not a quantity; " + quantities}},
		"the same where no quantity is read": {`{"sparkConf":{"a":"1e-1000000000"},"arguments":["1e-1000000000"]}`, nil},
		"a text for a list":                  {`{"driver":{"template":{"spec":{"containers":"oops"}}}}`, &Problem{"spec.driver.template.spec.containers", `"oops"`, "write a list"}},
		"a list for an object":               {`{"driver":{"template":[]}}`, &Problem{"spec.driver.template", "a list", "write an object, that is names with values"}},
		"an object for a text":               {`{"image":{"password":"hunter2"}}`, &Problem{"spec.image", "an object", "write a text in quotes"}},
		"a number for a text is not shown":   {`{"driver":{"env":[{"name":"PIN","value":12345}]}}`, &Problem{"spec.driver.env[0].value", "a number", "put it in quotes"}},
		"a number that is too large":         {`{"executor":{"instances":3000000000}}`, &Problem{"spec.executor.instances", "3000000000", "write a whole number from -2147483648 to 2147483647"}},
		"a fraction":                         {`{"executor":{"cores":1.5}}`, &Problem{"spec.executor.cores", "1.5", "write a whole number from -2147483648 to 2147483647"}},
		"a text for a boolean":               {`{"suspend":"yes"}`, &Problem{"spec.suspend", `"yes"`, "write true or false"}},
		"a time":                             {`{"driver":{"template":{"metadata":{"creationTimestamp":"today"}}}}`, &Problem{"spec.driver.template.metadata.creationTimestamp", `"today"`, "write a time such as 2006-01-02T15:04:05Z07:00"}},
		"a port that is an object":           {`{"driver":{"lifecycle":{"preStop":{"httpGet":{"port":{}}}}}}`, &Problem{"spec.driver.lifecycle.preStop.httpGet.port", "an object", "write a number, or a text in quotes"}},
		"the key of a dictionary":            {`{"sparkConf":{"spark.a":{}}}`, &Problem{"spec.sparkConf[spark.a]", "an object", "write a text in quotes"}},
		"an escaped key":                     {`{"driver":{"sidec\u0061rs":{}}}`, &Problem{"spec.driver.sidecars", "an object", "write a list"}},
		"what looks like a secret":           {`{"driver":{"cores":"SECRET-1"}}`, &Problem{"spec.driver.cores", "*********(redacted)", "write a whole number from -2147483648 to 2147483647"}},
		"no object at all":                   {`7`, &Problem{"spec", "7", "write an object, that is names with values"}},
		"names in another case are unknown":  {`{"Driver":7,"DRIVER":7}`, nil},
		"null":                               {`null`, nil},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, Into([]byte(tc.spec), &v1beta2.SparkApplicationSpec{}, "spec")); diff != "" {
				t.Errorf("problem (-want +got):\n%s", diff)
			}
		})
	}
}

// repeated returns JSON of the largest length, of one item again and again.
func repeated(before, item, after string) string {
	n := (largest - len(before) - len(after)) / (len(item) + 1)
	return before + strings.TrimSuffix(strings.Repeat(item+",", n), ",") + after
}

func TestItemsAreLimitedByTheMemoryThatTheyTake(t *testing.T) {
	cases := map[string]struct {
		spec  string
		field string
	}{
		"empty containers": {repeated(`{"driver":{"template":{"spec":{"containers":[`, `{}`, `]}}}}`), "spec.driver.template.spec.containers"},
		"nulls":            {repeated(`{"driver":{"sidecars":[`, `null`, `]}}`), "spec.driver.sidecars"},
		"empty volumes":    {repeated(`{"volumes":[`, `{}`, `]}`), "spec.volumes"},
		"arguments":        {repeated(`{"arguments":[`, `"-v"`, `]}`), "spec.arguments"},
		"environment":      {repeated(`{"driver":{"env":[`, `{"name":"ABC","value":"d"}`, `]}}`), "spec.driver.env"},
		"tolerations":      {repeated(`{"driver":{"tolerations":[`, `{"operator":"Exists"}`, `]}}`), "spec.driver.tolerations"},
		"labels":           {repeated(`{"driver":{"labels":{`, `"a":"b"`, `}}}`), "spec.driver.labels"},
		"long arguments":   {repeated(`{"arguments":[`, `"s3a://bucket/year=2026/month=11/day=27/part-00000.parquet"`, `]}`), ""},
		"properties":       {repeated(`{"sparkConf":{`, `"spark.hadoop.fs.s3a.bucket.abc.endpoint":"s3.example.com"`, `}}`), ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			p := Into([]byte(tc.spec), &v1beta2.SparkApplicationSpec{}, "spec")
			switch {
			case tc.field == "" && p != nil:
				t.Errorf("it cannot be decoded: %v", p)
			case tc.field != "" && (p == nil || p.Field != tc.field || p.Reason != tooMany):
				t.Errorf("got %v, want too many items of %s", p, tc.field)
			}
		})
	}
}

// TestSmallTextsNeedNoWalk holds the constant to the types: an item of two bytes and a comma takes at most the largest
// element's memory.
func TestSmallTextsNeedNoWalk(t *testing.T) {
	for _, object := range []any{v1beta2.SparkApplication{}, v1beta2.ScheduledSparkApplication{}, v1alpha1.SparkConnect{}, corev1.Pod{}} {
		seen := map[*shape]bool{}
		var visit func(*shape)
		visit = func(s *shape) {
			if s == nil || seen[s] {
				return
			}
			seen[s] = true
			if s.kind == list && small/3*(s.element.size+entry) > maxMemory {
				t.Errorf("a list of %s takes %d bytes", s.element.of, small/3*(s.element.size+entry))
			}
			// An entry of a dictionary is written in five bytes at least.
			if s.kind == dictionary && small/5*(s.element.size+entry) > maxMemory {
				t.Errorf("a dictionary of %s takes %d bytes", s.element.of, small/5*(s.element.size+entry))
			}
			if s.of.Kind() == reflect.Interface {
				t.Errorf("%s is an interface: what it would be decoded into has no limit", s.of)
			}
			visit(s.element)
			for _, field := range s.fields {
				visit(field)
			}
		}
		visit(shapeOf(reflect.TypeOf(object)))
	}
}

// Of metadata with more entries than can be read there is what the object is known by.
func TestMetadata(t *testing.T) {
	known := metav1.ObjectMeta{Namespace: "team", Name: "pi", UID: "u", ResourceVersion: "7", Generation: 3, CreationTimestamp: metav1.Unix(1700000000, 0)}
	whole := known
	whole.Labels, whole.Finalizers = map[string]string{"a": "b"}, []string{"x.y/z"}
	for name, tc := range map[string]struct {
		more    string
		want    metav1.ObjectMeta
		problem *Problem
	}{
		"few entries":     {`"labels":{"a":"b"},"finalizers":["x.y/z"]`, whole, nil},
		"many labels":     {repeated(`"finalizers":["x.y/z"],"labels":{`, `"a":"b"`, `}`), known, &Problem{Field: "metadata.labels", Reason: tooMany}},
		"many finalizers": {repeated(`"labels":{"a":"b"},"finalizers":[`, `"a/b"`, `]`), known, &Problem{Field: "metadata.finalizers", Reason: tooMany}},
		"no metadata":     {`"labels":[]`, known, &Problem{Field: "metadata.labels", Value: "a list", Reason: "write an object, that is names with values"}},
	} {
		t.Run(name, func(t *testing.T) {
			raw := `{"namespace":"team","name":"pi","uid":"u","resourceVersion":"7","generation":3,"creationTimestamp":"2023-11-14T22:13:20Z",` + tc.more + `}`
			got := metav1.ObjectMeta{}
			problem := Metadata([]byte(raw), &got, "metadata")
			if diff := cmp.Diff(tc.problem, problem); diff != "" {
				t.Errorf("problem (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("metadata (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAPanicIsAProblem(t *testing.T) {
	want := &Problem{Field: "spec", Reason: "it cannot be decoded: boom"}
	if diff := cmp.Diff(want, Into([]byte(`{}`), &panicking{}, "spec")); diff != "" {
		t.Errorf("problem (-want +got):\n%s", diff)
	}
}

type panicking struct{}

func (*panicking) UnmarshalJSON([]byte) error { panic("boom") }

// check holds decoding to its promises for any text: it ends in time, takes bounded memory, and what it lets pass is
// what the plain decoder makes of it.
func check(t *testing.T, raw []byte) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	spec := &v1beta2.SparkApplicationSpec{}
	var p *Problem
	took := large.CPU(func() { p = Into(raw, spec, "spec") })
	runtime.ReadMemStats(&after)
	// A list grows by copying, so that what was allocated is a few times what is kept; and naming a problem decodes
	// once for each level of the types.
	t.Logf("%d bytes of memory, %s", after.TotalAlloc-before.TotalAlloc, took)
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > uint64(10*maxMemory+100*len(raw)) {
		t.Errorf("%d bytes were allocated for %d", allocated, len(raw))
	}
	// It takes a processor well under a second, whatever else that has to do; without bounds it takes an hour.
	if took > 20*time.Second {
		t.Errorf("it took %s", took)
	}
	if Screen(raw, spec, "spec") != nil {
		if p == nil {
			t.Error("what is too expensive was decoded")
		}
		return
	}
	plain := &v1beta2.SparkApplicationSpec{}
	err := k8sjson.UnmarshalCaseSensitivePreserveInts(raw, plain)
	if (err != nil) != (p != nil) {
		t.Errorf("problem %v, and the plain decoder says %v", p, err)
	}
	if err == nil && !equality.Semantic.DeepEqual(plain, spec) {
		t.Error("it is decoded to something else than the plain decoder makes of it")
	}
	if p != nil && !strings.HasPrefix(p.Field, "spec") {
		t.Errorf("the problem %v names no field", p)
	}
}

func FuzzInto(f *testing.F) {
	for _, seed := range []string{
		``, `{`, `[`, `"`, `{"driver":`, `{"driver":{"cores":1`, `null`, `{"driver":{"env":[{},{"value":"\"}"},null]}}`,
		`{"driver":{"sidecars":[{"resources":{"limits":{"cpu":"1e-1000000000"}}}]}}`,
		`{"driver":{"sidecars":[{"resources":{"limits":{"cpu":1E+9999}}}]}}`,
		`{"driver":{"template":{"spec":{"volumes":[{"emptyDir":{"sizeLimit":"1e12345678"}}]}}}}`,
		`{"batchSchedulerOptions":{"resources":{"cpu":"` + strings.Repeat("9", 100) + `"}}}`,
		`{"volumes":[{"emptyDir":{"sizeLimit":"1Ki"}},{"ephemeral":{"volumeClaimTemplate":{"spec":{"resources":{"requests":{"storage":"1.0e3"}}}}}}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(check)
}

// TestLargestTexts is what fuzzing does not come to: the largest texts of the kinds that are expensive somewhere.
func TestLargestTexts(t *testing.T) {
	cpu := `{"driver":{"sidecars":[{"resources":{"limits":{"cpu":%s}}}]}}`
	digits := strings.Repeat("9", largest)
	for name, raw := range map[string]string{
		"digits":           fmt.Sprintf(cpu, `"`+digits+`"`),
		"fraction":         fmt.Sprintf(cpu, `"0.`+digits+`"`),
		"zeros":            fmt.Sprintf(cpu, `"`+strings.Repeat("0", largest)+`1"`),
		"exponent":         fmt.Sprintf(cpu, `"1e`+digits+`"`),
		"number":           fmt.Sprintf(cpu, digits),
		"quantities":       repeated(`{"driver":{"sidecars":[{"resources":{"limits":{`, `"a":"1e99"`, `}}}]}}`),
		"many quantities":  repeated(`{"batchSchedulerOptions":{"resources":{`, `"a":"9999999999999999999999999999999999999999e99"`, `}}}`),
		"wrong at the end": repeated(`{"driver":{"sidecars":[`, `{"name":"abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnop"}`, `],"template":{"spec":{"containers":7}}}}`),
		"deep objects":     `{"driver":` + strings.Repeat(`{"a":`, largest/5) + `1` + strings.Repeat(`}`, largest/5) + `}`,
		"deep lists":       `{"driver":{"sidecars":` + strings.Repeat(`[`, largest/2) + strings.Repeat(`]`, largest/2) + `}}`,
		"open lists":       strings.Repeat(`[`, largest),
		"open object":      strings.Repeat(`{"driver":`, largest/10),
		"quotes":           strings.Repeat(`"`, largest),
		"commas":           `{"volumes":[` + strings.Repeat(`,`, largest),
		"backslashes":      `{"` + strings.Repeat(`\\`, largest/2),
		"long key":         `{"sparkConf":{"` + strings.Repeat("k", largest) + `":7}}`,
		"empty containers": repeated(`{"driver":{"template":{"spec":{"containers":[`, `{}`, `]}}}}`),
	} {
		t.Run(name, func(t *testing.T) { check(t, []byte(raw)) })
	}
}

func TestEveryExponentIsTakenOrRefusedByItsSize(t *testing.T) {
	for exponent := -120; exponent <= 120; exponent++ {
		spec := fmt.Sprintf(`{"batchSchedulerOptions":{"resources":{"cpu":"1e%d"}}}`, exponent)
		p := Into([]byte(spec), &v1beta2.SparkApplicationSpec{}, "spec")
		if taken := p == nil; taken != (math.Abs(float64(exponent)) < 100) {
			t.Errorf("exponent %d: %v", exponent, p)
		}
	}
}
