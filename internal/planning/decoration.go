// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import "github.com/alauda/spark-operator/pkg/sparkconf"

// Decoration is what monitoring, web UI or a batch scheduler add to a plan. Decorations win over the application's fields,
// later ones over earlier ones, and the operator's own labels and settings win over all of them.
type Decoration struct {
	// Driver and Executor are added to the pods of the role.
	Driver, Executor PodDecoration
	// Conf are properties to set, in place of the application's.
	Conf []sparkconf.Property
	// ConfDefaults are properties to set where the application does not.
	ConfDefaults []sparkconf.Property
}

// PodDecoration is what is added to the pods of a role.
type PodDecoration struct {
	// Labels and Annotations of the pods.
	Labels, Annotations map[string]string
	// SchedulerName is the scheduler of the pods where the application names none, be it by a field, a template or sparkConf.
	SchedulerName string
	// JavaOptions are appended to the options of the JVM.
	JavaOptions string
}
