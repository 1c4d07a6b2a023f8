// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package chartvalues

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// parse turns the text of a flag into a value of the chart.
type parse func(string) (any, error)

func asText(s string) (any, error) { return s, nil }

func asFlag(s string) (any, error) {
	if s == "" {
		return true, nil
	}
	return strconv.ParseBool(s)
}

func asNumber(s string) (any, error) { return strconv.ParseInt(s, 10, 64) }

func asList(s string) (any, error) {
	all := []any{}
	for item := range strings.SplitSeq(s, ",") {
		all = append(all, item)
	}
	return all, nil
}

func asJSON(s string) (any, error) {
	var v any
	err := json.Unmarshal([]byte(s), &v)
	return v, err
}

// asGates turns Name=true,Other=false into the chart's list.
func asGates(s string) (any, error) {
	gates := []any{}
	for item := range strings.SplitSeq(s, ",") {
		name, value, _ := strings.Cut(item, "=")
		on, err := strconv.ParseBool(value)
		if err != nil {
			return nil, err
		}
		gates = append(gates, map[string]any{"name": name, "enabled": on})
	}
	return gates, nil
}

// flagEntry is the value of the chart that stands for a flag.
type flagEntry struct {
	path  string
	parse parse
	// why says why there is none.
	why string
}

const (
	whyLease   = "the Lease is spark-operator-controller-lock in the operator's own namespace; set leaderElection.leaseName and leaseNamespace of the controller"
	whyTLS     = "TLS is of version 1.2 or later, with Go's own choice of ciphers"
	whyEffect  = "the flag had no effect"
	whySecrets = "certificate, Service and webhook configurations are those of config/; see certificate in docs/configuration.md"
	whyProbes  = "set health.bindAddress, and the port of the Deployment with it"
)

// shared are the flags of both binaries; $ stands for the one.
var shared = map[string]flagEntry{
	"namespaces": {"spark.jobNamespaces", asList, ""}, "kube-api-qps": {"$.kubeAPIQPS", asNumber, ""}, "kube-api-burst": {"$.kubeAPIBurst", asNumber, ""},
	"zap-log-level": {"$.logLevel", asText, ""}, "zap-encoder": {"$.logEncoder", asText, ""},
	"leader-election": {"$.leaderElection.enable", asFlag, ""}, "leader-election-lock-name": {why: whyLease}, "leader-election-lock-namespace": {why: whyLease},
	"enable-metrics": {"prometheus.metrics.enable", asFlag, ""}, "metrics-bind-address": {why: "set metrics.bindAddress, and the port of the Deployment with it"},
	"metrics-endpoint": {why: "the path is /metrics; " + whyEffect}, "health-probe-bind-address": {why: whyProbes},
	"secure-metrics": {why: "metrics are served by TLS, to those who may read them, unless metrics.secure is false"}, "pprof-bind-address": {why: "set pprof.bindAddress; it asks nobody who calls"},
	"metric-tls-min-version": {why: whyTLS}, "metric-tls-cipher-suites": {why: whyTLS}, "kubeconfig": {why: "the flag is the same; add it to the arguments of the Deployment"},
	"zap-devel": {why: "the flag is the same; add it to the arguments of the Deployment"}, "zap-stacktrace-level": {why: "the flag is the same; add it to the arguments of the Deployment"},
	"zap-time-encoding": {why: "the flag is the same; add it to the arguments of the Deployment"},
}

var ofController = map[string]flagEntry{
	"controller-threads": {"controller.workers", asNumber, ""}, "namespace-selector": {"spark.jobNamespaceSelector", asText, ""},
	"cache-sync-timeout": {why: "set cacheSyncTimeout of both configurations"}, "max-tracked-executor-per-app": {"controller.maxTrackedExecutorPerApp", asNumber, ""},
	"default-time-to-live-seconds": {"controller.defaultTimeToLiveSeconds", asNumber, ""}, "enable-driver-pdb": {"controller.driverPodDisruptionBudget.enable", asFlag, ""},
	"workqueue-ratelimiter-bucket-qps": {why: whyQueue}, "workqueue-ratelimiter-bucket-size": {why: whyQueue}, "workqueue-ratelimiter-max-delay": {why: whyQueue},
	"enable-batch-scheduler": {"controller.batchScheduler.enable", asFlag, ""}, "kube-scheduler-names": {"controller.batchScheduler.kubeSchedulerNames", asList, ""},
	"default-batch-scheduler": {"controller.batchScheduler.default", asText, ""}, "enable-ui-service": {"controller.uiService.enable", asFlag, ""},
	"ingress-class-name": {"controller.uiIngress.ingressClassName", asText, ""}, "ingress-url-format": {"controller.uiIngress.urlFormat", asText, ""},
	"ingress-tls": {"controller.uiIngress.tls", asJSON, ""}, "ingress-annotations": {"controller.uiIngress.annotations", asJSON, ""},
	"leader-election-lease-duration": {"controller.leaderElection.leaseDuration", asText, ""}, "leader-election-renew-deadline": {"controller.leaderElection.renewDeadline", asText, ""},
	"leader-election-retry-period": {"controller.leaderElection.retryPeriod", asText, ""}, "driver-pod-creation-grace-period": {"controller.driverPodCreationGracePeriod", asText, ""},
	"metrics-prefix": {"prometheus.metrics.prefix", asText, ""}, "metrics-labels": {"prometheus.metrics.labels", asText, ""},
	"metrics-job-submit-latency-buckets": {"prometheus.metrics.jobSubmitLatencyBuckets", asText, ""}, "metrics-job-start-latency-buckets": {"prometheus.metrics.jobStartLatencyBuckets", asText, ""},
	"scheduled-spark-application-timestamp-precision": {"controller.scheduledSparkApplicationTimestampPrecision", asText, ""}, "feature-gates": {"controller.featureGates", asGates, ""},
}

