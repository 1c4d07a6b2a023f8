// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package chartvalues

import "maps"

// entry is what a value becomes.
type entry struct {
	// preset is what the chart has unless it is told otherwise; nil for nothing.
	preset any
	// apply converts the value; nil where it has no counterpart.
	apply func(*converter, any) error
	// why says why there is no counterpart, or what to know beside the conversion.
	why string
}

// Reasons that several values share.
const (
	whyImages    = "this operator has images of its own: see docs/install.md, and images of kustomize for a registry of yours"
	whyNames     = "names are spark-operator-controller and spark-operator-webhook; other manifests refer to them"
	whyHook      = "CRDs are small enough to be applied with everything else: there is no job for them"
	whySubmitter = "there is no separate submitter; how drivers are made is submission of the controller's configuration"
	whyQueue     = "events are not rate limited, only failures are, each object for itself"
	whySecurity  = "the pods comply with the restricted Pod Security Standard; patch the Deployment for another context"
	whyRBAC      = "roles are those of config/rbac, or of the component namespaced"
	whyPorts     = "ports and their names are those of config/; a Service or ServiceMonitor refers to them"
	whyMonitor   = "the component prometheus has ServiceMonitors with labels, port and interval of its own; patch them"
)

// ownVolumes are those that the chart's values begin with; here the Deployments have their own.
var ownVolumes = []string{"tmp", "serving-certs"}

// table says of each value of the chart what becomes of it.
var table = join(general(), pods("controller", controllerName, "controller"), pods("webhook", webhookName, "webhook"), controllerValues(), webhookValues(), metricsValues())

func join(parts ...map[string]entry) map[string]entry {
	all := map[string]entry{}
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return all
}

func general() map[string]entry {
	return map[string]entry{
		"nameOverride":                     {nil, nil, whyNames},
		"fullnameOverride":                 {nil, nil, whyNames},
		"commonLabels":                     {nil, func(c *converter, v any) error { return object(v, c.labels) }, ""},
		"image.registry":                   {"ghcr.io", nil, whyImages},
		"image.repository":                 {"kubeflow/spark-operator/controller", nil, whyImages},
		"image.tag":                        {nil, nil, whyImages},
		"image.pullPolicy":                 {"IfNotPresent", pullPolicy, ""},
		"image.pullSecrets":                {nil, pullSecrets, ""},
		"hook":                             {nil, hook, ""},
		"submitter":                        {nil, unless(submitterPreset, whySubmitter), ""},
		"spark.jobNamespaces":              {[]any{"default"}, jobNamespaces, ""},
		"spark.jobNamespaceSelector":       {nil, namespaceSelector, ""},
		"spark.serviceAccount.create":      {true, func(c *converter, v any) error { return flag(v, func(on bool) { c.noDrivers = c.noDrivers || !on }) }, ""},
		"spark.serviceAccount.name":        {nil, driversAccount, ""},
		"spark.serviceAccount.annotations": {nil, nil, "annotate the service account of config/rbac/spark by a patch in each folder of drivers/"},
		"spark.serviceAccount.automountServiceAccountToken": {true, nil, "drivers call the API server and need the token"},
		"spark.rbac.create":       {true, func(c *converter, v any) error { return flag(v, func(on bool) { c.noDrivers = c.noDrivers || !on }) }, ""},
		"spark.rbac.annotations":  {nil, nil, whyRBAC},
		"certManager.enable":      {false, component("cert-manager"), ""},
		"certManager.issuerRef":   {nil, func(c *converter, v any) error { return object(v, c.certificates.at("issuerRef")) }, ""},
		"certManager.duration":    {nil, func(c *converter, v any) error { return text(v, func(s string) { c.certificates["duration"] = s }) }, ""},
		"certManager.renewBefore": {nil, func(c *converter, v any) error { return text(v, func(s string) { c.certificates["renewBefore"] = s }) }, ""},
	}
}

