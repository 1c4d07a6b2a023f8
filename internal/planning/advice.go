// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// property returns where a property of sparkConf stands.
func (p *Plan) property(key string) string { return p.root.Child("sparkConf").Key(key).String() }

// maxAdvice is how many sentences of one kind are worth reading; of more it is only said how many there are.
const maxAdvice = 20

const (
	noEffect     = "has no effect: "
	adviceFile   = "the file would be read in the operator's container, which has none of yours: write its content into "
	adviceUpload = "it is a path in the operator's container, which has it only where its administrator set up uploads; name a file of the image local:///..., or use a URL"
)

// Warnings returns what people should know about the plan, sentence by sentence; none of it keeps the application from
// running.
func (p *Plan) Warnings() []string {
	var all []string
	if warning := p.selection.Warning(); warning != "" {
		all = append(all, warning)
	}
	if valueOf(p.app.Spec.Executor.MemoryLimit) != "" {
		all = append(all, "spec.executor.memoryLimit takes effect through the pod webhook only: Spark limits an executor's memory itself")
	}
	all = append(all, p.featureWarnings()...)
	return append(all, p.advice()...)
}

// advice returns what the application alone says about its plan: which of its fields and properties come to nothing.
func (p *Plan) advice() []string {
	all := p.lostProperties()
	for _, keys := range []roleKeys{driverKeys, executorKeys} {
		if names := p.overridden[keys.javaOptions]; len(names) > 0 {
			all = append(all, fmt.Sprintf("%s: is used without %s, which %s.javaOptions or monitoring sets otherwise",
				p.property(keys.javaOptions), strings.Join(names, ", "), keys.name))
		}
		all = append(all, p.namedContainer(keys)...)
		all = append(all, p.bareMemory(keys)...)
		all = append(all, p.lostOfTemplate(keys)...)
	}
	return all
}

// joined are properties of sparkConf that are taken though they do not stay as they are.
var joined = []string{
	sparkconf.DriverExtraJavaOptions, sparkconf.ExecutorExtraJavaOptions,
	sparkconf.DriverPodTemplateContainer, sparkconf.ExecutorPodTemplateContainer,
}

// rewritten are properties whose value may stand there in another form.
var rewritten = []string{sparkconf.DriverMemory, sparkconf.ExecutorMemory, sparkconf.DriverMemoryOverhead, sparkconf.ExecutorMemoryOverhead}

// lostProperties warns of properties of sparkConf that do not reach Spark as they are written, and are not refused.
func (p *Plan) lostProperties() []string {
	var lost []string
	for key, value := range p.app.Spec.SparkConf {
		if slices.Contains(joined, key) {
			continue
		}
		arrives := p.conf.Contains(key) && (p.conf.Get(key) == value ||
			slices.Contains(rewritten, key) && sparkconf.HeapSize(p.conf.Get(key)) == sparkconf.HeapSize(value))
		if !arrives && (sparkconf.CheckUserProperty(p.app.Namespace, key, value) == nil || p.unneeded(key, value)) {
			lost = append(lost, key)
		}
	}
	slices.Sort(lost)
	sentences := make([]string, 0, min(len(lost), maxAdvice+1))
	for _, key := range lost[:min(len(lost), maxAdvice)] {
		if why := p.whyLost(key); why != "" {
			sentences = append(sentences, p.property(key)+": "+noEffect+why)
		}
	}
	if more := len(lost) - maxAdvice; more > 0 {
		sentences = append(sentences, fmt.Sprintf("%s: %d more properties have no effect", p.root.Child("sparkConf"), more))
	}
	return sentences
}

// whyLost returns why a property of sparkConf does not reach Spark; nothing where that is as well.
func (p *Plan) whyLost(key string) string {
	switch {
	case !strings.HasPrefix(key, "spark."):
		return "Spark properties begin with spark."
	case key == sparkconf.DriverPodTemplateFile:
		return adviceFile + "driver.template"
	case key == sparkconf.ExecutorPodTemplateFile:
		return adviceFile + "executor.template"
	case key == sparkconf.FileUploadPath:
		return "no file of this application is uploaded; remove it"
	case slices.Contains(unneeded, key):
		return ""
	}
	if field := p.fieldOver(key); field != "" {
		return field + " is set"
	}
	return "the operator sets it itself"
}

