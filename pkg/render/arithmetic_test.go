// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package render_test

import (
	"fmt"
	"math"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/alauda/spark-operator/pkg/podrequests"
	"github.com/alauda/spark-operator/pkg/render"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// Whatever sizes, factors and numbers an author gives, a pod that is rendered asks for no less than nothing, and for no
// less memory than its heap.
func TestNoNumberMakesAPodAskForLessThanNothing(t *testing.T) {
	sizes := []string{"0", "1", "512m", "8191p", "8192p", "9007199254740991", "9007199254740993", "8796093022207m", "8796093022208m", fmt.Sprint(math.MaxInt64), "9223372036854775807p"}
	factors := []string{"", "0", "0.1", "1", "1e9", "1e300", "1.7976931348623157e308"}
	properties := []string{
		sparkconf.DriverMemory, sparkconf.DriverMemoryOverhead, sparkconf.ExecutorMemory, sparkconf.ExecutorMemoryOverhead,
		sparkconf.ExecutorPySparkMemory, sparkconf.OffHeapSize, "all of them",
	}
	for _, property := range properties {
		for _, size := range sizes {
			for _, factor := range factors {
				conf := sparkconf.New(
					sparkconf.Property{Key: sparkconf.ContainerImage, Value: "spark"},
					sparkconf.Property{Key: sparkconf.OffHeapEnabled, Value: "true"}, sparkconf.Property{Key: sparkconf.OffHeapSize, Value: "1g"},
				)
				if factor != "" {
					conf.Set(sparkconf.MemoryOverheadFactor, factor)
				}
				for _, p := range properties[:len(properties)-1] {
					if property == p || property == "all of them" {
						conf.Set(p, size)
					}
				}
				t.Run(property+"/"+size+"/"+factor, func(t *testing.T) { checkRequests(t, conf) })
			}
		}
	}
}

func checkRequests(t *testing.T, conf *sparkconf.Conf) {
	t.Helper()
	version := render.ForVersion("4.0.1").Version
	objects, err := render.Driver(render.Input{AppName: "pi", AppID: "spark-0", MainFile: "local:///pi.py", Conf: conf, Names: render.Names{Prefix: "pi"}}, version)
	if err != nil {
		return
	}
	executor, err := render.Executor(render.ExecutorInput{Prefix: "pi", Conf: objects.Properties, ID: 1}, version)
	if err != nil {
		return
	}
	for role, pod := range map[string]*corev1.Pod{sparkconf.DriverMemory: objects.Driver, sparkconf.ExecutorMemory: executor} {
		memory := pod.Spec.Containers[0].Resources.Requests.Memory()
		heap, err := conf.MiB(sparkconf.DefaultMemoryMiB, role)
		if err != nil {
			t.Fatal(err)
		}
		if least := sparkconf.MiBQuantity(heap); memory.Sign() < 0 || memory.Cmp(least) < 0 {
			t.Errorf("%s %d MiB: the pod asks for %s", role, heap, memory)
		}
	}
	for _, executors := range []int64{math.MinInt64, -1, 0, 1, math.MaxInt32, math.MaxInt64} {
		for name, sum := range podrequests.Of(objects.Driver, executor, executors).Sum {
			if driver := podrequests.Pod(objects.Driver)[name]; sum.Cmp(driver) < 0 {
				t.Errorf("%d executors: %s is %s, less than the driver's %s", executors, name, &sum, &driver)
			}
		}
	}
}
