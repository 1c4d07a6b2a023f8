// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Off is the bind address that turns an endpoint off.
const Off = "0"

// OwnNamespace stands for the namespace that the operator runs in, wherever it is installed.
const OwnNamespace = "$(POD_NAMESPACE)"

// SharedConfiguration is what both binaries can be told.
type SharedConfiguration struct {
	// namespaces are those whose applications are served; $(POD_NAMESPACE) is the operator's own. None means all, or
	// those that namespaceSelector selects.
	// +optional
	Namespaces []string `json:"namespaces,omitempty"`
	// namespaceSelector selects the namespaces whose applications are served by their labels, as they are at the time.
	// It cannot be combined with namespaces, and needs the component namespace-selector.
	// +optional
	NamespaceSelector *metav1.LabelSelector `json:"namespaceSelector,omitempty"`
	// batchScheduler says which batch schedulers applications may have. Both binaries are to be told the same: the
	// webhook refuses what the controller would.
	// +optional
	BatchScheduler BatchScheduler `json:"batchScheduler,omitzero"`
	// cacheSyncTimeout is how long the binary may take at start to read what is in the cluster.
	// +optional
	CacheSyncTimeout metav1.Duration `json:"cacheSyncTimeout,omitzero"`
	// clientConnection limits the requests to the API server.
	// +optional
	ClientConnection ClientConnection `json:"clientConnection,omitzero"`
	// health is the endpoint of the probes /healthz and /readyz.
	// +optional
	Health Health `json:"health,omitzero"`
	// metrics is the endpoint of /metrics.
	// +optional
	Metrics Metrics `json:"metrics,omitzero"`
	// pprof is the endpoint of Go's profiler, /debug/pprof/.
	// +optional
	Pprof Pprof `json:"pprof,omitzero"`
}

// BatchScheduler says which batch schedulers applications may have.
type BatchScheduler struct {
	// enabled are batch schedulers that the cluster has: volcano, yunikorn. An application that names another as
	// batchScheduler is refused. Volcano needs a permission, which config/overlays/volcano gives.
	// +optional
	Enabled []string `json:"enabled,omitempty"`
	// kubeSchedulers are the names of kube-schedulers that have the plugin coscheduling of
	// kubernetes-sigs/scheduler-plugins. They are enabled as well, and need a permission, which
	// config/components/coscheduling gives.
	// +optional
	KubeSchedulers []string `json:"kubeSchedulers,omitempty"`
	// default is the scheduler of the pods of applications that name none, be it by a field, a template or sparkConf.
	// It is one of those that are enabled, and schedules them as a gang.
	// +optional
	Default string `json:"default,omitempty"`
}

// ClientConnection limits the requests to the API server.
type ClientConnection struct {
	// qps is the number of requests a second; -1 means no limit but the API server's own.
	// +optional
	QPS int32 `json:"qps,omitempty"`
	// burst is the number of requests that may be made at once after a quiet time.
	// +optional
	Burst int32 `json:"burst,omitempty"`
}

// Health is the endpoint of the probes.
type Health struct {
	// bindAddress is host:port to listen on, or "0" for none.
	// +optional
	BindAddress string `json:"bindAddress,omitempty"`
}

// Metrics is the endpoint of the binary's own metrics.
type Metrics struct {
	// bindAddress is host:port to listen on, or "0" for none.
	// +optional
	BindAddress string `json:"bindAddress,omitempty"`
	// secure serves by TLS and asks the API server whether the caller may read metrics.
	// +optional
	Secure bool `json:"secure"`
	// certDir holds tls.crt and tls.key. If it is empty, a certificate is made at start that nobody can verify.
	// +optional
	CertDir string `json:"certDir,omitempty"`

	// prefix goes before the names of the metrics about applications. This and the following are the controller's; the
	// webhook has no such metrics.
	// +optional
	Prefix string `json:"prefix,omitempty"`
	// labels are label keys of applications by which these metrics are told apart; the key namespace means the
	// application's namespace. Every combination of their values costs memory, here and in Prometheus.
	// +optional
	Labels []string `json:"labels,omitempty"`
	// jobSubmitLatencyBuckets are the upper bounds, in seconds, of the histogram of the time from creation to
	// submission.
	// +optional
	JobSubmitLatencyBuckets []float64 `json:"jobSubmitLatencyBuckets,omitempty"`
	// jobStartLatencyBuckets are the upper bounds, in seconds, of the histogram of the time from creation to running.
	// +optional
	JobStartLatencyBuckets []float64 `json:"jobStartLatencyBuckets,omitempty"`
}

// Pprof is the endpoint of Go's profiler.
type Pprof struct {
	// bindAddress is host:port to listen on, or "0" for none.
	// +optional
	BindAddress string `json:"bindAddress,omitempty"`
}
