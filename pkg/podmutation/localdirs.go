// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package podmutation

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// MountLocalDirs mounts the scratch space for which Spark has no properties. It must be mounted before Spark looks at
// the pod: Spark uses what its container mounts from volumes of their prefix, and makes volumes of its own only where
// there is none.
func MountLocalDirs(pod *corev1.Pod, in Input) error {
	return Apply(pod, in, Mutator{Name: "localDirs", Apply: mountLocalDirs})
}

func mountLocalDirs(t Target) error {
	if !HasLocalDirs(t.Spec.VolumeMounts) {
		return nil
	}
	mounts, declared := mountsOf(t), keyedBy(&t.App.Spec.Volumes, nameOfVolume)
	byProperty := LocalDirsByProperty(t.App.Spec.Volumes, t.Spec.VolumeMounts)
	for i := range t.Spec.VolumeMounts {
		mount := &t.Spec.VolumeMounts[i]
		if !isLocalDir(mount) || byProperty[mount.Name] {
			continue
		}
		if volume := declared.find(mount.Name); volume != nil {
			mounts.volumes.set(*volume.DeepCopy())
		} else if mounts.volumes.find(mount.Name) == nil {
			return fmt.Errorf("volume %q is mounted but not declared: add it to spec.volumes", mount.Name)
		}
		mounts.paths.set(*mount.DeepCopy())
	}
	return nil
}

// HasLocalDirs returns whether one of the mounts is of a volume for Spark's scratch space.
func HasLocalDirs(mounts []corev1.VolumeMount) bool {
	for i := range mounts {
		if isLocalDir(&mounts[i]) {
			return true
		}
	}
	return false
}

func isLocalDir(mount *corev1.VolumeMount) bool {
	return strings.HasPrefix(mount.Name, sparklabels.LocalDirVolumePrefix)
}

// LocalDirsByProperty returns which volumes of a role's scratch space properties give to Spark: those of the kinds and
// with the options that it has properties for, mounted once. The mutators mount the others.
func LocalDirsByProperty(volumes []corev1.Volume, mounts []corev1.VolumeMount) map[string]bool {
	byProperty := map[string]bool{}
	if !HasLocalDirs(mounts) {
		return byProperty
	}
	declared := keyedBy(&volumes, nameOfVolume)
	for i := range mounts {
		mount := &mounts[i]
		if !isLocalDir(mount) {
			continue
		}
		_, repeated := byProperty[mount.Name]
		volume := declared.find(mount.Name)
		byProperty[mount.Name] = !repeated && volume != nil && hasProperties(volume, mount)
	}
	return byProperty
}

// onDemand in the name of a claim has Spark make the claim.
const onDemand = "OnDemand"

// hasProperties returns whether properties can say what a mount of a volume is. Whether nfs and claims are read-only
// Spark takes from the mount, and where it is to make the claim nothing but properties will do.
func hasProperties(volume *corev1.Volume, mount *corev1.VolumeMount) bool {
	known := false
	switch {
	case volume.PersistentVolumeClaim != nil && strings.Contains(volume.PersistentVolumeClaim.ClaimName, onDemand):
		return true
	case volume.NFS != nil:
		known = !volume.NFS.ReadOnly || mount.ReadOnly
	case volume.PersistentVolumeClaim != nil:
		known = !volume.PersistentVolumeClaim.ReadOnly || mount.ReadOnly
	case volume.EmptyDir != nil, volume.HostPath != nil:
		known = true
	}
	return known && mount.SubPathExpr == "" && mount.MountPropagation == nil && mount.RecursiveReadOnly == nil
}

// sparksVolumes returns the names of the volumes that Spark makes of the application's properties.
func sparksVolumes(t Target) map[string]bool {
	sparks := map[string]bool{}
	prefix := sparkconf.DriverVolumesPrefix
	if t.Role == Executor {
		prefix = sparkconf.ExecutorVolumesPrefix
	}
	for key := range t.App.Spec.SparkConf {
		if rest, found := strings.CutPrefix(key, prefix); found {
			if parts := strings.SplitN(rest, ".", 3); len(parts) == 3 {
				sparks[parts[1]] = true
			}
		}
	}
	return sparks
}
