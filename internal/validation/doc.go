// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package validation says what is wrong with the three kinds of objects, and what in them is deprecated or has no
// effect.
//
// It is pure: the webhook asks it before an object is stored, and the controller before it submits. So an object that
// came in while no webhook answered is refused for the same reasons and in the same words. Every function returns all
// that is wrong together, each with the path of the field, its value and what to do about it. Where the spec of an
// application stands is handed in: in a schedule it is the template's. What the schema of the CRDs refuses is not asked
// again: no stored object can have it.
package validation
