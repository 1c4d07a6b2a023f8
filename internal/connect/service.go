// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package connect

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/pkg/podmutation"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// Port is the port of the Service for clients.
const Port = 15002

// servicePorts are those of every Service: the numbers do not change with the configuration, and lead to whatever port
// the server's container has of the name.
var servicePorts = []struct {
	name, protocol, target string
	number                 int32
}{
	{"driver-rpc", "tcp", sparklabels.DriverPortName, 7078},
	{"blockmanager", "tcp", sparklabels.BlockManagerPortName, 7079},
	{"web-ui", "http", sparklabels.UIPortName, 4040},
	{"spark-connect-server", "grpc", sparklabels.ConnectPortName, Port},
}

// ServiceName returns the name of the server's Service.
func ServiceName(c *v1alpha1.SparkConnect) string {
	if service := c.Spec.Server.Service; service != nil && service.Name != "" {
		return service.Name
	}
	return sparklabels.ConnectServer(c.Name)
}

// Service returns the Service by which clients reach the server: what the author gives, with the operator's ports and a
// selector of the server. That follows the version of the pod that serves, not of the spec, which comes with the next.
func Service(c *v1alpha1.SparkConnect, server *corev1.Pod) *corev1.Service {
	made := &corev1.Service{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Service"}}
	if base := c.Spec.Server.Service; base != nil {
		base.Spec.DeepCopyInto(&made.Spec)
		made.Labels, made.Annotations = maps.Clone(base.Labels), maps.Clone(base.Annotations)
	}
	made.Name, made.Namespace = ServiceName(c), c.Namespace
	made.OwnerReferences = []metav1.OwnerReference{podmutation.Owner(Application(c))}
	made.Labels = with(made.Labels, map[string]string{
		sparklabels.CreatedByOperator: sparklabels.True, sparklabels.ConnectName: c.Name,
	})
	delete(made.Labels, sparklabels.SubmissionID) // Such a Service goes with its attempt.
	version := sparklabels.Value(c.Spec.SparkVersion)
	if server != nil {
		version = server.Labels[sparklabels.SparkVersion]
	}
	made.Spec.Selector = map[string]string{
		sparklabels.LaunchedByOperator: sparklabels.True, sparklabels.ConnectName: c.Name,
		sparklabels.SparkRole: sparklabels.RoleConnectServer, sparklabels.SparkVersion: version,
	}
	made.Spec.Ports = ports(made.Spec.Ports)
	made.Annotations = with(made.Annotations, map[string]string{sparklabels.SpecHash: hashOf(made)})
	return made
}

// ports returns the operator's ports, on the node ports that the author gives those of the same number.
func ports(given []corev1.ServicePort) []corev1.ServicePort {
	nodePorts := map[int32]int32{}
	for i := range given {
		nodePorts[given[i].Port] = given[i].NodePort
	}
	var made []corev1.ServicePort
	for _, port := range servicePorts {
		protocol := port.protocol
		made = append(made, corev1.ServicePort{
			Name: port.name, AppProtocol: &protocol, Protocol: corev1.ProtocolTCP, Port: port.number,
			TargetPort: intstr.FromString(port.target), NodePort: nodePorts[port.number],
		})
	}
	return made
}

// hashOf returns the hash of a Service, by which one is known that the operator has made.
func hashOf(service *corev1.Service) string {
	encoded, err := json.Marshal(service)
	if err != nil {
		panic("connect: a Service must encode as JSON: " + err.Error())
	}
	sum := sha256.Sum256(encoded)
	return "s1-" + hex.EncodeToString(sum[:8])
}

func with(entries, winners map[string]string) map[string]string {
	if entries == nil {
		return winners
	}
	maps.Copy(entries, winners)
	return entries
}
