// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// SparkConnectStatus says how a Spark Connect server is.
type SparkConnectStatus struct {
	// observedGeneration is the generation of the spec this status speaks of.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`
	// conditions say how it goes. Ready is always there: True while clients can work with the server, else with the
	// reason and a message of what it waits for. ServerPodReady says the same of its pod alone. SpecChangePending and
	// Unreadable are there while they are so.
	// +optional
	// +patchMergeKey=type
	// +patchStrategy=merge
	// +listType=map
	// +listMapKey=type
	Conditions []metav1.Condition `json:"conditions,omitempty" patchMergeKey:"type" patchStrategy:"merge"`
	// state of the server.
	// +optional
	State SparkConnectState `json:"state,omitempty"`
	// server says where the server is.
	// +optional
	Server SparkConnectServerStatus `json:"server,omitempty"`
	// executors counts the executors by the phase of their pods: pending, running, succeeded, failed.
	// +optional
	Executors map[string]int `json:"executors,omitempty"`
	// startTime is when the operator first saw the server.
	// +optional
	// +nullable
	StartTime metav1.Time `json:"startTime,omitempty"`
	// lastUpdateTime is when this status last changed.
	// +optional
	// +nullable
	LastUpdateTime metav1.Time `json:"lastUpdateTime,omitempty"`
	// attempt numbers the starts of the server over the whole life of the SparkConnect. It is never reset, so what
	// belongs to a start can always be told from what belongs to another.
	// +optional
	Attempt int64 `json:"attempt,omitempty"`
	// specHash identifies the spec that the last start was made from.
	// +optional
	SpecHash string `json:"specHash,omitempty"`
	// restarts counts how often the server was replaced: because it ended, was taken away, or its spec was changed.
	// +optional
	Restarts int32 `json:"restarts,omitempty"`
	// failures counts the failures in a row, by which the wait until the next start grows. A server that was ready
	// for ten minutes ends the row.
	// +optional
	Failures int32 `json:"failures,omitempty"`
	// lastFailure tells of the last failure. It is kept when the pods are gone and when the server is ready again.
	// +optional
	LastFailure *v1beta2.FailureRecord `json:"lastFailure,omitempty"`
	// nextStartTime is when the next start is due, while it is waited for.
	// +optional
	NextStartTime *metav1.Time `json:"nextStartTime,omitempty"`
}

// SparkConnectServerStatus says where a Spark Connect server is.
type SparkConnectServerStatus struct {
	// podName is the name of the server's pod.
	// +optional
	PodName string `json:"podName,omitempty"`
	// podIp is the IP address of the server's pod.
	// +optional
	PodIP string `json:"podIp,omitempty"`
	// serviceName is the name of the server's Service.
	// +optional
	ServiceName string `json:"serviceName,omitempty"`
	// port is the port of the Service for clients.
	// +optional
	Port int32 `json:"port,omitempty"`
	// address is host:port for clients inside the cluster. It stays the same for all servers of the SparkConnect.
	// +optional
	Address string `json:"address,omitempty"`
	// url is the address as Spark's clients take it, beginning with sc://.
	// +optional
	URL string `json:"url,omitempty"`
	// sparkApplicationId is Spark's own id of the server, as its pods carry it in the label spark-app-selector.
	// +optional
	SparkApplicationID string `json:"sparkApplicationId,omitempty"`
	// startTime is when the pod was made.
	// +optional
	StartTime *metav1.Time `json:"startTime,omitempty"`
	// generation is the generation of the spec that the server serves: less than metadata.generation while a change
	// is not in effect.
	// +optional
	Generation int64 `json:"generation,omitempty"`
}

// SparkConnectConditionType is the type of a condition.
type SparkConnectConditionType string

// The types of a SparkConnect's conditions.
const (
	// SparkConnectConditionReady is True while clients can work with the server.
	SparkConnectConditionReady SparkConnectConditionType = "Ready"
	// SparkConnectConditionServerPodReady is True while the server's pod is ready, by its own probes.
	SparkConnectConditionServerPodReady SparkConnectConditionType = "ServerPodReady"
	// SparkConnectConditionSpecChangePending is there, and True, while the server serves an older spec.
	SparkConnectConditionSpecChangePending SparkConnectConditionType = "SpecChangePending"
	// SparkConnectConditionUnreadable is there, and true, while the server's spec cannot be decoded; its message names
	// field, value and what to write.
	SparkConnectConditionUnreadable SparkConnectConditionType = "Unreadable"
)

