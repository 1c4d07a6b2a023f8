// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package cgroup keeps every process of the cluster under one control group, so that none can be lost.
//
// A process inherits its group from its parent and cannot leave it by starting a session or by outliving its parent. So
// the group knows the components, the container shims and all containers, also after a crash that left no other record.
package cgroup
