// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package migration

import (
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// difference is something that both operators do with a field, in different ways.
type difference struct {
	// path of the field below the spec.
	path []string
	// concerns reports whether it makes a difference to an application.
	concerns func(spec *v1beta2.SparkApplicationSpec) bool
	message  string
}

// known are the differences in what a spec does. docs/migrating.md has the same list, and a test compares them.
var known = []difference{
	{
		[]string{"restartPolicy", "onFailureRetryInterval"},
		func(spec *v1beta2.SparkApplicationSpec) bool {
			retries := spec.RestartPolicy.OnFailureRetries
			return spec.RestartPolicy.Type == v1beta2.RestartPolicyOnFailure && retries != nil && *retries > 1
		},
		"the wait doubles with each retry, up to five minutes, and is counted from the end of the run; it grew by the interval, counted from the submission. " +
			"Set maxRetryIntervalSeconds to limit it",
	},
	{
		[]string{"restartPolicy", "onSubmissionFailureRetryInterval"},
		func(spec *v1beta2.SparkApplicationSpec) bool {
			retries := spec.RestartPolicy.OnSubmissionFailureRetries
			return spec.RestartPolicy.Type == v1beta2.RestartPolicyOnFailure && retries != nil && *retries > 1
		},
		"the wait doubles with each retry, up to five minutes; it grew by the interval. Set maxRetryIntervalSeconds to limit it",
	},
	{
		[]string{"restartPolicy", "type"},
		func(spec *v1beta2.SparkApplicationSpec) bool {
			return spec.RestartPolicy.Type == v1beta2.RestartPolicyAlways
		},
		"after runs that fail in a row the wait doubles, up to five minutes; it grew by the interval. Set maxRetryIntervalSeconds to limit it",
	},
	{
		[]string{"driver", "sidecars"},
		func(spec *v1beta2.SparkApplicationSpec) bool { return len(spec.Driver.Sidecars) > 0 },
		"the application ends when Spark's container does, and sidecars that run on are ended five minutes later; it could go unnoticed while a sidecar ran. Set timeouts.sidecarsSeconds for another time",
	},
}

// policyMessage is about schedules that do not say what to do with a run that is due while another is under way.
const policyMessage = "is Allow where it is not set, and each run is made when it is due; after the first run, none was. Set Allow, Forbid or Replace"

// differences returns what of an application, whose spec stands at path, the operators do in different ways.
func differences(spec *v1beta2.SparkApplicationSpec, labels map[string]string, path *field.Path) []Finding {
	var found []Finding
	for _, d := range known {
		if d.concerns(spec) {
			found = append(found, Finding{Effect: Differs, Field: path.Child(d.path[0], d.path[1:]...).String(), Message: d.message})
		}
	}
	return append(found, labelsLeftOut(labels)...)
}

// labelsLeftOut returns the labels that pods do not take from their application unless the operator is told so.
func labelsLeftOut(labels map[string]string) []Finding {
	patterns := configv1alpha1.DefaultControllerConfiguration().PodLabels.Exclude
	var keys []string
	for key := range labels {
		if sparklabels.MatchesAny(key, patterns) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	var found []Finding
	for _, key := range keys {
		found = append(found, Finding{
			Effect: Differs, Field: field.NewPath("metadata", "labels").Key(key).String(),
			Message: "pods do not have this label of a GitOps tool, which would take them for its own; for another choice set podLabels.exclude of the controller",
		})
	}
	return found
}