// SparkConnectConditionReason is the reason of a condition.
type SparkConnectConditionReason string

// The reasons of a SparkConnect's conditions.
const (
	SparkConnectConditionReasonServerPodReady    SparkConnectConditionReason = "ServerPodReady"
	SparkConnectConditionReasonServerPodNotReady SparkConnectConditionReason = "ServerPodNotReady"
	// SparkConnectConditionReasonUndecodable means that a field has a value that no pod can have, or one too large to
	// be read.
	SparkConnectConditionReasonUndecodable SparkConnectConditionReason = "Undecodable"
	// SparkConnectConditionReasonServing means that the server has answered a request of the Connect protocol.
	SparkConnectConditionReasonServing SparkConnectConditionReason = "Serving"
	// SparkConnectConditionReasonUnverified means that the server's pod is ready, and the operator cannot reach it to
	// ask.
	SparkConnectConditionReasonUnverified SparkConnectConditionReason = "Unverified"
	// SparkConnectConditionReasonStarting means that the server is being made, or has not answered yet.
	SparkConnectConditionReasonStarting SparkConnectConditionReason = "Starting"
	// SparkConnectConditionReasonWaiting means that something is in the way of the next start and goes.
	SparkConnectConditionReasonWaiting SparkConnectConditionReason = "Waiting"
	// SparkConnectConditionReasonBackingOff means that the next start comes later, because the ones before failed.
	SparkConnectConditionReasonBackingOff SparkConnectConditionReason = "BackingOff"
	// SparkConnectConditionReasonNotAnswering means that the server was ready and does not answer.
	SparkConnectConditionReasonNotAnswering SparkConnectConditionReason = "NotAnswering"
	// SparkConnectConditionReasonStopping means that the server's pod is being deleted.
	SparkConnectConditionReasonStopping SparkConnectConditionReason = "Stopping"
	// SparkConnectConditionReasonServiceConflict means that the Service cannot be made: something else has its name.
	SparkConnectConditionReasonServiceConflict SparkConnectConditionReason = "ServiceConflict"
	// SparkConnectConditionReasonSuspended means that spec.suspend is true.
	SparkConnectConditionReasonSuspended SparkConnectConditionReason = "Suspended"
	// SparkConnectConditionReasonInvalidSpec means that no server can be made of the spec.
	SparkConnectConditionReasonInvalidSpec SparkConnectConditionReason = "InvalidSpec"
	// SparkConnectConditionReasonConnectMissing means that the image has no Spark Connect.
	SparkConnectConditionReasonConnectMissing SparkConnectConditionReason = "ConnectMissing"
	// SparkConnectConditionReasonUpdatePolicy means that spec.updatePolicy leaves the server alone.
	SparkConnectConditionReasonUpdatePolicy SparkConnectConditionReason = "UpdatePolicy"
)

// SparkConnectState is the state of a Spark Connect server.
type SparkConnectState string

// The states of a Spark Connect server.
const (
	SparkConnectStateNew SparkConnectState = ""
	// SparkConnectStateProvisioning is that of a server that is being made, or has not been ready yet.
	SparkConnectStateProvisioning SparkConnectState = "Provisioning"
	// SparkConnectStateReady is that of a server that answers its clients.
	SparkConnectStateReady SparkConnectState = "Ready"
	// SparkConnectStateNotReady is that of a server that was ready and is not: it does not answer, ends, or is to be
	// made again.
	SparkConnectStateNotReady SparkConnectState = "NotReady"
	// SparkConnectStateSuspended is that of a server that spec.suspend has stopped; nothing of it runs.
	SparkConnectStateSuspended SparkConnectState = "Suspended"
	// SparkConnectStateFailed is that of a server that cannot be made of its spec, or fails again and again. Where a
	// later start may succeed, status.nextStartTime says when it is due.
	SparkConnectStateFailed SparkConnectState = "Failed"
)
