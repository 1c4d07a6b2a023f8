// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// propertiesPath is where the driver finds its configuration.
const propertiesPath = ConfDir + "/" + propertiesFile

// command is Spark's DriverCommandFeatureStep: what the driver runs.
func (d *draft) command() error {
	class, file := d.in.MainClass, d.in.MainFile
	switch d.language {
	case languagePython:
		class = pythonRunner
		if err := d.pythonEnv(); err != nil {
			return err
		}
	case languageR:
		class, file = rRunner, ResolveURI(file)
	case languageJava:
		if LocalFile(file) {
			// The file itself reaches the driver by spark.jars.
			file = noResource
		}
	}
	args := append(d.container.Args, "driver")
	if d.in.ProxyUser != "" {
		args = append(args, "--proxy-user", d.in.ProxyUser)
	}
	args = append(args, "--properties-file", propertiesPath, "--class", class, file)
	d.container.Args = append(args, d.in.Args...)
	d.properties.Set(sparkconf.ResourceType, string(d.language))
	return nil
}

// pythonEnv names the interpreters of driver and executors, where the configuration does.
func (d *draft) pythonEnv() error {
	if version, found := d.conf.Lookup(sparkconf.PythonVersion); found && version != "3" {
		return fmt.Errorf("%s is %q, and only 3 is supported; remove it", sparkconf.PythonVersion, version)
	}
	if python, found := d.conf.Lookup(sparkconf.PySparkPython); found {
		d.container.Env = append(d.container.Env, corev1.EnvVar{Name: "PYSPARK_PYTHON", Value: python})
	}
	if python, found := d.conf.Lookup(sparkconf.PySparkDriverPython, sparkconf.PySparkPython); found {
		d.container.Env = append(d.container.Env, corev1.EnvVar{Name: "PYSPARK_DRIVER_PYTHON", Value: python})
	}
	return nil
}
