// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/validation"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// listFields are the fields that become a property which is a list.
var listFields = []struct {
	key, name string
	value     func(*v1beta2.Dependencies) []string
}{
	{sparkconf.Jars, "jars", func(d *v1beta2.Dependencies) []string { return d.Jars }},
	{sparkconf.Files, "files", func(d *v1beta2.Dependencies) []string { return d.Files }},
	{sparkconf.PyFiles, "pyFiles", func(d *v1beta2.Dependencies) []string { return d.PyFiles }},
	{sparkconf.Archives, "archives", func(d *v1beta2.Dependencies) []string { return d.Archives }},
	{sparkconf.JarsPackages, "packages", func(d *v1beta2.Dependencies) []string { return d.Packages }},
	{sparkconf.JarsExcludes, "excludePackages", func(d *v1beta2.Dependencies) []string { return d.ExcludePackages }},
	{sparkconf.JarsRepositories, "repositories", func(d *v1beta2.Dependencies) []string { return d.Repositories }},
}

// Origin returns the path of the field that the author of the application would change to change a property of the
// plan: that of a list of dependencies, of hadoopConf or of sparkConf; the property itself where it is made from
// another field.
func (p *Plan) Origin(key string) *field.Path {
	if dependency := p.dependency(key); dependency != nil {
		return dependency
	}
	if rest, found := strings.CutPrefix(key, sparkconf.HadoopPrefix); found {
		for _, name := range []string{rest, key} {
			if _, set := p.app.Spec.HadoopConf[name]; set {
				return p.root.Child("hadoopConf").Key(name)
			}
		}
	}
	if value, set := p.app.Spec.SparkConf[key]; set && value == p.conf.Get(key) {
		return p.root.Child("sparkConf").Key(key)
	}
	return field.NewPath(key)
}

// dependency returns the path of the list of dependencies that a property is made of; nil where it is made of none.
func (p *Plan) dependency(key string) *field.Path {
	for _, list := range listFields {
		if list.key == key && len(list.value(&p.app.Spec.Deps)) > 0 {
			return p.root.Child("deps", list.name)
		}
	}
	return nil
}

// Refusal returns the error of the value of a property, or a part of it, at its origin. Of what was written as a
// property nothing is shown that looks like a secret.
func (p *Plan) Refusal(key, value, fix string) *field.Error {
	if p.dependency(key) == nil {
		value = sparkconf.Redact(key, value)
	}
	return validation.Refuse(p.Origin(key), value, fix)
}
