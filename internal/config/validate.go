// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// jitterFactor is how much longer than retryPeriod client-go may back off between two attempts to renew a lease.
const jitterFactor = 1.2

// ValidateController returns everything that is wrong with a controller's configuration.
func ValidateController(c *configv1alpha1.ControllerConfiguration) field.ErrorList {
	errs := validateShared(&c.SharedConfiguration)
	errs = append(errs, validateApplicationMetrics(&c.Metrics, field.NewPath("metrics"))...)
	errs = append(errs, validateLeaderElection(&c.LeaderElection, field.NewPath("leaderElection"))...)
	errs = append(errs, validateSubmission(&c.Submission, field.NewPath("submission"))...)
	for i, pattern := range c.PodLabels.Exclude {
		if err := sparklabels.CheckPattern(pattern); err != nil {
			errs = append(errs, field.Invalid(field.NewPath("podLabels", "exclude").Index(i), pattern, err.Error()))
		}
	}
	errs = append(errs, validateExposure(c, field.NewPath("uiIngress"))...)
	errs = append(errs, atLeast(1, int64(c.Workers), field.NewPath("workers"))...)
	errs = append(errs, atLeast(0, int64(c.MaxTrackedExecutorPerApp), field.NewPath("maxTrackedExecutorPerApp"))...)
	errs = append(errs, atLeast(0, c.DefaultTimeToLiveSeconds, field.NewPath("defaultTimeToLiveSeconds"))...)
	if d := c.Retries.MaxInterval.Duration; d <= 0 {
		errs = append(errs, positive(field.NewPath("retries", "maxInterval"), d))
	}
	errs = append(errs, validateTimeouts(&c.Timeouts, field.NewPath("timeouts"))...)
	return append(errs, validatePorts(&c.SharedConfiguration)...)
}

// ValidateWebhook returns everything that is wrong with a webhook's configuration.
func ValidateWebhook(c *configv1alpha1.WebhookConfiguration) field.ErrorList {
	errs := validateShared(&c.SharedConfiguration)
	port := field.NewPath("port")
	if c.Port < 1 || c.Port > 65535 {
		errs = append(errs, field.Invalid(port, c.Port, "must be between 1 and 65535"))
	}
	errs = append(errs, validateCertificate(&c.Certificate, field.NewPath("certificate"))...)
	quotas := []configv1alpha1.ResourceQuotaMode{configv1alpha1.ResourceQuotaIgnore, configv1alpha1.ResourceQuotaWarn, configv1alpha1.ResourceQuotaEnforce}
	if !slices.Contains(quotas, c.ResourceQuota) {
		errs = append(errs, field.NotSupported(field.NewPath("resourceQuota"), c.ResourceQuota, quotas))
	}
	errs = append(errs, refuseApplicationMetrics(&c.Metrics, field.NewPath("metrics"))...)
	return append(errs, validatePorts(&c.SharedConfiguration, listener{port, strconv.Itoa(int(c.Port))})...)
}

func validateShared(c *configv1alpha1.SharedConfiguration) field.ErrorList {
	errs := validateNamespaces(c.Namespaces, field.NewPath("namespaces"))
	errs = append(errs, validateNamespaceSelector(c, field.NewPath("namespaceSelector"))...)
	errs = append(errs, validateBatchScheduler(c.BatchScheduler, field.NewPath("batchScheduler"))...)
	if c.CacheSyncTimeout.Duration <= 0 {
		errs = append(errs, positive(field.NewPath("cacheSyncTimeout"), c.CacheSyncTimeout.Duration))
	}
	errs = append(errs, validateClientConnection(c.ClientConnection, field.NewPath("clientConnection"))...)
	for _, l := range listeners(c) {
		errs = append(errs, validateBindAddress(l)...)
	}
	return append(errs, validateMetrics(c.Metrics, field.NewPath("metrics"))...)
}

func validateNamespaces(names []string, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	seen := sets.New[string]()
	for i, name := range names {
		at := path.Index(i)
		if name == "" {
			errs = append(errs, field.Invalid(at, name, "to serve all namespaces, leave the list empty"))
			continue
		}
		if name != configv1alpha1.OwnNamespace {
			errs = append(errs, problems(at, name, validation.IsDNS1123Label(name))...)
		}
		if seen.Has(name) {
			errs = append(errs, field.Duplicate(at, name))
		}
		seen.Insert(name)
	}
	return errs
}

