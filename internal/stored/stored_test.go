// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package stored

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/decoding"
)

var key = client.ObjectKey{Namespace: "team", Name: "pi"}

func scheme(tb testing.TB) *runtime.Scheme {
	tb.Helper()
	s := runtime.NewScheme()
	if err := AddToScheme(s); err != nil {
		tb.Fatal(err)
	}
	return s
}

// document is an application as an API server sends it.
func document(spec, status string) []byte {
	return fmt.Appendf(nil, `{"apiVersion":"sparkoperator.k8s.io/v1beta2","kind":"SparkApplication",`+
		`"metadata":{"namespace":"team","name":"pi","uid":"u","resourceVersion":"7","generation":3,"labels":{"a":"b"}},"spec":%s,"status":%s}`, spec, status)
}

// whole is what of a readable document is returned.
func whole(change ...func(*v1beta2.SparkApplication)) *v1beta2.SparkApplication {
	app := &v1beta2.SparkApplication{ObjectMeta: metav1.ObjectMeta{
		Namespace: "team", Name: "pi", UID: "u", ResourceVersion: "7", Generation: 3, Labels: map[string]string{"a": "b"},
	}}
	app.APIVersion, app.Kind = "sparkoperator.k8s.io/v1beta2", "SparkApplication"
	for _, c := range change {
		c(app)
	}
	return app
}

func TestRead(t *testing.T) {
	const runs = `{"driverInfo":{},"attempt":2,"applicationState":{"state":"RUNNING"}}`
	running := func(a *v1beta2.SparkApplication) { a.Status.Attempt, a.Status.AppState.State = 2, "RUNNING" }
	cases := map[string]struct {
		spec, status string
		want         *v1beta2.SparkApplication
		problem      *decoding.Problem
	}{
		"readable": {`{"image":"spark"}`, runs, whole(running, func(a *v1beta2.SparkApplication) { a.Spec.Image = new("spark") }), nil},
		"the spec cannot be decoded": {`{"image":"spark","volumes":"none"}`, runs, whole(running),
			&decoding.Problem{Field: "spec.volumes", Value: `"none"`, Reason: "write a list"}},
		"the status cannot be decoded": {`{"image":"spark"}`, `{"executionAttempts":3000000000,"attempt":2}`,
			whole(func(a *v1beta2.SparkApplication) { a.Spec.Image = new("spark") }),
			&decoding.Problem{Field: "status.executionAttempts", Value: "3000000000", Reason: "write a whole number from -2147483648 to 2147483647"}},
		"neither can": {`7`, `7`, whole(),
			&decoding.Problem{Field: "status", Value: "7", Reason: "write an object, that is names with values"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			stored := &SparkApplication{}
			if err := json.Unmarshal(document(tc.spec, tc.status), stored); err != nil {
				t.Fatal(err)
			}
			got, err := stored.DeepCopy().Read()
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("application (-want +got):\n%s", diff)
			}
			problem, _ := errors.AsType[*decoding.Problem](err)
			if diff := cmp.Diff(tc.problem, problem); diff != "" || (err != nil) != (tc.problem != nil) {
				t.Errorf("error %v (-want +got):\n%s", err, diff)
			}
			if ofStatus := tc.problem != nil && strings.HasPrefix(tc.problem.Field, "status"); OfStatus(problem) != ofStatus {
				t.Errorf("of status: %t", !ofStatus)
			}
		})
	}
}

// A large text is decoded part by part; that makes no difference.
func TestALargeApplicationIsReadLikeASmallOne(t *testing.T) {
	arguments := `["` + strings.Repeat("a", large) + `"]`
	stored := &SparkApplication{}
	if err := json.Unmarshal(document(`{"arguments":`+arguments+`}`, `{"driverInfo":{"podName":"p"}}`), stored); err != nil {
		t.Fatal(err)
	}
	got, err := stored.Read()
	want := whole(func(a *v1beta2.SparkApplication) {
		a.Spec.Arguments, a.Status.DriverInfo.PodName = []string{strings.Repeat("a", large)}, "p"
	})
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("application, %v (-want +got):\n%s", err, diff)
	}
}

