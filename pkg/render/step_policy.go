// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"fmt"
	"maps"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/pkg/sparkconf"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// networkPolicy is Spark's NetworkPolicyFeatureStep: only pods of the application reach its executors.
func (d *draft) networkPolicy() error {
	if !d.version.networkPolicy {
		return nil
	}
	own := map[string]string{sparklabels.SparkAppSelector: d.in.AppID}
	meta := d.metadata(d.in.Names.Prefix + "-policy")
	meta.Labels = merged(meta.Labels, maps.Clone(own))
	d.objects.NetworkPolicy = &networkingv1.NetworkPolicy{
		TypeMeta:   metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "NetworkPolicy"},
		ObjectMeta: meta,
		Spec: networkingv1.NetworkPolicySpec{
			PodSelector: metav1.LabelSelector{MatchLabels: map[string]string{
				sparklabels.SparkRole: sparklabels.RoleExecutor, sparklabels.SparkAppSelector: d.in.AppID,
			}},
			Ingress: []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{{
				PodSelector: &metav1.LabelSelector{MatchLabels: own},
			}}}},
		},
	}
	return nil
}

// escalation says whether a container may gain privileges, which it may not unless the configuration lets it.
func escalation(c *corev1.Container, conf *sparkconf.Conf, version Version, key string) error {
	if !version.noEscalation {
		return nil
	}
	shared, err := conf.Bool(sparkconf.Escalation, false)
	if err != nil {
		return err
	}
	allowed, err := conf.Bool(key, shared)
	if err != nil {
		return err
	}
	if c.SecurityContext == nil {
		c.SecurityContext = &corev1.SecurityContext{}
	}
	c.SecurityContext.AllowPrivilegeEscalation = &allowed
	return nil
}

// executorGrace sets how long executors may take to end.
func executorGrace(pod *corev1.Pod, conf *sparkconf.Conf, version Version) error {
	if !version.executorGrace {
		return nil
	}
	seconds := int64(30)
	if value, found := conf.Lookup(sparkconf.ExecutorGracePeriod); found {
		parsed, err := sparkconf.ParseSeconds(value)
		if err != nil {
			return fmt.Errorf("%s: %w", sparkconf.ExecutorGracePeriod, err)
		}
		seconds = parsed
	}
	pod.Spec.TerminationGracePeriodSeconds = &seconds
	return nil
}

// connectPort is the driver's port for Spark Connect.
func connectPort(conf *sparkconf.Conf) (int32, error) {
	port, err := conf.Int(sparkconf.ConnectPort, 15002)
	if err != nil {
		return 0, err
	}
	return int32(port), nil
}

// connectContainerPort adds the port to the driver, where the version has it.
func (d *draft) connectContainerPort() error {
	if !d.version.connectPort {
		return nil
	}
	port, err := connectPort(d.conf)
	d.container.Ports = append(d.container.Ports, corev1.ContainerPort{Name: sparklabels.ConnectPortName, ContainerPort: port, Protocol: corev1.ProtocolTCP})
	return err
}

// connectServicePort adds the port to the driver's Service, where the version has it.
func (d *draft) connectServicePort(spec *corev1.ServiceSpec) error {
	if !d.version.connectPort {
		return nil
	}
	port, err := connectPort(d.conf)
	service := servicePort(sparklabels.ConnectPortName, port)
	if d.version.networkPolicy {
		grpc := "grpc"
		service.AppProtocol = &grpc
	}
	spec.Ports = append(spec.Ports, service)
	return err
}

// publishNotReady lets executors find a driver that is not ready, where the configuration asks for it.
func (d *draft) publishNotReady(spec *corev1.ServiceSpec) error {
	if !d.version.noEscalation {
		return nil
	}
	publish, err := strconv.ParseBool(valueOr(d.conf, sparkconf.DriverServiceNotReady, "false"))
	spec.PublishNotReadyAddresses = publish
	return err
}
