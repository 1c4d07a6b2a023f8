// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ControllerConfiguration is the controller's configuration file.
//
// +kubebuilder:object:root=true
type ControllerConfiguration struct {
	metav1.TypeMeta     `json:",inline"`
	SharedConfiguration `json:",inline"`

	// leaderElection lets one of several replicas work.
	// +optional
	LeaderElection LeaderElection `json:"leaderElection,omitzero"`
	// submission says how drivers are made.
	// +optional
	Submission Submission `json:"submission,omitzero"`
	// uiService is the Service of the web UI that each run gets.
	// +optional
	UIService UIService `json:"uiService,omitzero"`
	// uiIngress is the Ingress of the web UI that each run gets.
	// +optional
	UIIngress UIIngress `json:"uiIngress,omitzero"`
	// driverPodDisruptionBudget is the PodDisruptionBudget of drivers.
	// +optional
	DriverPodDisruptionBudget DriverPodDisruptionBudget `json:"driverPodDisruptionBudget,omitzero"`
	// podLabels says which labels of applications their pods have as well.
	// +optional
	PodLabels PodLabels `json:"podLabels,omitzero"`
	// workers is how many applications are handled at the same time.
	// +optional
	Workers int32 `json:"workers,omitempty"`
	// maxTrackedExecutorPerApp is how many executors status.executorState holds; 0 means all.
	// +optional
	MaxTrackedExecutorPerApp int32 `json:"maxTrackedExecutorPerApp"`
	// defaultTimeToLiveSeconds is how long a finished application is kept that does not say so itself; 0 means forever.
	// +optional
	DefaultTimeToLiveSeconds int64 `json:"defaultTimeToLiveSeconds"`
	// retries limits the time between attempts.
	// +optional
	Retries Retries `json:"retries,omitzero"`
	// timeouts limit how long applications may wait that do not say so themselves.
	// +optional
	Timeouts Timeouts `json:"timeouts,omitzero"`
}

// Retries limits the time between attempts.
type Retries struct {
	// maxInterval is the longest time before a retry, to which an application's interval grows.
	// +optional
	MaxInterval metav1.Duration `json:"maxInterval,omitzero"`
}

// Timeouts limit how long applications may wait; 0 means no limit. The fields timeouts and activeDeadlineSeconds of an
// application win over them.
type Timeouts struct {
	// submission is how long a submission may have no answer, because it times out or a webhook fails, while the API
	// server answers what else it is asked. Then it was refused.
	// +optional
	Submission metav1.Duration `json:"submission"`
	// driverPending is how long a driver may take from the creation of its pod to the start of its container.
	// +optional
	DriverPending metav1.Duration `json:"driverPending"`
	// executorsPending is how long a running driver may be without an executor while one is to come.
	// +optional
	ExecutorsPending metav1.Duration `json:"executorsPending"`
	// executorsRefused is how long a running driver may be without an executor while the API server refuses executors
	// for good. It takes submission.executorDryRun to know.
	// +optional
	ExecutorsRefused metav1.Duration `json:"executorsRefused"`
	// run is how long one run may take, from its submission to its end.
	// +optional
	Run metav1.Duration `json:"run"`
	// sidecars is how long other containers of a driver pod may go on after the driver ended.
	// +optional
	Sidecars metav1.Duration `json:"sidecars"`
	// executorsEnd is how long executor pods may outlive their driver before they are deleted.
	// +optional
	ExecutorsEnd metav1.Duration `json:"executorsEnd"`
	// cleanup is how long deleted pods may take beyond their grace period until the application says so. Nothing is
	// forced.
	// +optional
	Cleanup metav1.Duration `json:"cleanup"`
}

// Submission says how drivers are made.
type Submission struct {
	// mode is Auto, Native or SparkSubmit. An application's annotation sparkoperator.k8s.io/submission-mode wins over
	// it, unless it is locked.
	// +optional
	Mode SubmissionMode `json:"mode,omitempty"`
	// lockMode holds all applications to mode: one whose annotation names another is refused.
	// +optional
	LockMode bool `json:"lockMode"`
	// executorDryRun asks the API server, before a driver is made and where one makes no executors, whether it would
	// take an executor, by a creation that is a dry run. Turn it off where dry runs are not welcome, such as to an
	// admission webhook.
	// +optional
	ExecutorDryRun bool `json:"executorDryRun"`
	// sparkSubmit is how spark-submit is run.
	// +optional
	SparkSubmit SparkSubmit `json:"sparkSubmit,omitzero"`
}

