// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"slices"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

// Type is a kind of metric, as Prometheus names it.
type Type string

// The kinds of metric.
const (
	Counter   Type = "counter"
	Gauge     Type = "gauge"
	Summary   Type = "summary"
	Histogram Type = "histogram"
)

// The names of the metrics. Dashboards and alerts for the Kubeflow Spark Operator read the first group.
const (
	nameCount             = "spark_application_count"
	nameSubmit            = "spark_application_submit_count"
	nameFailedSubmission  = "spark_application_failed_submission_count"
	nameRunning           = "spark_application_running_count"
	nameSuccess           = "spark_application_success_count"
	nameFailure           = "spark_application_failure_count"
	nameSuccessTime       = "spark_application_success_execution_time_seconds"
	nameFailureTime       = "spark_application_failure_execution_time_seconds"
	nameSubmitLatency     = "spark_application_submit_latency_seconds"
	nameSubmitLatencyHist = "spark_application_submit_latency_seconds_histogram"
	nameStartLatency      = "spark_application_start_latency_seconds"
	nameStartLatencyHist  = "spark_application_start_latency_seconds_histogram"
	nameExecutorRunning   = "spark_executor_running_count"
	nameExecutorSuccess   = "spark_executor_success_count"
	nameExecutorFailure   = "spark_executor_failure_count"

	nameAttemptFailures = "spark_application_attempt_failures_total"
	nameApplications    = "spark_applications"
	nameUnreadable      = "spark_applications_unreadable"
	nameStateAge        = "spark_application_state_age_seconds"

	nameSchedules      = "spark_schedules"
	nameScheduleRuns   = "spark_schedule_runs_total"
	nameScheduleLag    = "spark_schedule_run_lag_seconds"
	nameScheduleEnded  = "spark_schedule_runs_ended_total"
	nameScheduleMissed = "spark_schedule_runs_missed_total"

	nameServers        = "spark_connect_servers"
	nameServerRestarts = "spark_connect_server_restarts_total"
	nameServerReady    = "spark_connect_server_ready_seconds"
)

// The labels that a metric has by itself.
const (
	labelNamespace = "namespace"
	labelState     = "state"
	labelClass     = "class"
	labelKind      = "kind"
	labelTrigger   = "trigger"
	labelOutcome   = "outcome"
	labelReason    = "reason"
)

// Metric describes one metric.
type Metric struct {
	Name string
	Type Type
	Help string
	// Configured is whether it has the labels of the configuration.
	Configured bool
	// Labels are those that it has besides.
	Labels []string
}

// Table returns all metrics about the three kinds; code and documentation are made from it.
func Table() []Metric {
	return slices.Concat(ofApplications(), ofSchedules(), ofServers())
}

// ofApplications are the metrics about applications and their executors, and about what cannot be read.
func ofApplications() []Metric {
	return []Metric{
		configured(nameCount, Counter, "Applications that were created."),
		configured(nameSubmit, Counter, "Submissions that made a driver."),
		configured(nameFailedSubmission, Counter, "Submissions that were refused."),
		configured(nameRunning, Gauge, "Applications in state RUNNING."),
		configured(nameSuccess, Counter, "Applications that reached COMPLETED."),
		configured(nameFailure, Counter, "Applications that reached FAILED."),
		configured(nameSuccessTime, Summary, "Time from the submission to the end of applications that reached COMPLETED."),
		configured(nameFailureTime, Summary, "Time from the submission to the end of applications that reached FAILED."),
		configured(nameSubmitLatency, Summary, "Time from the creation of an application to its driver, if the first submission made one."),
		configured(nameSubmitLatencyHist, Histogram, "Time from the creation of an application to its driver, if the first submission made one."),
		configured(nameStartLatency, Summary, "Time from the creation of an application to RUNNING, in its first run."),
		configured(nameStartLatencyHist, Histogram, "Time from the creation of an application to RUNNING, in its first run."),
		configured(nameExecutorRunning, Gauge, "Executors in state RUNNING."),
		configured(nameExecutorSuccess, Counter, "Executors that completed."),
		configured(nameExecutorFailure, Counter, "Executors that failed."),
		configured(nameAttemptFailures, Counter, "Attempts that failed, retried or not, by the class of status.lastFailure.", labelClass),
		{
			Name: nameApplications, Type: Gauge, Labels: []string{labelNamespace, labelState},
			Help: "Applications by namespace and state.",
		},
		{
			Name: nameUnreadable, Type: Gauge, Labels: []string{labelNamespace, labelKind},
			Help: "Applications, schedules and Connect servers that cannot be read, by namespace and kind; their status and an event say why.",
		},
		{
			Name: nameStateAge, Type: Gauge, Labels: []string{labelNamespace, labelState},
			Help: "For how long the application that has been in the state the longest is in it; for states that applications do not rest in for good.",
		},
	}
}

// ofSchedules are the metrics about schedules and their runs.
func ofSchedules() []Metric {
	return []Metric{
		{
			Name: nameSchedules, Type: Gauge, Labels: []string{labelNamespace, labelState},
			Help: "Schedules by namespace and state: Scheduled, Suspended, FailedValidation.",
		},
		{
			Name: nameScheduleRuns, Type: Counter, Labels: []string{labelNamespace, labelTrigger},
			Help: "Runs that schedules made, by what for: schedule, catch-up, run-now, backfill.",
		},
		{
			Name: nameScheduleLag, Type: Histogram, Labels: []string{labelNamespace},
			Help: "Time from when a run was due until it was made, of runs that were made when they were due.",
		},
		{
			Name: nameScheduleEnded, Type: Counter, Labels: []string{labelNamespace, labelOutcome},
			Help: "Runs of schedules that ended or went, by outcome: Succeeded, Failed, Replaced, Deleted.",
		},
		{
			Name: nameScheduleMissed, Type: Counter, Labels: []string{labelNamespace, labelReason},
			Help: "Runs that were due and not made, by reason, as status.missedRuns counts them.",
		},
	}
}

// ofServers are the metrics about Connect servers.
func ofServers() []Metric {
	return []Metric{
		{
			Name: nameServers, Type: Gauge, Labels: []string{labelNamespace, labelState},
			Help: "Connect servers by namespace and state: Provisioning, Ready, NotReady, Suspended, Failed.",
		},
		{
			Name: nameServerRestarts, Type: Counter, Labels: []string{labelNamespace, labelReason},
			Help: "Restarts of Connect servers, by reason: the class of the failure as in status.lastFailure, or SpecChanged.",
		},
		{
			Name: nameServerReady, Type: Histogram, Labels: []string{labelNamespace},
			Help: "Time from when the pod of a Connect server was made until the server answered for the first time.",
		},
	}
}

// metric returns the one of the name.
func metric(name string) Metric {
	all := Table()
	return all[slices.IndexFunc(all, func(m Metric) bool { return m.Name == name })]
}

func configured(name string, kind Type, help string, labels ...string) Metric {
	return Metric{Name: name, Type: kind, Help: help, Configured: true, Labels: labels}
}

// failureClasses are the values of the label class.
var failureClasses = []v1beta2.FailureClass{
	v1beta2.FailureClassSubmission, v1beta2.FailureClassDriver, v1beta2.FailureClassExecutor,
	v1beta2.FailureClassInfrastructure, v1beta2.FailureClassDeadline, v1beta2.FailureClassUnknown,
}
