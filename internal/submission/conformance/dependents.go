// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"encoding/json"

	"github.com/alauda/spark-operator/internal/planning"
)

// Dependents returns the normalised objects that an application has beside those of Spark's client. Spark knows nothing
// of them: they are the same in both ways to submit.
func Dependents(plan *planning.Plan) ([]Object, error) {
	objects, err := plan.DependentObjects()
	if err != nil {
		return nil, err
	}
	bodies := make([][]byte, 0, len(objects))
	for _, object := range objects {
		body, err := json.Marshal(object)
		if err != nil {
			return nil, err
		}
		bodies = append(bodies, body)
	}
	return Normalise(bodies)
}
