// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package webhooks answers the API server's admission requests, one file a kind.
//
// A handler holds no rule of its own: it calls the function that the controller calls too. So an application that was
// stored while no webhook answered runs exactly as one that went through it, and the webhook is a convenience for those
// who read the stored object, not a part that anything hangs on.
package webhooks