var ofWebhook = map[string]flagEntry{
	"webhook-port": {"webhook.port", asNumber, ""}, "enable-resource-quota-enforcement": {"webhook.resourceQuotaEnforcement.enable", asFlag, ""}, "enable-cert-manager": {"certManager.enable", asFlag, ""},
	"webhook-cert-dir": {why: whySecrets}, "webhook-cert-name": {why: whySecrets}, "webhook-key-name": {why: whySecrets}, "mutating-webhook-name": {why: whySecrets}, "validating-webhook-name": {why: whySecrets},
	"webhook-secret-name": {why: whySecrets}, "webhook-secret-namespace": {why: whySecrets}, "webhook-svc-name": {why: whySecrets}, "webhook-svc-namespace": {why: whySecrets},
	"webhook-tls-min-version": {why: whyTLS}, "webhook-tls-cipher-suites": {why: whyTLS},
	"controller-threads": {why: whyEffect}, "cache-sync-timeout": {why: whyEffect}, "label-selector-filter": {why: whyEffect}, "metrics-prefix": {why: whyEffect}, "metrics-labels": {why: whyEffect},
	"leader-election-lease-duration": {why: whyEffect}, "leader-election-renew-deadline": {why: whyEffect}, "leader-election-retry-period": {why: whyEffect},
}

// FromFlags returns the values of the chart that stand for the command line of a binary, controller or webhook, and
// notes on flags for which there are none.
func FromFlags(binary string, args []string) (map[string]any, []Note) {
	own := map[string]map[string]flagEntry{"controller": ofController, "webhook": ofWebhook}[binary]
	values := document{}
	var notes []Note
	for i := 0; i < len(args); i++ {
		flag, isFlag := strings.CutPrefix(args[i], "--")
		if !isFlag {
			continue // spark-operator controller start
		}
		name, value, given := strings.Cut(flag, "=")
		e, known := own[name]
		if !known {
			e, known = shared[name]
		}
		if !given && i+1 < len(args) && !strings.HasPrefix(args[i+1], "--") {
			i++
			value = args[i]
		}
		note := func(why string) { notes = append(notes, Note{Path: binary + " --" + name, Why: why}) }
		switch {
		case strings.HasPrefix(name, "submitter-"):
			note(whySubmitter)
		case !known:
			note("there is no such flag; correct or remove it")
		case e.path == "":
			note(e.why)
		default:
			parsed, err := e.parse(value)
			if err != nil {
				note(fmt.Sprintf("%q: %v", value, err))
				continue
			}
			values.set(strings.Replace(e.path, "$", binary, 1), parsed)
		}
	}
	if binary == "controller" {
		if ingress := values.at("controller", "uiIngress"); len(ingress) > 0 {
			ingress["enable"] = true
		}
		// Without the flag all namespaces are served, unlike by the chart without the value.
		if spark := values.at("spark"); spark["jobNamespaces"] == nil {
			spark["jobNamespaces"] = []any{""}
		}
	}
	return plain(values), notes
}

// Merge puts values over others.
func Merge(into, over map[string]any) {
	for key, value := range over {
		inner, isObject := value.(map[string]any)
		before, was := into[key].(map[string]any)
		if isObject && was {
			Merge(before, inner)
			continue
		}
		into[key] = value
	}
}

// plain turns documents into the maps that a YAML file gives.
func plain(d document) map[string]any {
	m := map[string]any{}
	for key, value := range d {
		if inner, isDocument := value.(document); isDocument {
			if len(inner) > 0 {
				m[key] = plain(inner)
			}
			continue
		}
		m[key] = value
	}
	return m
}
