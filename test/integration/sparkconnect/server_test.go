// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconnect

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/internal/testing/connectserver"
	"github.com/alauda/spark-operator/internal/testing/kubelet"
)

type (
	spec   = v1alpha1.SparkConnectSpec
	status = v1alpha1.SparkConnectStatus
)

func condition(s *status, kind string) metav1.Condition {
	if c := meta.FindStatusCondition(s.Conditions, kind); c != nil {
		return *c
	}
	return metav1.Condition{}
}

func TestServerComesUp(t *testing.T) {
	namespace := newNamespace(t)
	startController(t, namespace)
	stand := connectserver.Start(t)
	c := newServer(namespace, stand)
	create(t, c)
	pod := serverPod(t, c, nil)
	untilState(t, c, v1alpha1.SparkConnectStateProvisioning)
	serves(t, pod)
	untilState(t, c, v1alpha1.SparkConnectStateReady)
	for i := range 3 {
		report(t, executor(t, pod, fmt.Sprintf("notebooks-exec-%d", i+1)), corev1.PodStatus{Phase: corev1.PodRunning})
	}
	until(t, c, "three executors", func(s *status) bool { return s.Executors["running"] == 3 })
	server := c.Status.Server
	server.StartTime = nil
	want := v1alpha1.SparkConnectServerStatus{
		PodName: "notebooks-server", PodIP: "127.0.0.1", ServiceName: "notebooks-server", Port: 15002,
		Address: "notebooks-server." + namespace + ".svc:15002", URL: "sc://notebooks-server." + namespace + ".svc:15002",
		SparkApplicationID: pod.Labels["spark-app-selector"], Generation: 1,
	}
	if diff := cmp.Diff(want, server); diff != "" {
		t.Errorf("status.server (-want +got):\n%s", diff)
	}
	if c.Status.Attempt != 1 || c.Status.Restarts != 0 || c.Status.ObservedGeneration != 1 || condition(&c.Status, "Ready").Reason != "Serving" ||
		condition(&c.Status, "ServerPodReady").Reason != "ServerPodReady" {
		t.Errorf("status %+v", c.Status)
	}
	if len(stand.Asked()) == 0 {
		t.Error("the server is Ready, and nobody has asked it")
	}
	for _, reason := range []string{"SparkConnectServerStarted", "SparkConnectServerReady"} {
		untilEvent(t, c, reason)
	}
}

// untilEvent waits for an event about the SparkConnect.
func untilEvent(t *testing.T, c *v1alpha1.SparkConnect, reason string) {
	t.Helper()
	eventually(t, func(ctx context.Context) bool {
		found := &eventsv1.EventList{}
		if err := api.List(ctx, found, client.InNamespace(c.Namespace)); err != nil {
			return false
		}
		for i := range found.Items {
			if e := &found.Items[i]; e.Reason == reason && e.Regarding.UID == c.UID && e.ReportingController == "spark-connect-controller" {
				return true
			}
		}
		return false
	}, func() string { return "an event " + reason })
}

