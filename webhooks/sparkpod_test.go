// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/internal/testing/fakes"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

func readerOf(tb testing.TB, objects ...client.Object) client.WithWatch {
	tb.Helper()
	scheme := runtime.NewScheme()
	if err := errors.Join(corev1.AddToScheme(scheme), stored.AddToScheme(scheme)); err != nil {
		tb.Fatal(err)
	}
	return fake.NewClientBuilder().WithScheme(scheme).WithObjects(fakes.Stored(objects...)...).Build()
}

// mutatorOf has the cached applications in its cache, and the others at the API server.
func mutatorOf(tb testing.TB, cached []client.Object, others ...client.Object) admission.Handler {
	tb.Helper()
	return podMutation(applications{cache: readerOf(tb, cached...), api: readerOf(tb, others...)})
}

func podRequest(raw []byte) admission.Request {
	return admission.Request{AdmissionRequest: admissionv1.AdmissionRequest{
		Operation: admissionv1.Create, Namespace: "team", Object: runtime.RawExtension{Raw: raw},
	}}
}

// admitted is the pod as it is stored in the end.
func admitted(tb testing.TB, m admission.Handler, raw []byte) ([]byte, []string) {
	tb.Helper()
	response := m.Handle(tb.Context(), podRequest(raw))
	if !response.Allowed {
		tb.Fatalf("refused: %v", response.Result)
	}
	return patched(tb, raw, response), response.Warnings
}

// patched is what an answer makes of an object.
func patched(tb testing.TB, raw []byte, response admission.Response) []byte {
	tb.Helper()
	if len(response.Patches) == 0 {
		return raw
	}
	patch, err := jsonpatch.DecodePatch(encode(tb, response.Patches))
	if err != nil {
		tb.Fatal(err)
	}
	became, err := patch.Apply(raw)
	if err != nil {
		tb.Fatalf("apply patch %s to %s: %v", encode(tb, response.Patches), raw, err)
	}
	return became
}

func decodePod(tb testing.TB, raw []byte) *corev1.Pod {
	tb.Helper()
	pod := &corev1.Pod{}
	if err := json.Unmarshal(raw, pod); err != nil {
		tb.Fatal(err)
	}
	return pod
}

// demanding is an application with a field for the pods of both roles.
func demanding(a *app) {
	for _, pod := range []*v1beta2.SparkPodSpec{&a.Spec.Driver.SparkPodSpec, &a.Spec.Executor.SparkPodSpec} {
		pod.MemoryLimit = new("3g")
		pod.Tolerations = []corev1.Toleration{{Key: "spark"}}
		pod.NodeSelector = map[string]string{"disk": "ssd"}
		pod.Sidecars = []corev1.Container{{Name: "proxy", Image: "proxy:1"}}
		pod.Env = []corev1.EnvVar{{Name: "GREETING", Value: "hello"}}
	}
}

func foreignPod(role podmutation.Role, change ...func(*corev1.Pod)) *corev1.Pod {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "pod", Labels: map[string]string{
			sparklabels.AppName: "pi", sparklabels.LaunchedByOperator: sparklabels.True, sparklabels.SparkRole: string(role),
		}},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "spark-kubernetes-" + string(role), Image: "spark"}}},
	}
	for _, c := range change {
		c(pod)
	}
	return pod
}

func ownedBy(apiVersion, kind, name string, uid types.UID, controls bool) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.OwnerReferences = append(p.OwnerReferences, metav1.OwnerReference{APIVersion: apiVersion, Kind: kind, Name: name, UID: uid, Controller: &controls})
	}
}