// pods are the values that shape the pods of a binary.
func pods(key, deployment, container string) map[string]entry {
	pod := func(field string) func(*converter, any) error {
		return func(c *converter, v any) error {
			c.pod(deployment).set(field, v)
			return nil
		}
	}
	of := func(field string) func(*converter, any) error {
		return func(c *converter, v any) error {
			c.container(deployment, container).set(field, v)
			return nil
		}
	}
	inner := map[string]entry{
		"replicas": {nil, func(c *converter, v any) error { return number(v, func(n int64) { c.replicas[deployment] = n }) }, ""},
		"revisionHistoryLimit": {int64(10), func(c *converter, v any) error {
			c.deployment(deployment).set("spec.revisionHistoryLimit", v)
			return nil
		}, ""},
		"labels": {nil, func(c *converter, v any) error {
			return object(v, c.deployment(deployment).at("spec", "template", "metadata", "labels"))
		}, ""},
		"annotations": {nil, func(c *converter, v any) error {
			return object(v, c.deployment(deployment).at("spec", "template", "metadata", "annotations"))
		}, ""},
		"deploymentAnnotations": {nil, func(c *converter, v any) error {
			return object(v, c.deployment(deployment).at("metadata", "annotations"))
		}, ""},
		"nodeSelector":              {nil, pod("nodeSelector"), ""},
		"affinity":                  {nil, pod("affinity"), ""},
		"tolerations":               {nil, pod("tolerations"), ""},
		"priorityClassName":         {nil, pod("priorityClassName"), ""},
		"hostUsers":                 {nil, pod("hostUsers"), ""},
		"topologySpreadConstraints": {nil, pod("topologySpreadConstraints"), ""},
		"env":                       {nil, of("env"), ""},
		"envFrom":                   {nil, of("envFrom"), ""},
		"resources":                 {nil, of("resources"), "is written as it is; where it limits memory, set the variable GOMEMLIMIT to nine tenths of the limit, or less for spark-submit"},
		"sidecars":                  {nil, func(c *converter, v any) error { return c.sidecars(deployment, v) }, ""},
		"volumes": {nil, func(c *converter, v any) error {
			return named(func() document { return c.pod(deployment) }, "volumes", v, ownVolumes...)
		}, ""},
		"volumeMounts": {nil, func(c *converter, v any) error {
			return named(func() document { return c.container(deployment, container) }, "volumeMounts", v, ownVolumes...)
		}, ""},
		"kubeAPIQPS":   {int64(20), both("clientConnection.qps", key), ""},
		"kubeAPIBurst": {int64(30), both("clientConnection.burst", key), ""},
		"logLevel":     {"info", argument(deployment, container, "--zap-log-level"), ""},
		"logEncoder":   {"console", argument(deployment, container, "--zap-encoder"), ""},
	}
	return below(key, join(inner, surroundings(deployment)))
}

// surroundings are the values about what belongs to the pods of a binary.
func surroundings(deployment string) map[string]entry {
	return map[string]entry{
		"podSecurityContext":                          {map[string]any{"fsGroup": int64(185)}, nil, whySecurity},
		"securityContext":                             {nil, unless(securityPreset, whySecurity), ""},
		"serviceAccount.create":                       {true, nil, whyNames},
		"serviceAccount.name":                         {nil, nil, whyNames},
		"serviceAccount.annotations":                  {nil, func(c *converter, v any) error { return object(v, c.account(deployment).at("metadata", "annotations")) }, ""},
		"serviceAccount.automountServiceAccountToken": {true, nil, "the binary calls the API server and needs the token"},
		"rbac.create":                                 {true, nil, whyRBAC},
		"rbac.annotations":                            {nil, nil, whyRBAC},
		"leaderElection.enable":                       {true, nil, "the webhook elects nobody: every replica serves"},
		"podDisruptionBudget.enable":                  {false, nil, "the webhook has a PodDisruptionBudget (config/webhook), and the controller, of which one works, needs none"},
		"podDisruptionBudget.minAvailable":            {int64(1), nil, "the webhook's PodDisruptionBudget (config/webhook) keeps one; patch it for more"},
	}
}

// below returns entries whose paths are below a key.
func below(key string, entries map[string]entry) map[string]entry {
	all := map[string]entry{}
	for name, e := range entries {
		all[key+"."+name] = e
	}
	return all
}
