// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhooks

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apiruntime "k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/namespaces"
	"github.com/alauda/spark-operator/internal/scope"
	"github.com/alauda/spark-operator/internal/stored"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// kept reads as the manager's cache does: a copy of what it has.
type kept struct {
	applications map[types.NamespacedName]*stored.SparkApplication
	namespace    corev1.Namespace
	quotas       corev1.ResourceQuotaList
}

func (k *kept) Get(_ context.Context, key client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	if namespace, is := into.(*corev1.Namespace); is {
		k.namespace.DeepCopyInto(namespace)
		return nil
	}
	found, exists := k.applications[key]
	if !exists {
		return apierrors.NewNotFound(v1beta2.Resource("sparkapplications"), key.Name)
	}
	found.DeepCopyInto(into.(*stored.SparkApplication))
	return nil
}

func (k *kept) List(_ context.Context, into client.ObjectList, _ ...client.ListOption) error {
	k.quotas.DeepCopyInto(into.(*corev1.ResourceQuotaList))
	return nil
}

// newKept has so many applications as the cache keeps them, of which every tenth runs and the others have ended, and
// two quotas that count what their pods ask for.
func newKept(b *testing.B, n int) *kept {
	b.Helper()
	k := &kept{applications: make(map[types.NamespacedName]*stored.SparkApplication, n)}
	k.namespace.Labels = map[string]string{"spark": "yes"}
	for _, names := range [][]corev1.ResourceName{
		{corev1.ResourcePods, corev1.ResourceRequestsCPU, corev1.ResourceRequestsMemory, corev1.ResourceLimitsMemory}, {corev1.ResourceRequestsMemory},
	} {
		quota := corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: fmt.Sprint(len(names))}}
		quota.Spec.Hard, quota.Status.Used = corev1.ResourceList{}, corev1.ResourceList{}
		for _, name := range names {
			quota.Spec.Hard[name], quota.Status.Used[name] = resource.MustParse("1000Gi"), resource.MustParse("10Gi")
		}
		k.quotas.Items = append(k.quotas.Items, quota)
	}
	for i := range n {
		a := stored.Of(sparkPi(demanding, func(a *app) {
			a.Name, a.UID = fmt.Sprintf("pi-%d", i), types.UID(fmt.Sprint(i))
			a.Status.AppState.State = v1beta2.ApplicationStateCompleted
			if i%10 == 0 {
				a.Status.AppState.State = v1beta2.ApplicationStateRunning
			}
		}))
		transform(a)
		k.applications[client.ObjectKeyFromObject(a)] = a
	}
	return k
}

// asks are what is asked, by path: an application, a schedule, a Spark Connect server, and executors of running
// applications.
func asks(b *testing.B) map[string][][]byte {
	b.Helper()
	schedule := &v1beta2.ScheduledSparkApplication{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "daily"}}
	schedule.Spec = v1beta2.ScheduledSparkApplicationSpec{Schedule: "@daily", ConcurrencyPolicy: v1beta2.ConcurrencyForbid, Template: sparkPi(demanding).Spec}
	connect := &v1alpha1.SparkConnect{ObjectMeta: metav1.ObjectMeta{Namespace: "team", Name: "server"}}
	connect.Spec.SparkVersion, connect.Spec.Image = "4.0.1", new("spark:4.0.1")
	executors := make([][]byte, 100)
	for i := range executors {
		executors[i] = review(b, foreignPod(podmutation.Executor, func(p *corev1.Pod) { p.Labels[sparklabels.AppName] = fmt.Sprintf("pi-%d", i*10) }))
	}
	return map[string][][]byte{
		sparkApplicationDefaultPath:           {review(b, sparkPi(demanding))},
		sparkApplicationValidatePath:          {review(b, sparkPi(demanding))},
		scheduledSparkApplicationDefaultPath:  {review(b, schedule)},
		scheduledSparkApplicationValidatePath: {review(b, schedule)},
		sparkConnectDefaultPath:               {review(b, connect)},
		sparkConnectValidatePath:              {review(b, connect)},
		podPath:                               executors,
	}
}

