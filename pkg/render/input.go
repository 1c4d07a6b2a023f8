// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// Input is all that the objects of one run are made from.
type Input struct {
	// Namespace of the objects.
	Namespace string
	// AppName is the name of the application (spark.app.name).
	AppName string
	// AppID is Spark's application id (spark.app.id).
	AppID string
	// SparkVersion is the value of the label spark-version.
	SparkVersion string
	// SparkUser is the user that Spark takes itself to run as.
	SparkUser string
	// Master is the address of the API server, beginning with k8s://.
	Master string
	// Names are the names that Spark would draw at random.
	Names Names
	// Conf is the configuration as given to spark-submit. It is not changed.
	Conf *sparkconf.Conf
	// MainClass is the class to start; not needed for Python and R.
	MainClass string
	// Server is whether the class may be one of Spark's servers, which spark-submit starts in client mode only. In the
	// driver, which is all that is rendered here, it runs in client mode.
	Server bool
	// MainFile is the jar, Python or R file to run.
	MainFile string
	// Args are the application's arguments.
	Args []string
	// ProxyUser is the user to impersonate; none where it is empty.
	ProxyUser string
	// DriverTemplate is the pod to start from; nil for none. It is not changed.
	DriverTemplate *corev1.PodTemplateSpec
	// DriverContainer is the name of the container of the template that Spark runs in.
	DriverContainer string
	// ExecutorTemplate is the content of the executor pod template file; empty for none.
	ExecutorTemplate string
	// Owner owns every object; nil for none.
	Owner *metav1.OwnerReference
	// ObjectLabels are put on ConfigMaps, Service and volume claims. The pod gets its labels by the configuration, so
	// that its Service selects on them.
	ObjectLabels map[string]string
}

// Names are the names that Spark would draw at random. Each must be unique to a run in its namespace.
type Names struct {
	// Prefix begins the names of most objects of the driver.
	Prefix string
	// Fallback is an id for the driver's Service where the prefix is too long for it.
	Fallback string
	// ConfigMap is the ConfigMap with the configuration.
	ConfigMap string
	// Template is the ConfigMap with the executor pod template; by Spark's rule where it is empty.
	Template string
	// LocalDir is Spark's scratch directory in the driver where the application names none.
	LocalDir string
}

// noResource is what Spark calls a main file that is not there: the class is in the image's own class path.
const noResource = "spark-internal"

// language is the kind of a main file, by Spark's rule: its suffix.
type language string

const (
	languageJava   language = "java"
	languagePython language = "python"
	languageR      language = "r"
)

func languageOf(file string) language {
	switch {
	case strings.HasSuffix(file, ".py"):
		return languagePython
	case strings.HasSuffix(file, ".R"), strings.HasSuffix(file, ".r"):
		return languageR
	}
	return languageJava
}

// The classes that run the main files that are not of the JVM.
const (
	pythonRunner = "org.apache.spark.deploy.PythonRunner"
	rRunner      = "org.apache.spark.deploy.RRunner"
)
