// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package connect

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/identity"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

const (
	// serverClass is what a server runs.
	serverClass = "org.apache.spark.sql.connect.service.SparkConnectServer"
	// serverFile is what Spark calls the main file of a class that is in the image.
	serverFile = "spark-internal"
)

// Application returns the application that a Connect server is.
func Application(c *v1alpha1.SparkConnect) *v1beta2.SparkApplication {
	own := c.DeepCopy()
	spec := &own.Spec
	app := &v1beta2.SparkApplication{
		TypeMeta:   metav1.TypeMeta{APIVersion: v1alpha1.GroupVersion.String(), Kind: "SparkConnect"},
		ObjectMeta: own.ObjectMeta,
		Spec: v1beta2.SparkApplicationSpec{
			Type: v1beta2.SparkApplicationTypeScala, Mode: v1beta2.DeployModeCluster, SparkVersion: spec.SparkVersion, Image: spec.Image,
			MainClass: new(serverClass), MainApplicationFile: new(serverFile),
			SparkConf: spec.SparkConf, HadoopConf: spec.HadoopConf,
		},
	}
	app.Spec.Driver.SparkPodSpec = podSpec(&spec.Server.SparkPodSpec, sparklabels.DriverContainer)
	app.Spec.Driver.PodName = new(sparklabels.ConnectServer(c.Name))
	app.Spec.Executor.SparkPodSpec = podSpec(&spec.Executor.SparkPodSpec, sparklabels.ExecutorContainer)
	app.Spec.Executor.Instances = spec.Executor.Instances
	if da := spec.DynamicAllocation; da != nil {
		app.Spec.DynamicAllocation = &v1beta2.DynamicAllocation{
			Enabled: da.Enabled, InitialExecutors: da.InitialExecutors, MinExecutors: da.MinExecutors, MaxExecutors: da.MaxExecutors,
			ShuffleTrackingEnabled: da.ShuffleTrackingEnabled, ShuffleTrackingTimeout: da.ShuffleTrackingTimeout,
		}
	}
	return app
}

// podSpec returns the part of an application that a role's pods are made from. Unlike with applications, an image of
// the template wins over that of the spec.
func podSpec(role *v1alpha1.SparkPodSpec, container string) v1beta2.SparkPodSpec {
	made := v1beta2.SparkPodSpec{Cores: role.Cores, Memory: role.Memory, Template: role.Template}
	if role.Template == nil {
		return made
	}
	// By the label pods are given to an application.
	role.Template.Labels = without(role.Template.Labels, sparklabels.AppName)
	containers := role.Template.Spec.Containers
	if i := sparklabels.TemplateContainer(containers, container); i >= 0 && containers[i].Image != "" {
		made.Image = &containers[i].Image
	}
	return made
}

func without(labels map[string]string, name string) map[string]string {
	maps.DeleteFunc(labels, func(key, _ string) bool { return key == name })
	return labels
}

// Attempt returns the identity of a start of the server.
func Attempt(c *v1alpha1.SparkConnect, number int64, specHash string) identity.Attempt {
	return identity.OfSpec(Application(c), number, specHash)
}

// SpecHash returns the hash of what a server is made from: all that takes a restart to change.
func SpecHash(c *v1alpha1.SparkConnect) string { return identity.SpecHash(Application(c)) }

// IsServer reports whether a pod is a server and not one of its executors.
func IsServer(pod *corev1.Pod) bool {
	return pod.Labels[sparklabels.SparkRole] == sparklabels.RoleConnectServer
}