// One that cannot be decoded among others: the codec of a client decodes all of a list together.
func TestAListIsDecodedWhateverIsInIt(t *testing.T) {
	var items []string
	for _, spec := range []string{`{"image":"spark"}`, `{"volumes":"none"}`, `{"driver":{"sidecars":[{"resources":{"limits":{"cpu":"1e-1000000000"}}}]}}`, `[]`} {
		items = append(items, string(document(spec, `{}`)))
	}
	list := `{"apiVersion":"sparkoperator.k8s.io/v1beta2","kind":"SparkApplicationList","metadata":{"resourceVersion":"9"},"items":[` + strings.Join(items, ",") + `]}`
	decoded, err := runtime.Decode(serializer.NewCodecFactory(scheme(t)).UniversalDeserializer(), []byte(list))
	if err != nil {
		t.Fatal(err)
	}
	var readable []bool
	for i := range decoded.(*SparkApplicationList).Items {
		app, err := decoded.(*SparkApplicationList).Items[i].Read()
		if app.Name != "pi" {
			t.Errorf("item %d has lost its name", i)
		}
		readable = append(readable, err == nil)
	}
	if diff := cmp.Diff([]bool{true, false, false, false}, readable); diff != "" {
		t.Errorf("readable (-want +got):\n%s", diff)
	}
}

func TestWhatIsWrittenBackIsWhatWasRead(t *testing.T) {
	const spec = `{"fromTheFuture":{"a":1},"volumes":"none"}`
	stored := &SparkApplication{}
	if err := json.Unmarshal(document(spec, `{"driverInfo":{}}`), stored); err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(stored)
	if err != nil || !strings.Contains(string(encoded), `"spec":`+spec) {
		t.Errorf("encoded as %s, %v", encoded, err)
	}
}

// Kept is what was decoded, of what is large only whether it can be read, and of what is forgotten the identity.
func TestWhatIsKept(t *testing.T) {
	big := `{"arguments":["` + strings.Repeat("a", large) + `"]}`
	identity := &v1beta2.SparkApplication{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "pi", UID: "u", ResourceVersion: "7", Generation: 3}}
	keep, forget := func(a *SparkApplication) { Keep(a) }, func(a *SparkApplication) { Forget(a) }
	cases := map[string]struct {
		spec      string
		transform func(*SparkApplication)
		want      *v1beta2.SparkApplication
		wantErr   string
	}{
		"an application":                 {`{"image":"spark"}`, keep, whole(func(a *v1beta2.SparkApplication) { a.Spec.Image = new("spark") }), ""},
		"an unreadable one":              {`{"volumes":"none"}`, keep, whole(), `spec.volumes: "none": write a list`},
		"a large one":                    {big, keep, whole(), errAbsent.Error()},
		"a large one that is unreadable": {`{"volumes":"none",` + big[1:], keep, whole(), `spec.volumes: "none": write a list`},
		"a forgotten one":                {`{"image":"spark"}`, forget, identity, errAbsent.Error()},
		"an unreadable forgotten one":    {`{"volumes":"none"}`, forget, identity, errAbsent.Error()},
		"an expensive forgotten one":     {`{"driver":{"sidecars":[{"resources":{"limits":{"cpu":"1e-1000000000"}}}]}}`, forget, identity, errAbsent.Error()},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			stored := &SparkApplication{}
			if err := json.Unmarshal(document(tc.spec, `{}`), stored); err != nil {
				t.Fatal(err)
			}
			tc.transform(stored)
			if stored.spec != nil {
				t.Error("the text of the spec is kept")
			}
			got, err := stored.Read()
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("kept (-want +got):\n%s", diff)
			}
			if said := fmt.Sprint(err); tc.wantErr != "" && said != tc.wantErr || tc.wantErr == "" && err != nil {
				t.Errorf("error %v, want %q", err, tc.wantErr)
			}
		})
	}
}

