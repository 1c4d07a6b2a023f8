// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/operator-framework/api/pkg/manifests"
	"github.com/operator-framework/api/pkg/validation"
	validationerrors "github.com/operator-framework/api/pkg/validation/errors"
	interfaces "github.com/operator-framework/api/pkg/validation/interfaces"
)

// validators are those of operator-framework that say something about a bundle as files; the one about architectures
// pulls images.
var validators = []struct {
	name      string
	validator interfaces.Validator
}{
	{"bundle", validation.BundleValidator},
	{"csv", validation.ClusterServiceVersionValidator},
	{"crd", validation.CustomResourceDefinitionValidator},
	{"objects", validation.ObjectValidator},
	{"operatorhub", validation.OperatorHubV2Validator},
	{"categories", validation.StandardCategoriesValidator},
	{"capabilities", validation.StandardCapabilitiesValidator},
	{"good-practices", validation.GoodPracticesValidator},
	{"alpha-deprecated-apis", validation.AlphaDeprecatedAPIsValidator},
	{"community", validation.CommunityOperatorValidator},
}

// explained are the warnings that are known, and why each is there: none so far.
var explained []struct{ text, because string }

// validate runs all validators on the bundle and fails for an error, and for a warning that is not explained.
func validate(o options, out io.Writer) error {
	bundle, err := manifests.GetBundleFromDir(filepath.Join(o.root, "bundle"))
	if err != nil {
		return fmt.Errorf("read bundle: %w", err)
	}
	objects := append(bundle.ObjectsToValidate(), map[string]string{"k8s-version": minor(bundle.CSV.Spec.MinKubeVersion)})
	var errs []error
	for _, v := range validators {
		found := 0
		for _, result := range v.validator.Validate(objects...) {
			for _, e := range slices.Concat(result.Errors, result.Warnings) {
				found++
				errs = append(errs, judge(v.name, e, out))
			}
		}
		fmt.Fprintf(out, "%-22s %d findings\n", v.name, found)
	}
	return errors.Join(errs...)
}

// judge prints a warning that is explained, and returns everything else as an error.
func judge(validator string, e validationerrors.Error, out io.Writer) error {
	if e.Level == validationerrors.LevelWarn {
		for _, known := range explained {
			if strings.Contains(e.Error(), known.text) {
				fmt.Fprintf(out, "%s: %v (known: %s)\n", validator, e, known.because)
				return nil
			}
		}
	}
	return fmt.Errorf("%s: %w", validator, e)
}

// minor returns a version without its patch level.
func minor(version string) string {
	parts := strings.SplitN(version, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}
