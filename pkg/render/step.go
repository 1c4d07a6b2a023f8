// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"fmt"
	"slices"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// stepPackage is the package of the classes of Spark's feature steps.
const stepPackage = "org.apache.spark.deploy.k8s.features."

// step is a feature step of Spark's client or driver.
type step[D any] struct {
	name string
	// class of Spark that does the same, in stepPackage.
	class string
	apply func(D) error
}

// applySteps applies the steps in their order, less those whose classes are excluded.
func applySteps[D any](draft D, steps []step[D], excluded []string) error {
	for _, step := range steps {
		if slices.Contains(excluded, stepPackage+step.class) {
			continue
		}
		if err := step.apply(draft); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	return nil
}

// excludedSteps are the classes that a property names, where the version looks at it.
func (v Version) excludedSteps(conf *sparkconf.Conf, key string) []string {
	if !v.exclusions {
		return nil
	}
	return conf.List(key)
}
