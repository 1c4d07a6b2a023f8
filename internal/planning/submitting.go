// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import "github.com/alauda/spark-operator/internal/identity"

// SparkUser returns the user that Spark takes itself to run as.
func (p *Plan) SparkUser() string { return p.options.SparkUser }

// MetadataHash returns the hash of the application's labels and annotations that the plan is made from.
func (p *Plan) MetadataHash() string { return identity.MetadataHash(p.app) }

// Annotation returns an annotation of the application; nothing where it has none of the name.
func (p *Plan) Annotation(name string) string { return p.app.Annotations[name] }
