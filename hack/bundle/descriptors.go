// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/operator-framework/api/pkg/operators/v1alpha1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

// describe gives each descriptor the description of its field in the CRD, and fails for a field that there is not.
func (in *inputs) describe(owned []v1alpha1.CRDDescription) error {
	var errs []error
	var kinds []string
	for i := range owned {
		o := &owned[i]
		kinds = append(kinds, o.Name)
		schema, err := in.schema(o)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		spec, status := schema.Properties["spec"], schema.Properties["status"]
		for j := range o.SpecDescriptors {
			errs = append(errs, describe(o.Kind+".spec", spec, o.SpecDescriptors[j].Path, &o.SpecDescriptors[j].Description))
		}
		for j := range o.StatusDescriptors {
			errs = append(errs, describe(o.Kind+".status", status, o.StatusDescriptors[j].Path, &o.StatusDescriptors[j].Description))
		}
		for j := range o.ActionDescriptor {
			errs = append(errs, describe(o.Kind+".spec", spec, o.ActionDescriptor[j].Path, &o.ActionDescriptor[j].Description))
		}
	}
	for _, crd := range in.crds {
		if !slices.Contains(kinds, crd.Name) {
			errs = append(errs, fmt.Errorf("CRD %s is not described in the base", crd.Name))
		}
	}
	return errors.Join(errs...)
}

func (in *inputs) schema(o *v1alpha1.CRDDescription) (*apiextensionsv1.JSONSchemaProps, error) {
	for _, crd := range in.crds {
		for _, v := range crd.Spec.Versions {
			if crd.Name == o.Name && v.Name == o.Version && crd.Spec.Names.Kind == o.Kind {
				return v.Schema.OpenAPIV3Schema, nil
			}
		}
	}
	return nil, fmt.Errorf("the base describes %s %s, which is not built", o.Name, o.Version)
}

func describe(root string, schema apiextensionsv1.JSONSchemaProps, path string, into *string) error {
	for name := range strings.SplitSeq(path, ".") {
		inner, found := schema.Properties[name]
		if !found {
			return fmt.Errorf("%s.%s: the CRD has no such field", root, path)
		}
		schema = inner
	}
	if *into == "" {
		// Limits of sizes are a line of their own, and of no use to people who fill in a form.
		*into, _, _ = strings.Cut(schema.Description, "\n")
	}
	return nil
}
