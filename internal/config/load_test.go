// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
)

const (
	controllerHead = "apiVersion: config.sparkoperator.k8s.io/v1alpha1\nkind: ControllerConfiguration\n"
	webhookHead    = "apiVersion: config.sparkoperator.k8s.io/v1alpha1\nkind: WebhookConfiguration\n"
)

func TestLoadController(t *testing.T) {
	tests := map[string]struct {
		file string
		want func(c *configv1alpha1.ControllerConfiguration)
	}{
		"an empty file is the defaults": {
			want: func(*configv1alpha1.ControllerConfiguration) {},
		},
		"zero and false count as given": {
			file: "maxTrackedExecutorPerApp: 0\nmetrics: {secure: false}\nleaderElection: {enabled: false}\n",
			want: func(c *configv1alpha1.ControllerConfiguration) {
				c.MaxTrackedExecutorPerApp = 0
				c.Metrics.Secure = false
				c.LeaderElection.Enabled = false
			},
		},
		"an empty list of labels is no label": {
			file: "metrics: {labels: []}\n",
			want: func(c *configv1alpha1.ControllerConfiguration) { c.Metrics.Labels = []string{} },
		},
		"everything can be set": {
			file: `
namespaces: [default, team-a]
cacheSyncTimeout: 30s
clientConnection: {qps: -1, burst: 0}
health: {bindAddress: "127.0.0.1:9001"}
metrics: {bindAddress: "[::]:9002", secure: true, certDir: /certs, prefix: a_, labels: [team, namespace], jobSubmitLatencyBuckets: [1, 2], jobStartLatencyBuckets: [0.5]}
pprof: {bindAddress: "localhost:6060"}
leaderElection: {enabled: true, leaseName: lock, leaseNamespace: ops, leaseDuration: 1m, renewDeadline: 30s, retryPeriod: 5s}
submission: {mode: SparkSubmit, lockMode: true, executorDryRun: false, sparkSubmit: {workers: 4, timeout: 5m, uploads: {dir: /uploads, path: "s3a://bucket/uploads"}}}
batchScheduler: {enabled: [volcano, yunikorn], kubeSchedulers: [gang-scheduler], default: volcano}
uiService: {enabled: true}
uiIngress: {urlFormat: "{{$appName}}.example.com", className: nginx, annotations: {a: b}, tls: [{hosts: ["*.example.com"], secretName: tls}]}
driverPodDisruptionBudget: {enabled: true}
workers: 3
maxTrackedExecutorPerApp: 10
defaultTimeToLiveSeconds: 3600
retries: {maxInterval: 10m}
podLabels: {exclude: [team]}
timeouts: {driverPending: 20m, executorsPending: 30m, executorsRefused: 10m, run: 24h, sidecars: 0s, executorsEnd: 10s, cleanup: 1m}
`,
			want: func(c *configv1alpha1.ControllerConfiguration) {
				c.SharedConfiguration = configv1alpha1.SharedConfiguration{
					Namespaces:       []string{"default", "team-a"},
					CacheSyncTimeout: duration(30 * time.Second),
					ClientConnection: configv1alpha1.ClientConnection{QPS: -1},
					Health:           configv1alpha1.Health{BindAddress: "127.0.0.1:9001"},
					Metrics: configv1alpha1.Metrics{
						BindAddress: "[::]:9002", Secure: true, CertDir: "/certs", Prefix: "a_", Labels: []string{"team", "namespace"},
						JobSubmitLatencyBuckets: []float64{1, 2}, JobStartLatencyBuckets: []float64{0.5},
					},
					Pprof: configv1alpha1.Pprof{BindAddress: "localhost:6060"},
				}
				c.LeaderElection = configv1alpha1.LeaderElection{
					Enabled: true, LeaseName: "lock", LeaseNamespace: "ops",
					LeaseDuration: duration(time.Minute), RenewDeadline: duration(30 * time.Second), RetryPeriod: duration(5 * time.Second),
				}
				c.Submission = configv1alpha1.Submission{
					Mode:        configv1alpha1.SubmissionSparkSubmit,
					LockMode:    true,
					SparkSubmit: configv1alpha1.SparkSubmit{Workers: 4, Timeout: duration(5 * time.Minute), Uploads: configv1alpha1.Uploads{Dir: "/uploads", Path: "s3a://bucket/uploads"}},
				}
				c.BatchScheduler = configv1alpha1.BatchScheduler{
					Enabled: []string{"volcano", "yunikorn"}, KubeSchedulers: []string{"gang-scheduler"}, Default: "volcano",
				}
				c.PodLabels.Exclude = []string{"team"}
				c.UIIngress = configv1alpha1.UIIngress{
					URLFormat: "{{$appName}}.example.com", ClassName: "nginx", Annotations: map[string]string{"a": "b"},
					TLS: []networkingv1.IngressTLS{{Hosts: []string{"*.example.com"}, SecretName: "tls"}},
				}
				c.DriverPodDisruptionBudget.Enabled = true
				c.Workers, c.MaxTrackedExecutorPerApp, c.DefaultTimeToLiveSeconds = 3, 10, 3600
				c.Retries = configv1alpha1.Retries{MaxInterval: duration(10 * time.Minute)}
				c.Timeouts = configv1alpha1.Timeouts{
					Submission: duration(1800 * time.Second), DriverPending: duration(20 * time.Minute), ExecutorsPending: duration(30 * time.Minute), ExecutorsRefused: duration(10 * time.Minute), Run: duration(24 * time.Hour),
					ExecutorsEnd: duration(10 * time.Second), Cleanup: duration(time.Minute),
				}
			},
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			want := configv1alpha1.DefaultControllerConfiguration()
			tc.want(want)
			got, err := LoadController(write(t, controllerHead+tc.file))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("configuration (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLoadWebhook(t *testing.T) {
	want := configv1alpha1.DefaultWebhookConfiguration()
	want.Port = 443
	want.Certificate.Mode = configv1alpha1.CertificateMounted
	want.Certificate.Dir = "/certs"
	got, err := LoadWebhook(write(t, webhookHead+"port: 443\ncertificate: {mode: Mounted, dir: /certs}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
}

func TestNoFileMeansTheDefaults(t *testing.T) {
	controller, err := LoadController("")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(configv1alpha1.DefaultControllerConfiguration(), controller); diff != "" {
		t.Errorf("controller (-want +got):\n%s", diff)
	}
	webhook, err := LoadWebhook("")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(configv1alpha1.DefaultWebhookConfiguration(), webhook); diff != "" {
		t.Errorf("webhook (-want +got):\n%s", diff)
	}
}

// TestDefaultsSurviveAFile writes the defaults down and reads them back, so that a printed configuration can be used as
// a file.
func TestDefaultsSurviveAFile(t *testing.T) {
	want := configv1alpha1.DefaultControllerConfiguration()
	file, err := yaml.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := LoadController(write(t, string(file)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}
}

func TestLoadControllerErrors(t *testing.T) {
	tests := map[string]struct {
		file string
		want []string
	}{
		"an unknown key is named with its path": {
			file: controllerHead + "metrics: {bindAdress: ':1'}\n",
			want: []string{`unknown field "metrics.bindAdress"`},
		},
		"every unknown key is named": {
			file: controllerHead + "wokers: 1\nThreads: 2\n",
			want: []string{`unknown field "wokers"`, `unknown field "Threads"`},
		},
		"keys are case sensitive": {
			file: controllerHead + "Workers: 1\n",
			want: []string{`unknown field "Workers"`},
		},
		"a key that is given twice": {
			file: controllerHead + "workers: 1\nworkers: 2\n",
			want: []string{`key "workers" already set`},
		},
		"a value of another type": {
			file: controllerHead + "workers: many\n",
			want: []string{"cannot unmarshal string", "workers"},
		},
		"submission": {
			file: controllerHead + "submission: {mode: Fast, sparkSubmit: {workers: 0, timeout: 0s}}\n",
			want: []string{`submission.mode: Unsupported value: "Fast": supported values: "Auto", "Native", "SparkSubmit"`,
				"submission.sparkSubmit.workers", "submission.sparkSubmit.timeout"},
		},
		"labels that are no names": {
			file: controllerHead + "podLabels: {exclude: [team, '*']}\n",
			want: []string{`podLabels.exclude[1]: Invalid value: "*": use the name of a label, such as team, or the beginning of names before a *`},
		},
		"a scheduler that cannot be": {
			file: controllerHead + "batchScheduler: {enabled: [volcano, Volcano, volcano], kubeSchedulers: [yunikorn, Gangs!], default: Volcano!}\n",
			want: []string{`batchScheduler.enabled[1]: Unsupported value: "Volcano": supported values: "volcano", "yunikorn"`, `batchScheduler.enabled[2]: Duplicate value: "volcano"`,
				`batchScheduler.kubeSchedulers[0]: Invalid value: "yunikorn": it is no kube-scheduler; name it in enabled`, `batchScheduler.kubeSchedulers[1]: Invalid value: "Gangs!"`,
				`batchScheduler.default: Invalid value: "Volcano!": it is not enabled; use one of `},
		},
		"a default that is not enabled": {
			file: controllerHead + "batchScheduler: {default: volcano}\n",
			want: []string{`batchScheduler.default: Invalid value: "volcano": no batch scheduler is enabled; add it to enabled or kubeSchedulers`},
		},
		"a web UI that no Ingress could serve": {
			file: controllerHead + "uiIngress: {urlFormat: '{{$app}}', className: Nginx, annotations: {'a/b/c': d}, tls: [{hosts: [a_b], secretName: T}]}\n",
			want: []string{`uiIngress.urlFormat: Invalid value: "{{$app}}": only {{$appName}}, {{$appNamespace}} and {{$appId}} are filled in`,
				`uiIngress.className: Invalid value: "Nginx"`, `uiIngress.annotations: Invalid value: "a/b/c"`,
				`uiIngress.tls[0].hosts[0]: Invalid value: "a_b"`, `uiIngress.tls[0].secretName: Invalid value: "T"`},
		},
		"one URL for all web UIs": {
			file: controllerHead + "uiIngress: {urlFormat: spark.example.com}\n",
			want: []string{`uiIngress.urlFormat: Invalid value: "spark.example.com": all web UIs would have the same URL; use {{$appName}} or {{$appId}} in it`},
		},
		"an Ingress that leads to no Service": {
			file: controllerHead + "uiService: {enabled: false}\nuiIngress: {urlFormat: '{{$appName}}.example.com'}\n",
			want: []string{`uiIngress.urlFormat: Invalid value: "{{$appName}}.example.com": has no effect while uiService.enabled is false`},
		},
		"not YAML": {
			file: "{",
			want: []string{"yaml"},
		},
		"the other binary's file": {
			file: webhookHead + "port: 443\n",
			want: []string{`kind is "WebhookConfiguration", want "config.sparkoperator.k8s.io/v1alpha1" and "ControllerConfiguration"`},
		},
		"no apiVersion and kind": {
			file: "workers: 1\n",
			want: []string{`apiVersion is "" and kind is ""`},
		},
		"a namespace that cannot exist": {
			file: controllerHead + "namespaces: [Team_A]\n",
			want: []string{`namespaces[0]: Invalid value: "Team_A": a lowercase RFC 1123 label`},
		},
		"the empty namespace": {
			file: controllerHead + "namespaces: [default, '']\n",
			want: []string{`namespaces[1]: Invalid value: "": to serve all namespaces, leave the list empty`},
		},
		"a namespace given twice": {
			file: controllerHead + "namespaces: [default, default]\n",
			want: []string{`namespaces[1]: Duplicate value: "default"`},
		},
		"namespaces in two ways": {
			file: controllerHead + "namespaces: [default]\nnamespaceSelector: {matchLabels: {team: a}}\n",
			want: []string{`namespaceSelector: Forbidden: cannot be combined with namespaces; remove one of them`},
		},
		"a selector that selects by nothing": {
			file: controllerHead + "namespaceSelector: {}\n",
			want: []string{`namespaceSelector: Required value: it selects by nothing; to serve all namespaces, remove it`},
		},
		"a selector that nothing can match": {
			file: controllerHead + "namespaceSelector: {matchLabels: {'-': a}, matchExpressions: [{key: b, operator: Is}]}\n",
			want: []string{`namespaceSelector.matchLabels: Invalid value: "-"`, `namespaceSelector.matchExpressions[0].operator: Invalid value: "Is"`},
		},
		"no workers": {
			file: controllerHead + "workers: 0\n",
			want: []string{`workers: Invalid value: 0: must be at least 1`},
		},
		"a negative number of tracked executors": {
			file: controllerHead + "maxTrackedExecutorPerApp: -1\n",
			want: []string{`maxTrackedExecutorPerApp: Invalid value: -1: must be at least 0`},
		},
		"a negative time to live": {
			file: controllerHead + "defaultTimeToLiveSeconds: -1\n",
			want: []string{`defaultTimeToLiveSeconds: Invalid value: -1: must be at least 0`},
		},
		"uploads of the controller's own files, to where no driver can read": {
			file: controllerHead + "submission: {sparkSubmit: {uploads: {dir: /var/run/secrets/x, path: /uploads}}}\n",
			want: []string{`submission.sparkSubmit.uploads.dir: Invalid value: "/var/run/secrets/x": has files of the controller's own`,
				`submission.sparkSubmit.uploads.path: Invalid value: "/uploads": must be a URL that drivers can read`},
		},
		"uploads of everything": {
			file: controllerHead + "submission: {sparkSubmit: {uploads: {dir: /}}}\n",
			want: []string{`submission.sparkSubmit.uploads.dir: Invalid value: "/": has files of the controller's own`},
		},
		"uploads of a relative directory": {
			file: controllerHead + "submission: {sparkSubmit: {uploads: {dir: uploads}}}\n",
			want: []string{`submission.sparkSubmit.uploads.dir: Invalid value: "uploads": must be an absolute path`},
		},
		"a place to upload to and nothing to upload": {
			file: controllerHead + "submission: {sparkSubmit: {uploads: {path: \"s3a://bucket/uploads\"}}}\n",
			want: []string{`submission.sparkSubmit.uploads.path: Invalid value: "s3a://bucket/uploads": has no effect without dir`},
		},
		"no longest time before a retry, and negative timeouts": {
			file: controllerHead + "retries: {maxInterval: 0s}\ntimeouts: {run: -1s, cleanup: -1m}\n",
			want: []string{`retries.maxInterval: Invalid value: "0s": must be greater than zero`,
				`timeouts.run: Invalid value: "-1s": must not be negative; 0 means no limit`, `timeouts.cleanup: Invalid value: "-1m0s"`},
		},
		"no time to sync": {
			file: controllerHead + "cacheSyncTimeout: 0s\n",
			want: []string{`cacheSyncTimeout: Invalid value: "0s": must be greater than zero, for example "30s"`},
		},
		"no requests": {
			file: controllerHead + "clientConnection: {qps: 0}\n",
			want: []string{`clientConnection.qps: Invalid value: 0: must be at least 1, or -1 for no limit`},
		},
		"a burst below the rate": {
			file: controllerHead + "clientConnection: {qps: 50, burst: 10}\n",
			want: []string{`clientConnection.burst: Invalid value: 10: must be at least qps, which is 50`},
		},
		"an address without a port": {
			file: controllerHead + "health: {bindAddress: '8081'}\n",
			want: []string{`health.bindAddress: Invalid value: "8081": must be host:port, for example ":8443", or "0" to turn it off`},
		},
		"a port out of range": {
			file: controllerHead + "pprof: {bindAddress: ':70000'}\n",
			want: []string{`pprof.bindAddress: Invalid value: ":70000": must be host:port`},
		},
		"two endpoints on one port": {
			file: controllerHead + "pprof: {bindAddress: 'localhost:8443'}\n",
			want: []string{`pprof.bindAddress: Invalid value: "localhost:8443": uses the same port as metrics.bindAddress; choose another`},
		},
		"a certificate for metrics without TLS": {
			file: controllerHead + "metrics: {secure: false, certDir: certs}\n",
			want: []string{
				`metrics.certDir: Invalid value: "certs": must be an absolute path`,
				`metrics.certDir: Invalid value: "certs": has no effect while metrics.secure is false; remove one of them`,
			},
		},
		"metrics that Prometheus could not read": {
			file: controllerHead + "metrics: {prefix: 'a-', labels: [app.type, a/b/c, app_type, state, 1a, 1A]}\n",
			want: []string{
				`metrics.prefix: Invalid value: "a-": must begin with a letter, _ or : and go on with letters, digits, _ or :`,
				`metrics.labels[1]: Invalid value: "a/b/c": is no label that an application can have`,
				`metrics.labels[2]: Invalid value: "app_type": becomes the label app_type, and so does "app.type"; remove one of them`,
				`metrics.labels[3]: Invalid value: "state": becomes the label state, which is reserved; choose another`,
			},
		},
		"buckets that do not rise": {
			file: controllerHead + "metrics: {jobSubmitLatencyBuckets: [0, 2, 1], jobStartLatencyBuckets: []}\n",
			want: []string{
				`metrics.jobSubmitLatencyBuckets[0]: Invalid value: 0: must be greater than 0`,
				`metrics.jobSubmitLatencyBuckets[2]: Invalid value: 1: must be greater than 2`,
				`metrics.jobStartLatencyBuckets: Required value: give upper bounds in seconds`,
			},
		},
		"a lease nobody could keep": {
			file: controllerHead + "leaderElection: {leaseName: '', leaseNamespace: A, leaseDuration: 10ms, renewDeadline: 1s, retryPeriod: 0s}\n",
			want: []string{
				`leaderElection.leaseName: Invalid value: ""`,
				`leaderElection.leaseNamespace: Invalid value: "A"`,
				`leaderElection.leaseDuration: Invalid value: "10ms": must be at least 1s`,
				`leaderElection.retryPeriod: Invalid value: "0s": must be greater than zero`,
				`leaderElection.renewDeadline: Invalid value: "1s": must be less than leaseDuration, which is 10ms`,
			},
		},
		"a leader that retries too rarely": {
			file: controllerHead + "leaderElection: {retryPeriod: 9s}\n",
			want: []string{`leaderElection.renewDeadline: Invalid value: "10s": must be more than 1.2 times retryPeriod, which is 9s`},
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			path := write(t, tc.file)
			_, err := LoadController(path)
			wantError(t, err, append(tc.want, path))
		})
	}
}

func TestLoadWebhookErrors(t *testing.T) {
	tests := map[string]struct {
		file string
		want []string
	}{
		"a knob of the controller": {
			file: webhookHead + "workers: 1\n",
			want: []string{`unknown field "workers"`},
		},
		"a port out of range": {
			file: webhookHead + "port: 0\n",
			want: []string{`port: Invalid value: 0: must be between 1 and 65535`},
		},
		"the port of another endpoint": {
			file: webhookHead + "port: 8081\n",
			want: []string{`port: Invalid value: "8081": uses the same port as health.bindAddress; choose another`},
		},
		"metrics of the controller": {
			file: webhookHead + "metrics: {prefix: a_, labels: [team]}\n",
			want: []string{
				"metrics.labels: Forbidden: the webhook has no metrics about applications; set it in the controller's configuration",
				"metrics.prefix: Forbidden",
			},
		},
		"an unknown mode of quotas": {
			file: webhookHead + "resourceQuota: Strict\n",
			want: []string{`resourceQuota: Unsupported value: "Strict": supported values: "Ignore", "Warn", "Enforce"`},
		},
		"an unknown certificate mode": {
			file: webhookHead + "certificate: {mode: CertManager}\n",
			want: []string{`certificate.mode: Unsupported value: "CertManager": supported values: "Mounted", "SelfManaged"`},
		},
		"a mounted certificate without an absolute directory": {
			file: webhookHead + "certificate: {mode: Mounted, dir: certs}\n",
			want: []string{`certificate.dir: Invalid value: "certs": must be an absolute path`},
		},
		"a mounted certificate for no Service": {
			file: webhookHead + "certificate: {mode: Mounted, serviceName: ''}\n",
			want: []string{`certificate.serviceName: Invalid value: ""`},
		},
		"a name that is a number": {
			file: webhookHead + "certificate: {secretName: A, serviceName: 1, mutatingConfiguration: B, validatingConfiguration: C}\n",
			want: []string{"cannot unmarshal number"},
		},
		"names that are not allowed": {
			file: webhookHead + "certificate: {secretName: A, serviceName: '1', mutatingConfiguration: B, validatingConfiguration: C}\n",
			want: []string{
				`certificate.secretName: Invalid value: "A"`, `certificate.serviceName: Invalid value: "1"`,
				`certificate.mutatingConfiguration: Invalid value: "B"`, `certificate.validatingConfiguration: Invalid value: "C"`,
			},
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := LoadWebhook(write(t, tc.file))
			wantError(t, err, tc.want)
		})
	}
}

func TestLoadFolder(t *testing.T) {
	folder := t.TempDir()
	for name, content := range map[string]string{
		"00-base.yaml":    controllerHead + "workers: 3\nmetrics: {bindAddress: ':9000'}\nnamespaces: [a, b]\n",
		"50-cluster.yaml": controllerHead + "metrics: {secure: false}\nnamespaces: [c]\n",
		// As the kubelet mounts a ConfigMap, and what is no configuration.
		"..2026.yaml": "{",
		"README.md":   "{",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := configv1alpha1.DefaultControllerConfiguration()
	want.Workers, want.Namespaces = 3, []string{"c"}
	want.Metrics.BindAddress, want.Metrics.Secure = ":9000", false
	got, err := LoadController(folder)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("configuration (-want +got):\n%s", diff)
	}

	later := filepath.Join(folder, "90-typo.yaml")
	if err := os.WriteFile(later, []byte(controllerHead+"wokers: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = LoadController(folder)
	wantError(t, err, []string{later, "wokers"})

	empty := t.TempDir()
	_, err = LoadController(empty)
	wantError(t, err, []string{empty, "no file *.yaml"})
}

func TestLoadMissingFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing.yaml")
	_, err := LoadController(path)
	wantError(t, err, []string{"read configuration", path})
}

func wantError(t *testing.T, err error, parts []string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error is %q, want it to contain %q", err, part)
		}
	}
}

func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func duration(d time.Duration) metav1.Duration {
	return metav1.Duration{Duration: d}
}
