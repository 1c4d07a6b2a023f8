// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/validation"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// confBuilder builds the effective configuration of a plan.
type confBuilder struct {
	plan *Plan
	app  *v1beta2.SparkApplication
	conf *sparkconf.Conf
	errs field.ErrorList
	// overridden are options of sparkConf that a JVM is not given, by property.
	overridden map[string][]string
}

// precedence is how the effective configuration comes about. Each layer wins over the ones before it.
//
//	 1 application   fields about the whole application that sparkConf may override: pull policy and secrets, Python
//	                 version, overhead factor
//	 2 sparkConf     the user's properties; those that only the operator may set have been refused before
//	 3 hadoopConf    the user's Hadoop properties, with the prefix "spark.hadoop." where they lack it
//	 4 deps          jars, files, archives, Python files and packages
//	 5 objectLabels  the labels of the SparkApplication
//	 6 driver        the typed fields of the driver
//	 7 executor      the typed fields of the executors
//	 8 placement     node selector and dynamic allocation
//	 9 features      what an application has beside its run, see package features
//	10 operator      what the operator must have: namespace, names, images, labels, template containers
var precedence = []struct {
	name  string
	apply func(*confBuilder)
}{
	{"application", (*confBuilder).application},
	{"sparkConf", (*confBuilder).sparkConf},
	{"hadoopConf", (*confBuilder).hadoopConf},
	{"deps", (*confBuilder).deps},
	{"objectLabels", (*confBuilder).objectLabels},
	{"driver", (*confBuilder).driver},
	{"executor", (*confBuilder).executor},
	{"placement", (*confBuilder).placement},
	{"features", (*confBuilder).features},
	{"operator", (*confBuilder).operator},
}

func effectiveConf(p *Plan) (conf *sparkconf.Conf, overridden map[string][]string, errs field.ErrorList) {
	b := &confBuilder{plan: p, app: p.app, conf: &sparkconf.Conf{}}
	for _, layer := range precedence {
		layer.apply(b)
	}
	b.sizes()
	return b.conf, b.overridden, b.errs
}

func (b *confBuilder) refuse(path *field.Path, why string) {
	b.errs = append(b.errs, validation.Refuse(path, "", why))
}

// setField sets a property from an optional field.
func (b *confBuilder) setField(key string, value *string) {
	if value != nil {
		b.conf.Set(key, *value)
	}
}

// setNumber sets a property from an optional number.
func setNumber[T int32 | int64](b *confBuilder, key string, value *T) {
	if value != nil {
		b.conf.Set(key, strconv.FormatInt(int64(*value), 10))
	}
}

// setList sets a property from a list.
func (b *confBuilder) setList(key string, values []string) {
	if len(values) > 0 {
		b.conf.Set(key, strings.Join(values, ","))
	}
}

func (b *confBuilder) application() {
	spec := &b.app.Spec
	b.setField(sparkconf.ImagePullPolicy, spec.ImagePullPolicy)
	b.setList(sparkconf.ImagePullSecrets, spec.ImagePullSecrets)
	b.setField(sparkconf.PythonVersion, spec.PythonVersion)
	b.setField(sparkconf.MemoryOverheadFactor, spec.MemoryOverheadFactor)
}

// sparkConf leaves out what spark-submit ignores, what is the operator's own, and the templates: their content is in
// the typed fields. The same holds for Hadoop's ConfigMap where its field is set: Spark would point HADOOP_CONF_DIR to
// its own after the template's.
func (b *confBuilder) sparkConf() {
	for _, key := range slices.Sorted(maps.Keys(b.app.Spec.SparkConf)) {
		if strings.HasPrefix(key, "spark.") {
			b.conf.Set(key, b.app.Spec.SparkConf[key])
		}
	}
	for _, key := range unneeded {
		b.conf.Delete(key)
	}
	b.conf.Delete(sparkconf.DriverPodTemplateFile)
	b.conf.Delete(sparkconf.DriverPodTemplateContainer)
	b.conf.Delete(sparkconf.ExecutorPodTemplateFile)
	if valueOf(b.app.Spec.HadoopConfigMap) != "" {
		b.conf.Delete(sparkconf.HadoopConfigMap)
		b.conf.Delete(sparkconf.HadoopConfigMapPassed)
	}
}

func (b *confBuilder) hadoopConf() {
	properties := make(map[string]string, len(b.app.Spec.HadoopConf))
	for key, value := range b.app.Spec.HadoopConf {
		properties[strings.TrimPrefix(key, sparkconf.HadoopPrefix)] = value
	}
	b.conf.SetAll(sparkconf.HadoopPrefix, properties)
}

func (b *confBuilder) deps() {
	for _, list := range listFields {
		b.setList(list.key, list.value(&b.app.Spec.Deps))
	}
}

// objectLabels gives the application's labels to its pods, less what is meant for Kueue, what Spark itself sets, and
// what pods are not to have.
func (b *confBuilder) objectLabels() {
	excluded := append(sparkconf.SplitList(b.app.Annotations[sparklabels.ExcludePodLabels]), b.plan.options.ExcludeLabels...)
	labels := slices.DeleteFunc(slices.Sorted(maps.Keys(b.app.Labels)), func(label string) bool {
		return sparklabels.MatchesAny(label, excluded)
	})
	for _, role := range []struct {
		prefix string
		sparks func(string) bool
		// queued is whether the pods are Kueue's to hold back one by one: so are the executors of a Connect server.
		queued bool
	}{
		{sparkconf.DriverLabelPrefix, sparklabels.ReservedDriver, false},
		{sparkconf.ExecutorLabelPrefix, sparklabels.ReservedExecutor, podmutation.IsServer(b.app)},
	} {
		for _, label := range labels {
			if !role.sparks(label) && (role.queued || !strings.HasPrefix(label, sparklabels.KueuePrefix)) {
				b.conf.Set(role.prefix+label, b.app.Labels[label])
			}
		}
	}
}