// TestServerComesBack holds that the next server starts once the executors of the one before are gone.
func TestServerComesBack(t *testing.T) {
	namespace := newNamespace(t)
	stop := startController(t, namespace)
	c := newServer(namespace, connectserver.Start(t))
	first := up(t, c)
	left := executor(t, first, "notebooks-exec-1")
	patch(t, left, func() { left.Finalizers = []string{"test/held"} })
	ended := kubelet.Ended(first, 52)
	ended.ContainerStatuses[0].State.Terminated.Message = "java.lang.OutOfMemoryError: Java heap space"
	ended.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionFalse}}
	report(t, first, ended)
	until(t, c, "the failure", func(s *status) bool { return s.LastFailure != nil })
	gone(t, first)
	if failure := c.Status.LastFailure; failure.Reason != "OutOfMemoryError" || *failure.ExitCode != 52 || failure.Attempt != 1 || c.Status.Restarts != 1 {
		t.Errorf("last failure %+v", failure)
	}
	// The operator goes down and comes back meanwhile.
	stop()
	startController(t, namespace)
	until(t, c, "the executor is waited for", func(s *status) bool { return condition(s, "Ready").Reason == "Waiting" })
	read(t, c)
	if c.Status.State != v1alpha1.SparkConnectStateNotReady {
		t.Errorf("while the executor goes the state is %s", c.Status.State)
	}
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(first), &corev1.Pod{}); err == nil {
		t.Error("the next server was made beside an executor of the one before")
	}
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(left), left); err != nil {
		t.Fatal(err)
	}
	patch(t, left, func() { left.Finalizers = nil })
	serves(t, serverPod(t, c, first))
	untilState(t, c, v1alpha1.SparkConnectStateReady)
	if c.Status.Attempt != 2 || c.Status.Restarts != 1 || c.Status.LastFailure == nil {
		t.Errorf("status %+v", c.Status)
	}
	configMaps := &corev1.ConfigMapList{}
	if err := api.List(t.Context(), configMaps, client.InNamespace(namespace), client.MatchingLabels{"sparkoperator.k8s.io/connect-name": c.Name}); err != nil {
		t.Fatal(err)
	}
	if len(configMaps.Items) != 2 {
		t.Errorf("%d ConfigMaps, want those of one server", len(configMaps.Items))
	}
}

func TestDeletedPodComesBack(t *testing.T) {
	namespace := newNamespace(t)
	startController(t, namespace)
	c := newServer(namespace, connectserver.Start(t))
	first := up(t, c)
	if err := api.Delete(t.Context(), first, client.GracePeriodSeconds(0)); err != nil {
		t.Fatal(err)
	}
	serves(t, serverPod(t, c, first))
	until(t, c, "the next server", func(s *status) bool { return s.State == v1alpha1.SparkConnectStateReady && s.Attempt == 2 })
	// It depends on what the operator came to see of it.
	if reason := c.Status.LastFailure.Reason; reason != "ServerNotFound" && reason != "ServerDeleted" {
		t.Errorf("last failure %+v", c.Status.LastFailure)
	}
}

// TestChangeWhileTheOperatorIsDown rolls a change out that nobody has seen, and the Service with it.
func TestChangeWhileTheOperatorIsDown(t *testing.T) {
	namespace := newNamespace(t)
	stop := startController(t, namespace)
	c := newServer(namespace, connectserver.Start(t))
	first := up(t, c)
	stop()
	change(t, c, func(s *spec) { s.SparkVersion, s.Image = "4.1.1", new("spark:4.1.1") })
	startController(t, namespace)
	second := serverPod(t, c, first)
	serves(t, second)
	until(t, c, "the changed spec", func(s *status) bool { return s.State == v1alpha1.SparkConnectStateReady && s.Server.Generation == 2 })
	if c.Status.Restarts != 1 || c.Status.Attempt != 2 || second.Spec.Containers[0].Image != "spark:4.1.1" {
		t.Errorf("status %+v", c.Status)
	}
	service := &corev1.Service{}
	eventually(t, func(ctx context.Context) bool {
		return api.Get(ctx, client.ObjectKey{Namespace: namespace, Name: "notebooks-server"}, service) == nil && matches(service, second)
	}, func() string {
		return fmt.Sprintf("a Service that selects the server: %v of %v", service.Spec.Selector, second.Labels)
	})
}

func matches(service *corev1.Service, pod *corev1.Pod) bool {
	for key, value := range service.Spec.Selector {
		if pod.Labels[key] != value {
			return false
		}
	}
	return len(service.Spec.Selector) > 0
}

func TestSuspendedServerKeepsItsService(t *testing.T) {
	namespace := newNamespace(t)
	startController(t, namespace)
	c := newServer(namespace, connectserver.Start(t))
	first := up(t, c)
	change(t, c, func(s *spec) { s.Suspend = new(true) })
	untilState(t, c, v1alpha1.SparkConnectStateSuspended)
	gone(t, first)
	service := &corev1.Service{}
	if err := api.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: c.Status.Server.ServiceName}, service); err != nil {
		t.Errorf("the Service of a suspended server: %v", err)
	}
	change(t, c, func(s *spec) { s.Suspend = nil })
	serves(t, serverPod(t, c, first))
	untilState(t, c, v1alpha1.SparkConnectStateReady)
	if c.Status.Restarts != 0 || c.Status.LastFailure != nil {
		t.Errorf("status %+v", c.Status)
	}
}

