// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	"iter"
	"strings"

	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

const (
	reasonUpload   = "a file of the submitter must be uploaded; use local:/// for a file of the image, or a URL"
	reasonKerberos = "Kerberos credentials must be fetched by Spark's own client"
	reasonExpand   = "references are expanded by Spark's own client; write the value itself"
)

// expanded are properties in which Spark's client expands references such as ${spark.x} before it makes the driver's
// objects of them. It passes others on as they are, and the driver expands them.
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
func (p *Plan) Unsupported() *UnsupportedError { return p.unsupported }

func (p *Plan) findUnsupported() *UnsupportedError {
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
	for key, file := range p.uploads() {
		return &UnsupportedError{Field: key + " " + file, Reason: reasonUpload}
	}
	return nil
}

// uploadedLists are the properties whose files Spark's client uploads where they are files of its own container.
var uploadedLists = []string{sparkconf.Jars, sparkconf.Files, sparkconf.Archives, sparkconf.PyFiles}

const mainFileField = "spec.mainApplicationFile"

// uploads yields the files that Spark's client would upload from its own container, each with the property or field
// that names it. R files are not uploaded: a path is one in the image.
func (p *Plan) uploads() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, key := range uploadedLists {
			for _, file := range p.conf.List(key) {
				if render.LocalFile(file) && !yield(key, file) {
					return
				}
			}
		}
		main := p.MainFile()
		isR := strings.HasSuffix(main, ".R") || strings.HasSuffix(main, ".r")
		if main != "" && render.LocalFile(main) && !isR {
			yield(mainFileField, main)
		}
	}
}