func validateNamespaceSelector(c *configv1alpha1.SharedConfiguration, path *field.Path) field.ErrorList {
	s := c.NamespaceSelector
	if s == nil {
		return nil
	}
	if len(c.Namespaces) > 0 {
		return field.ErrorList{field.Forbidden(path, "cannot be combined with namespaces; remove one of them")}
	}
	if len(s.MatchLabels)+len(s.MatchExpressions) == 0 {
		return field.ErrorList{field.Required(path, "it selects by nothing; to serve all namespaces, remove it")}
	}
	return metav1validation.ValidateLabelSelector(s, metav1validation.LabelSelectorValidationOptions{}, path)
}

func validateClientConnection(c configv1alpha1.ClientConnection, path *field.Path) field.ErrorList {
	if c.QPS == -1 {
		return nil
	}
	if c.QPS < 1 {
		return field.ErrorList{field.Invalid(path.Child("qps"), c.QPS, "must be at least 1, or -1 for no limit")}
	}
	if c.Burst < c.QPS {
		return field.ErrorList{field.Invalid(path.Child("burst"), c.Burst, fmt.Sprintf("must be at least qps, which is %d", c.QPS))}
	}
	return nil
}

func validateMetrics(m configv1alpha1.Metrics, path *field.Path) field.ErrorList {
	if m.CertDir == "" {
		return nil
	}
	errs := validateDir(m.CertDir, path.Child("certDir"))
	if !m.Secure {
		errs = append(errs, field.Invalid(path.Child("certDir"), m.CertDir, "has no effect while metrics.secure is false; remove one of them"))
	}
	return errs
}

func validateSubmission(s *configv1alpha1.Submission, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	modes := []configv1alpha1.SubmissionMode{configv1alpha1.SubmissionAuto, configv1alpha1.SubmissionNative, configv1alpha1.SubmissionSparkSubmit}
	if !slices.Contains(modes, s.Mode) {
		errs = append(errs, field.NotSupported(path.Child("mode"), s.Mode, modes))
	}
	process := path.Child("sparkSubmit")
	errs = append(errs, atLeast(1, int64(s.SparkSubmit.Workers), process.Child("workers"))...)
	if s.SparkSubmit.Timeout.Duration <= 0 {
		errs = append(errs, positive(process.Child("timeout"), s.SparkSubmit.Timeout.Duration))
	}
	return append(errs, validateUploads(&s.SparkSubmit.Uploads, process.Child("uploads"))...)
}

func validateTimeouts(t *configv1alpha1.Timeouts, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, limit := range []struct {
		name  string
		value time.Duration
	}{
		{"submission", t.Submission.Duration}, {"driverPending", t.DriverPending.Duration}, {"executorsPending", t.ExecutorsPending.Duration}, {"executorsRefused", t.ExecutorsRefused.Duration}, {"run", t.Run.Duration},
		{"sidecars", t.Sidecars.Duration}, {"executorsEnd", t.ExecutorsEnd.Duration}, {"cleanup", t.Cleanup.Duration},
	} {
		if limit.value < 0 {
			errs = append(errs, field.Invalid(path.Child(limit.name), limit.value.String(), "must not be negative; 0 means no limit"))
		}
	}
	return errs
}

func validateLeaderElection(l *configv1alpha1.LeaderElection, path *field.Path) field.ErrorList {
	if !l.Enabled {
		return nil
	}
	errs := problems(path.Child("leaseName"), l.LeaseName, validation.IsDNS1123Subdomain(l.LeaseName))
	if l.LeaseNamespace != "" {
		errs = append(errs, problems(path.Child("leaseNamespace"), l.LeaseNamespace, validation.IsDNS1123Label(l.LeaseNamespace))...)
	}
	lease, renew, retry := l.LeaseDuration.Duration, l.RenewDeadline.Duration, l.RetryPeriod.Duration
	// A Lease holds whole seconds.
	if lease < time.Second {
		errs = append(errs, field.Invalid(path.Child("leaseDuration"), lease.String(), "must be at least 1s"))
	}
	if retry <= 0 {
		errs = append(errs, positive(path.Child("retryPeriod"), retry))
	}
	if renew >= lease {
		errs = append(errs, field.Invalid(path.Child("renewDeadline"), renew.String(), fmt.Sprintf("must be less than leaseDuration, which is %s", lease)))
	}
	if float64(renew) <= jitterFactor*float64(retry) {
		errs = append(errs, field.Invalid(path.Child("renewDeadline"), renew.String(), fmt.Sprintf("must be more than %v times retryPeriod, which is %s", jitterFactor, retry)))
	}
	return errs
}

