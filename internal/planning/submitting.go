// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

// SparkUser returns the user that Spark takes itself to run as.
func (p *Plan) SparkUser() string { return p.options.SparkUser }

// Annotation returns an annotation of the application; nothing where it has none of the name.
func (p *Plan) Annotation(name string) string { return p.app.Annotations[name] }
