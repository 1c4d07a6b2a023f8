// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1beta2

import "strconv"

// The properties that stand in for a typed field: where the user set one, the field gets no default.
const (
	confDriverCores              = "spark.driver.cores"
	confDriverMemory             = "spark.driver.memory"
	confExecutorCores            = "spark.executor.cores"
	confExecutorMemory           = "spark.executor.memory"
	confExecutorInstances        = "spark.executor.instances"
	confDynamicAllocationEnabled = "spark.dynamicAllocation.enabled"
)

const (
	defaultCores                = int32(1)
	defaultMemory               = "1g"
	defaultExecutorInstances    = int32(1)
	defaultRetryIntervalSeconds = int64(5)
	defaultRunHistoryLimit      = int32(1)
)

// SetSparkApplicationDefaults fills in what the user left out.
//
// It does so whatever the application's state is: defaulting only new applications would store a replaced spec without
// its defaults, and make a spec that says the same look changed. Applying it twice changes nothing.
func SetSparkApplicationDefaults(app *SparkApplication) {
	if app == nil {
		return
	}
	setSpecDefaults(&app.Spec)
}

// SetScheduledSparkApplicationDefaults fills in what the user left out of the schedule. The template is left as it is:
// every run's SparkApplication gets its defaults when it is made.
func SetScheduledSparkApplicationDefaults(app *ScheduledSparkApplication) {
	if app == nil {
		return
	}
	if app.Spec.SuccessfulRunHistoryLimit == nil {
		app.Spec.SuccessfulRunHistoryLimit = new(defaultRunHistoryLimit)
	}
	if app.Spec.FailedRunHistoryLimit == nil {
		app.Spec.FailedRunHistoryLimit = new(defaultRunHistoryLimit)
	}
}

func setSpecDefaults(spec *SparkApplicationSpec) {
	if spec.Type == "" {
		spec.Type = SparkApplicationTypeScala
	}
	if spec.Mode == "" {
		spec.Mode = DeployModeCluster
	}
	setRestartPolicyDefaults(&spec.RestartPolicy)
	setPodDefaults(&spec.Driver.SparkPodSpec, spec.SparkConf, confDriverCores, confDriverMemory)
	setPodDefaults(&spec.Executor.SparkPodSpec, spec.SparkConf, confExecutorCores, confExecutorMemory)
	setExecutorCountDefaults(spec)
}

func setRestartPolicyDefaults(policy *RestartPolicy) {
	if policy.Type == "" {
		policy.Type = RestartPolicyNever
	}
	if policy.Type == RestartPolicyNever {
		return
	}
	if policy.OnFailureRetryInterval == nil {
		policy.OnFailureRetryInterval = new(defaultRetryIntervalSeconds)
	}
	if policy.OnSubmissionFailureRetryInterval == nil {
		policy.OnSubmissionFailureRetryInterval = new(defaultRetryIntervalSeconds)
	}
}

func setPodDefaults(pod *SparkPodSpec, conf map[string]string, coresKey, memoryKey string) {
	if _, set := conf[coresKey]; !set && pod.Cores == nil {
		pod.Cores = new(defaultCores)
	}
	if _, set := conf[memoryKey]; !set && pod.Memory == nil {
		pod.Memory = new(defaultMemory)
	}
}

func setExecutorCountDefaults(spec *SparkApplicationSpec) {
	if dynamicAllocationEnabled(spec) {
		if da := spec.DynamicAllocation; da != nil && da.Enabled && da.ShuffleTrackingEnabled == nil {
			da.ShuffleTrackingEnabled = new(true)
		}
		return
	}
	if _, set := spec.SparkConf[confExecutorInstances]; !set && spec.Executor.Instances == nil {
		spec.Executor.Instances = new(defaultExecutorInstances)
	}
}

// dynamicAllocationEnabled is true where the typed field or the property says so. A typed field that says no does not
// hide the property, because it is not passed on to Spark and the property is.
func dynamicAllocationEnabled(spec *SparkApplicationSpec) bool {
	if spec.DynamicAllocation != nil && spec.DynamicAllocation.Enabled {
		return true
	}
	enabled, err := strconv.ParseBool(spec.SparkConf[confDynamicAllocationEnabled])
	return err == nil && enabled
}