func validateCertificate(c *configv1alpha1.WebhookCertificate, path *field.Path) field.ErrorList {
	errs := problems(path.Child("serviceName"), c.ServiceName, validation.IsDNS1035Label(c.ServiceName))
	switch c.Mode {
	case configv1alpha1.CertificateMounted:
		return append(errs, validateDir(c.Dir, path.Child("dir"))...)
	case configv1alpha1.CertificateSelfManaged:
		return append(errs, validateSelfManaged(c, path)...)
	default:
		return append(errs, field.NotSupported(path.Child("mode"), c.Mode,
			[]configv1alpha1.CertificateMode{configv1alpha1.CertificateMounted, configv1alpha1.CertificateSelfManaged}))
	}
}

func validateSelfManaged(c *configv1alpha1.WebhookCertificate, path *field.Path) field.ErrorList {
	errs := problems(path.Child("secretName"), c.SecretName, validation.IsDNS1123Subdomain(c.SecretName))
	if c.MutatingConfiguration != "" {
		errs = append(errs, problems(path.Child("mutatingConfiguration"), c.MutatingConfiguration, validation.IsDNS1123Subdomain(c.MutatingConfiguration))...)
	}
	if c.ValidatingConfiguration != "" {
		errs = append(errs, problems(path.Child("validatingConfiguration"), c.ValidatingConfiguration, validation.IsDNS1123Subdomain(c.ValidatingConfiguration))...)
	}
	return errs
}

// listener is an address that the binary listens on, and the field it is set by.
type listener struct {
	path    *field.Path
	address string
}

func listeners(c *configv1alpha1.SharedConfiguration) []listener {
	return []listener{
		{field.NewPath("health", "bindAddress"), c.Health.BindAddress},
		{field.NewPath("metrics", "bindAddress"), c.Metrics.BindAddress},
		{field.NewPath("pprof", "bindAddress"), c.Pprof.BindAddress},
	}
}

func validateBindAddress(l listener) field.ErrorList {
	if l.address == configv1alpha1.Off {
		return nil
	}
	const want = `must be host:port, for example ":8443", or "0" to turn it off`
	_, port, err := net.SplitHostPort(l.address)
	if err != nil {
		return field.ErrorList{field.Invalid(l.path, l.address, want)}
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return field.ErrorList{field.Invalid(l.path, l.address, want)}
	}
	return nil
}

// validatePorts finds two endpoints on one port: the binary would stop at start, and name only one of them.
func validatePorts(c *configv1alpha1.SharedConfiguration, more ...listener) field.ErrorList {
	var errs field.ErrorList
	taken := map[string]*field.Path{}
	for _, l := range append(listeners(c), more...) {
		port := l.address[strings.LastIndexByte(l.address, ':')+1:]
		if port == "" || port == configv1alpha1.Off {
			continue
		}
		if other, conflict := taken[port]; conflict {
			errs = append(errs, field.Invalid(l.path, l.address, fmt.Sprintf("uses the same port as %s; choose another", other)))
			continue
		}
		taken[port] = l.path
	}
	return errs
}

func validateDir(dir string, path *field.Path) field.ErrorList {
	if filepath.IsAbs(dir) {
		return nil
	}
	return field.ErrorList{field.Invalid(path, dir, "must be an absolute path")}
}

func atLeast(least, value int64, path *field.Path) field.ErrorList {
	if value >= least {
		return nil
	}
	return field.ErrorList{field.Invalid(path, value, fmt.Sprintf("must be at least %d", least))}
}

func positive(path *field.Path, value time.Duration) *field.Error {
	return field.Invalid(path, value.String(), `must be greater than zero, for example "30s"`)
}

func problems(path *field.Path, value string, messages []string) field.ErrorList {
	var errs field.ErrorList
	for _, message := range messages {
		errs = append(errs, field.Invalid(path, value, message))
	}
	return errs
}