// benchmarked are the endpoints as they are set up where all that they can be made to do is asked for: namespaces
// served by label, and quotas enforced.
func benchmarked(b *testing.B) map[string]*admission.Webhook {
	b.Helper()
	filter, err := namespaces.New(&configv1alpha1.SharedConfiguration{NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"spark": "yes"}}})
	if err != nil {
		b.Fatal(err)
	}
	known := newKept(b, 10_000)
	return endpoints(known, known, Options{Served: scope.New(filter, known), ResourceQuota: configv1alpha1.ResourceQuotaEnforce})
}

// BenchmarkEndpoint answers one request after the other, by path; ns/op is the time that one takes by TLS.
func BenchmarkEndpoint(b *testing.B) {
	url, caller := serve(b, benchmarked(b))
	for path, bodies := range asks(b) {
		b.Run(path[1:], func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				call(b, caller, url+path, bodies[i%len(bodies)])
			}
		})
	}
}

// BenchmarkAdmission sends 200 requests a second, for a second, by TLS: of ten, one to each of the six paths of the
// operator's kinds, and four executors.
func BenchmarkAdmission(b *testing.B) {
	const rate = 200
	url, caller := serve(b, benchmarked(b))
	asks := asks(b)
	turns := append(slices.Sorted(maps.Keys(asks)), podPath, podPath, podPath)
	var latencies []time.Duration
	var lock sync.Mutex
	ticks := time.NewTicker(time.Second / rate)
	defer ticks.Stop()
	for b.Loop() {
		var calls sync.WaitGroup
		for i := range rate {
			<-ticks.C
			path := turns[i%len(turns)]
			body := asks[path][i%len(asks[path])]
			calls.Go(func() {
				began := time.Now()
				call(b, caller, url+path, body)
				lock.Lock()
				defer lock.Unlock()
				latencies = append(latencies, time.Since(began))
			})
		}
		calls.Wait()
	}
	slices.Sort(latencies)
	b.ReportMetric(float64(latencies[len(latencies)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(latencies[len(latencies)*99/100].Microseconds()), "p99-µs")
	b.ReportMetric(heapMB(), "heap-MB")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkCache reports what applications cost in memory: 10,000 that run, and as many that have ended.
func BenchmarkCache(b *testing.B) {
	const n = 10_000
	for name, state := range map[string]v1beta2.ApplicationStateType{"running": v1beta2.ApplicationStateRunning, "ended": v1beta2.ApplicationStateCompleted} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				before := heapMB()
				all := make([]*stored.SparkApplication, 0, n)
				for range n {
					a := &stored.SparkApplication{}
					if err := json.Unmarshal(encode(b, sparkPi(demanding, func(a *app) { a.Status.AppState.State = state })), a); err != nil {
						b.Fatal(err)
					}
					transform(a)
					all = append(all, a)
				}
				b.ReportMetric((heapMB()-before)*1024/n, "KiB/application")
				runtime.KeepAlive(all)
			}
		})
	}
}

func heapMB() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}

func serve(b *testing.B, endpoints map[string]*admission.Webhook) (url string, caller *http.Client) {
	b.Helper()
	mux := http.NewServeMux()
	for path, endpoint := range endpoints {
		mux.Handle(path, endpoint)
	}
	server := httptest.NewUnstartedServer(mux)
	server.TLS = &tls.Config{NextProtos: []string{"http/1.1"}}
	server.StartTLS()
	b.Cleanup(server.Close)
	caller = server.Client()
	caller.Transport.(*http.Transport).MaxIdleConnsPerHost = 100
	return server.URL, caller
}

func review(tb testing.TB, object client.Object) []byte {
	tb.Helper()
	return encode(tb, admissionv1.AdmissionReview{
		TypeMeta: metav1.TypeMeta{APIVersion: "admission.k8s.io/v1", Kind: "AdmissionReview"},
		Request: &admissionv1.AdmissionRequest{
			UID: "1", Operation: admissionv1.Create, Namespace: object.GetNamespace(), Object: apiruntime.RawExtension{Raw: encode(tb, object)},
		},
	})
}

func call(b *testing.B, caller *http.Client, url string, body []byte) {
	b.Helper()
	response, err := caller.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		b.Error(err)
		return
	}
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.Body.Close() != nil || !bytes.Contains(answer, []byte(`"allowed":true`)) {
		b.Errorf("answer %s, error %v", answer, err)
	}
}
