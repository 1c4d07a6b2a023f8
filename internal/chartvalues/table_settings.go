// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package chartvalues

// controllerValues are the settings of the controller.
func controllerValues() map[string]entry {
	return map[string]entry{
		"controller.replicas":                                    {int64(1), func(c *converter, v any) error { return number(v, func(n int64) { c.replicas[controllerName] = n }) }, ""},
		"controller.featureGates":                                {nil, featureGates, ""},
		"controller.leaderElection.enable":                       {true, inController("leaderElection.enabled"), ""},
		"controller.leaderElection.leaseDuration":                {"15s", inController("leaderElection.leaseDuration"), ""},
		"controller.leaderElection.renewDeadline":                {"10s", inController("leaderElection.renewDeadline"), ""},
		"controller.leaderElection.retryPeriod":                  {"2s", inController("leaderElection.retryPeriod"), ""},
		"controller.workers":                                     {int64(10), inController("workers"), ""},
		"controller.driverPodCreationGracePeriod":                {"10s", nil, "the API server is asked before a driver is called lost: there is nothing to wait for"},
		"controller.maxTrackedExecutorPerApp":                    {int64(1000), inController("maxTrackedExecutorPerApp"), ""},
		"controller.defaultTimeToLiveSeconds":                    {int64(0), inController("defaultTimeToLiveSeconds"), ""},
		"controller.driverPodDisruptionBudget.enable":            {false, inController("driverPodDisruptionBudget.enabled"), ""},
		"controller.scheduledSparkApplicationTimestampPrecision": {"nanos", nil, "runs are named by their slots, in seconds (docs/schedules.md)"},
		"controller.uiService.enable":                            {true, inController("uiService.enabled"), ""},
		"controller.uiIngress":                                   {nil, uiIngress, ""},
		"controller.batchScheduler":                              {nil, batchScheduler, ""},
		"controller.pprof":                                       {nil, pprof, ""},
		"controller.workqueueRateLimiter":                        {nil, unless(queuePreset, whyQueue), ""},
	}
}

// webhookValues are the settings of the webhook.
func webhookValues() map[string]entry {
	return map[string]entry{
		"webhook.enable": {true, func(c *converter, v any) error {
			return flag(v, func(on bool) { c.components["no-webhook"] = !on })
		}, ""},
		// The chart has one, and here are two, as none of them leads.
		"webhook.replicas":       {int64(1), func(c *converter, v any) error { return number(v, func(n int64) { c.replicas[webhookName] = n }) }, ""},
		"webhook.port":           {int64(9443), nil, whyPorts},
		"webhook.portName":       {"webhook", nil, whyPorts},
		"webhook.failurePolicy":  {"Ignore", nil, "the failure policy is Ignore: the controller makes the same checks (docs/adr/0002-webhook-failure-policy.md). Patch the webhook configurations for Fail"},
		"webhook.timeoutSeconds": {int64(10), nil, "requests are waited for five seconds; patch the webhook configurations for more"},
		"webhook.resourceQuotaEnforcement.enable": {false, func(c *converter, v any) error {
			return flag(v, func(bool) { c.webhook.set("resourceQuota", "Enforce") })
		}, ""},
	}
}

// metricsValues are about the binaries' own metrics.
func metricsValues() map[string]entry {
	return map[string]entry{
		"prometheus.metrics.enable":                  {true, func(c *converter, v any) error { return flag(v, func(bool) { c.both("metrics.bindAddress", "0") }) }, ""},
		"prometheus.metrics.port":                    {int64(8080), nil, "metrics are served on 8443, by TLS and to those who may read them (docs/metrics.md)"},
		"prometheus.metrics.portName":                {"metrics", nil, whyPorts},
		"prometheus.metrics.endpoint":                {"/metrics", nil, "the path is /metrics"},
		"prometheus.metrics.prefix":                  {nil, inController("metrics.prefix"), ""},
		"prometheus.metrics.labels":                  {"app_type", list("metrics.labels", word), ""},
		"prometheus.metrics.jobSubmitLatencyBuckets": {"0.5,1,2,4,8,16,32,64,128,256", list("metrics.jobSubmitLatencyBuckets", decimal), ""},
		"prometheus.metrics.jobStartLatencyBuckets":  {"30,60,90,120,150,180,210,240,270,300", list("metrics.jobStartLatencyBuckets", decimal), ""},
		"prometheus.podMonitor.create":               {false, component("prometheus"), "the component prometheus has ServiceMonitors in the place of the PodMonitor"},
		"prometheus.podMonitor.labels":               {nil, nil, whyMonitor},
		"prometheus.podMonitor.jobLabel":             {nil, unless(jobLabelPreset, whyMonitor), ""},
		"prometheus.podMonitor.podMetricsEndpoint":   {map[string]any{"scheme": "http", "interval": "5s"}, nil, whyMonitor},
	}
}

// What the chart has where it has whole objects.
var (
	securityPreset = []any{
		map[string]any{
			"readOnlyRootFilesystem": true, "privileged": false, "allowPrivilegeEscalation": false, "runAsNonRoot": true,
			"capabilities": map[string]any{"drop": []any{"ALL"}}, "seccompProfile": map[string]any{"type": "RuntimeDefault"},
		},
		map[string]any{
			"readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "runAsNonRoot": true,
			"capabilities": map[string]any{"drop": []any{"ALL"}}, "seccompProfile": map[string]any{"type": "RuntimeDefault"},
		},
	}
	queuePreset = []any{map[string]any{
		"bucketQPS": int64(50), "bucketSize": int64(500), "maxDelay": map[string]any{"enable": true, "duration": "6h"},
	}}
	submitterPreset = []any{map[string]any{
		"serviceUrl": "http://spark-operator-submitter-svc:8080/api/v1/spark-submit", "requestTimeout": "2m", "startupTimeout": "5m",
		"maxRetries": int64(3), "initialBackoff": "2s", "startupProbe": map[string]any{"periodSeconds": int64(5), "failureThreshold": int64(60)},
	}}
	jobLabelPreset = []any{"spark-operator-podmonitor"}
)
