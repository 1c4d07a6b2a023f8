// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"cmp"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// start looks at what is started, whose spec stands at root: by which name, in which mode, and from which file, class
// and image.
func start(app *v1beta2.SparkApplication, root *field.Path) field.ErrorList {
	spec := &app.Spec
	errs := applicationName(app.Name)
	if mode := spec.Mode; mode != "" && mode != v1beta2.DeployModeCluster {
		errs = append(errs, Refuse(root.Child("mode"), string(mode), "it would run the driver inside the operator; set it to cluster"))
	}
	errs = append(errs, commandLine(spec, root)...)
	errs = append(errs, podName(spec, root)...)
	errs = append(errs, image(spec, podmutation.Driver, &spec.Driver.SparkPodSpec, root)...)
	return append(errs, image(spec, podmutation.Executor, &spec.Executor.SparkPodSpec, root)...)
}

// applicationName looks at what becomes part of names and a label: the rule of the CRD, which did not see what was
// stored before it.
func applicationName(name string) field.ErrorList {
	reasons := validation.IsDNS1035Label(name)
	if len(reasons) == 0 {
		return nil
	}
	return field.ErrorList{Refuse(field.NewPath("metadata", "name"), name,
		"it becomes part of the names of pods and Services: "+strings.Join(reasons, ", "))}
}

// commandLine refuses what could be taken for an option of spark-submit. Arguments of the application come after its
// file, where options end.
func commandLine(spec *v1beta2.SparkApplicationSpec, root *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, argument := range []struct {
		name  string
		value *string
	}{
		{"mainApplicationFile", spec.MainApplicationFile}, {"mainClass", spec.MainClass}, {"proxyUser", spec.ProxyUser},
	} {
		if strings.HasPrefix(valueOf(argument.value), "-") {
			errs = append(errs, Refuse(root.Child(argument.name), *argument.value, "it must not begin with '-', which would make it an option of spark-submit"))
		}
	}
	if valueOf(spec.MainApplicationFile) == "" {
		errs = append(errs, Refuse(root.Child("mainApplicationFile"), "", "it is required; name the jar, Python or R file to run"))
	}
	return errs
}

func podName(spec *v1beta2.SparkApplicationSpec, root *field.Path) field.ErrorList {
	own := valueOf(spec.Driver.PodName)
	name := cmp.Or(own, spec.SparkConf[sparkconf.DriverPodName])
	if name == "" {
		return nil
	}
	reasons := validation.IsDNS1123Subdomain(name)
	if len(reasons) == 0 {
		return nil
	}
	path := root.Child("driver", "podName")
	if own == "" {
		path = root.Child("sparkConf").Key(sparkconf.DriverPodName)
	}
	return field.ErrorList{Refuse(path, name, "it is no name of a pod: "+strings.Join(reasons, ", "))}
}

// image asks for one of a role: its own, the application's, or that of Spark's container in the template.
func image(spec *v1beta2.SparkApplicationSpec, role podmutation.Role, pod *v1beta2.SparkPodSpec, root *field.Path) field.ErrorList {
	container := podmutation.TemplateContainer(spec, role)
	if valueOf(pod.Image) != "" || valueOf(spec.Image) != "" || container != nil && container.Image != "" {
		return nil
	}
	return field.ErrorList{Refuse(root.Child(string(role), "image"), "", "no image is given; set it or "+root.Child("image").String())}
}

func nodeSelectors(spec *v1beta2.SparkApplicationSpec, root *field.Path) field.ErrorList {
	var errs field.ErrorList
	if len(spec.NodeSelector) > 0 && (len(spec.Driver.NodeSelector) > 0 || len(spec.Executor.NodeSelector) > 0) {
		errs = append(errs, Refuse(root.Child("nodeSelector"), "", "it cannot be combined with the driver's or executor's nodeSelector; set it in one place"))
	}
	return append(errs, entries{root, "nodeSelector", spec.NodeSelector}.properties()...)
}

func valueOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