func TestPodsOfOthersGetTheirShape(t *testing.T) {
	const group = "sparkoperator.k8s.io/v1beta2"
	uid := sparkPi().UID
	for name, pod := range map[string]*corev1.Pod{
		"a driver submitted by hand":                         foreignPod(podmutation.Driver),
		"a driver of the established operator":               foreignPod(podmutation.Driver, ownedBy(group, "SparkApplication", "pi", uid, true)),
		"an executor of a driver":                            foreignPod(podmutation.Executor, ownedBy("v1", "Pod", "any-driver", "1", true)),
		"an executor of the established operator's driver":   foreignPod(podmutation.Executor, ownedBy("v1", "Pod", "d", "1", true), ownedBy(group, "SparkApplication", "pi", uid, false)),
		"an executor of a stateful set":                      foreignPod(podmutation.Executor, ownedBy("apps/v1", "StatefulSet", "s", "1", true)),
		"an executor with the old name of its container":     foreignPod(podmutation.Executor, func(p *corev1.Pod) { p.Spec.Containers[0].Name = "executor" }),
		"a driver that has volumes, sidecars and init steps": foreignPod(podmutation.Driver, withMore),
	} {
		t.Run(name, func(t *testing.T) {
			a := sparkPi(demanding)
			want := pod.DeepCopy()
			in := podmutation.Input{App: a, Role: podmutation.Role(pod.Labels[sparklabels.SparkRole])}
			if err := podmutation.Apply(want, in, podmutation.Default()...); err != nil {
				t.Fatal(err)
			}
			want.OwnerReferences = pod.OwnerReferences
			m := mutatorOf(t, []client.Object{a})
			once, warnings := admitted(t, m, encode(t, pod))
			if diff := cmp.Diff(want, decodePod(t, once)); diff != "" || len(warnings) > 0 {
				t.Errorf("warnings %q, pod (-want +got):\n%s", warnings, diff)
			}
			if response := m.Handle(t.Context(), podRequest(once)); len(response.Patches) > 0 {
				t.Errorf("admitted again it was changed again: %s", encode(t, response.Patches))
			}
		})
	}
}

func withMore(p *corev1.Pod) {
	p.Spec.Containers = append([]corev1.Container{{Name: "watcher", Image: "w"}, {Name: "proxy", Image: "older"}}, p.Spec.Containers...)
	p.Spec.InitContainers = []corev1.Container{{Name: "prepare"}}
	p.Spec.Volumes = []corev1.Volume{{Name: "v"}}
	p.Spec.NodeSelector = map[string]string{"disk": "hdd", "zone": "a"}
}

// What this operator renders has its shape already; only the limit that Spark gives executors is changed.
func TestOwnPodsPassUnchanged(t *testing.T) {
	a := sparkPi(demanding)
	plan, err := planning.NewPlan(a, identity.Of(a, 1), planning.Options{})
	if err != nil {
		t.Fatal(err)
	}
	objects, err := plan.Render()
	if err != nil {
		t.Fatal(err)
	}
	m := mutatorOf(t, []client.Object{a})
	if response := m.Handle(t.Context(), podRequest(encode(t, objects.Driver))); len(response.Patches)+len(response.Warnings) > 0 {
		t.Errorf("the driver was changed: %s, warnings %q", encode(t, response.Patches), response.Warnings)
	}
	executor, err := plan.Executor(objects)
	if err != nil {
		t.Fatal(err)
	}
	want := executor.DeepCopy()
	podmutation.SparkContainer(want, podmutation.Input{App: a, Role: podmutation.Executor}).Resources.Limits[corev1.ResourceMemory] = resource.MustParse("3Gi")
	got, warnings := admitted(t, m, encode(t, executor))
	if diff := cmp.Diff(want, decodePod(t, got)); diff != "" || len(warnings) > 0 {
		t.Errorf("warnings %q, executor (-want +got):\n%s", warnings, diff)
	}
}

