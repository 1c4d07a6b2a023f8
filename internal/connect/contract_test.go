// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package connect

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1alpha1"
	"github.com/alauda/spark-operator/pkg/sparklabels"
)

// established returns the properties that the established operator gives its start script, in which later ones win.
func established(c *v1alpha1.SparkConnect) map[string]string {
	spec, conf := &c.Spec, map[string]string{}
	set := func(key string, value *string) {
		if value != nil {
			conf[key] = *value
		}
	}
	number := func(key string, value *int32) {
		if value != nil {
			conf[key] = strconv.Itoa(int(*value))
		}
	}
	conf["spark.kubernetes.namespace"] = c.Namespace
	maps.Copy(conf, spec.SparkConf)
	for key, value := range spec.HadoopConf {
		conf["spark.hadoop."+strings.TrimPrefix(key, "spark.hadoop.")] = value
	}
	for _, role := range []string{"driver", "executor"} {
		prefix := "spark.kubernetes." + role + ".label."
		conf[prefix+"sparkoperator.k8s.io/launched-by-spark-operator"] = "true"
		conf[prefix+"sparkoperator.k8s.io/connect-name"] = c.Name
		for key, value := range c.Labels {
			conf[prefix+key] = value
		}
	}
	number("spark.driver.cores", spec.Server.Cores)
	set("spark.driver.memory", spec.Server.Memory)
	conf["spark.driver.bindAddress"], conf["spark.driver.host"] = "0.0.0.0", "$POD_IP"
	conf["spark.driver.port"], conf["spark.driver.blockManager.port"] = "7078", "7079"
	conf["spark.kubernetes.driver.pod.name"] = c.Name + "-server"
	number("spark.executor.instances", spec.Executor.Instances)
	number("spark.executor.cores", spec.Executor.Cores)
	set("spark.executor.memory", spec.Executor.Memory)
	conf["spark.kubernetes.executor.podNamePrefix"] = c.Name
	conf["spark.kubernetes.executor.podTemplateFile"] = "/tmp/spark/executor-pod-template.yaml"
	conf["spark.kubernetes.executor.podTemplateContainerName"] = "spark-kubernetes-executor"
	set("spark.kubernetes.executor.container.image", imageOf(c, &spec.Executor.SparkPodSpec, sparklabels.ExecutorContainer))
	if da := spec.DynamicAllocation; da != nil && da.Enabled {
		conf["spark.dynamicAllocation.enabled"] = "true"
		number("spark.dynamicAllocation.initialExecutors", da.InitialExecutors)
		number("spark.dynamicAllocation.minExecutors", da.MinExecutors)
		number("spark.dynamicAllocation.maxExecutors", da.MaxExecutors)
		conf["spark.dynamicAllocation.shuffleTracking.enabled"] = strconv.FormatBool(da.ShuffleTrackingEnabled == nil || *da.ShuffleTrackingEnabled)
		if da.ShuffleTrackingTimeout != nil {
			conf["spark.dynamicAllocation.shuffleTracking.timeout"] = fmt.Sprint(*da.ShuffleTrackingTimeout)
		}
	}
	return conf
}

func imageOf(c *v1alpha1.SparkConnect, role *v1alpha1.SparkPodSpec, container string) *string {
	if role.Template != nil {
		for i := range role.Template.Spec.Containers {
			if one := &role.Template.Spec.Containers[i]; one.Name == container && one.Image != "" {
				return &one.Image
			}
		}
	}
	return c.Spec.Image
}

// meant are the differences that are meant, and why.
var meant = map[string]string{
	"spark.driver.bindAddress":                  "the image's entry point binds to the pod's address, as for drivers; the Connect port is bound on all",
	"spark.driver.host":                         "executors find the server by a headless Service, as drivers: it needs no brackets for IPv6",
	"spark.kubernetes.executor.podTemplateFile": "the template is mounted where drivers have it",
}

