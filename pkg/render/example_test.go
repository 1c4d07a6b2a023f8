// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package render_test

import (
	"fmt"

	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// What is not known is rendered as the nearest known version, and the caller can say so.
func ExampleForVersion() {
	selection := render.ForVersion("4.0.7-custom")
	fmt.Println(selection.Version.Name, selection.Exact)
	fmt.Println(render.ForVersion("99.1.0").Exact)
	// Output:
	// 4.0 true
	// false
}

// The driver makes the executors; this is what each of them will be.
func ExampleExecutor() {
	pod, err := render.Executor(render.ExecutorInput{
		Namespace: "analytics", SparkVersion: "4.0.1", SparkUser: "spark", Prefix: "pi-0123456789abcdef",
		LocalDir: "/var/data/spark-0123", ID: 1,
		Conf: sparkconf.New(
			sparkconf.Property{Key: sparkconf.ContainerImage, Value: "docker.io/library/spark:4.0.1"},
			sparkconf.Property{Key: sparkconf.AppID, Value: "spark-0123456789abcdef0123456789abcdef"},
			sparkconf.Property{Key: sparkconf.AppName, Value: "pi"},
			sparkconf.Property{Key: sparkconf.DriverHost, Value: "pi-0123456789abcdef-driver-svc.analytics.svc"},
			sparkconf.Property{Key: sparkconf.DriverPort, Value: "7078"},
			sparkconf.Property{Key: sparkconf.ResourceType, Value: "java"},
			sparkconf.Property{Key: sparkconf.ExecutorCores, Value: "4"},
			sparkconf.Property{Key: sparkconf.ExecutorMemory, Value: "8g"},
		),
	}, render.ForVersion("4.0.1").Version)
	if err != nil {
		fmt.Println(err)
		return
	}
	requests := pod.Spec.Containers[0].Resources.Requests
	fmt.Println(pod.Name, requests.Cpu(), requests.Memory())
	// Output: pi-0123456789abcdef-exec-1 4 9011Mi
}
