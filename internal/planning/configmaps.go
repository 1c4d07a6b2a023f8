// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/internal/validation"
)

const (
	// maxConfigMap is how much data the API server lets a ConfigMap have; it does not count names of keys.
	maxConfigMap = 1 << 20
	// leastEscaped is the part of it below which a configuration is never too large: escaped it is at most twice as
	// long, and separators are few.
	leastEscaped = maxConfigMap / 8
	// ownMounts is what to do with what a ConfigMap has no room for.
	ownMounts = "a ConfigMap holds at most 1048576 (1 MiB); mount what is large from a ConfigMap or volume of your own"
)

// checkConfiguration says which field most makes the properties too large for the ConfigMap that Spark puts them into,
// whoever submits.
func (p *Plan) checkConfiguration() field.ErrorList {
	total := 0
	for key, value := range p.conf.All() {
		total += len(key) + len(value)
	}
	if total < leastEscaped {
		return nil
	}
	file := len(p.conf.Properties(""))
	if file <= maxConfigMap {
		return nil
	}
	path, size := p.largest()
	why := fmt.Sprintf("it has %d bytes, and with it the file of properties that the driver reads from a ConfigMap %d; %s", size, file, ownMounts)
	return field.ErrorList{validation.Refuse(path, "", why)}
}

// largest returns which field the most of the properties comes from, and its size. Labels of the application are in the
// properties of the driver and of the executors, those of a role in one.
func (p *Plan) largest() (path *field.Path, size int) {
	spec := &p.app.Spec
	driver, executor := p.root.Child("driver"), p.root.Child("executor")
	weight := -1
	for _, source := range []struct {
		path    *field.Path
		entries map[string]string
		copies  int
	}{
		{p.root.Child("sparkConf"), spec.SparkConf, 1},
		{p.root.Child("hadoopConf"), spec.HadoopConf, 1},
		{driver.Child("labels"), spec.Driver.Labels, 1},
		{driver.Child("annotations"), spec.Driver.Annotations, 1},
		{driver.Child("envVars"), spec.Driver.EnvVars, 1},
		{executor.Child("labels"), spec.Executor.Labels, 1},
		{executor.Child("annotations"), spec.Executor.Annotations, 1},
		{executor.Child("envVars"), spec.Executor.EnvVars, 1},
		{field.NewPath("metadata", "labels"), p.app.Labels, 2},
	} {
		if n := sizeOf(source.entries); n*source.copies > weight {
			path, size, weight = source.path, n, n*source.copies
		}
	}
	return path, size
}

func sizeOf(entries map[string]string) int {
	size := 0
	for key, value := range entries {
		size += len(key) + len(value)
	}
	return size
}

// checkTemplateFile refuses a template of executors that the ConfigMap has no room for by which the driver gets it.
func (p *Plan) checkTemplateFile(file string) error {
	if len(file) <= maxConfigMap {
		return nil
	}
	return Invalid(p.at(executorKeys), "",
		fmt.Sprintf("the pod template that the driver makes executors from has %d bytes with all of its fields, and %s", len(file), ownMounts))
}
