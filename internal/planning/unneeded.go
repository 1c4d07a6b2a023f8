// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	"cmp"
	"regexp"

	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// unneeded are the properties of the operator's that an application may name where they change nothing. They are never
// passed on.
var unneeded = []string{sparkconf.FileUploadPath, sparkconf.Master, sparkconf.DriverMaster, submissionToken, submissionCA}

const (
	submissionToken = sparkconf.AuthenticatePrefix + "submission.oauthTokenFile"
	submissionCA    = sparkconf.AuthenticatePrefix + "submission.caCertFile"
	accountFolder   = "/var/run/secrets/kubernetes.io/serviceaccount/"
)

// ownCluster is how pods know the API server of their cluster.
var ownCluster = regexp.MustCompile(`^(k8s://)?(https://)?kubernetes\.default(\.svc(\.cluster\.local)?)?(:443)?/?$`)

// unneeded returns whether a property that only the operator may set says what it sets anyway, or has no effect on this
// application. Public manifests carry such properties, and run elsewhere.
func (p *Plan) unneeded(key, value string) bool {
	switch key {
	case sparkconf.FileUploadPath:
		for range p.uploads() {
			return false
		}
		return true
	case sparkconf.Master:
		return value == p.options.Master || ownCluster.MatchString(value)
	case sparkconf.DriverMaster:
		if p.fieldFor(key) == "" {
			return ownCluster.MatchString(value)
		}
	case submissionToken:
		return value == accountFolder+"token"
	case submissionCA:
		return value == accountFolder+"ca.crt"
	}
	field := p.fieldFor(key)
	return field != "" && field == value
}

// fieldFor returns the value that fields give a property which is theirs alone; nothing where none does.
func (p *Plan) fieldFor(key string) string {
	spec := &p.app.Spec
	switch key {
	case sparkconf.DriverMaster:
		return valueOf(spec.Driver.KubernetesMaster)
	case sparkconf.ContainerImage:
		return valueOf(spec.Image)
	case sparkconf.DriverContainerImage:
		return imageOf(p.app, podmutation.Driver, &spec.Driver.SparkPodSpec)
	case sparkconf.ExecutorContainerImage:
		return imageOf(p.app, podmutation.Executor, &spec.Executor.SparkPodSpec)
	case sparkconf.DriverServiceAccount:
		return valueOf(spec.Driver.ServiceAccount)
	case sparkconf.ExecutorServiceAccount:
		// Spark gives executors the driver's where they have none.
		return cmp.Or(valueOf(spec.Executor.ServiceAccount), valueOf(spec.Driver.ServiceAccount))
	}
	return ""
}
