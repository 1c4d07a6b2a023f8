// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparklabels

import (
	"crypto/md5" //nolint:gosec // not for security: part of a published naming rule.
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// MaxLabelLength is the greatest length of a label value, and of the names that are DNS labels: Services, volumes,
// containers.
const MaxLabelLength = 63

// digestLength is the number of hexadecimal digits that keep shortened names apart.
const digestLength = 8

// UIService returns the name of the web UI Service of an application.
func UIService(app string) string { return boundedMD5(app, "-ui-svc") }

// UIIngress returns the name of the web UI Ingress of an application.
func UIIngress(app string) string { return boundedMD5(app, "-ui-ingress") }

// DriverIngressService returns the name of the Service of a driver ingress of an application.
func DriverIngressService(app string, port int32) string {
	return boundedMD5(app, "-driver-"+strconv.Itoa(int(port)))
}

// DriverIngress returns the name of the Ingress of a driver ingress of an application.
func DriverIngress(app string, port int32) string {
	return boundedMD5(app, "-ing-"+strconv.Itoa(int(port)))
}

// ConnectServer returns the name of the pod of a Connect server, and of its Service unless its author names it.
func ConnectServer(connect string) string { return connect + "-server" }

// ConnectConfigMap returns the name of the ConfigMap by which a Connect server gets the template of its executors.
func ConnectConfigMap(connect string) string { return connect + "-conf" }

// maxExecutorSuffix is how much longer than their prefix the names of executors may become: "-exec-2147483647".
const maxExecutorSuffix = len("-exec-2147483647")

// FitsExecutors returns whether Spark takes a name as what the names of executors begin with: they must fit a label.
func FitsExecutors(prefix string) bool { return len(prefix)+maxExecutorSuffix <= MaxLabelLength }

// VolcanoPodGroup returns the name of Volcano's PodGroup of an application.
func VolcanoPodGroup(app string) string { return "spark-" + app + "-pg" }

// PodGroup returns the name of the PodGroup of an application for kube-schedulers. Pods have it as a label value.
func PodGroup(app string) string { return boundedMD5(app, "-pg") }

// PrometheusConfigMap returns the name of the ConfigMap with the monitoring configuration of an application.
func PrometheusConfigMap(app string) string { return app + "-prom-conf" }

// PrometheusVolume returns the name of the volume of PrometheusConfigMap. The ConfigMap's name may be longer than a
// volume's, so the volume's is bounded.
func PrometheusVolume(app string) string { return VolumeFor(PrometheusConfigMap(app)) }

// VolumeFor returns the name of the volume for an object: "<name>-vol", or, where that is no DNS label, a readable part
// of the name, a digest of the whole of it, and "-vol".
func VolumeFor(object string) string {
	const suffix = "-vol"
	if fitsVolume(object, suffix) {
		return object + suffix
	}
	return digestedVolume(object, suffix)
}

// sparksSecretSuffix ends the names of the volumes that Spark makes of Secrets.
const sparksSecretSuffix = "-volume"

// SecretFitsVolume returns whether Spark can mount a Secret: it names the volume "<name>-volume", which must be a DNS
// label.
func SecretFitsVolume(secret string) bool { return fitsVolume(secret, sparksSecretSuffix) }

// SecretVolume returns the name of the volume of a Secret that Spark does not mount itself. It is never the name that
// Spark would give it.
func SecretVolume(secret string) string { return digestedVolume(secret, sparksSecretSuffix) }

func fitsVolume(object, suffix string) bool {
	return len(object)+len(suffix) <= MaxLabelLength && !strings.ContainsRune(object, '.')
}

// digestedVolume is a readable part of the name, a digest of the whole of it, and the suffix.
func digestedVolume(object, suffix string) string {
	sum := sha256.Sum256([]byte(object))
	tail := "-" + hex.EncodeToString(sum[:])[:digestLength] + suffix
	return truncate(strings.ReplaceAll(object, ".", "-"), MaxLabelLength-len(tail)) + tail
}

// DriverService returns the name of the headless Service by which executors find the driver. As Spark does, it falls
// back on a name made from id alone where the one made from the prefix would be too long.
func DriverService(prefix, id string) string {
	const suffix = "-driver-svc"
	if len(prefix)+len(suffix) <= MaxLabelLength {
		return prefix + suffix
	}
	return "spark-" + id + suffix
}

// SparkAppNameValue returns the value of the label SparkAppName for a name, by Spark's rule.
func SparkAppNameValue(name string) string {
	value := dashed(strings.ToLower(strings.TrimSpace(name)))
	if len(value) > MaxLabelLength {
		value = value[:MaxLabelLength]
	}
	return strings.TrimSuffix(strings.TrimPrefix(value, "-"), "-")
}

// Value returns a text as a label value: as it is where it is one, else with dashes for what labels do not hold, cut to
// their length.
func Value(text string) string {
	value := strings.Map(func(r rune) rune {
		if alphanumeric(r) || r == '-' || r == '_' || r == '.' {
			return r
		}
		return '-'
	}, text)
	if len(value) > MaxLabelLength {
		value = value[:MaxLabelLength]
	}
	return strings.TrimFunc(value, func(r rune) bool { return !alphanumeric(r) })
}

func alphanumeric(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// ResourceNamePrefix returns what the names of the driver's objects begin with, by Spark's rule: the application's name
// and an id of 16 hexadecimal digits.
func ResourceNamePrefix(app, id string) string {
	prefix := dashed(strings.ToLower(strings.TrimSpace(app + "-" + id)))
	prefix = strings.TrimPrefix(prefix, "-")
	if prefix != "" && prefix[0] >= '0' && prefix[0] <= '9' {
		prefix = "x" + prefix[1:]
	}
	return prefix
}

// boundedMD5 is the published rule for names of an application's dependents: what is too long is cut and gets the first
// digits of the MD5 of the application's name.
func boundedMD5(app, suffix string) string {
	if len(app)+len(suffix) <= MaxLabelLength {
		return app + suffix
	}
	sum := md5.Sum([]byte(app)) //nolint:gosec // see the import.
	tail := "-" + hex.EncodeToString(sum[:])[:digestLength] + suffix
	return truncate(app, MaxLabelLength-len(tail)) + tail
}

// truncate cuts a name and what would be left hanging at its end.
func truncate(name string, length int) string {
	if len(name) > length {
		name = name[:length]
	}
	return strings.TrimRight(name, "-.")
}

// dashed replaces every run of characters other than lower-case letters and digits by one dash.
func dashed(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	dash := false
	for _, r := range s {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
			dash = false
			continue
		}
		if !dash {
			b.WriteByte('-')
		}
		dash = true
	}
	return b.String()
}