func TestPodsThatAreLeftAlone(t *testing.T) {
	const group = "sparkoperator.k8s.io/v1beta2"
	without := func(label string) func(*corev1.Pod) { return func(p *corev1.Pod) { delete(p.Labels, label) } }
	role := func(value string) func(*corev1.Pod) {
		return func(p *corev1.Pod) { p.Labels[sparklabels.SparkRole] = value }
	}
	for name, tc := range map[string]struct {
		app  *app
		pod  *corev1.Pod
		want string // of the warning; nothing: none
	}{
		"without the label of the operator": {pod: foreignPod(podmutation.Driver, without(sparklabels.LaunchedByOperator))},
		"without an application's name":     {pod: foreignPod(podmutation.Driver, without(sparklabels.AppName))},
		"without a role":                    {pod: foreignPod(podmutation.Driver, without(sparklabels.SparkRole))},
		"a Spark Connect server":            {pod: foreignPod(podmutation.Driver, role("connect-server"))},
		"of an application that is not there": {
			pod:  foreignPod(podmutation.Driver, func(p *corev1.Pod) { p.Labels[sparklabels.AppName] = "other" }),
			want: `there is no SparkApplication "other"`,
		},
		"of an application before, with the same name": {
			pod:  foreignPod(podmutation.Driver, ownedBy(group, "SparkApplication", "pi", "before", true)),
			want: `it is no pod of SparkApplication "pi": it belongs to pi with UID before, and that has UID 0c7d0a36-53b8-4b0c-8a3e-5f5f2f6d9f11`,
		},
		"of another application, by its owner": {
			pod:  foreignPod(podmutation.Executor, ownedBy(group, "SparkApplication", "other", "1", false)),
			want: "it belongs to other",
		},
		"a driver of a job": {
			pod:  foreignPod(podmutation.Driver, ownedBy("batch/v1", "Job", "j", "1", true)),
			want: "it is controlled by Job j",
		},
		"an executor of something unknown": {
			pod:  foreignPod(podmutation.Executor, ownedBy("example.com/v1", "Farm", "f", "1", true)),
			want: "it is controlled by Farm f",
		},
		"where the application asks for nothing": {app: sparkPi(), pod: foreignPod(podmutation.Driver)},
		"where the fields cannot be applied": {
			app: sparkPi(func(a *app) { a.Spec.Executor.VolumeMounts = []corev1.VolumeMount{{Name: "v", MountPath: "/v"}} }),
			pod: foreignPod(podmutation.Executor), want: `volume "v" is mounted but not declared`,
		},
		"without a container": {pod: foreignPod(podmutation.Driver, func(p *corev1.Pod) { p.Spec.Containers = nil }), want: "the pod has no container"},
	} {
		t.Run(name, func(t *testing.T) {
			a := tc.app
			if a == nil {
				a = sparkPi(demanding)
			}
			response := mutatorOf(t, []client.Object{a}).Handle(t.Context(), podRequest(encode(t, tc.pod)))
			if !response.Allowed || len(response.Patches) > 0 {
				t.Fatalf("allowed %t, patches %s", response.Allowed, encode(t, response.Patches))
			}
			if tc.want == "" && len(response.Warnings) > 0 || tc.want != "" && (len(response.Warnings) != 1 || !strings.Contains(response.Warnings[0], tc.want)) {
				t.Errorf("warnings %q, want %q", response.Warnings, tc.want)
			}
		})
	}
}

func TestOnlyCreationsAreLookedAt(t *testing.T) {
	m := mutatorOf(t, []client.Object{sparkPi(demanding)})
	for _, change := range []func(*admission.Request){
		func(r *admission.Request) { r.Operation = admissionv1.Update },
		func(r *admission.Request) { r.SubResource = "binding" },
	} {
		req := podRequest(encode(t, foreignPod(podmutation.Driver)))
		change(&req)
		if response := m.Handle(t.Context(), req); !response.Allowed || len(response.Patches)+len(response.Warnings) > 0 {
			t.Errorf("%s of %q: got %+v", req.Operation, req.SubResource, response)
		}
	}
}

