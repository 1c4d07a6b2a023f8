// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// fieldOver returns the field that sets a property in place of sparkConf, by its path below the spec; nothing where no
// field does.
func (p *Plan) fieldOver(key string) string {
	if field := fieldsOver[key]; field != "" {
		return field
	}
	for _, list := range listFields {
		if list.key == key {
			return "deps." + list.name
		}
	}
	for _, role := range []struct {
		keys roleKeys
		pod  *v1beta2.SparkPodSpec
	}{
		{driverKeys, &p.app.Spec.Driver.SparkPodSpec}, {executorKeys, &p.app.Spec.Executor.SparkPodSpec},
	} {
		if field := fieldOfRole(p.app, role.keys, role.pod, key); field != "" {
			return field
		}
	}
	for prefix, field := range map[string]string{
		sparkconf.HadoopPrefix: "hadoopConf", sparkconf.NodeSelectorPrefix: "nodeSelector",
		sparkconf.DriverServiceLabelPrefix: "driver.serviceLabels", sparkconf.DriverServiceAnnotPrefix: "driver.serviceAnnotations",
	} {
		if name, found := strings.CutPrefix(key, prefix); found {
			return field + "[" + name + "]"
		}
	}
	return ""
}

// fieldsOver are the fields by the property that they set, but for those of both roles.
var fieldsOver = map[string]string{
	sparkconf.DriverPodName:                    "driver.podName",
	sparkconf.ExecutorInstances:                "executor.instances",
	sparkconf.ExecutorDeleteOnTermination:      "executor.deleteOnTermination",
	sparkconf.ExecutorGracePeriod:              "executor.terminationGracePeriodSeconds",
	sparkconf.DynamicAllocationEnabled:         "dynamicAllocation.enabled",
	sparkconf.DynamicAllocationInitial:         "dynamicAllocation.initialExecutors",
	sparkconf.DynamicAllocationMin:             "dynamicAllocation.minExecutors",
	sparkconf.DynamicAllocationMax:             "dynamicAllocation.maxExecutors",
	sparkconf.DynamicAllocationShuffleTracking: "dynamicAllocation.shuffleTrackingEnabled",
	sparkconf.DynamicAllocationTrackingTimeout: "dynamicAllocation.shuffleTrackingTimeout",
	sparkconf.HadoopConfigMap:                  "hadoopConfigMap",
	sparkconf.HadoopConfigMapPassed:            "hadoopConfigMap",
	sparkconf.MetricsConf:                      "monitoring",
	sparkconf.MetricsNamespace:                 "monitoring",
}

func fieldOfRole(app *v1beta2.SparkApplication, keys roleKeys, pod *v1beta2.SparkPodSpec, key string) string {
	for field, of := range map[string]string{
		"cores": keys.cores, "coreRequest": keys.requestCores, "coreLimit": keys.limitCores, "memory": keys.memory, "memoryOverhead": keys.memoryOverhead,
		"serviceAccount": keys.serviceAccount, "schedulerName": keys.schedulerName, "securityContext.allowPrivilegeEscalation": keys.escalation,
	} {
		if of == key {
			return keys.name + "." + field
		}
	}
	return entryOfRole(app, keys, pod, key)
}

// entryOfRole returns the entry of a map or list of a role that sets a property.
func entryOfRole(app *v1beta2.SparkApplication, keys roleKeys, pod *v1beta2.SparkPodSpec, key string) string {
	name := keys.name
	in := func(entries map[string]string) func(string) bool {
		return func(entry string) bool { _, found := entries[entry]; return found }
	}
	variable := func(entry string) bool {
		return slices.ContainsFunc(pod.Env, func(v corev1.EnvVar) bool { return v.Name == entry })
	}
	reference := func(entry string) bool { _, found := pod.EnvSecretKeyRefs[entry]; return found }
	secret := func(entry string) bool {
		return slices.ContainsFunc(pod.Secrets, func(s v1beta2.SecretInfo) bool { return s.Name == entry })
	}
	for _, entries := range []struct {
		prefix, path string
		has          func(string) bool
	}{
		{keys.label, name + ".labels", in(pod.Labels)},
		{keys.label, "metadata.labels", in(app.Labels)},
		{keys.annotation, name + ".annotations", in(pod.Annotations)},
		{keys.env, name + ".env", variable},
		{keys.env, name + ".envVars", in(pod.EnvVars)},
		{keys.secretKeyRefs, name + ".env", variable},
		{keys.secretKeyRefs, name + ".envSecretKeyRefs", reference},
		{keys.nodeSelector, name + ".nodeSelector", in(pod.NodeSelector)},
		{keys.secrets, name + ".secrets", secret},
	} {
		if entry, found := strings.CutPrefix(key, entries.prefix); found && entries.has(entry) {
			return entries.path + "[" + entry + "]"
		}
	}
	switch {
	case strings.HasPrefix(key, keys.volumes):
		return name + ".volumeMounts"
	case strings.HasPrefix(key, keys.annotation) && app.Spec.Monitoring != nil:
		return "monitoring"
	}
	return ""
}