// TestServiceChangesInPlace gives the Service what its author writes and takes it back, without a restart.
func TestServiceChangesInPlace(t *testing.T) {
	namespace := newNamespace(t)
	startController(t, namespace)
	c := newServer(namespace, connectserver.Start(t), func(c *v1alpha1.SparkConnect) {
		c.Spec.Server.Service = &corev1.Service{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"team": "a"}}}
	})
	pod := up(t, c)
	service := &corev1.Service{}
	untilService := func(name, what string, wanted func() bool) {
		t.Helper()
		eventually(t, func(ctx context.Context) bool {
			service = &corev1.Service{}
			return api.Get(ctx, client.ObjectKey{Namespace: namespace, Name: name}, service) == nil && wanted()
		}, func() string { return fmt.Sprintf("%s; Service now %+v", what, service) })
	}
	untilService("notebooks-server", "the label", func() bool { return service.Labels["team"] == "a" && matches(service, pod) })
	first := service.UID
	change(t, c, func(s *spec) {
		s.Server.Service.Labels, s.Server.Service.Annotations = nil, map[string]string{"load-balancer": "internal"}
		s.Server.Service.Spec.Type = corev1.ServiceTypeLoadBalancer
	})
	untilService("notebooks-server", "no label, an annotation and the type", func() bool {
		_, labelled := service.Labels["team"]
		return !labelled && service.Annotations["load-balancer"] == "internal" && service.Spec.Type == corev1.ServiceTypeLoadBalancer && service.UID == first
	})
	// Somebody breaks it.
	patch(t, service, func() { service.Spec.Selector["nobody"] = "here" })
	untilService("notebooks-server", "the selector", func() bool { return matches(service, pod) })
	old := service
	change(t, c, func(s *spec) { s.Server.Service.Name = "spark" })
	untilService("spark", "the Service by its new name", func() bool { return matches(service, pod) })
	gone(t, old)
	until(t, c, "the new address", func(s *status) bool {
		return strings.HasPrefix(s.Server.URL, "sc://spark.") && s.Server.Generation == c.Generation
	})
	if c.Status.Attempt != 1 || c.Status.Restarts != 0 {
		t.Errorf("status %+v", c.Status)
	}
}

// TestForeignServiceIsLeftAlone says what is in the way, and goes on once it is gone.
func TestForeignServiceIsLeftAlone(t *testing.T) {
	namespace := newNamespace(t)
	foreign := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: "notebooks-server", Namespace: namespace, Labels: map[string]string{"sparkoperator.k8s.io/connect-name": "notebooks"}},
		Spec:       corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 80}}},
	}
	create(t, foreign)
	startController(t, namespace)
	c := newServer(namespace, connectserver.Start(t))
	create(t, c)
	serves(t, serverPod(t, c, nil))
	until(t, c, "the conflict", func(s *status) bool { return condition(s, "Ready").Reason == "ServiceConflict" })
	if message := condition(&c.Status, "Ready").Message; !strings.Contains(message, "service "+namespace+"/notebooks-server") || !strings.Contains(message, "delete it") {
		t.Errorf("message %q", message)
	}
	if err := api.Delete(t.Context(), foreign); err != nil {
		t.Fatal(err)
	}
	untilState(t, c, v1alpha1.SparkConnectStateReady)
}

