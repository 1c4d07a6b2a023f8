// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package podrequests_test

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/alauda/spark-operator/pkg/podrequests"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// A queueing system decides whether an application fits before any of its pods is made. From the rendered pods it also
// knows of the memory overhead, which no field of the application says.
func Example() {
	version := render.ForVersion("4.0.1").Version
	const prefix, scratch = "pi-0123456789abcdef", "/var/data/spark-0123"
	objects, err := render.Driver(render.Input{
		Namespace: "analytics", AppName: "pi", AppID: "spark-0123", SparkVersion: "4.0.1", SparkUser: "spark",
		Master: "k8s://https://kubernetes.default.svc",
		Names:  render.Names{Prefix: prefix, ConfigMap: "spark-drv-0123-conf-map", LocalDir: scratch},
		Conf: sparkconf.New(
			sparkconf.Property{Key: sparkconf.ContainerImage, Value: "spark:4.0.1"},
			sparkconf.Property{Key: sparkconf.DriverMemory, Value: "1g"},
			sparkconf.Property{Key: sparkconf.ExecutorCores, Value: "4"},
			sparkconf.Property{Key: sparkconf.ExecutorMemory, Value: "8g"},
			sparkconf.Property{Key: sparkconf.DynamicAllocationEnabled, Value: "true"},
			sparkconf.Property{Key: sparkconf.DynamicAllocationInitial, Value: "4"},
		),
		MainClass: "org.example.Pi", MainFile: "local:///opt/pi.jar",
	}, version)
	if err != nil {
		fmt.Println(err)
		return
	}
	executor, err := render.Executor(render.ExecutorInput{
		Namespace: "analytics", SparkVersion: "4.0.1", SparkUser: "spark", Prefix: prefix, LocalDir: scratch,
		Conf: objects.Properties, ID: 1,
	}, version)
	if err != nil {
		fmt.Println(err)
		return
	}
	executors, err := podrequests.InitialExecutors(objects.Properties)
	if err != nil {
		fmt.Println(err)
		return
	}

	totals := podrequests.Of(objects.Driver, executor, executors)
	fmt.Println("driver:   ", totals.Driver.Cpu(), totals.Driver.Memory())
	fmt.Println("executors:", totals.Executors, "x", totals.Executor.Cpu(), totals.Executor.Memory())
	fmt.Println("fits in 16 CPUs:", totals.Sum.Cpu().Cmp(resource.MustParse("16")) <= 0)
	// Output:
	// driver:    1 1408Mi
	// executors: 4 x 4 9011Mi
	// fits in 16 CPUs: false
}
