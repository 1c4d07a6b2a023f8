// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package podmutation shapes driver and executor pods as their SparkApplication says, beyond what Spark's own
// configuration can express.
//
// There is one ordered list of mutators, Default, and three users of it: the renderer of driver pods, the template that
// Spark makes executor pods from, and the admission webhook. So a pod looks the same whether or not the webhook ran.
//
// Precedence, from weakest to strongest: what the pod has already (a template, or Spark's doing), the fields of the
// application, what the operator must have. Mutators merge by key: environment variables, volumes, containers and ports
// by name, mounts by path. Applying the list to its own result changes nothing.
package podmutation