// namedContainer warns of a property that names no container of the template: Spark then runs in the first one.
func (p *Plan) namedContainer(keys roleKeys) []string {
	name, named := p.app.Spec.SparkConf[keys.templateContainer]
	container := podmutation.TemplateContainer(&p.app.Spec, keys.role)
	path := p.property(keys.templateContainer) + ": "
	switch {
	case !named:
		return nil
	case container == nil:
		return []string{path + noEffect + keys.name + ".template has no containers"}
	case container.Name != name:
		return []string{fmt.Sprintf("%s%q is not exactly one container of %s.template: Spark runs in the first one, %q", path, name, keys.name, container.Name)}
	}
	return nil
}

// lostOfTemplate warns of what Spark overwrites in its container of a template.
func (p *Plan) lostOfTemplate(keys roleKeys) []string {
	container, name := podmutation.TemplateContainer(&p.app.Spec, keys.role), keys.name
	if container == nil {
		return nil
	}
	path := p.at(keys).Child("template", "spec", "containers").Key(container.Name).String() + "."
	useMemory := fmt.Sprintf("Spark sets it; use %s.memory and %s.memoryOverhead", name, name)
	useRequest := fmt.Sprintf("Spark sets it; use %s.coreRequest or %s.cores", name, name)
	given := func(list corev1.ResourceList, resource corev1.ResourceName) bool {
		_, found := list[resource]
		return found
	}
	var lost []string
	for _, field := range []struct {
		lost    bool
		at, why string
	}{
		{container.Image != "" && container.Image != p.conf.Get(keys.image), "image", p.root.Child("image").String() + " or " + name + ".image is set"},
		{given(container.Resources.Limits, corev1.ResourceCPU) && p.conf.Contains(keys.limitCores), "resources.limits[cpu]", "Spark sets it; use " + name + ".coreLimit"},
		{given(container.Resources.Limits, corev1.ResourceMemory), "resources.limits[memory]", useMemory},
		{given(container.Resources.Requests, corev1.ResourceCPU), "resources.requests[cpu]", useRequest},
		{given(container.Resources.Requests, corev1.ResourceMemory), "resources.requests[memory]", useMemory},
	} {
		if field.lost {
			lost = append(lost, path+field.at+": "+noEffect+field.why)
		}
	}
	return lost
}

// bareMemory says how memory without a unit is read. The JVM of a driver would take it for bytes.
func (p *Plan) bareMemory(keys roleKeys) []string {
	at, value := p.at(keys).Child("memory").String(), valueOf(podSpecOf(p.app, keys.role).Memory)
	if value == "" {
		at, value = p.property(keys.memory), p.app.Spec.SparkConf[keys.memory]
	}
	if _, err := strconv.ParseUint(value, 10, 63); err != nil {
		return nil
	}
	return []string{fmt.Sprintf("%s: %q has no unit and is read as MiB, %sm; write the unit", at, value, value)}
}

// filesElsewhere warns of files that are looked for in the operator's container, one of each list.
func (p *Plan) filesElsewhere() []string {
	var sentences []string
	last := ""
	for key, file := range p.uploads() {
		if key != last {
			sentences = append(sentences, p.fileAdvice(key, file))
		}
		last = key
	}
	for _, key := range readBySubmitter {
		if file := p.conf.Get(key); file != "" {
			sentences = append(sentences, p.fileAdvice(key, file))
		}
	}
	return sentences
}

// readBySubmitter are properties that name a file which Spark's client reads.
var readBySubmitter = []string{sparkconf.KerberosKeytab, sparkconf.KerberosKeytabV2, sparkconf.Krb5Path, sparkconf.VolcanoPodGroupTemplateFile}

func (p *Plan) fileAdvice(key, file string) string {
	origin := p.root.Child("mainApplicationFile")
	if key != mainFileField {
		origin = p.Origin(key)
	}
	return fmt.Sprintf("%s: %q: %s", origin, sparkconf.Redact(key, file), adviceUpload)
}
