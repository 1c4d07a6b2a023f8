// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf_test

import (
	"fmt"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// Later wins, and the order stays: of equal input comes equal output.
func ExampleConf() {
	conf := sparkconf.New(
		sparkconf.Property{Key: sparkconf.ExecutorMemory, Value: "4g"},
		sparkconf.Property{Key: sparkconf.ExecutorInstances, Value: "2"},
	)
	conf.Set(sparkconf.ExecutorMemory, "8g")
	conf.SetIfMissing(sparkconf.ExecutorInstances, "1")
	for key, value := range conf.All() {
		fmt.Println(key, value)
	}

	// Typed getters read Spark's units.
	memory, err := conf.MiB(sparkconf.DefaultMemoryMiB, sparkconf.ExecutorMemory)
	fmt.Println(memory, err)
	// Output:
	// spark.executor.memory 8g
	// spark.executor.instances 2
	// 8192 <nil>
}

// Configuration is printed without what looks like a secret.
func ExampleConf_Redacted() {
	conf := sparkconf.New(
		sparkconf.Property{Key: "spark.hadoop.fs.s3a.endpoint", Value: "https://s3.example.com"},
		sparkconf.Property{Key: "spark.hadoop.fs.s3a.secret.key", Value: "hidden"},
	)
	for _, property := range conf.Redacted() {
		fmt.Printf("%s=%s\n", property.Key, property.Value)
	}
	// Output:
	// spark.hadoop.fs.s3a.endpoint=https://s3.example.com
	// spark.hadoop.fs.s3a.secret.key=*********(redacted)
}

// A form that takes properties can say early what the operator will not run.
func ExampleCheckUserProperty() {
	fmt.Println(sparkconf.CheckUserProperty("analytics", "spark.sql.shuffle.partitions", "64"))
	fmt.Println(sparkconf.CheckUserProperty("bi", sparkconf.Namespace, "kube-system"))
	// Output:
	// <nil>
	// sparkConf key "spark.kubernetes.namespace" is not allowed: it must be the application's namespace "bi"; remove it
}
