// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// check returns what is wrong with an application whatever submits it. The operator acts with rights that the application's
// author may not have, so nothing of this may reach a submitter; the webhook asks the same to say so earlier.
func (p *Plan) check() []Problem {
	app := p.app
	c := &checker{app: app, unneeded: p.unneeded}
	c.name()
	c.mode()
	c.commandLine()
	c.sparkConf()
	c.hadoopConf()
	c.nodeSelectors()
	c.metadata("metadata.labels", app.Labels, nil)
	c.excludedLabels()
	c.role("spec.driver", &app.Spec.Driver.SparkPodSpec, sparklabels.ReservedDriver)
	c.metadata("spec.driver.serviceLabels", app.Spec.Driver.ServiceLabels, nil)
	c.metadata("spec.driver.serviceAnnotations", app.Spec.Driver.ServiceAnnotations, nil)
	c.keys("spec.driver.serviceLabels", app.Spec.Driver.ServiceLabels)
	c.keys("spec.driver.serviceAnnotations", app.Spec.Driver.ServiceAnnotations)
	c.role("spec.executor", &app.Spec.Executor.SparkPodSpec, sparklabels.ReservedExecutor)
	c.exposure()
	c.podName()
	return c.problems
}

// checker collects what is wrong with an application.
type checker struct {
	app      *v1beta2.SparkApplication
	problems []Problem
	// unneeded returns whether a property that only the operator sets has no effect here.
	unneeded func(key, value string) bool
}

func (c *checker) refuse(field, value, fix string) {
	c.problems = append(c.problems, Problem{Field: field, Value: value, Fix: fix})
}

// refuseEntry refuses an entry of a map; its value is masked where it looks like a secret.
func (c *checker) refuseEntry(field, key, value, fix string) {
	c.refuse(field+"["+key+"]", sparkconf.Redact(key, value), fix)
}

// name looks at what becomes part of names and a label: the rule of the CRD, which did not see what was stored before it.
func (c *checker) name() {
	if reasons := validation.IsDNS1035Label(c.app.Name); len(reasons) > 0 {
		c.refuse("metadata.name", c.app.Name, "it becomes part of the names of pods and Services: "+strings.Join(reasons, ", "))
	}
}

func (c *checker) mode() {
	if mode := c.app.Spec.Mode; mode != "" && mode != v1beta2.DeployModeCluster {
		c.refuse("spec.mode", string(mode), "it would run the driver inside the operator; set it to cluster")
	}
}

// commandLine refuses what could be taken for an option of spark-submit. Arguments of the application come after its
// file, where options end.
func (c *checker) commandLine() {
	spec := &c.app.Spec
	for _, field := range []struct {
		path  string
		value *string
	}{
		{"spec.mainApplicationFile", spec.MainApplicationFile},
		{"spec.mainClass", spec.MainClass},
		{"spec.proxyUser", spec.ProxyUser},
	} {
		if strings.HasPrefix(valueOf(field.value), "-") {
			c.refuse(field.path, *field.value, "it must not begin with '-', which would make it an option of spark-submit")
		}
	}
	if valueOf(spec.MainApplicationFile) == "" {
		c.refuse("spec.mainApplicationFile", "", "it is required; name the jar, Python or R file to run")
	}
}

// sparkConf asks for each property whether an application may set it. Labels and annotations of pods are under the same
// rules as those of the fields.
func (c *checker) sparkConf() {
	const field = "spec.sparkConf"
	conf := c.app.Spec.SparkConf
	for _, key := range slices.Sorted(maps.Keys(conf)) {
		value := conf[key]
		if err := sparkconf.CheckUserProperty(c.app.Namespace, key, value); err != nil && !c.unneeded(key, value) {
			c.refuseEntry(field, key, value, err.Error())
			continue
		}
		for _, prefix := range metadataPrefixes {
			name, found := strings.CutPrefix(key, prefix.prefix)
			if !found {
				continue
			}
			if why := c.whyReserved(name, value, prefix.sparks); why != "" {
				c.refuseEntry(field, key, value, why)
			}
		}
		if why := c.whyReserved(claimMetadata(key), value, nil); why != "" {
			c.refuseEntry(field, key, value, why)
		}
	}
}

// claimMetadata returns the label or annotation that a property gives a volume claim which Spark makes; nothing for any other property.
func claimMetadata(key string) string {
	for _, prefix := range []string{sparkconf.DriverVolumesPrefix, sparkconf.ExecutorVolumesPrefix} {
		volume, found := strings.CutPrefix(key, prefix+"persistentVolumeClaim.")
		if !found {
			continue
		}
		_, option, _ := strings.Cut(volume, ".")
		for _, kind := range []string{"label.", "annotation."} {
			if name, found := strings.CutPrefix(option, kind); found {
				return name
			}
		}
	}
	return ""
}

// metadataPrefixes begin the properties that become labels and annotations.
var metadataPrefixes = []struct {
	prefix string
	// sparks returns whether Spark sets the label itself; nil for what it leaves to others.
	sparks func(string) bool
}{
	{sparkconf.DriverLabelPrefix, sparklabels.ReservedDriver},
	{sparkconf.ExecutorLabelPrefix, sparklabels.ReservedExecutor},
	{sparkconf.DriverAnnotationPrefix, nil},
	{sparkconf.ExecutorAnnotationPrefix, nil},
	{sparkconf.DriverServiceLabelPrefix, nil},
	{sparkconf.DriverServiceAnnotPrefix, nil},
}

func (c *checker) hadoopConf() { c.keys("spec.hadoopConf", c.app.Spec.HadoopConf) }

// keys refuses names that would be read as another property, or as none.
func (c *checker) keys(field string, entries map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		if !sparkconf.ValidKey(key) {
			c.refuseEntry(field, key, entries[key], "it becomes the name of a Spark property, which must not hold blanks, control characters or '='; rename it")
		}
	}
}

