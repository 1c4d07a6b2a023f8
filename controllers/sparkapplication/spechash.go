// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkapplication

import (
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/memory"
)

// specHashes are the hashes of the specs of applications, each of one generation.
type specHashes struct{ memory.Of[specHash] }

type specHash struct {
	generation int64
	hash       string
}

// hash returns the hash of the application's spec, which stays the same for a generation.
func (s *specHashes) hash(app *v1beta2.SparkApplication) string {
	if known := s.Get(app); known.hash != "" && known.generation == app.Generation {
		return known.hash
	}
	hash := identity.SpecHash(app)
	s.Set(app, specHash{app.Generation, hash})
	return hash
}
