// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	"strings"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// listFields are the fields that become a property which is a list.
var listFields = []struct {
	key, field string
	value      func(*v1beta2.Dependencies) []string
}{
	{sparkconf.Jars, "spec.deps.jars", func(d *v1beta2.Dependencies) []string { return d.Jars }},
	{sparkconf.Files, "spec.deps.files", func(d *v1beta2.Dependencies) []string { return d.Files }},
	{sparkconf.PyFiles, "spec.deps.pyFiles", func(d *v1beta2.Dependencies) []string { return d.PyFiles }},
	{sparkconf.Archives, "spec.deps.archives", func(d *v1beta2.Dependencies) []string { return d.Archives }},
	{sparkconf.JarsPackages, "spec.deps.packages", func(d *v1beta2.Dependencies) []string { return d.Packages }},
	{sparkconf.JarsExcludes, "spec.deps.excludePackages", func(d *v1beta2.Dependencies) []string { return d.ExcludePackages }},
	{sparkconf.JarsRepositories, "spec.deps.repositories", func(d *v1beta2.Dependencies) []string { return d.Repositories }},
}

// Origin returns the path of the field that the author of the application would change to change a property of the plan: that of a list of
// dependencies, of hadoopConf or of sparkConf; the property itself where it is made from another field.
func (p *Plan) Origin(key string) string {
	for _, list := range listFields {
		if list.key == key && len(list.value(&p.app.Spec.Deps)) > 0 {
			return list.field
		}
	}
	if rest, found := strings.CutPrefix(key, sparkconf.HadoopPrefix); found {
		for _, name := range []string{rest, key} {
			if _, set := p.app.Spec.HadoopConf[name]; set {
				return "spec.hadoopConf[" + name + "]"
			}
		}
	}
	if value, set := p.app.Spec.SparkConf[key]; set && value == p.conf.Get(key) {
		return "spec.sparkConf[" + key + "]"
	}
	return key
}

// Refusal returns a problem with the value of a property, or a part of it, at its origin. Of what was written as a property nothing
// is shown that looks like a secret.
func (p *Plan) Refusal(key, value, fix string) Problem {
	origin := p.Origin(key)
	if !strings.HasPrefix(origin, "spec.deps.") {
		value = sparkconf.Redact(key, value)
	}
	return Problem{Field: origin, Value: value, Fix: fix}
}
