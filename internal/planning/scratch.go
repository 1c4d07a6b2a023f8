// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	gopath "path"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/internal/validation"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// fixScratch is said where Spark's scratch space is read-only.
const fixScratch = "Spark's scratch space must be a volume that can be written to"

// readOnlyScratch returns an error for each mount of Spark's scratch space that cannot be written to. Spark would find
// out in the pod.
func (m *mountPoints) readOnlyScratch() field.ErrorList {
	if !m.hasScratch() {
		return nil
	}
	declared, templates := volumesOf(m.plan.app.Spec.Volumes), map[string]*corev1.Volume{}
	if m.spec.Template != nil {
		templates = volumesOf(m.spec.Template.Spec.Volumes)
	}
	var errs field.ErrorList
	for i := range m.spec.VolumeMounts {
		mount := &m.spec.VolumeMounts[i]
		errs = append(errs, readOnlyMount(m.field.Child("volumeMounts").Index(i), mount, declared[mount.Name], templates[mount.Name])...)
	}
	if container := podmutation.TemplateContainer(&m.plan.app.Spec, m.keys.role); container != nil {
		path, replaced := m.templateMounts(), m.mutatedPaths()
		for i := range container.VolumeMounts {
			if mount := &container.VolumeMounts[i]; !replaced[gopath.Clean(mount.MountPath)] {
				errs = append(errs, readOnlyMount(path.Index(i), mount, templates[mount.Name], declared[mount.Name])...)
			}
		}
	}
	return append(errs, m.readOnlyProperties()...)
}

// readOnlyProperties are the properties by which Spark mounts its scratch space read-only.
func (m *mountPoints) readOnlyProperties() field.ErrorList {
	var errs field.ErrorList
	for option, value := range m.authored(m.keys.volumes) {
		if !strings.HasPrefix(volumeName(option), sparklabels.LocalDirVolumePrefix) || !strings.HasSuffix(option, ".mount.readOnly") {
			continue
		}
		if readOnly, err := m.plan.conf.Bool(m.keys.volumes+option, false); err == nil && readOnly && !m.excludesSteps() {
			errs = append(errs, validation.Refuse(m.property(m.keys.volumes+option), value, fixScratch+"; remove the property"))
		}
	}
	return errs
}

// mutatedPaths returns the paths at which a field takes the place of what the template mounts.
func (m *mountPoints) mutatedPaths() map[string]bool {
	paths := map[string]bool{}
	for _, point := range m.all {
		if point.by == byMutator {
			paths[point.path] = true
		}
	}
	return paths
}

// readOnlyMount returns an error if a mount is one of scratch space, and it or the first of its volumes that is there
// is read-only.
func readOnlyMount(path *field.Path, mount *corev1.VolumeMount, volumes ...*corev1.Volume) field.ErrorList {
	if !strings.HasPrefix(mount.Name, sparklabels.LocalDirVolumePrefix) {
		return nil
	}
	if mount.ReadOnly {
		return field.ErrorList{validation.Refuse(path.Child("readOnly"), "true", fixScratch+"; remove readOnly")}
	}
	for _, volume := range volumes {
		if volume == nil {
			continue
		}
		if neverWritable(volume) {
			return field.ErrorList{validation.Refuse(path, mount.Name, fixScratch+", such as an emptyDir, ephemeral or hostPath one")}
		}
		if source := readOnlySource(volume); source != "" {
			return field.ErrorList{validation.Refuse(path, mount.Name, fixScratch+"; remove readOnly from the volume's "+source)}
		}
		return nil
	}
	return nil
}

// neverWritable returns whether nobody can write to a volume, whatever it and its mount say.
func neverWritable(volume *corev1.Volume) bool {
	return volume.ConfigMap != nil || volume.Secret != nil || volume.DownwardAPI != nil || volume.Projected != nil || volume.Image != nil
}

// readOnlySource returns the field of a volume that says that it is read-only.
func readOnlySource(volume *corev1.Volume) string {
	switch {
	case volume.NFS != nil && volume.NFS.ReadOnly:
		return "nfs"
	case volume.PersistentVolumeClaim != nil && volume.PersistentVolumeClaim.ReadOnly:
		return "persistentVolumeClaim"
	case volume.CSI != nil && volume.CSI.ReadOnly != nil && *volume.CSI.ReadOnly:
		return "csi"
	case volume.ISCSI != nil && volume.ISCSI.ReadOnly:
		return "iscsi"
	case volume.FC != nil && volume.FC.ReadOnly:
		return "fc"
	}
	return ""
}