// The cache is a moment stale, and keeps little of what has ended: then the API server is asked.
func TestTheNewestApplicationCounts(t *testing.T) {
	older := sparkPi(func(a *app) { a.Spec.Driver.Env = []corev1.EnvVar{{Name: "GREETING", Value: "older"}} })
	done := sparkPi(func(a *app) { a.Status.AppState.State = v1beta2.ApplicationStateCompleted })
	newest := sparkPi(demanding)
	rendered := foreignPod(podmutation.Driver, func(p *corev1.Pod) {
		p.Annotations = map[string]string{sparklabels.SpecHash: identity.SpecHash(newest)}
	})
	for name, tc := range map[string]struct {
		cached []client.Object
		pod    *corev1.Pod
	}{
		"the cache has none yet":              {nil, foreignPod(podmutation.Driver)},
		"the cache has one that had ended":    {[]client.Object{transformed(done)}, foreignPod(podmutation.Driver)},
		"the driver was made of a newer spec": {[]client.Object{older}, rendered},
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := admitted(t, mutatorOf(t, tc.cached, newest), encode(t, tc.pod))
			if env := decodePod(t, got).Spec.Containers[0].Env; len(env) != 1 || env[0].Value != "hello" {
				t.Errorf("env is %v, want that of the newest", env)
			}
		})
	}
}

func TestAnUnreadableApplicationLosesNoPod(t *testing.T) {
	broken := interceptor.NewClient(readerOf(t), interceptor.Funcs{
		Get: func(context.Context, client.WithWatch, client.ObjectKey, client.Object, ...client.GetOption) error {
			return errors.New("down")
		},
	})
	m := podMutation(applications{cache: broken, api: broken})
	response := m.Handle(t.Context(), podRequest(encode(t, foreignPod(podmutation.Executor))))
	want := []string{`the pod is made without the fields of its SparkApplication: SparkApplication "pi" cannot be read: down`}
	if diff := cmp.Diff(want, response.Warnings); !response.Allowed || diff != "" {
		t.Errorf("allowed %t, warnings (-want +got):\n%s", response.Allowed, diff)
	}
}

// A newer API server sends fields that this program does not know. They survive wherever they are.
func TestUnknownFieldsOfPodsAreKept(t *testing.T) {
	raw := []byte(`{"metadata":{"name":"p","labels":{"sparkoperator.k8s.io/app-name":"pi","sparkoperator.k8s.io/launched-by-spark-operator":"true",
		"spark-role":"driver"}},"spec":{"fromTheFuture":{"a":1},"containers":[{"name":"watcher","new":true},
		{"name":"spark-kubernetes-driver","alsoNew":[1,2],"env":[{"name":"A","value":"b","newer":"c"}]}]}}`)
	got, warnings := admitted(t, mutatorOf(t, []client.Object{sparkPi(demanding)}), raw)
	if len(warnings) > 0 {
		t.Error(warnings)
	}
	for _, kept := range []string{`"fromTheFuture":{"a":1}`, `"new":true`, `"alsoNew":[1,2]`, `"newer":"c"`} {
		if !strings.Contains(string(got), kept) {
			t.Errorf("%s was lost: %s", kept, got)
		}
	}
	if containers := decodePod(t, got).Spec.Containers; len(containers) != 3 || len(containers[1].Env) != 2 {
		t.Errorf("the fields were not applied: %s", got)
	}
}

func TestTheCacheKeepsLittle(t *testing.T) {
	full := sparkPi(demanding, func(a *app) {
		a.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "kubectl"}}
		a.Annotations, a.Labels = map[string]string{"a": "b"}, map[string]string{"a": "b"}
		a.Status.ExecutorState = map[string]v1beta2.ExecutorState{"e": v1beta2.ExecutorStateRunning}
		a.Status.AppState.State = v1beta2.ApplicationStateRunning
	})
	kept := &transformed(full).SparkApplication
	want := sparkPi(demanding, func(a *app) { a.Status.AppState.State = v1beta2.ApplicationStateRunning })
	if diff := cmp.Diff(want, kept); diff != "" {
		t.Errorf("running (-want +got):\n%s", diff)
	}
	full.Status.AppState.State = v1beta2.ApplicationStateFailed
	kept = &transformed(full).SparkApplication
	want = &app{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "pi", UID: want.UID}}
	want.Status.AppState.State = v1beta2.ApplicationStateFailed
	if diff := cmp.Diff(want, kept); diff != "" {
		t.Errorf("ended (-want +got):\n%s", diff)
	}
}

// transformed is an application as the cache keeps it.
func transformed(a *app) *stored.SparkApplication {
	kept := stored.Of(a.DeepCopy())
	transform(kept)
	return kept
}
