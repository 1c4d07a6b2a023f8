// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package apply_test

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/alauda/spark-operator/internal/apply"
)

// A driver that was made before a crash is adopted, whatever the API server, admission webhooks and controllers have
// added to it since; one that would run something else is not, although it has the names, labels and owner of the real
// one.
func TestSamePod(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*corev1.Pod)
		want   bool
	}{
		"as it was made": {func(*corev1.Pod) {}, true},
		"with the API server's defaults": {func(p *corev1.Pod) {
			p.Spec.DNSPolicy, p.Spec.SchedulerName, p.Spec.Priority = corev1.DNSClusterFirst, "default-scheduler", ptr.To[int32](0)
			p.Spec.Containers[0].TerminationMessagePath = "/dev/termination-log"
			p.Spec.Containers[0].Resources.Limits[corev1.ResourceMemory] = resource.MustParse("1Gi")
			p.Spec.Volumes = append(p.Spec.Volumes, corev1.Volume{Name: "kube-api-access-x"})
			p.Spec.Containers[0].VolumeMounts = append(p.Spec.Containers[0].VolumeMounts, corev1.VolumeMount{Name: "kube-api-access-x", MountPath: "/var/run/secrets"})
			p.Spec.Tolerations = append(p.Spec.Tolerations, corev1.Toleration{Key: "node.kubernetes.io/not-ready"})
		}, true},
		"with the sidecar, the init container and the variables of a mesh, before its own": {func(p *corev1.Pod) {
			p.Spec.InitContainers = []corev1.Container{{Name: "mesh-init", Image: "mesh"}}
			p.Spec.Containers = append([]corev1.Container{{Name: "mesh", Image: "mesh"}}, p.Spec.Containers...)
			spark := &p.Spec.Containers[1]
			spark.Env = append([]corev1.EnvVar{{Name: "MESH", Value: "1"}}, spark.Env...)
			p.Annotations["mesh"], p.Labels["mesh"] = "1", "1"
		}, true},
		"placed by a queue": {func(p *corev1.Pod) { p.Spec.SchedulingGates, p.Spec.NodeSelector["pool"] = nil, "b" }, true},
		"with other resources": {func(p *corev1.Pod) {
			p.Spec.Containers[0].Resources = corev1.ResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("2")}}
		}, true},
		"that is about to be ended":                         {func(p *corev1.Pod) { p.Spec.ActiveDeadlineSeconds = ptr.To[int64](1) }, true},
		"with another image":                                {func(p *corev1.Pod) { p.Spec.Containers[0].Image = "forged" }, false},
		"with a command":                                    {func(p *corev1.Pod) { p.Spec.Containers[0].Command = []string{"sh"} }, false},
		"with more arguments":                               {func(p *corev1.Pod) { p.Spec.Containers[0].Args = append(p.Spec.Containers[0].Args, "--evil") }, false},
		"with a hook":                                       {func(p *corev1.Pod) { p.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{} }, false},
		"in another directory":                              {func(p *corev1.Pod) { p.Spec.Containers[0].WorkingDir = "/tmp" }, false},
		"of another account":                                {func(p *corev1.Pod) { p.Spec.ServiceAccountName = "admin" }, false},
		"in the network of its node":                        {func(p *corev1.Pod) { p.Spec.HostNetwork = true }, false},
		"with another value of a variable":                  {func(p *corev1.Pod) { p.Spec.Containers[0].Env[0].Value = "9" }, false},
		"with a second value of a variable, which wins":     {func(p *corev1.Pod) { addEnv(p, "A") }, false},
		"without a variable":                                {func(p *corev1.Pod) { p.Spec.Containers[0].Env = p.Spec.Containers[0].Env[1:] }, false},
		"with its variables in another order":               {func(p *corev1.Pod) { env := p.Spec.Containers[0].Env; env[0], env[1] = env[1], env[0] }, false},
		"with its volume from elsewhere":                    {func(p *corev1.Pod) { p.Spec.Containers[0].VolumeMounts[0].MountPath = "/elsewhere" }, false},
		"with its container under another name":             {func(p *corev1.Pod) { p.Spec.Containers[0].Name = "other" }, false},
		"without its node selector":                         {func(p *corev1.Pod) { p.Spec.NodeSelector = nil }, false},
		"that is being deleted":                             {func(p *corev1.Pod) { p.DeletionTimestamp = new(metav1.NewTime(time.Unix(1, 0))) }, false},
		"with a container of the name that runs another":    {func(p *corev1.Pod) { p.Spec.Containers[0] = corev1.Container{Name: "spark", Image: "forged"} }, false},
		"without the label of the attempt, as a copy of it": {func(p *corev1.Pod) { p.Labels = nil }, false},
	} {
		t.Run(name, func(t *testing.T) {
			made := driver(appUID)
			tc.change(made)
			if got := apply.Same(driver(appUID), made); got != tc.want {
				t.Errorf("Same() = %t, want %t", got, tc.want)
			}
		})
	}
}

func addEnv(pod *corev1.Pod, name string) {
	pod.Spec.Containers[0].Env = append(pod.Spec.Containers[0].Env, corev1.EnvVar{Name: name, Value: "forged"})
}
