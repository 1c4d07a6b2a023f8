// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	"fmt"
	"iter"
	gopath "path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/validation"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// mounter is who mounts something, the earliest first.
type mounter int

const (
	// bySpark is what Spark mounts whatever the author says.
	bySpark mounter = iota
	// byTemplate is the author's template. Fields take its places.
	byTemplate
	// byProperty is what Spark mounts because a property says so.
	byProperty
	// byMutator is what the mutators mount of a field.
	byMutator
)

// mountPoint is a path of Spark's container at which something is mounted.
type mountPoint struct {
	path string
	by   mounter
	// field is the author's, nil where it is nobody's, and value what it says.
	field *field.Path
	value string
	// what is mounted, for people.
	what string
	// mount is what the author says of a volume, with the path above. Two of the same by the same are one.
	mount corev1.VolumeMount
}

// mountPoints collects the mount points of a role, those that cannot be moved first.
type mountPoints struct {
	plan *Plan
	keys roleKeys
	spec *v1beta2.SparkPodSpec
	// field is where the role stands.
	field *field.Path

	all  []mountPoint
	errs field.ErrorList
}

// checkMounts returns mounts that would cover one another: in one container only one of two at a path is seen, and the
// API server refuses pods that say the path twice.
func (p *Plan) checkMounts() field.ErrorList {
	var errs field.ErrorList
	for _, keys := range []roleKeys{driverKeys, executorKeys} {
		m := &mountPoints{plan: p, keys: keys, spec: podSpecOf(p.app, keys.role), field: p.at(keys)}
		m.sparks()
		m.operators()
		m.template()
		m.properties()
		m.fields()
		m.localDirs()
		errs = append(errs, m.conflicts()...)
		errs = append(errs, m.readOnlyScratch()...)
	}
	return errs
}

func (m *mountPoints) add(by mounter, at string, path *field.Path, what string) {
	// A path that is not absolute is one below the root: the kubelet makes it so.
	m.all = append(m.all, mountPoint{path: gopath.Join("/", at), by: by, field: path, value: at, what: what})
}

// property returns where a property of the author's stands.
func (m *mountPoints) property(key string) *field.Path {
	return m.plan.root.Child("sparkConf").Key(key)
}

// conflicts returns an error for each mount point that is taken already.
func (m *mountPoints) conflicts() field.ErrorList {
	taken := make(map[string]mountPoint, len(m.all))
	for _, point := range m.all {
		first, isTaken := taken[point.path]
		if !isTaken || first.by == byTemplate && point.by == byMutator {
			taken[point.path] = point
			continue
		}
		isSame := first.what == point.what && first.by == point.by && point.by != byTemplate
		if isSame && equality.Semantic.DeepEqual(first.mount, point.mount) {
			continue
		}
		why := fmt.Sprintf("%s is mounted there already", first.what)
		if first.field != nil {
			why += " by " + first.field.String()
		}
		fix := "; choose another path, or mount a single file below it by subPath"
		if isSame {
			fix = " in another way; remove one of the two, or choose another path"
		}
		m.errs = append(m.errs, validation.Refuse(point.field, point.value, why+fix))
	}
	return m.errs
}

// sparks are the mounts that Spark makes itself.
func (m *mountPoints) sparks() {
	conf := m.plan.conf
	if m.keys.role == podmutation.Driver {
		m.add(bySpark, render.ConfDir, nil, "Spark's own configuration")
		m.add(bySpark, render.TemplateDir, nil, "the template of executors")
	} else if disabled, err := conf.Bool(sparkconf.ExecutorDisableConfigMap, false); err == nil && !disabled {
		m.add(bySpark, render.ConfDir, nil, "Spark's own configuration")
	}
	if m.excludesSteps() {
		return
	}
	for _, own := range []struct{ key, path string }{
		{sparkconf.HadoopConfigMap, render.HadoopConfDir}, {sparkconf.Krb5ConfigMap, render.Krb5File}, {sparkconf.KerberosTokenSecret, render.HadoopTokenDir},
	} {
		if conf.Get(own.key) != "" && (m.keys.role == podmutation.Driver || own.key == sparkconf.HadoopConfigMap) {
			m.add(bySpark, own.path, nil, "what "+own.key+" names")
		}
	}
}

// excludesSteps returns whether the author has Spark leave out steps, so that it may mount less.
func (m *mountPoints) excludesSteps() bool {
	key := sparkconf.DriverExcludedSteps
	if m.keys.role == podmutation.Executor {
		key = sparkconf.ExecutorExcludedSteps
	}
	return m.plan.conf.Get(key) != ""
}

// operators are the mounts of fields that have no path.
func (m *mountPoints) operators() {
	for _, mutator := range podmutation.Default() {
		if !slices.Contains([]string{"hadoopConfigMap", "sparkConfigMap", "monitoring"}, mutator.Name) {
			continue
		}
		pod := &corev1.Pod{Spec: corev1.PodSpec{Containers: make([]corev1.Container, 1)}}
		if err := podmutation.Apply(pod, podmutation.Input{App: m.plan.app, Role: m.keys.role}, mutator); err != nil {
			continue
		}
		for _, mount := range pod.Spec.Containers[0].VolumeMounts {
			asked := m.plan.root.Child(mutator.Name)
			m.add(byMutator, mount.MountPath, asked, "what "+asked.String()+" asks for")
		}
	}
}