// excludedByAuthor returns the patterns of labels that the application keeps to itself.
func excludedByAuthor(app *v1beta2.SparkApplication) []string {
	return sparkconf.SplitList(app.Annotations[sparklabels.ExcludePodLabels])
}

// maxExcluded is how many patterns an application may name: each is compared with each of its labels.
const maxExcluded = 32

func (c *checker) excludedLabels() {
	const field = "metadata.annotations[" + sparklabels.ExcludePodLabels + "]"
	patterns := excludedByAuthor(c.app)
	if len(patterns) > maxExcluded {
		c.refuse(field, "", fmt.Sprintf("it names %d labels; name at most %d, or beginnings before a *", len(patterns), maxExcluded))
		return
	}
	for _, pattern := range patterns {
		if err := sparklabels.CheckPattern(pattern); err != nil {
			c.refuse(field, pattern, err.Error())
		}
	}
}

// metadata refuses labels and annotations that only Spark or the operator may set: by them pods are found, cached and
// given to applications.
func (c *checker) metadata(field string, entries map[string]string, sparks func(string) bool) {
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		if why := c.whyReserved(key, entries[key], sparks); why != "" {
			c.refuseEntry(field, key, entries[key], why)
		}
	}
}

// whyReserved returns why an application may not give a label or annotation the value; nothing where it may. What the
// operator would set itself does no harm.
func (c *checker) whyReserved(key, value string, sparks func(string) bool) string {
	if sparks != nil && sparks(key) {
		return "the label is reserved for Spark; remove it"
	}
	if !sparklabels.ReservedOperator(key) || value == sparklabels.OperatorValue(key, c.app.Name) {
		return ""
	}
	return "only the operator sets it: by it objects are given to an application; remove it"
}

func (c *checker) nodeSelectors() {
	spec := &c.app.Spec
	if len(spec.NodeSelector) > 0 && (len(spec.Driver.NodeSelector) > 0 || len(spec.Executor.NodeSelector) > 0) {
		c.refuse("spec.nodeSelector", "", "it cannot be combined with the driver's or executor's nodeSelector; set it in one place")
	}
	c.keys("spec.nodeSelector", spec.NodeSelector)
}

// role looks at what driver and executor have in common.
func (c *checker) role(path string, pod *v1beta2.SparkPodSpec, reserved func(string) bool) {
	c.metadata(path+".labels", pod.Labels, reserved)
	c.metadata(path+".annotations", pod.Annotations, nil)
	for _, field := range []struct {
		name    string
		entries map[string]string
	}{
		{"labels", pod.Labels}, {"annotations", pod.Annotations}, {"envVars", pod.EnvVars}, {"nodeSelector", pod.NodeSelector},
	} {
		c.keys(path+"."+field.name, field.entries)
	}
	for _, key := range slices.Sorted(maps.Keys(pod.EnvSecretKeyRefs)) {
		if !sparkconf.ValidKey(key) {
			c.refuse(path+".envSecretKeyRefs["+key+"]", "", "it is no name of a variable; rename it")
		}
	}
	if pod.Template != nil {
		c.template(path+".template.metadata", pod.Template)
	}
}

// template refuses metadata that would take the pod away from the application. Its name is Spark's to give and ignored.
func (c *checker) template(path string, template *corev1.PodTemplateSpec) {
	if namespace := template.Namespace; namespace != "" && namespace != c.app.Namespace {
		c.refuse(path+".namespace", namespace, fmt.Sprintf("pods run in the application's namespace %q; remove it", c.app.Namespace))
	}
	if owners := template.OwnerReferences; len(owners) > 0 {
		c.refuse(path+".ownerReferences", owners[0].Kind+" "+owners[0].Name, "the application owns its driver, and the driver its executors; remove it")
	}
	c.metadata(path+".labels", template.Labels, nil)
	c.metadata(path+".annotations", template.Annotations, nil)
}

// exposure looks at the Services and Ingresses of the driver's ports.
func (c *checker) exposure() {
	if ui := c.app.Spec.SparkUIOptions; ui != nil {
		c.metadata("spec.sparkUIOptions.serviceLabels", ui.ServiceLabels, nil)
		c.metadata("spec.sparkUIOptions.serviceAnnotations", ui.ServiceAnnotations, nil)
		c.metadata("spec.sparkUIOptions.ingressAnnotations", ui.IngressAnnotations, nil)
	}
	for i := range c.app.Spec.DriverIngressOptions {
		path, port := fmt.Sprintf("spec.driverIngressOptions[%d]", i), &c.app.Spec.DriverIngressOptions[i]
		c.metadata(path+".serviceLabels", port.ServiceLabels, nil)
		c.metadata(path+".serviceAnnotations", port.ServiceAnnotations, nil)
		c.metadata(path+".ingressAnnotations", port.IngressAnnotations, nil)
	}
}

func (c *checker) podName() {
	field, name := "spec.driver.podName", valueOf(c.app.Spec.Driver.PodName)
	if name == "" {
		field, name = "spec.sparkConf["+sparkconf.DriverPodName+"]", c.app.Spec.SparkConf[sparkconf.DriverPodName]
	}
	if name == "" {
		return
	}
	if reasons := validation.IsDNS1123Subdomain(name); len(reasons) > 0 {
		c.refuse(field, name, "it is no name of a pod: "+strings.Join(reasons, ", "))
	}
}

// volumesOf returns volumes by their names.
func volumesOf(volumes []corev1.Volume) map[string]*corev1.Volume {
	named := make(map[string]*corev1.Volume, len(volumes))
	for i := range volumes {
		named[volumes[i].Name] = &volumes[i]
	}
	return named
}
