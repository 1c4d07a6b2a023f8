// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package webui says how the ports of a driver are reached from elsewhere: its web UI, and what
// spec.driverIngressOptions names.
//
// Each port that is exposed is an Endpoint: a Service, perhaps an Ingress, and the URL of the latter. Objects have here
// what the application's author and the operator's configuration ask for; what says whose they are is added by package
// planning, over whatever the author asks for.
package webui
