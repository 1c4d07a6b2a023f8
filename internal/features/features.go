// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package features

import (
	corev1 "k8s.io/api/core/v1"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/batchscheduler"
	"github.com/alauda/spark-operator/internal/batchscheduler/registry"
	"github.com/alauda/spark-operator/internal/demand"
	"github.com/alauda/spark-operator/internal/disruption"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/internal/webui"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// Feature is something that an application may have beside its run. What it has nothing to say about is nil.
type Feature struct {
	// Name is for people.
	Name string
	// Decorate returns what the feature adds to the configuration and to all pods of a run, whose configuration is that
	// so far.
	Decorate func(Run) Decoration
	// CountsPods reports whether Finish and Dependents need to know the demand of the run: pods are rendered for it.
	CountsPods func(Run) bool
	// Finish changes the driver once it is rendered, when nothing of the application's can change it any more and the
	// executors are rendered, too; or the template of the driver where Spark's own client makes it.
	Finish func(r Run, driver *corev1.Pod)
	// Dependents returns what the application owns for the feature. They are made before the driver, in their order.
	Dependents func(Run) []Dependent
	// Ended returns those dependents that go when the driver has ended, by kind and name. The application and the
	// operator's configuration may have been changed since.
	Ended func(o Options, app *v1beta2.SparkApplication, driver *corev1.Pod) []render.Object
	// Warnings say what is asked for in vain.
	Warnings func(Run) []string
}

// All are the features, in the order in which they decorate a run: later ones win over earlier ones.
func All() []Feature {
	return []Feature{metrics, webUI, driverPorts, disruptionBudget, scheduling, followUp}
}

// Options are what the operator's configuration says about features.
type Options struct {
	// WebUI says how web UIs are reached.
	WebUI webui.Options
	// Disruption says whether drivers may keep nodes from being drained.
	Disruption disruption.Options
	// Schedulers are the batch schedulers that applications may have.
	Schedulers batchscheduler.Schedulers
}

// Configured returns the options of an operator of that configuration.
func Configured(c *configv1alpha1.ControllerConfiguration) Options {
	return Options{
		WebUI: webui.Options{
			Service: c.UIService.Enabled, URLFormat: c.UIIngress.URLFormat,
			ClassName: c.UIIngress.ClassName, Annotations: c.UIIngress.Annotations, TLS: c.UIIngress.TLS,
		},
		Disruption: disruption.Options{Budgets: c.DriverPodDisruptionBudget.Enabled},
		Schedulers: registry.Configured(c.BatchScheduler),
	}
}

// Run is one attempt to run an application.
type Run struct {
	// App is the application with its defaults. Features do not change it.
	App *v1beta2.SparkApplication
	// Attempt is the identity of the attempt.
	Attempt identity.Attempt
	// Conf is the effective Spark configuration.
	Conf *sparkconf.Conf
	// Options are the operator's.
	Options Options
	// Demand is what the run asks of the cluster when it starts; nil unless a feature counts pods, and before pods are
	// rendered.
	Demand *demand.Demand
}

// Decoration is what a feature adds to a run. It wins over the application's fields, and the operator's own labels and
// settings win over it.
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
	// Labels of the pods.
	Labels map[string]string
	// Annotations of the pods.
	Annotations map[string]string
	// PriorityClassName is the priority class of the pods where the application gives them none.
	PriorityClassName string
	// SchedulerName is the scheduler of the pods where the application names none, be it by a field, a template or
	// sparkConf.
	SchedulerName string
	// JavaOptions are appended to the options of the JVM.
	JavaOptions string
}

// Dependent is an object that an application owns beside those that Spark's client makes.
type Dependent struct {
	// Object is as it is to be created.
	Object render.Object
	// Required is whether the driver cannot start without it. A run goes on without others that are refused.
	Required bool
	// Install says what to do where the cluster does not know the kind of the object; empty for a kind that every
	// cluster has.
	Install string
	// Needs is the name of the dependent that it is worth nothing without; empty for none.
	Needs string
	// Note notes how the driver is reached by the object, as it was made; nil where it is not.
	Note func(made render.Object, info *v1beta2.DriverInfo)
}