// SparkSubmit is how spark-submit is run. It needs an image of the controller that has Spark, in $SPARK_HOME.
type SparkSubmit struct {
	// workers is how many run at the same time; each takes a core and up to 400 MB.
	// +optional
	Workers int32 `json:"workers,omitempty"`
	// timeout is how long one may take.
	// +optional
	Timeout metav1.Duration `json:"timeout,omitzero"`
	// uploads are the files of the controller's container that applications may have; none unless set.
	// +optional
	Uploads Uploads `json:"uploads,omitzero"`
}

// Uploads are the files of the controller's container that every application may have, whoever wrote it.
type Uploads struct {
	// dir is the directory that they are in, such as a mounted volume: for spark-submit to upload, as keytab or as
	// krb5.conf.
	// +optional
	Dir string `json:"dir,omitempty"`
	// path is the URL of a directory that spark-submit uploads files to and drivers read, such as s3a://bucket/uploads.
	// Without it only keytabs and krb5.conf are of use.
	// +optional
	Path string `json:"path,omitempty"`
}

// PodLabels says which labels of applications their pods have as well.
type PodLabels struct {
	// exclude are the labels that pods do not take from their application: names, or beginnings of names before a *.
	// Applications add to them by the annotation sparkoperator.k8s.io/exclude-pod-labels. Those of a GitOps tool would
	// make pods look like something it applied itself.
	// +optional
	Exclude []string `json:"exclude"`
}

// UIService is the Service of the web UI that each run gets.
type UIService struct {
	// enabled gives each run a Service of its web UI.
	// +optional
	Enabled bool `json:"enabled"`
}

// UIIngress is the Ingress of the web UI that each run gets.
type UIIngress struct {
	// urlFormat is the URL of the web UI, such as {{$appName}}.example.com or
	// https://example.com/{{$appNamespace}}/{{$appName}}, where {{$appName}}, {{$appNamespace}} and {{$appId}} are
	// filled in. Without it there is no Ingress of the web UI.
	// +optional
	URLFormat string `json:"urlFormat,omitempty"`
	// className is the IngressClass of this Ingress and of those of driverIngressOptions; the cluster's default unless
	// set.
	// +optional
	ClassName string `json:"className,omitempty"`
	// annotations are those of all these Ingresses for which the application has none of its own.
	// +optional
	Annotations map[string]string `json:"annotations,omitempty"`
	// tls are the hosts and certificates of all these Ingresses for which the application has none of its own.
	// +optional
	TLS []networkingv1.IngressTLS `json:"tls,omitempty"`
}

// DriverPodDisruptionBudget is the PodDisruptionBudget of drivers.
type DriverPodDisruptionBudget struct {
	// enabled gives the driver a PodDisruptionBudget where the application asks for it. The drain of a node waits then
	// until the driver ends.
	// +optional
	Enabled bool `json:"enabled"`
}

// SubmissionMode is a way to make drivers.
type SubmissionMode string

// The submission modes.
const (
	// SubmissionAuto is native, and spark-submit for what native cannot express.
	SubmissionAuto SubmissionMode = "Auto"
	// SubmissionNative makes drivers without a JVM.
	SubmissionNative SubmissionMode = "Native"
	// SubmissionSparkSubmit runs spark-submit.
	SubmissionSparkSubmit SubmissionMode = "SparkSubmit"
)

// LeaderElection lets one of several replicas work.
type LeaderElection struct {
	// enabled turns leader election on.
	// +optional
	Enabled bool `json:"enabled"`
	// leaseName is the name of the Lease.
	// +optional
	LeaseName string `json:"leaseName,omitempty"`
	// leaseNamespace is the namespace of the Lease; the binary's own if empty.
	// +optional
	LeaseNamespace string `json:"leaseNamespace,omitempty"`
	// leaseDuration is how long the others wait for a leader that does not renew.
	// +optional
	LeaseDuration metav1.Duration `json:"leaseDuration,omitzero"`
	// renewDeadline is how long a leader tries to renew before it gives up.
	// +optional
	RenewDeadline metav1.Duration `json:"renewDeadline,omitzero"`
	// retryPeriod is the time between two tries.
	// +optional
	RetryPeriod metav1.Duration `json:"retryPeriod,omitzero"`
}
