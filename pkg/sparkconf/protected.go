// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf

import (
	"fmt"
	"slices"
	"strings"
)

// DeniedError says that an application may not set a property, and why.
type DeniedError struct {
	// Key is the property.
	Key string
	// Why says what is wrong with it and what to do instead.
	Why string
}

// Error implements error.
func (e *DeniedError) Error() string {
	return fmt.Sprintf("sparkConf key %q is not allowed: %s", e.Key, e.Why)
}

const (
	whyServiceAccount = "use spec.driver.serviceAccount or spec.executor.serviceAccount"
	whyToken          = "the driver uses its service account; set spec.driver.serviceAccount"
	whyOperatorFile   = "it names a file of the operator; mount what the driver needs by spec.driver.secrets or configMaps"
)

// denied are the properties that no application may set.
var denied = map[string]string{
	Master:                 "the operator runs applications on its own cluster only; remove it",
	Remote:                 "it selects a Spark Connect server in place of this cluster; remove it",
	DriverMaster:           "use spec.driver.kubernetesMaster",
	Context:                "the operator runs applications on its own cluster only; remove it",
	ContainerImage:         "use spec.image",
	DriverContainerImage:   "use spec.driver.image",
	ExecutorContainerImage: "use spec.executor.image",
	DriverServiceAccount:   whyServiceAccount,
	ExecutorServiceAccount: whyServiceAccount,
	FileUploadPath:         "the operator does not upload its own files; put the files into the image, or where Spark reads them by URL",
	JarsIvySettings:        whyOperatorFile + ", or use spec.deps.repositories",

	AuthenticatePrefix + "oauthToken":              whyToken,
	AuthenticatePrefix + "oauthTokenFile":          whyToken,
	AuthenticatePrefix + "driver.oauthToken":       whyToken,
	AuthenticatePrefix + "driver.oauthTokenFile":   whyToken,
	AuthenticatePrefix + "executor.oauthToken":     whyToken,
	AuthenticatePrefix + "executor.oauthTokenFile": whyToken,
	AuthenticatePrefix + "driver.clientKeyFile":    whyOperatorFile,
	AuthenticatePrefix + "driver.clientCertFile":   whyOperatorFile,
	AuthenticatePrefix + "driver.caCertFile":       whyOperatorFile,
}

// CheckUserProperty returns a DeniedError where an application of the namespace may not set the property to the value.
// Admission and controller ask the same question here, so that no way into the cluster is left unasked.
func CheckUserProperty(namespace, key, value string) error {
	if !ValidKey(key) {
		return &DeniedError{Key: key, Why: "keys are words without blanks, control characters or '='; remove it"}
	}
	if why, isDenied := denied[key]; isDenied {
		return &DeniedError{Key: key, Why: why}
	}
	if strings.HasPrefix(key, AuthenticatePrefix+"submission.") {
		return &DeniedError{Key: key, Why: "it replaces the operator's own credentials; remove it"}
	}
	excluded := key == DriverExcludedSteps || key == ExecutorExcludedSteps
	switch {
	case excluded && strings.Contains(value, "${"):
		return &DeniedError{Key: key, Why: "which steps are excluded must be seen; name them instead of a reference"}
	case key == Namespace && value != namespace:
		return &DeniedError{Key: key, Why: fmt.Sprintf("it must be the application's namespace %q; remove it", namespace)}
	case key == DeployMode && value != "cluster":
		return &DeniedError{Key: key, Why: fmt.Sprintf("deploy mode %q would run the driver inside the operator; remove it", value)}
	case key == DriverBindAddress:
		return &DeniedError{Key: key, Why: "on Kubernetes the driver binds to the address of its pod; remove it"}
	case key == DriverExcludedSteps && excludes(value, "BasicDriverFeatureStep", "PodTemplateConfigMapStep"),
		key == ExecutorExcludedSteps && excludes(value, "BasicExecutorFeatureStep"):
		return &DeniedError{Key: key, Why: "the basic steps name and label the pods, and the template's step brings the driver what its executors are made " +
			"from; do not exclude them"}
	}
	return nil
}

// excludes returns whether a list of classes has one of the names, in whatever package.
func excludes(list string, names ...string) bool {
	return slices.ContainsFunc(SplitList(list), func(class string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return strings.HasSuffix(class, name) })
	})
}

// ValidKey returns whether a key is safe on a command line of the form key=value: one with a '=' of its own would be
// read as another key.
func ValidKey(key string) bool {
	return key != "" && !strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r == '=' || r == 0x7f })
}