func (b *confBuilder) placement() {
	b.conf.SetAll(sparkconf.NodeSelectorPrefix, b.app.Spec.NodeSelector)
	dynamic := b.app.Spec.DynamicAllocation
	if dynamic == nil || !dynamic.Enabled {
		return
	}
	b.conf.Set(sparkconf.DynamicAllocationEnabled, "true")
	setNumber(b, sparkconf.DynamicAllocationInitial, dynamic.InitialExecutors)
	setNumber(b, sparkconf.DynamicAllocationMin, dynamic.MinExecutors)
	setNumber(b, sparkconf.DynamicAllocationMax, dynamic.MaxExecutors)
	tracking := dynamic.ShuffleTrackingEnabled == nil || *dynamic.ShuffleTrackingEnabled
	b.conf.Set(sparkconf.DynamicAllocationShuffleTracking, strconv.FormatBool(tracking))
	setNumber(b, sparkconf.DynamicAllocationTrackingTimeout, dynamic.ShuffleTrackingTimeout)
}

func (b *confBuilder) operator() {
	b.conf.Set(sparkconf.Namespace, b.app.Namespace)
	b.conf.Set(sparkconf.WaitAppCompletion, "false")
	b.conf.Set(sparkconf.DriverPodName, b.plan.attempt.DriverPodName)
	b.conf.SetIfMissing(sparkconf.ExecutorPodTemplateContainer, sparklabels.ExecutorContainer)
	if podmutation.IsServer(b.app) && sparklabels.FitsExecutors(b.app.Name) {
		b.conf.Set(sparkconf.ExecutorPodNamePrefix, b.app.Name)
	}
	b.images()
	b.operatorLabels(sparkconf.DriverLabelPrefix, b.app.Spec.Driver.Template == nil)
	b.operatorLabels(sparkconf.ExecutorLabelPrefix, b.app.Spec.Executor.Template == nil)
}

// operatorLabels come last, so that no label of the user's can hide a pod from the operator or give it to another
// application.
func (b *confBuilder) operatorLabels(prefix string, mutated bool) {
	if podmutation.IsServer(b.app) {
		b.conf.Delete(prefix + sparklabels.AppName)
	}
	b.conf.Set(prefix+b.plan.nameLabel(), b.app.Name)
	b.conf.Set(prefix+sparklabels.LaunchedByOperator, sparklabels.True)
	b.conf.Set(prefix+sparklabels.SubmissionID, b.plan.attempt.SubmissionID)
	b.conf.Delete(prefix + sparklabels.MutatedByOperator)
	if mutated {
		b.conf.Set(prefix+sparklabels.MutatedByOperator, sparklabels.True)
	}
}

func (b *confBuilder) images() {
	spec := &b.app.Spec
	b.setField(sparkconf.ContainerImage, spec.Image)
	b.image(podmutation.Driver, sparkconf.DriverContainerImage, &spec.Driver.SparkPodSpec)
	b.image(podmutation.Executor, sparkconf.ExecutorContainerImage, &spec.Executor.SparkPodSpec)
}

// image sets the image of a role: its own, the application's, or the one of its template.
func (b *confBuilder) image(role podmutation.Role, key string, pod *v1beta2.SparkPodSpec) {
	if image := imageOf(b.app, role, pod); image != "" {
		b.conf.Set(key, image)
	}
}

func imageOf(app *v1beta2.SparkApplication, role podmutation.Role, pod *v1beta2.SparkPodSpec) string {
	image := cmp.Or(valueOf(pod.Image), valueOf(app.Spec.Image))
	if container := podmutation.TemplateContainer(&app.Spec, role); image == "" && container != nil {
		return container.Image
	}
	return image
}

// sizes writes memory so that everybody who reads it understands the same. The JVM of the driver is started with its
// heap as it stands here, and the driver checks an executor's memory without a unit as bytes (UnifiedMemoryManager),
// which are always too few; units of Kubernetes, where the application's Spark takes them, are unknown to the one that
// is packaged with the operator.
func (b *confBuilder) sizes() {
	if b.plan.selection.Version.BinaryUnits() {
		for _, key := range []string{
			sparkconf.DriverMemory, sparkconf.ExecutorMemory, sparkconf.DriverMemoryOverhead, sparkconf.ExecutorMemoryOverhead,
		} {
			b.rewrite(key, sparkconf.WithoutBinaryUnit)
		}
	}
	for _, key := range []string{sparkconf.DriverMemory, sparkconf.ExecutorMemory} {
		if _, err := sparkconf.ParseMiB(b.conf.Get(key)); err == nil {
			b.rewrite(key, sparkconf.HeapSize)
		}
	}
}

func (b *confBuilder) rewrite(key string, change func(string) string) {
	if b.conf.Contains(key) {
		b.conf.Set(key, change(b.conf.Get(key)))
	}
}
