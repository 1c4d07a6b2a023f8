// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	"fmt"
	"strings"

	"github.com/alauda/spark-operator/internal/disruption"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

const (
	reasonUpload   = "a file of the submitter must be uploaded; use local:/// for a file of the image, or a URL"
	reasonKerberos = "Kerberos credentials must be fetched by Spark's own client"
	reasonExpand   = "references are expanded by Spark's own client; write the value itself"
)

// expanded are properties in which Spark's client expands references such as ${spark.x} before it makes the driver's objects of them. It passes
// others on as they are, and the driver expands them.
var expanded = []string{
	sparkconf.ContainerImage, sparkconf.DriverContainerImage, sparkconf.ImagePullPolicy, sparkconf.ImagePullSecrets,
	sparkconf.SchedulerName, sparkconf.DriverSchedulerName, sparkconf.DriverServiceAccount,
	sparkconf.DriverRequestCores, sparkconf.DriverLimitCores,
	sparkconf.MemoryOverheadFactor, sparkconf.DriverMemoryOverheadFactor, sparkconf.DriverMinMemoryOverhead,
	sparkconf.DriverMemoryOverhead, sparkconf.DriverMemoryOverheadOld,
	sparkconf.HadoopConfigMap, sparkconf.Krb5ConfigMap, sparkconf.KerberosTokenSecret, sparkconf.KerberosTokenSecretKey,
	sparkconf.PySparkPython, sparkconf.PySparkDriverPython, sparkconf.UIPort, sparkconf.LocalDirsTmpfs, sparkconf.LegacyPVCAccessMode,
	sparkconf.DriverServiceIPPolicy, sparkconf.DriverServiceIPFamilies, sparkconf.DriverServiceNotReady,
	sparkconf.Escalation, sparkconf.DriverEscalation,
}

// unsupportedProperties are properties that only Spark's own client can act on.
var unsupportedProperties = []struct{ key, reason string }{
	{sparkconf.DriverFeatureSteps, "the feature steps are classes that Spark's own client must load"},
	{sparkconf.KerberosPrincipal, reasonKerberos},
	{sparkconf.KerberosKeytab, reasonKerberos},
	{sparkconf.KerberosPrincipalV2, reasonKerberos},
	{sparkconf.KerberosKeytabV2, reasonKerberos},
	{sparkconf.Krb5Path, "it names a file of the submitter; use " + sparkconf.Krb5ConfigMap},
}

// Unsupported returns why the native submitter cannot run the plan; nil where it can.
func (p *Plan) Unsupported() *UnsupportedError {
	for _, property := range unsupportedProperties {
		if p.conf.Get(property.key) != "" {
			return &UnsupportedError{Field: property.key, Reason: property.reason}
		}
	}
	for _, key := range expanded {
		if strings.Contains(p.conf.Get(key), "${") {
			return &UnsupportedError{Field: key, Reason: reasonExpand}
		}
	}
	if strings.EqualFold(p.conf.Get(sparkconf.HadoopPrefix+"hadoop.security.authentication"), "kerberos") {
		return &UnsupportedError{Field: sparkconf.HadoopPrefix + "hadoop.security.authentication", Reason: reasonKerberos}
	}
	for _, key := range []string{sparkconf.Jars, sparkconf.Files, sparkconf.Archives, sparkconf.PyFiles} {
		for _, file := range p.conf.List(key) {
			if render.LocalFile(file) {
				return &UnsupportedError{Field: key + " " + file, Reason: reasonUpload}
			}
		}
	}
	return p.unsupportedMain()
}

// unsupportedMain looks at the main file. R files are not uploaded by Spark either: a path is one in the image.
func (p *Plan) unsupportedMain() *UnsupportedError {
	file := p.MainFile()
	isR := strings.HasSuffix(file, ".R") || strings.HasSuffix(file, ".r")
	if render.LocalFile(file) && !isR {
		return &UnsupportedError{Field: "spec.mainApplicationFile " + file, Reason: reasonUpload}
	}
	return nil
}

// warn collects what people should know.
func (p *Plan) warn() {
	if warning := p.selection.Warning(); warning != "" {
		p.warnings = append(p.warnings, warning)
	}
	if valueOf(p.app.Spec.Executor.MemoryLimit) != "" {
		p.warnings = append(p.warnings, "spec.executor.memoryLimit takes effect through the pod webhook only: Spark limits an executor's memory itself")
	}
	p.warnContainers()
	p.warnings = append(p.warnings, p.run(p.conf).Warnings(p.options.WebUI)...)
	p.warnings = append(p.warnings, disruption.Warnings(p.app, p.options.Disruption)...)
	for _, property := range sparkconf.New(p.userProperties()...).Sorted() {
		switch {
		case !strings.HasPrefix(property.Key, "spark."):
			p.warnings = append(p.warnings, "sparkConf key "+property.Key+" is ignored: Spark properties begin with spark.")
		case property.Key == sparkconf.DriverPodTemplateFile, property.Key == sparkconf.ExecutorPodTemplateFile:
			p.warnings = append(p.warnings, "sparkConf key "+property.Key+" is ignored: use the template field of driver or executor")
		case property.Key == sparkconf.HadoopConfigMap && !p.conf.Contains(property.Key):
			p.warnings = append(p.warnings, "sparkConf key "+property.Key+" is ignored: spec.hadoopConfigMap is set")
		}
	}
}

// warnContainers tells of properties that name no container of the template: Spark then runs in the first one.
func (p *Plan) warnContainers() {
	for _, keys := range []roleKeys{driverKeys, executorKeys} {
		name, named := p.app.Spec.SparkConf[keys.templateContainer]
		container := podmutation.TemplateContainer(&p.app.Spec, keys.role)
		switch {
		case !named:
		case container == nil:
			p.warnings = append(p.warnings, "sparkConf key "+keys.templateContainer+" has no effect: "+keys.field+".template has no containers")
		case container.Name != name:
			p.warnings = append(p.warnings, fmt.Sprintf("sparkConf key %s names %q, which is not exactly one container of %s.template: Spark runs in the first one, %q",
				keys.templateContainer, name, keys.field, container.Name))
		}
	}
}

func (p *Plan) userProperties() []sparkconf.Property {
	properties := make([]sparkconf.Property, 0, len(p.app.Spec.SparkConf))
	for key, value := range p.app.Spec.SparkConf {
		properties = append(properties, sparkconf.Property{Key: key, Value: value})
	}
	return properties
}