// What the cache does not keep is asked for.
func TestGet(t *testing.T) {
	full := whole(func(a *v1beta2.SparkApplication) { a.Spec.Image = new("spark") })
	absent := Of(full.DeepCopy())
	Forget(absent)
	cache := fakeReader{absent}
	api := fake.NewClientBuilder().WithScheme(scheme(t)).WithObjects(Of(full)).Build()
	got, err := Get(t.Context(), cache, api, key)
	if err != nil || got.Spec.Image == nil {
		t.Errorf("got %+v, %v", got, err)
	}
	none := fake.NewClientBuilder().WithScheme(scheme(t)).Build()
	if _, err := Get(t.Context(), cache, none, key); client.IgnoreNotFound(err) != nil || err == nil {
		t.Errorf("gone meanwhile: %v", err)
	}
	if _, err := Get(t.Context(), none, api, key); client.IgnoreNotFound(err) != nil || err == nil {
		t.Errorf("not in the cache: %v", err)
	}
}

// A client refuses the plain types: they would be decoded without bounds.
func TestPlainTypesCannotBeRead(t *testing.T) {
	c := fake.NewClientBuilder().WithScheme(scheme(t)).Build()
	if err := c.Get(t.Context(), key, &v1beta2.SparkApplication{}); !runtime.IsNotRegisteredError(err) {
		t.Errorf("got %v", err)
	}
}

type fakeReader struct{ app *SparkApplication }

func (r fakeReader) Get(_ context.Context, _ client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	r.app.DeepCopyInto(into.(*SparkApplication))
	return nil
}

func (fakeReader) List(context.Context, client.ObjectList, ...client.ListOption) error { return nil }

// Nothing that is JSON makes decoding fail or panic.
func FuzzUnmarshal(f *testing.F) {
	for _, seed := range []string{`{}`, `null`, `7`, `"a"`, `[]`, `{"metadata":7}`, `{"metadata":{"name":7,"creationTimestamp":"x"}}`, `{"spec":null,"status":null}`,
		`{"apiVersion":7,"kind":{}}`, string(document(`{"volumes":1}`, `{"attempts":{}}`))} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !json.Valid(data) {
			return
		}
		stored := &SparkApplication{}
		if err := json.Unmarshal(data, stored); err != nil {
			t.Fatal(err)
		}
		copied := stored.DeepCopy()
		Keep(copied)
		_, first := copied.Read()
		if _, second := stored.Read(); fmt.Sprint(first) != fmt.Sprint(second) && !errors.Is(first, errAbsent) {
			t.Errorf("kept as %v, read as %v", first, second)
		}
	})
}

// The share of a client's decoding: an application as an API server sends it, decoded by the codec of a scheme.
func BenchmarkDecode(b *testing.B) {
	app := whole()
	app.Spec = v1beta2.SparkApplicationSpec{
		Type: v1beta2.SparkApplicationTypeScala, SparkVersion: "4.0.1", Image: new("registry/spark:4.0.1"), MainClass: new("org.example.Job"),
		MainApplicationFile: new("local:///opt/spark/jars/job.jar"), Arguments: []string{"--input", "s3a://bucket/path", "--output", "s3a://bucket/other"},
		SparkConf: map[string]string{"spark.eventLog.enabled": "true", "spark.sql.shuffle.partitions": "200", "spark.hadoop.fs.s3a.endpoint": "https://s3"},
	}
	for i := range 10 {
		app.Spec.Driver.Env = append(app.Spec.Driver.Env, corev1.EnvVar{Name: fmt.Sprint("NAME_", i), Value: "value"})
		app.Status.Conditions = append(app.Status.Conditions, metav1.Condition{Type: fmt.Sprint("Type", i), Status: "True", Reason: "Reason", Message: "a sentence about it"})
	}
	app.Spec.Executor.SparkPodSpec = app.Spec.Driver.SparkPodSpec
	encoded, err := json.Marshal(app)
	if err != nil {
		b.Fatal(err)
	}
	plain := runtime.NewScheme()
	if err := v1beta2.AddToScheme(plain); err != nil {
		b.Fatal(err)
	}
	for name, s := range map[string]*runtime.Scheme{"plain": plain, "stored": scheme(b)} {
		decoder := serializer.NewCodecFactory(s).UniversalDeserializer()
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(encoded)))
			b.ReportAllocs()
			for b.Loop() {
				decoded, err := runtime.Decode(decoder, encoded)
				if err != nil {
					b.Fatal(err)
				}
				if stored, isStored := decoded.(*SparkApplication); isStored {
					Keep(stored)
				}
			}
		})
	}
}
