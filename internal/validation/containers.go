// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package validation

import (
	"cmp"
	gopath "path"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Lists of a pod template have at most as many entries as the fields of their kind, whose limits the CRDs hold. The
// schema of a template is open, and the time in which the API server looks at a pod grows with the square of some of
// them: the containers that an object has room for take it half a minute, which no request has.
const (
	maxContainers = 100
	maxVariables  = 10000
	maxEntries    = 1000
)

// podContainers are where the containers of a role's pods come from.
type podContainers struct {
	// template may be nil.
	template *corev1.PodTemplateSpec
	// sidecars and initContainers take the place of the template's of their names.
	sidecars, initContainers []corev1.Container
	// asked is the name by which Spark looks for its container in the template, and usual the one that it gives it
	// where that has none.
	asked, usual string
}

// check looks at the containers at the path of their role. There is no more to say of what is too long.
func (p podContainers) check(path *field.Path) field.ErrorList {
	pod, template := &corev1.PodSpec{}, path.Child("template", "spec")
	if p.template != nil {
		pod = &p.template.Spec
	}
	errs := podLists(pod, template)
	if len(errs) == 0 {
		errs = append(errs, containerLists(pod.Containers, template.Child("containers"))...)
		errs = append(errs, containerLists(pod.InitContainers, template.Child("initContainers"))...)
	}
	errs = append(errs, containerLists(p.sidecars, path.Child("sidecars"))...)
	errs = append(errs, containerLists(p.initContainers, path.Child("initContainers"))...)
	if len(errs) > 0 {
		return errs
	}

	own, sidecars := namesOf(pod.Containers), namesOf(p.sidecars)
	spark := p.usual
	if i := sparklabels.TemplateContainer(pod.Containers, p.asked); i >= 0 {
		// Spark names its container where the template does not.
		own[i] = cmp.Or(own[i], p.usual)
		spark = own[i]
	}
	beside := sets.New(own...).Insert(sidecars...)
	errs = append(errs, names(own, nil, "", template.Child("containers"))...)
	errs = append(errs, names(sidecars, nil, spark, path.Child("sidecars"))...)
	errs = append(errs, names(namesOf(pod.InitContainers), beside, spark, template.Child("initContainers"))...)
	errs = append(errs, names(namesOf(p.initContainers), beside, spark, path.Child("initContainers"))...)
	errs = append(errs, mountedOnce(p.initContainers, path, "initContainers")...)
	return append(errs, mountedOnce(p.sidecars, path, "sidecars")...)
}

func namesOf(containers []corev1.Container) []string {
	all := make([]string, len(containers))
	for i := range containers {
		all[i] = containers[i].Name
	}
	return all
}

// names looks at the names of a list of containers, which must differ from each other and from others; spark is the
// name of Spark's own container, unless that is in the list.
func names(list []string, others sets.Set[string], spark string, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	seen := sets.New[string]()
	for i, name := range list {
		at := path.Index(i).Child("name")
		switch {
		case name == "":
			errs = append(errs, field.Required(at, "name the container"))
		case name == spark:
			errs = append(errs, field.Invalid(at, name, "it is the container that Spark runs in; rename it"))
		case seen.Has(name) || others.Has(name):
			errs = append(errs, field.Duplicate(at, name))
		default:
			errs = append(errs, invalid(at, name, validation.IsDNS1123Label(name))...)
		}
		seen.Insert(name)
	}
	return errs
}

// mountedOnce looks at the containers beside Spark's: of two mounts at a path only one is seen.
func mountedOnce(containers []corev1.Container, path *field.Path, list string) field.ErrorList {
	var errs field.ErrorList
	for i := range containers {
		mounts := containers[i].VolumeMounts
		seen := make(map[string]string, len(mounts))
		for j := range mounts {
			at := gopath.Clean(mounts[j].MountPath)
			if first, isTaken := seen[at]; isTaken {
				errs = append(errs, Refuse(path.Child(list).Index(i).Child("volumeMounts").Index(j).Child("mountPath"), mounts[j].MountPath,
					"volume "+first+" is mounted there already; choose another path"))
			}
			seen[at] = mounts[j].Name
		}
	}
	return errs
}

func podLists(pod *corev1.PodSpec, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, list := range []struct {
		name          string
		entries, most int
	}{
		{"containers", len(pod.Containers), maxContainers},
		{"initContainers", len(pod.InitContainers), maxContainers},
		{"ephemeralContainers", len(pod.EphemeralContainers), maxContainers},
		{"volumes", len(pod.Volumes), maxEntries},
		{"tolerations", len(pod.Tolerations), maxEntries},
		{"hostAliases", len(pod.HostAliases), maxEntries},
		{"imagePullSecrets", len(pod.ImagePullSecrets), maxEntries},
		{"topologySpreadConstraints", len(pod.TopologySpreadConstraints), maxEntries},
		{"readinessGates", len(pod.ReadinessGates), maxEntries},
		{"schedulingGates", len(pod.SchedulingGates), maxEntries},
		{"resourceClaims", len(pod.ResourceClaims), maxEntries},
	} {
		errs = append(errs, tooMany(list.entries, list.most, path.Child(list.name))...)
	}
	return errs
}

func containerLists(containers []corev1.Container, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	for i := range containers {
		container, at := &containers[i], path.Index(i)
		errs = append(errs, tooMany(len(container.Env), maxVariables, at.Child("env"))...)
		errs = append(errs, tooMany(len(container.EnvFrom), maxEntries, at.Child("envFrom"))...)
		errs = append(errs, tooMany(len(container.Ports), maxEntries, at.Child("ports"))...)
		errs = append(errs, tooMany(len(container.VolumeMounts), maxEntries, at.Child("volumeMounts"))...)
		errs = append(errs, tooMany(len(container.VolumeDevices), maxEntries, at.Child("volumeDevices"))...)
		errs = append(errs, subPaths(container.VolumeMounts, at.Child("volumeMounts"))...)
	}
	return errs
}

func tooMany(entries, most int, path *field.Path) field.ErrorList {
	if entries <= most {
		return nil
	}
	return field.ErrorList{field.TooMany(path, entries, most)}
}