func (m *mountPoints) template() {
	container := podmutation.TemplateContainer(&m.plan.app.Spec, m.keys.role)
	if container == nil {
		return
	}
	path := m.templateMounts()
	for i := range container.VolumeMounts {
		mount := &container.VolumeMounts[i]
		m.add(byTemplate, mount.MountPath, path.Index(i).Child("mountPath"), "volume "+mount.Name)
	}
}

// templateMounts returns the field of what the template's Spark container mounts.
func (m *mountPoints) templateMounts() *field.Path {
	index := sparklabels.TemplateContainer(m.spec.Template.Spec.Containers, podmutation.AskedContainer(&m.plan.app.Spec, m.keys.role))
	return m.field.Child("template", "spec", "containers").Index(index).Child("volumeMounts")
}

// properties are those of the author's that no field overrides.
func (m *mountPoints) properties() {
	if m.excludesSteps() {
		return
	}
	for secret, at := range m.authored(m.keys.secrets) {
		path := m.property(m.keys.secrets + secret)
		if !sparklabels.SecretFitsVolume(secret) {
			m.errs = append(m.errs, validation.Refuse(path, at,
				"Spark makes the name of a volume of the Secret's, and this one is too long for that or has dots; use "+m.field.Child("secrets").String()))
		}
		m.add(byProperty, at, path, "Secret "+secret)
	}
	for option, at := range m.authored(m.keys.volumes) {
		if strings.HasSuffix(option, ".mount.path") {
			m.add(byProperty, at, m.property(m.keys.volumes+option), "volume "+volumeName(option))
		}
	}
}

// authored iterates over the author's properties of a prefix that no field overrides, without it.
func (m *mountPoints) authored(prefix string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, property := range m.plan.conf.WithPrefix(prefix) {
			value, isAuthors := m.plan.app.Spec.SparkConf[prefix+property.Key]
			if isAuthors && value == property.Value && !yield(property.Key, value) {
				return
			}
		}
	}
}

// volumeName returns the name in what follows the prefix of the properties of volumes: kind, name and option.
func volumeName(rest string) string {
	parts := strings.SplitN(rest, ".", 3)
	return parts[min(1, len(parts)-1)]
}

// fields are the author's fields that name a path.
func (m *mountPoints) fields() {
	secrets := podmutation.SecretsByProperty(m.spec.Secrets)
	for i, secret := range m.spec.Secrets {
		by := byMutator
		if secrets[secret.Name] {
			by = byProperty
		}
		m.add(by, secret.Path, m.field.Child("secrets").Index(i).Child("path"), "Secret "+secret.Name)
	}
	for i, configMap := range m.spec.ConfigMaps {
		m.add(byMutator, configMap.Path, m.field.Child("configMaps").Index(i).Child("path"), "ConfigMap "+configMap.Name)
	}
	scratch := podmutation.LocalDirsByProperty(m.plan.app.Spec.Volumes, m.spec.VolumeMounts)
	for i := range m.spec.VolumeMounts {
		mount := &m.spec.VolumeMounts[i]
		by := byMutator
		if scratch[mount.Name] {
			by = byProperty
		}
		what := "volume " + mount.Name
		if below := mount.SubPath + mount.SubPathExpr; below != "" {
			what += ", " + below
		}
		m.add(by, mount.MountPath, m.field.Child("volumeMounts").Index(i).Child("mountPath"), what)
		last := &m.all[len(m.all)-1]
		last.mount = *mount
		last.mount.MountPath = last.path
	}
}

// localDirs are the folders of spark.local.dir, which Spark mounts where nothing is mounted for its scratch space.
func (m *mountPoints) localDirs() {
	dirs := m.plan.conf.Get(sparkconf.LocalDir)
	if !m.plan.conf.Contains(sparkconf.LocalDir) || m.excludesSteps() || m.hasScratch() {
		return
	}
	origin := m.plan.Origin(sparkconf.LocalDir)
	split, err := render.LocalDirs(dirs)
	if err != nil {
		m.errs = append(m.errs, validation.Refuse(origin, dirs, err.Error()))
		return
	}
	taken := map[string]mountPoint{}
	for _, point := range m.all {
		taken[point.path] = point
	}
	for i, dir := range split {
		first, isTaken := taken[gopath.Clean(dir)]
		// The native submitter has the field's volume take the place of Spark's in the driver, which is what its author
		// means.
		if isTaken && (m.keys.role != podmutation.Driver || first.by != byMutator) {
			m.errs = append(m.errs, validation.Refuse(origin, dir, fmt.Sprintf("%s is mounted there already by %s; name that volume %s... to have Spark use it, or choose another path",
				first.what, first.field, sparklabels.LocalDirVolumePrefix)))
		}
		taken[gopath.Clean(dir)] = mountPoint{field: origin, what: fmt.Sprintf("folder %d", i+1)}
	}
}

// hasScratch returns whether something is mounted for Spark's scratch space.
func (m *mountPoints) hasScratch() bool {
	if podmutation.HasLocalDirs(m.spec.VolumeMounts) {
		return true
	}
	if container := podmutation.TemplateContainer(&m.plan.app.Spec, m.keys.role); container != nil && podmutation.HasLocalDirs(container.VolumeMounts) {
		return true
	}
	return slices.ContainsFunc(m.plan.conf.WithPrefix(m.keys.volumes), func(property sparkconf.Property) bool {
		return strings.HasPrefix(volumeName(property.Key), sparklabels.LocalDirVolumePrefix)
	})
}
