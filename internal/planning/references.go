// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import "k8s.io/apimachinery/pkg/util/validation/field"

// checkReferences refuses references between properties that Spark cannot expand. In spark-submit they would hold a
// worker that others wait for, and fail each time; in the driver they would cost a pod.
func (p *Plan) checkReferences() field.ErrorList {
	var errs field.ErrorList
	for _, wrong := range p.conf.CheckReferences() {
		errs = append(errs, p.Refusal(wrong.Key, wrong.Reference, wrong.Why))
	}
	return errs
}
