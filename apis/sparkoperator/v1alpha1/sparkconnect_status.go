// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// SparkConnectStatus says how a Spark Connect server is.
type SparkConnectStatus struct {
	// conditions are the standard conditions of the server: ServerPodReady, Unreadable.
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
}

// SparkConnectConditionType is the type of a condition.
type SparkConnectConditionType string

// The types of a SparkConnect's conditions.
const (
	SparkConnectConditionServerPodReady SparkConnectConditionType = "ServerPodReady"
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
)

// SparkConnectState is the state of a Spark Connect server.
type SparkConnectState string

// The states of a Spark Connect server.
const (
	SparkConnectStateNew          SparkConnectState = ""
	SparkConnectStateProvisioning SparkConnectState = "Provisioning"
	SparkConnectStateReady        SparkConnectState = "Ready"
	SparkConnectStateNotReady     SparkConnectState = "NotReady"
	SparkConnectStateFailed       SparkConnectState = "Failed"
)
