// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package refusal finds from the API server's answer who has refused an object, and so what may help.
//
// What the API server finds wrong with an object itself is wrong each time: the application is at fault. What a policy,
// a webhook or a quota has refused may pass later, and never by an immediate retry. Status codes do not distinguish
// them: a policy answers 422 as validation does, and a webhook whatever it likes, 409 and 500 included. Their words do,
// which are Kubernetes' own, and the only ones that are left of an answer that spark-submit has printed.
package refusal
