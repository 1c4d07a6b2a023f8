// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// volumes is Spark's MountVolumesFeatureStep.
func (d *draft) volumes() error {
	// Spark looks at the executors' volumes, too, before it makes a driver that could not start them.
	if _, err := d.version.parseVolumes(d.conf, sparkconf.ExecutorVolumesPrefix); err != nil {
		return err
	}
	volumes, err := d.version.parseVolumes(d.conf, sparkconf.DriverVolumesPrefix)
	if err != nil {
		return err
	}
	return d.mountDriverVolumes(volumes)
}

func (d *draft) mountDriverVolumes(volumes []volume) error {
	for i := range volumes {
		v := &volumes[i]
		if v.kind == volumeClaim {
			v.claim = strings.ReplaceAll(v.claim, onDemand, fmt.Sprintf("%s-driver-pvc-%d", d.in.Names.Prefix, i))
			if v.storageClass != "" && v.size != "" {
				claim, err := d.claim(v)
				if err != nil {
					return err
				}
				d.objects.Claims = append(d.objects.Claims, claim)
			}
		}
	}
	return mountVolumes(d.pod, d.container, volumes)
}

// claim returns the volume claim that a volume asks for.
func (d *draft) claim(v *volume) (*corev1.PersistentVolumeClaim, error) {
	size, err := sparkconf.ParseQuantity(v.size)
	if err != nil {
		return nil, fmt.Errorf("size %q of volume %s: %w", v.size, v.name, err)
	}
	legacy, err := d.conf.Bool(sparkconf.LegacyPVCAccessMode, false)
	if err != nil {
		return nil, err
	}
	mode := corev1.ReadWriteOncePod
	if legacy || !d.version.claims {
		mode = corev1.ReadWriteOnce
	}
	meta := d.metadata(v.claim)
	meta.Labels = merged(merged(v.labels, map[string]string{sparklabels.SparkAppSelector: d.in.AppID}), d.in.ObjectLabels)
	meta.Annotations = v.annotations
	return &corev1.PersistentVolumeClaim{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "PersistentVolumeClaim"},
		ObjectMeta: meta,
		Spec: corev1.PersistentVolumeClaimSpec{
			StorageClassName: &v.storageClass,
			AccessModes:      []corev1.PersistentVolumeAccessMode{mode},
			Resources:        corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: size}},
		},
	}, nil
}

// mountVolumes adds volumes and their mounts.
func mountVolumes(pod *corev1.Pod, container *corev1.Container, volumes []volume) error {
	paths := map[string]bool{}
	for i := range volumes {
		v := &volumes[i]
		if paths[v.path] {
			return fmt.Errorf("two volumes are mounted at %q: give one of them another path", v.path)
		}
		paths[v.path] = true
		source, err := v.source()
		if err != nil {
			return err
		}
		pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: v.name, VolumeSource: source})
		container.VolumeMounts = append(container.VolumeMounts, corev1.VolumeMount{
			Name: v.name, MountPath: v.path, ReadOnly: v.readOnly, SubPath: v.subPath, SubPathExpr: v.subPathExpr,
		})
	}
	return nil
}

// source returns the volume as Kubernetes knows it.
func (v *volume) source() (corev1.VolumeSource, error) {
	switch v.kind {
	case volumeHostPath:
		kind := corev1.HostPathType(v.hostPathType)
		return corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: v.sourcePath, Type: &kind}}, nil
	case volumeClaim:
		return corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{
			ClaimName: v.claim, ReadOnly: v.readOnly,
		}}, nil
	case volumeNFS:
		return corev1.VolumeSource{NFS: &corev1.NFSVolumeSource{Server: v.server, Path: v.sourcePath}}, nil
	}
	source := &corev1.EmptyDirVolumeSource{Medium: corev1.StorageMedium(v.medium)}
	if v.size != "" {
		limit, err := sparkconf.ParseQuantity(v.size)
		if err != nil {
			return corev1.VolumeSource{}, fmt.Errorf("size limit %q of volume %s: %w", v.size, v.name, err)
		}
		source.SizeLimit = &limit
	}
	return corev1.VolumeSource{EmptyDir: source}, nil
}
