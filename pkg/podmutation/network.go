// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package podmutation

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
)

func addPorts(t Target) error {
	ports := t.App.Spec.Executor.Ports
	if t.Role == Driver {
		ports = t.App.Spec.Driver.Ports
	}
	// Port names are unique in a pod.
	container := keyedBy(&t.Container().Ports, nameOfPort)
	for _, port := range ports {
		container.set(portOf(port))
	}
	return nil
}

func portOf(port v1beta2.Port) corev1.ContainerPort {
	return corev1.ContainerPort{Name: port.Name, ContainerPort: port.ContainerPort, Protocol: corev1.Protocol(port.Protocol)}
}

// setHostNetwork changes the DNS policy, too: with the default one a pod on its node's network would not find the
// driver's Service.
func setHostNetwork(t Target) error {
	if t.Spec.HostNetwork != nil && *t.Spec.HostNetwork {
		t.Pod.Spec.HostNetwork = true
		t.Pod.Spec.DNSPolicy = corev1.DNSClusterFirstWithHostNet
	}
	return nil
}

func addHostAliases(t Target) error {
	aliases := keyedBy(&t.Pod.Spec.HostAliases, whole)
	for i := range t.Spec.HostAliases {
		aliases.add(*t.Spec.HostAliases[i].DeepCopy())
	}
	return nil
}

func setDNSConfig(t Target) error {
	if t.Spec.DNSConfig != nil {
		t.Pod.Spec.DNSConfig = t.Spec.DNSConfig.DeepCopy()
	}
	return nil
}