// own are properties that only ours have: those of every driver, and defaults that Spark has as well.
var own = map[string]bool{
	"spark.app.id": true, "spark.app.name": true, "spark.master": true, "spark.submit.deployMode": true, "spark.submit.pyFiles": true, "spark.jars": true,
	"spark.kubernetes.submitInDriver": true, "spark.kubernetes.memoryOverheadFactor": true, "spark.kubernetes.resource.type": true,
	"spark.kubernetes.submission.waitAppCompletion": true, "spark.kubernetes.container.image": true, "spark.kubernetes.driver.container.image": true,
	"spark.driver.cores": true, "spark.driver.memory": true, "spark.executor.cores": true, "spark.executor.memory": true, "spark.executor.instances": true,
}

// TestPropertiesAreTheEstablishedOnes compares key by key.
func TestPropertiesAreTheEstablishedOnes(t *testing.T) {
	for seed := range uint64(60) {
		c := anyServer(rand.New(rand.NewPCG(seed, 3)))
		_, objects := rendered(t, c)
		want := established(c)
		for key, value := range want {
			_, isMeant := meant[key]
			isQueue := strings.HasPrefix(key, "spark.kubernetes.driver.label.kueue.x-k8s.io/") // The server itself is not queued.
			isLong := key == "spark.kubernetes.executor.podNamePrefix" && len(c.Name) > 47     // Spark refuses it.
			got := objects.Properties.Get(key)
			if (got != value) != (isMeant || isQueue || isLong) {
				t.Errorf("seed %d: %s = %q, want %q (differs by intent: %v)", seed, key, got, value, isMeant || isQueue || isLong)
			}
		}
		for key := range objects.Properties.All() {
			_, known := want[key]
			label := strings.HasSuffix(key, "sparkoperator.k8s.io/submission-id") || strings.HasSuffix(key, "sparkoperator.k8s.io/mutated-by-spark-operator")
			if !known && !own[key] && !label {
				t.Errorf("seed %d: %s = %q, which nobody asked for", seed, key, objects.Properties.Get(key))
			}
		}
	}
}

// anyServer returns a server with any of the fields.
func anyServer(r *rand.Rand) *v1alpha1.SparkConnect {
	coin := func() bool { return r.IntN(2) == 0 }
	c := server(func(c *v1alpha1.SparkConnect) { c.Name = strings.Repeat("n", 1+r.IntN(56)) })
	spec := &c.Spec
	if coin() {
		c.Labels = map[string]string{"team": "a", "kueue.x-k8s.io/queue-name": "q"}
	}
	if coin() {
		spec.SparkConf = map[string]string{"spark.sql.shuffle.partitions": "7", "spark.x": `a 'b' "c" $d` + "\n✓", "spark.executor.memory": "3g", "spark.executor.instances": "5"}
	}
	if coin() {
		spec.HadoopConf = map[string]string{"fs.s3a.endpoint": "http://s3", "spark.hadoop.fs.x": "y"}
	}
	for _, role := range []*v1alpha1.SparkPodSpec{&spec.Server.SparkPodSpec, &spec.Executor.SparkPodSpec} {
		if coin() {
			role.Cores = new(int32(1 + r.IntN(4)))
		}
		if coin() {
			role.Memory = new(fmt.Sprintf("%dg", 1+r.IntN(4)))
		}
	}
	if coin() {
		spec.Executor.Instances = new(int32(1 + r.IntN(9)))
	}
	if coin() {
		spec.Executor.Template = &corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: sparklabels.ExecutorContainer}}}}
		if coin() {
			spec.Executor.Template.Spec.Containers[0].Image = "spark:executors"
		}
	}
	if coin() {
		spec.DynamicAllocation = &v1alpha1.DynamicAllocation{Enabled: coin(), InitialExecutors: new(int32(2)), MinExecutors: new(int32(1)), MaxExecutors: new(int32(8))}
		if coin() {
			spec.DynamicAllocation.ShuffleTrackingEnabled, spec.DynamicAllocation.ShuffleTrackingTimeout = new(coin()), new(int64(5000))
		}
	}
	return c
}
