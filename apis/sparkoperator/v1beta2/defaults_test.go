// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1beta2

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSetSparkApplicationDefaults(t *testing.T) {
	// defaulted is what an empty application becomes.
	defaulted := func(change func(app *SparkApplication)) SparkApplication {
		pod := SparkPodSpec{Cores: new(int32(1)), Memory: new("1g")}
		app := SparkApplication{Spec: SparkApplicationSpec{
			Type:          SparkApplicationTypeScala,
			Mode:          DeployModeCluster,
			RestartPolicy: RestartPolicy{Type: RestartPolicyNever},
			Driver:        DriverSpec{SparkPodSpec: *pod.DeepCopy()},
			Executor:      ExecutorSpec{SparkPodSpec: *pod.DeepCopy(), Instances: new(int32(1))},
		}}
		change(&app)
		return app
	}
	conf := func(pairs ...string) func(app *SparkApplication) {
		return func(app *SparkApplication) {
			app.Spec.SparkConf = map[string]string{}
			for i := 0; i < len(pairs); i += 2 {
				app.Spec.SparkConf[pairs[i]] = pairs[i+1]
			}
		}
	}

	tests := map[string]struct {
		given func(app *SparkApplication)
		want  func(app *SparkApplication)
	}{
		"an empty application gets everything": {
			given: func(*SparkApplication) {},
			want:  func(*SparkApplication) {},
		},
		"a running application too, so that replacing it by what it was made from changes nothing": {
			given: func(app *SparkApplication) { app.Status.AppState.State = ApplicationStateRunning },
			want:  func(app *SparkApplication) { app.Status.AppState.State = ApplicationStateRunning },
		},
		"OnFailure gets intervals": {
			given: func(app *SparkApplication) { app.Spec.RestartPolicy.Type = RestartPolicyOnFailure },
			want: func(app *SparkApplication) {
				app.Spec.RestartPolicy = RestartPolicy{
					Type: RestartPolicyOnFailure, OnFailureRetryInterval: new(int64(5)), OnSubmissionFailureRetryInterval: new(int64(5)),
				}
			},
		},
		"given intervals stay": {
			given: func(app *SparkApplication) {
				app.Spec.RestartPolicy = RestartPolicy{
					Type: RestartPolicyAlways, OnFailureRetryInterval: new(int64(7)), OnSubmissionFailureRetryInterval: new(int64(8)),
				}
			},
			want: func(app *SparkApplication) {
				app.Spec.RestartPolicy = RestartPolicy{
					Type: RestartPolicyAlways, OnFailureRetryInterval: new(int64(7)), OnSubmissionFailureRetryInterval: new(int64(8)),
				}
			},
		},
		"properties stand in for fields": {
			given: conf("spark.driver.cores", "2", "spark.driver.memory", "2g", "spark.executor.cores", "3",
				"spark.executor.memory", "3g", "spark.executor.instances", "4"),
			want: func(app *SparkApplication) {
				conf("spark.driver.cores", "2", "spark.driver.memory", "2g", "spark.executor.cores", "3",
					"spark.executor.memory", "3g", "spark.executor.instances", "4")(app)
				app.Spec.Driver, app.Spec.Executor = DriverSpec{}, ExecutorSpec{}
			},
		},
		"dynamic allocation by its field decides the number of executors": {
			given: func(app *SparkApplication) { app.Spec.DynamicAllocation = &DynamicAllocation{Enabled: true} },
			want: func(app *SparkApplication) {
				app.Spec.DynamicAllocation = &DynamicAllocation{Enabled: true, ShuffleTrackingEnabled: new(true)}
				app.Spec.Executor.Instances = nil
			},
		},
		"shuffle tracking that was turned off stays off": {
			given: func(app *SparkApplication) {
				app.Spec.DynamicAllocation = &DynamicAllocation{Enabled: true, ShuffleTrackingEnabled: new(false)}
			},
			want: func(app *SparkApplication) {
				app.Spec.DynamicAllocation = &DynamicAllocation{Enabled: true, ShuffleTrackingEnabled: new(false)}
				app.Spec.Executor.Instances = nil
			},
		},
		"dynamic allocation by property decides the number of executors": {
			given: conf("spark.dynamicAllocation.enabled", "true"),
			want: func(app *SparkApplication) {
				conf("spark.dynamicAllocation.enabled", "true")(app)
				app.Spec.Executor.Instances = nil
			},
		},
		"the property in another case is not Spark's": {
			given: conf("spark.dynamicallocation.enabled", "true"),
			want:  conf("spark.dynamicallocation.enabled", "true"),
		},
		"a field that is off does not hide a property that is on": {
			given: func(app *SparkApplication) {
				conf("spark.dynamicAllocation.enabled", "true")(app)
				app.Spec.DynamicAllocation = &DynamicAllocation{}
			},
			want: func(app *SparkApplication) {
				conf("spark.dynamicAllocation.enabled", "true")(app)
				app.Spec.DynamicAllocation = &DynamicAllocation{}
				app.Spec.Executor.Instances = nil
			},
		},
		"dynamic allocation that is off gets nothing": {
			given: func(app *SparkApplication) { app.Spec.DynamicAllocation = &DynamicAllocation{} },
			want:  func(app *SparkApplication) { app.Spec.DynamicAllocation = &DynamicAllocation{} },
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			var got SparkApplication
			tc.given(&got)
			SetSparkApplicationDefaults(&got)
			want := defaulted(tc.want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("application (-want +got):\n%s", diff)
			}
			SetSparkApplicationDefaults(&got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the second time changed something (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSetScheduledSparkApplicationDefaults(t *testing.T) {
	got := ScheduledSparkApplication{Spec: ScheduledSparkApplicationSpec{FailedRunHistoryLimit: new(int32(0))}}
	SetScheduledSparkApplicationDefaults(&got)
	want := ScheduledSparkApplication{Spec: ScheduledSparkApplicationSpec{
		SuccessfulRunHistoryLimit: new(int32(1)), FailedRunHistoryLimit: new(int32(0)),
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("schedule (-want +got):\n%s", diff)
	}
}

func TestDefaultsOfNothing(*testing.T) {
	SetSparkApplicationDefaults(nil)
	SetScheduledSparkApplicationDefaults(nil)
}
