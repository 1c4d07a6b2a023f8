// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// webhookRows name what is asked, in the order of the table. Executors come four times as often as each of the others.
var webhookRows = []string{
	"SparkApplication, defaults", "SparkApplication, checks and quotas", "ScheduledSparkApplication, defaults", "ScheduledSparkApplication, checks",
	"SparkConnect, defaults", "SparkConnect, checks", rowExecutors,
}

const rowExecutors = "executor pods"

// question is what the API server asks about.
type question struct{ name, path string }

// asker asks the webhook in the API server's place.
type asker struct {
	url    string
	client *http.Client
	turns  []question
	bodies map[string][][]byte
}

// newAsker asks about executors of so many stored applications, beside new objects.
func newAsker(url string, apps int) (*asker, error) {
	transport := &http.Transport{
		// It is about the time that an answer takes, and not about who gives it.
		TLSClientConfig:     &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // see above
		MaxIdleConnsPerHost: 100,
	}
	a := &asker{url: url, client: &http.Client{Transport: transport}, bodies: map[string][][]byte{}}
	app := admittedApplication("new")
	schedule := &v1beta2.ScheduledSparkApplication{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "daily"}}
	schedule.Spec = v1beta2.ScheduledSparkApplicationSpec{Schedule: "@daily", ConcurrencyPolicy: v1beta2.ConcurrencyForbid, Template: app.Spec}
	connect := &v1alpha1.SparkConnect{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "server"}}
	connect.Spec.SparkVersion, connect.Spec.Image = app.Spec.SparkVersion, app.Spec.Image
	kinds := []struct {
		path   string
		object client.Object
	}{{"v1beta2-sparkapplication", app}, {"v1beta2-scheduledsparkapplication", schedule}, {"v1alpha1-sparkconnect", connect}}
	for i, verb := range []string{"mutate", "validate"} {
		for j, kind := range kinds {
			name := webhookRows[2*j+i]
			a.turns = append(a.turns, question{name, "/" + verb + "-sparkoperator-k8s-io-" + kind.path})
			body, err := review(kind.object)
			if err != nil {
				return nil, err
			}
			a.bodies[name] = [][]byte{body}
		}
	}
	for range 4 {
		a.turns = append(a.turns, question{rowExecutors, "/mutate--v1-pod"})
	}
	return a, a.addExecutors(apps)
}

func (a *asker) addExecutors(apps int) error {
	for i := range min(apps, 1000) {
		pod := prototype.DeepCopy()
		pod.Namespace, pod.Name = namespace, fmt.Sprintf("kept-%05d-exec-1", i)
		pod.Labels[sparklabels.AppName] = fmt.Sprintf("kept-%05d", i)
		delete(pod.Annotations, sparklabels.SpecHash)
		pod.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "Pod", Name: "driver", UID: "1", Controller: new(true)}}
		body, err := review(pod)
		if err != nil {
			return err
		}
		a.bodies[rowExecutors] = append(a.bodies[rowExecutors], body)
	}
	return nil
}

// admittedApplication is one that an executor's pod is changed for.
func admittedApplication(name string) *v1beta2.SparkApplication {
	app := newApplication(name)
	app.Spec.Executor.MemoryLimit = new("2g")
	app.Spec.Executor.Env = []corev1.EnvVar{{Name: "STAGE", Value: "perf"}}
	return app
}

func review(object client.Object) ([]byte, error) {
	raw, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	return json.Marshal(admissionv1.AdmissionReview{
		TypeMeta: metav1.TypeMeta{APIVersion: "admission.k8s.io/v1", Kind: "AdmissionReview"},
		Request: &admissionv1.AdmissionRequest{
			UID: "1", Operation: admissionv1.Create, Namespace: object.GetNamespace(), Object: runtime.RawExtension{Raw: raw},
		},
	})
}

// ask sends requests at a rate, whether earlier ones have been answered or not, and returns how long the answers took.
func (a *asker) ask(ctx context.Context, rate int, lasts time.Duration) (map[string][]time.Duration, error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	answers := map[string][]time.Duration{}
	var mu sync.Mutex
	var calls sync.WaitGroup
	tick := time.NewTicker(time.Second / time.Duration(rate))
	defer tick.Stop()
	for i := range int(lasts.Seconds() * float64(rate)) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		turn := a.turns[i%len(a.turns)]
		body := a.bodies[turn.name][i%len(a.bodies[turn.name])]
		calls.Go(func() {
			took, err := a.call(ctx, turn.path, body)
			if err != nil {
				fail(err)
			}
			mu.Lock()
			defer mu.Unlock()
			answers[turn.name] = append(answers[turn.name], took)
		})
	}
	calls.Wait()
	return answers, context.Cause(ctx)
}

func (a *asker) call(ctx context.Context, path string, body []byte) (time.Duration, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	began := time.Now()
	response, err := a.client.Do(request)
	if err != nil {
		return 0, err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	took := time.Since(began)
	if err != nil {
		return 0, err
	}
	if !bytes.Contains(answer, []byte(`"allowed":true`)) || bytes.Contains(answer, []byte(`"warnings"`)) {
		return 0, fmt.Errorf("%s answered %s: %s", path, response.Status, answer)
	}
	return took, nil
}
