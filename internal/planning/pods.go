// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/alauda/spark-operator/pkg/podmutation"
)

// executorConfVolume is made by the driver itself, and not on the executors that are rendered.
const executorConfVolume = "spark-conf-volume-exec"

// checkPod refuses a pod that the API server would refuse in words about a pod that its author never wrote.
func (p *Plan) checkPod(pod *corev1.Pod, in podmutation.Input) error {
	if err := p.checkVolumes(pod); err != nil {
		return err
	}
	resources := &podmutation.SparkContainer(pod, in).Resources
	if limit, request := resources.Limits.Memory(), resources.Requests.Memory(); limit.Cmp(*request) < 0 {
		return fmt.Errorf("memoryLimit: the limit %s is less than memory and overhead, %s: raise it", limit, request)
	}
	limit, limited := resources.Limits[corev1.ResourceCPU]
	if request := resources.Requests.Cpu(); limited && limit.Cmp(*request) < 0 {
		return fmt.Errorf("coreLimit: the limit of CPU, %s, must not be less than what is requested, %s: raise the limit, which may be the template's, or lower coreRequest", &limit, request)
	}
	return nil
}

func (p *Plan) checkVolumes(pod *corev1.Pod) error {
	volumes := map[string]bool{executorConfVolume: true}
	for i := range pod.Spec.Volumes {
		name := pod.Spec.Volumes[i].Name
		if volumes[name] {
			return fmt.Errorf("two volumes are named %q: Spark makes one of the name, or a property does; rename the other, or mount it in Spark's container as well", name)
		}
		if reasons := validation.IsDNS1123Label(name); len(reasons) > 0 {
			return fmt.Errorf("%q is no name of a volume: %s", name, reasons[0])
		}
		volumes[name] = true
	}
	for _, containers := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for i := range containers {
			for j := range containers[i].VolumeMounts {
				if name := containers[i].VolumeMounts[j].Name; !volumes[name] {
					return fmt.Errorf("container %q mounts the volume %q, which is not declared: add it to %s", containers[i].Name, name, p.root.Child("volumes"))
				}
			}
		}
	}
	return nil
}
