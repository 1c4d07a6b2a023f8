// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparklabels

// Labels, annotations and finalizers of the operator.
const (
	// Domain is the prefix of every label and annotation that belongs to the operator.
	Domain = "sparkoperator.k8s.io/"
	// AppName is the label with the name of the SparkApplication an object belongs to.
	AppName = Domain + "app-name"
	// ConnectName is the label with the name of the SparkConnect an object belongs to.
	ConnectName = Domain + "connect-name"
	// ScheduledAppName is the label of a SparkApplication with the name of the ScheduledSparkApplication that made it.
	ScheduledAppName = Domain + "scheduled-app-name"
	// TriggeredBy is the label of a SparkApplication that a schedule made with what it was made for: one of the values
	// below.
	TriggeredBy = Domain + "triggered-by"
	// ScheduledTime is the annotation of a SparkApplication that a schedule made with the time at which it was due, in
	// RFC 3339 and UTC.
	ScheduledTime = Domain + "scheduled-time"
	// RunNow is the annotation of a ScheduledSparkApplication by which a run is asked for: another value, another run.
	// The run has it as well.
	RunNow = Domain + "run-now"
	// Backfill is the annotation of a SparkApplication that a backfill made with when that began.
	Backfill = Domain + "backfill"
	// LaunchedByOperator is the label of pods and disruption budgets of the operator; caches and the pod webhook select
	// on it.
	LaunchedByOperator = Domain + "launched-by-spark-operator"
	// CreatedByOperator is the label of Services and ConfigMaps of the operator; caches select on it.
	CreatedByOperator = Domain + "created-by-spark-operator"
	// MutatedByOperator is the label of pods that have no template of the user's.
	MutatedByOperator = Domain + "mutated-by-spark-operator"
	// SubmissionID is the label with the id of the submission attempt an object belongs to.
	SubmissionID = Domain + "submission-id"
	// SpecHash is the annotation of the driver pod with the hash of the run-relevant spec it was made from.
	SpecHash = Domain + "spec-hash"
	// ConnectPort is the annotation of a Connect server's pod with the port on which it answers its clients.
	ConnectPort = Domain + "connect-port"
	// BatchScheduler is the annotation of the driver pod with the scheduler that its run is in a gang of.
	BatchScheduler = Domain + "batch-scheduler"
	// DriverEnd is the finalizer that keeps a driver pod until its end has been recorded.
	DriverEnd = Domain + "driver-end"
	// SubmissionMode is the annotation of an application that chooses how it is submitted.
	SubmissionMode = Domain + "submission-mode"
	// ExcludePodLabels is the annotation of an application that lists the labels which its pods do not take from it, as
	// patterns of CheckPattern.
	ExcludePodLabels = Domain + "exclude-pod-labels"
	// SubmissionModeSparkSubmit is the value of SubmissionMode for Spark's own client.
	SubmissionModeSparkSubmit = "SparkSubmit"
	// True is the value of the labels that say yes.
	True = "true"
)

// The values of TriggeredBy.
const (
	// TriggeredBySchedule is that of a run that was made when it was due.
	TriggeredBySchedule = "schedule"
	// TriggeredByCatchUp is that of a run that was due while the operator was down or the schedule suspended.
	TriggeredByCatchUp = "catch-up"
	// TriggeredByRunNow is that of a run that was asked for by the annotation RunNow.
	TriggeredByRunNow = "run-now"
	// TriggeredByBackfill is that of a run of a backfill.
	TriggeredByBackfill = "backfill"
)

// ScheduledTimeVariable is the variable in the environment of a driver with the value of ScheduledTime.
const ScheduledTimeVariable = "SPARK_SCHEDULED_TIME"

// Labels of Spark itself.
const (
	// SparkRole is RoleDriver, RoleExecutor or RoleConnectServer.
	SparkRole = "spark-role"
	// SparkAppSelector is the Spark application id (spark.app.id).
	SparkAppSelector = "spark-app-selector"
	// SparkAppName is the name of the Spark application (spark.app.name), as far as a label value allows.
	SparkAppName = "spark-app-name"
	// SparkExecutorID is the number of the executor.
	SparkExecutorID = "spark-exec-id"
	// SparkResourceProfileID is the number of the resource profile of the executor.
	SparkResourceProfileID = "spark-exec-resourceprofile-id"
	// SparkVersion is the version of the Spark that made the pod.
	SparkVersion = "spark-version"
)

// Values of SparkRole.
const (
	RoleDriver        = "driver"
	RoleExecutor      = "executor"
	RoleConnectServer = "connect-server"
)

// Names of the container in which Spark runs.
const (
	DriverContainer   = "spark-kubernetes-driver"
	ExecutorContainer = "spark-kubernetes-executor"
)

// KueuePrefix begins the labels of an application that are meant for Kueue and not for the application's pods.
const KueuePrefix = "kueue.x-k8s.io/"

// Port names.
const (
	// UIServicePortName is the port of the web UI Service unless the application names it.
	UIServicePortName = "spark-driver-ui-port"
	// DriverPortName is the port of the driver on which executors call it.
	DriverPortName = "driver-rpc-port"
	// BlockManagerPortName is the port on which Spark moves blocks.
	BlockManagerPortName = "blockmanager"
	// UIPortName is the port of Spark's web UI in the driver pod.
	UIPortName = "spark-ui"
	// ConnectPortName is the port of the driver for Spark Connect, from Spark 4.1 on.
	ConnectPortName = "spark-connect"
	// MetricsPortName is the port of the metrics exporter unless the application names it.
	MetricsPortName = "jmx-exporter"
)

// ReservedDriver returns whether Spark sets the label on driver pods itself and refuses it from anybody else.
func ReservedDriver(label string) bool {
	switch label {
	case SparkVersion, SparkAppSelector, SparkAppName, SparkRole:
		return true
	}
	return false
}

// ReservedExecutor returns whether Spark sets the label on executor pods itself and refuses it from anybody else.
func ReservedExecutor(label string) bool {
	return ReservedDriver(label) || label == SparkExecutorID || label == SparkResourceProfileID
}

// ReservedOperator returns whether only the operator sets the label or annotation on what it makes.
func ReservedOperator(key string) bool {
	switch key {
	case AppName, ConnectName, LaunchedByOperator, CreatedByOperator, MutatedByOperator, SubmissionID, SpecHash, BatchScheduler:
		return true
	}
	return false
}

// OperatorValue returns the value that the operator gives a label of ReservedOperator on the objects of an application;
// nothing where it cannot be known beforehand.
func OperatorValue(key, app string) string {
	switch key {
	case AppName:
		return app
	case LaunchedByOperator, CreatedByOperator, MutatedByOperator:
		return True
	}
	return ""
}