// TestServerThatDoesNotAnswerIsNotReady holds that a pod that is ready is not enough.
func TestServerThatDoesNotAnswerIsNotReady(t *testing.T) {
	namespace := newNamespace(t)
	startController(t, namespace)
	stand := connectserver.Start(t)
	stand.Answer("12", "Method not found")
	c := newServer(namespace, stand)
	create(t, c)
	serves(t, serverPod(t, c, nil))
	until(t, c, "no answer", func(s *status) bool { return condition(s, "Ready").Reason == "NotAnswering" })
	if c.Status.State != v1alpha1.SparkConnectStateProvisioning || condition(&c.Status, "ServerPodReady").Status != metav1.ConditionTrue {
		t.Errorf("status %+v", c.Status)
	}
	stand.Answer("0", "")
	untilState(t, c, v1alpha1.SparkConnectStateReady)
}

// TestInvalidSpecIsNotTried says what is wrong where no webhook has.
func TestInvalidSpecIsNotTried(t *testing.T) {
	namespace := newNamespace(t)
	startController(t, namespace)
	c := newServer(namespace, connectserver.Start(t), func(c *v1alpha1.SparkConnect) {
		c.Spec.Image, c.Spec.SparkConf = nil, map[string]string{"spark.kubernetes.namespace": "other"}
	})
	create(t, c)
	untilState(t, c, v1alpha1.SparkConnectStateFailed)
	ready := condition(&c.Status, "Ready")
	if ready.Reason != "InvalidSpec" || !strings.Contains(ready.Message, "spec.sparkConf[spark.kubernetes.namespace]") ||
		!strings.Contains(ready.Message, "spec.server.template.spec.containers: no image is given") || c.Status.NextStartTime != nil {
		t.Errorf("%+v, next start %v", ready, c.Status.NextStartTime)
	}
	change(t, c, func(s *spec) { s.Image, s.SparkConf = new("spark:4.0.1"), nil })
	serverPod(t, c, nil)
}

// TestStrangersAreLeftAlone puts a pod of somebody else's beside a server, with all of its labels.
func TestStrangersAreLeftAlone(t *testing.T) {
	namespace := newNamespace(t)
	startController(t, namespace)
	c := newServer(namespace, connectserver.Start(t))
	first := up(t, c)
	stranger := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "stranger", Namespace: namespace, Labels: first.Labels}, Spec: corev1.PodSpec{
		Containers: []corev1.Container{{Name: "spark-kubernetes-driver", Image: "spark:4.0.1"}},
	}}
	create(t, stranger)
	change(t, c, func(s *spec) { s.Image = new("spark:new") })
	serves(t, serverPod(t, c, first))
	until(t, c, "the next server", func(s *status) bool { return s.State == v1alpha1.SparkConnectStateReady && s.Attempt == 2 })
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(stranger), stranger); err != nil || stranger.DeletionTimestamp != nil {
		t.Errorf("the stranger: %v, deleted %v", err, stranger.DeletionTimestamp)
	}
}

// TestServerAtRestCostsNoWrite starts the operator anew over a server that is ready.
func TestServerAtRestCostsNoWrite(t *testing.T) {
	namespace := newNamespace(t)
	stop := startController(t, namespace)
	stand := connectserver.Start(t)
	c := newServer(namespace, stand)
	up(t, c)
	stop()
	read(t, c)
	service := &corev1.Service{}
	if err := api.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: "notebooks-server"}, service); err != nil {
		t.Fatal(err)
	}
	before, asked := c.ResourceVersion, len(stand.Asked())
	startController(t, namespace)
	eventually(t, func(context.Context) bool { return len(stand.Asked()) > asked }, func() string { return "the new operator to look at the server" })
	// What comes later is done when this is.
	other := newServer(namespace, stand, func(c *v1alpha1.SparkConnect) { c.Name = "other" })
	up(t, other)
	read(t, c)
	again := &corev1.Service{}
	if err := api.Get(t.Context(), client.ObjectKeyFromObject(service), again); err != nil {
		t.Fatal(err)
	}
	if c.ResourceVersion != before || again.ResourceVersion != service.ResourceVersion {
		t.Errorf("a server at rest was written: %s to %s, its Service %s to %s", before, c.ResourceVersion, service.ResourceVersion, again.ResourceVersion)
	}
}
