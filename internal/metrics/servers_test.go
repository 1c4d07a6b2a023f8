// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/stored"
)

func TestRecordServer(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	server := func(s v1alpha1.SparkConnectStatus) *v1alpha1.SparkConnect {
		return &v1alpha1.SparkConnect{ObjectMeta: metav1.ObjectMeta{Namespace: "team"}, Status: s}
	}
	failure := &v1beta2.FailureRecord{Class: v1beta2.FailureClassInfrastructure, Attempt: 1, Time: metav1.NewTime(now)}
	began := &metav1.Time{Time: now.Add(-12 * time.Second)}
	var none *Recorder
	none.RecordServer(server(v1alpha1.SparkConnectStatus{}), server(v1alpha1.SparkConnectStatus{}), now)
	r := New(Options{})
	for _, step := range []struct{ before, after v1alpha1.SparkConnectStatus }{
		{v1alpha1.SparkConnectStatus{}, v1alpha1.SparkConnectStatus{State: v1alpha1.SparkConnectStateProvisioning}},
		{
			v1alpha1.SparkConnectStatus{State: v1alpha1.SparkConnectStateProvisioning},
			v1alpha1.SparkConnectStatus{State: v1alpha1.SparkConnectStateReady, Server: v1alpha1.SparkConnectServerStatus{StartTime: began}},
		},
		{v1alpha1.SparkConnectStatus{}, v1alpha1.SparkConnectStatus{Restarts: 1, LastFailure: failure}},
		{v1alpha1.SparkConnectStatus{Restarts: 1, LastFailure: failure}, v1alpha1.SparkConnectStatus{Restarts: 2, LastFailure: failure}},
		{v1alpha1.SparkConnectStatus{Restarts: 2, LastFailure: failure}, v1alpha1.SparkConnectStatus{Restarts: 2, LastFailure: failure}},
		{
			v1alpha1.SparkConnectStatus{State: v1alpha1.SparkConnectStateNotReady, Server: v1alpha1.SparkConnectServerStatus{StartTime: began}},
			v1alpha1.SparkConnectStatus{State: v1alpha1.SparkConnectStateReady, Server: v1alpha1.SparkConnectServerStatus{StartTime: began}},
		},
	} {
		r.RecordServer(server(step.before), server(step.after), now)
	}
	want := `
# HELP spark_connect_server_restarts_total Restarts of Connect servers, by reason: the class of the failure as in status.lastFailure, or SpecChanged.
# TYPE spark_connect_server_restarts_total counter
spark_connect_server_restarts_total{namespace="team",reason="Deadline"} 0
spark_connect_server_restarts_total{namespace="team",reason="Driver"} 0
spark_connect_server_restarts_total{namespace="team",reason="Executor"} 0
spark_connect_server_restarts_total{namespace="team",reason="Infrastructure"} 1
spark_connect_server_restarts_total{namespace="team",reason="SpecChanged"} 1
spark_connect_server_restarts_total{namespace="team",reason="Submission"} 0
spark_connect_server_restarts_total{namespace="team",reason="Unknown"} 0
`
	if err := testutil.CollectAndCompare(r.servers.restarts, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
	if err := testutil.CollectAndCompare(r.servers.ready, strings.NewReader(`
# HELP spark_connect_server_ready_seconds Time from when the pod of a Connect server was made until the server answered for the first time.
# TYPE spark_connect_server_ready_seconds histogram
spark_connect_server_ready_seconds_bucket{namespace="team",le="1"} 0
spark_connect_server_ready_seconds_bucket{namespace="team",le="2.5"} 0
spark_connect_server_ready_seconds_bucket{namespace="team",le="5"} 0
spark_connect_server_ready_seconds_bucket{namespace="team",le="10"} 0
spark_connect_server_ready_seconds_bucket{namespace="team",le="15"} 1
spark_connect_server_ready_seconds_bucket{namespace="team",le="20"} 1
spark_connect_server_ready_seconds_bucket{namespace="team",le="30"} 1
spark_connect_server_ready_seconds_bucket{namespace="team",le="45"} 1
spark_connect_server_ready_seconds_bucket{namespace="team",le="60"} 1
spark_connect_server_ready_seconds_bucket{namespace="team",le="120"} 1
spark_connect_server_ready_seconds_bucket{namespace="team",le="300"} 1
spark_connect_server_ready_seconds_bucket{namespace="team",le="600"} 1
spark_connect_server_ready_seconds_bucket{namespace="team",le="+Inf"} 1
spark_connect_server_ready_seconds_sum{namespace="team"} 12
spark_connect_server_ready_seconds_count{namespace="team"} 1
`)); err != nil {
		t.Error(err)
	}
}

func TestCountServers(t *testing.T) {
	in := func(namespace string, state v1alpha1.SparkConnectState) stored.SparkConnect {
		return *stored.OfConnect(&v1alpha1.SparkConnect{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace}, Status: v1alpha1.SparkConnectStatus{State: state},
		})
	}
	got := countServers([]stored.SparkConnect{in("a", "Ready"), in("a", "Ready"), in("a", ""), in("b", "Failed"), in("b", "banana")})
	want := map[place]int{{"a", "Ready"}: 2, {"a", "NEW"}: 1, {"b", "Failed"}: 1, {"b", otherState}: 1}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(place{})); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}
