// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package planning_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	volcanov1beta1 "volcano.sh/apis/pkg/apis/scheduling/v1beta1"

	"github.com/alauda/spark-operator/apis/sparkoperator/v1beta2"
	"github.com/alauda/spark-operator/internal/batchscheduler/kubescheduler"
	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/internal/quota"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

type (
	change = func(*application)
	// asked is a demand as text, so that a row can be read and counted by hand.
	asked struct {
		Driver, Executor string
		Executors        int64
		Sum              string
	}
)

func sets(properties ...string) change {
	return func(a *application) {
		if a.Spec.SparkConf == nil {
			a.Spec.SparkConf = map[string]string{}
		}
		for i := 0; i < len(properties); i += 2 {
			a.Spec.SparkConf[properties[i]] = properties[i+1]
		}
	}
}

func python(a *application) {
	a.Spec.Type, a.Spec.MainClass, a.Spec.MainApplicationFile = v1beta2.SparkApplicationTypePython, nil, new("local:///pi.py")
}

func executors(count int32) change {
	return func(a *application) { a.Spec.Executor.Instances = &count }
}

func list(amounts ...string) corev1.ResourceList {
	l := corev1.ResourceList{}
	for i := 0; i < len(amounts); i += 2 {
		l[corev1.ResourceName(amounts[i])] = resource.MustParse(amounts[i+1])
	}
	return l
}

func container(name string, requests, limits corev1.ResourceList) corev1.Container {
	return corev1.Container{Name: name, Image: "x", Resources: corev1.ResourceRequirements{Requests: requests, Limits: limits}}
}

func restartable(c corev1.Container) corev1.Container {
	c.RestartPolicy = new(corev1.ContainerRestartPolicyAlways)
	return c
}

func podTemplate(spec corev1.PodSpec) *corev1.PodTemplateSpec {
	return &corev1.PodTemplateSpec{Spec: spec}
}

func allocates(da v1beta2.DynamicAllocation) change {
	return func(a *application) { da.Enabled = true; a.Spec.DynamicAllocation = &da }
}

const plain = "cpu=1 memory=1408Mi"

// The numbers are Spark's and Kubernetes' rules, worked out by hand: a gigabyte of heap has 384 MiB of overhead unless
// a tenth of it is more, or four tenths where Python or R runs.
var demands = map[string]struct {
	changes []change
	want    asked
}{
	"nothing is said":                 {nil, asked{plain, plain, 1, "cpu=2 memory=2816Mi"}},
	"three executors":                 {[]change{executors(3)}, asked{plain, plain, 3, "cpu=4 memory=5632Mi"}},
	"executors by sparkConf":          {[]change{sets(sparkconf.ExecutorInstances, "7")}, asked{plain, plain, 7, "cpu=8 memory=11Gi"}},
	"a tenth of a large heap":         {[]change{func(a *application) { a.Spec.Driver.Memory = new("4g") }}, asked{"cpu=1 memory=4505Mi", plain, 1, "cpu=2 memory=5913Mi"}},
	"a small heap":                    {[]change{func(a *application) { a.Spec.Driver.Memory = new("512m") }}, asked{"cpu=1 memory=896Mi", plain, 1, "cpu=2 memory=2304Mi"}},
	"large executors":                 {[]change{executors(3), func(a *application) { a.Spec.Executor.Memory = new("8g") }}, asked{plain, "cpu=1 memory=9011Mi", 3, "cpu=4 memory=28441Mi"}},
	"memory without a unit":           {[]change{func(a *application) { a.Spec.Driver.Memory = new("2048") }}, asked{"cpu=1 memory=2432Mi", plain, 1, "cpu=2 memory=3840Mi"}},
	"memory by sparkConf":             {[]change{sets(sparkconf.ExecutorMemory, "2g")}, asked{plain, "cpu=1 memory=2432Mi", 1, "cpu=2 memory=3840Mi"}},
	"overhead without a unit":         {[]change{func(a *application) { a.Spec.Driver.MemoryOverhead = new("512") }}, asked{"cpu=1 memory=1536Mi", plain, 1, "cpu=2 memory=2944Mi"}},
	"overhead of executors":           {[]change{func(a *application) { a.Spec.Executor.MemoryOverhead = new("1g") }}, asked{plain, "cpu=1 memory=2Gi", 1, "cpu=2 memory=3456Mi"}},
	"a factor for both":               {[]change{func(a *application) { a.Spec.MemoryOverheadFactor = new("0.3"); a.Spec.Executor.Memory = new("4g") }}, asked{plain, "cpu=1 memory=5324Mi", 1, "cpu=2 memory=6732Mi"}},
	"a factor of the driver":          {[]change{sets(sparkconf.DriverMemory, "2g", sparkconf.DriverMemoryOverheadFactor, "0.5")}, asked{"cpu=1 memory=3Gi", plain, 1, "cpu=2 memory=4480Mi"}},
	"a factor of executors":           {[]change{sets(sparkconf.ExecutorMemory, "4g", sparkconf.ExecutorMemoryOverheadFactor, "0.25")}, asked{plain, "cpu=1 memory=5Gi", 1, "cpu=2 memory=6528Mi"}},
	"the least overhead":              {[]change{sets(sparkconf.DriverMinMemoryOverhead, "1g")}, asked{"cpu=1 memory=2Gi", plain, 1, "cpu=2 memory=3456Mi"}},
	"the least overhead of Spark 3.5": {[]change{sets(sparkconf.DriverMinMemoryOverhead, "1g"), func(a *application) { a.Spec.SparkVersion = "3.5.9" }}, asked{plain, plain, 1, "cpu=2 memory=2816Mi"}},
	"a limit of memory":               {[]change{func(a *application) { a.Spec.Driver.MemoryLimit = new("4g") }}, asked{plain, plain, 1, "cpu=2 memory=2816Mi"}},
	"Python":                          {[]change{python}, asked{"cpu=1 memory=1433Mi", "cpu=1 memory=1433Mi", 1, "cpu=2 memory=2866Mi"}},
	"Python with large heaps":         {[]change{python, func(a *application) { a.Spec.Driver.Memory, a.Spec.Executor.Memory = new("4g"), new("4g") }}, asked{"cpu=1 memory=5734Mi", "cpu=1 memory=5734Mi", 1, "cpu=2 memory=11468Mi"}},
	"Python with a factor":            {[]change{python, func(a *application) { a.Spec.MemoryOverheadFactor = new("0.1") }}, asked{plain, plain, 1, "cpu=2 memory=2816Mi"}},
	"R": {[]change{func(a *application) {
		a.Spec.Type, a.Spec.MainClass, a.Spec.MainApplicationFile = v1beta2.SparkApplicationTypeR, nil, new("local:///pi.R")
	}}, asked{"cpu=1 memory=1433Mi", "cpu=1 memory=1433Mi", 1, "cpu=2 memory=2866Mi"}},
	"memory of Python's workers":    {[]change{python, sets("spark.executor.pyspark.memory", "2g")}, asked{"cpu=1 memory=1433Mi", "cpu=1 memory=3481Mi", 1, "cpu=2 memory=4914Mi"}},
	"that without a unit":           {[]change{python, sets("spark.executor.pyspark.memory", "512")}, asked{"cpu=1 memory=1433Mi", "cpu=1 memory=1945Mi", 1, "cpu=2 memory=3378Mi"}},
	"that where no Python runs":     {[]change{sets("spark.executor.pyspark.memory", "2g")}, asked{plain, plain, 1, "cpu=2 memory=2816Mi"}},
	"off-heap memory":               {[]change{sets("spark.memory.offHeap.enabled", "true", "spark.memory.offHeap.size", "1g")}, asked{plain, "cpu=1 memory=2432Mi", 1, "cpu=2 memory=3840Mi"}},
	"off-heap memory in bytes":      {[]change{sets("spark.memory.offHeap.enabled", "true", "spark.memory.offHeap.size", "1073741824")}, asked{plain, "cpu=1 memory=2432Mi", 1, "cpu=2 memory=3840Mi"}},
	"off-heap memory turned off":    {[]change{sets("spark.memory.offHeap.enabled", "false", "spark.memory.offHeap.size", "1g")}, asked{plain, plain, 1, "cpu=2 memory=2816Mi"}},
	"Python's workers and off-heap": {[]change{python, sets("spark.executor.pyspark.memory", "2g", "spark.memory.offHeap.enabled", "true", "spark.memory.offHeap.size", "1g")}, asked{"cpu=1 memory=1433Mi", "cpu=1 memory=4505Mi", 1, "cpu=2 memory=5938Mi"}},
	"cores":                         {[]change{executors(2), func(a *application) { a.Spec.Executor.Cores = new(int32(3)) }}, asked{plain, "cpu=3 memory=1408Mi", 2, "cpu=7 memory=4224Mi"}},
	"less than cores":               {[]change{executors(4), func(a *application) { a.Spec.Executor.Cores, a.Spec.Executor.CoreRequest = new(int32(4)), new("250m") }}, asked{plain, "cpu=250m memory=1408Mi", 4, "cpu=2 memory=7040Mi"}},
	"less than the driver's cores":  {[]change{func(a *application) { a.Spec.Driver.CoreRequest = new("500m") }}, asked{"cpu=500m memory=1408Mi", plain, 1, "cpu=1500m memory=2816Mi"}},
	"a request by sparkConf":        {[]change{sets(sparkconf.ExecutorRequestCores, "1500m")}, asked{plain, "cpu=1500m memory=1408Mi", 1, "cpu=2500m memory=2816Mi"}},
	"a limit of cores":              {[]change{func(a *application) { a.Spec.Driver.CoreLimit = new("2") }}, asked{plain, plain, 1, "cpu=2 memory=2816Mi"}},
	"GPUs of executors":             {[]change{executors(2), func(a *application) { a.Spec.Executor.GPU = &v1beta2.GPUSpec{Name: "nvidia.com/gpu", Quantity: 2} }}, asked{plain, "cpu=1 memory=1408Mi nvidia.com/gpu=2", 2, "cpu=3 memory=4224Mi nvidia.com/gpu=4"}},
	"a GPU of the driver":           {[]change{func(a *application) { a.Spec.Driver.GPU = &v1beta2.GPUSpec{Name: "amd.com/gpu", Quantity: 1} }}, asked{"amd.com/gpu=1 cpu=1 memory=1408Mi", plain, 1, "amd.com/gpu=1 cpu=2 memory=2816Mi"}},
	"GPUs by sparkConf":             {[]change{executors(2), sets("spark.executor.resource.gpu.amount", "1", "spark.executor.resource.gpu.vendor", "nvidia.com")}, asked{plain, "cpu=1 memory=1408Mi nvidia.com/gpu=1", 2, "cpu=3 memory=4224Mi nvidia.com/gpu=2"}},
	"a sidecar": {[]change{func(a *application) {
		a.Spec.Driver.Sidecars = []corev1.Container{container("s", list("cpu", "250m", "memory", "256Mi"), nil)}
	}}, asked{"cpu=1250m memory=1664Mi", plain, 1, "cpu=2250m memory=3Gi"}},
	"a sidecar that asks for nothing": {[]change{func(a *application) { a.Spec.Driver.Sidecars = []corev1.Container{container("s", nil, nil)} }}, asked{plain, plain, 1, "cpu=2 memory=2816Mi"}},
	"a sidecar with limits alone": {[]change{func(a *application) {
		a.Spec.Driver.Sidecars = []corev1.Container{container("s", nil, list("cpu", "500m", "memory", "512Mi"))}
	}}, asked{"cpu=1500m memory=1920Mi", plain, 1, "cpu=2500m memory=3328Mi"}},
	"sidecars of executors": {[]change{executors(3), func(a *application) {
		a.Spec.Executor.Sidecars = []corev1.Container{container("s", list("cpu", "200m", "memory", "100Mi"), nil)}
	}}, asked{plain, "cpu=1200m memory=1508Mi", 3, "cpu=4600m memory=5932Mi"}},
	"a small init container": {[]change{func(a *application) {
		a.Spec.Driver.InitContainers = []corev1.Container{container("i", list("cpu", "100m", "memory", "64Mi"), nil)}
	}}, asked{plain, plain, 1, "cpu=2 memory=2816Mi"}},
	"a large init container": {[]change{func(a *application) {
		a.Spec.Driver.InitContainers = []corev1.Container{container("i", list("cpu", "500m", "memory", "4Gi"), nil)}
	}}, asked{"cpu=1 memory=4Gi", plain, 1, "cpu=2 memory=5504Mi"}},
	"an init container that runs on": {[]change{func(a *application) {
		a.Spec.Driver.InitContainers = []corev1.Container{restartable(container("i", list("cpu", "100m", "memory", "128Mi"), nil))}
	}}, asked{"cpu=1100m memory=1536Mi", plain, 1, "cpu=2100m memory=2944Mi"}},
	"one that runs beside a large one": {[]change{func(a *application) {
		a.Spec.Driver.InitContainers = []corev1.Container{
			restartable(container("i", list("cpu", "100m", "memory", "128Mi"), nil)), container("j", list("cpu", "2", "memory", "1Gi"), nil),
		}
	}}, asked{"cpu=2100m memory=1536Mi", plain, 1, "cpu=3100m memory=2944Mi"}},
	"one that runs after a large one": {[]change{func(a *application) {
		a.Spec.Driver.InitContainers = []corev1.Container{
			container("j", list("cpu", "2", "memory", "1Gi"), nil), restartable(container("i", list("cpu", "100m", "memory", "128Mi"), nil)),
		}
	}}, asked{"cpu=2 memory=1536Mi", plain, 1, "cpu=3 memory=2944Mi"}},
	"a container of a template": {[]change{func(a *application) {
		a.Spec.Driver.Template = podTemplate(corev1.PodSpec{Containers: []corev1.Container{
			container("spark-kubernetes-driver", nil, nil), container("log", list("cpu", "300m", "memory", "300Mi"), nil),
		}})
	}}, asked{"cpu=1300m memory=1708Mi", plain, 1, "cpu=2300m memory=3116Mi"}},
	"scratch space of a template": {[]change{func(a *application) {
		a.Spec.Driver.Template = podTemplate(corev1.PodSpec{Containers: []corev1.Container{
			container("spark-kubernetes-driver", list("ephemeral-storage", "10Gi"), nil),
		}})
	}}, asked{"cpu=1 ephemeral-storage=10Gi memory=1408Mi", plain, 1, "cpu=2 ephemeral-storage=10Gi memory=2816Mi"}},
	"CPUs of a template, which Spark sets": {[]change{func(a *application) {
		a.Spec.Executor.Template = podTemplate(corev1.PodSpec{Containers: []corev1.Container{
			container("spark-kubernetes-executor", list("cpu", "7"), nil),
		}})
	}}, asked{plain, plain, 1, "cpu=2 memory=2816Mi"}},
	"devices of a template": {[]change{executors(2), func(a *application) {
		a.Spec.Executor.Template = podTemplate(corev1.PodSpec{Containers: []corev1.Container{
			container("spark-kubernetes-executor", nil, nil), container("fpga", nil, list("example.com/fpga", "1")),
		}})
	}}, asked{plain, "cpu=1 example.com/fpga=1 memory=1408Mi", 2, "cpu=3 example.com/fpga=2 memory=4224Mi"}},
	"the overhead of a sandbox": {[]change{func(a *application) {
		a.Spec.Driver.Template = podTemplate(corev1.PodSpec{RuntimeClassName: new("kata"), Overhead: list("cpu", "250m", "memory", "120Mi")})
	}}, asked{"cpu=1250m memory=1528Mi", plain, 1, "cpu=2250m memory=2936Mi"}},
	"dynamic allocation with a beginning":  {[]change{allocates(v1beta2.DynamicAllocation{InitialExecutors: new(int32(5)), MinExecutors: new(int32(2)), MaxExecutors: new(int32(10))})}, asked{plain, plain, 5, "cpu=6 memory=8448Mi"}},
	"dynamic allocation with a least":      {[]change{allocates(v1beta2.DynamicAllocation{MinExecutors: new(int32(3))})}, asked{plain, plain, 3, "cpu=4 memory=5632Mi"}},
	"a beginning below the least":          {[]change{sets(sparkconf.DynamicAllocationEnabled, "true", sparkconf.DynamicAllocationInitial, "1", sparkconf.DynamicAllocationMin, "4")}, asked{plain, plain, 4, "cpu=5 memory=7040Mi"}},
	"dynamic allocation with executors":    {[]change{executors(4), allocates(v1beta2.DynamicAllocation{MinExecutors: new(int32(1))})}, asked{plain, plain, 4, "cpu=5 memory=7040Mi"}},
	"dynamic allocation that starts empty": {[]change{allocates(v1beta2.DynamicAllocation{MaxExecutors: new(int32(9))})}, asked{plain, plain, 0, "cpu=1 memory=1408Mi"}},
	"dynamic allocation by sparkConf":      {[]change{sets(sparkconf.DynamicAllocationEnabled, "true", sparkconf.DynamicAllocationMin, "2")}, asked{plain, plain, 2, "cpu=3 memory=4224Mi"}},
	"dynamic allocation that is not enabled": {[]change{executors(2), func(a *application) {
		a.Spec.DynamicAllocation = &v1beta2.DynamicAllocation{MinExecutors: new(int32(8))}
	}}, asked{plain, plain, 2, "cpu=3 memory=4224Mi"}},
	"all of it": {[]change{python, executors(10), sets("spark.executor.pyspark.memory", "1g"), func(a *application) {
		a.Spec.Driver.CoreRequest, a.Spec.Driver.Memory, a.Spec.Executor.Memory, a.Spec.Executor.Cores = new("500m"), new("2g"), new("6g"), new(int32(4))
		a.Spec.Executor.GPU = &v1beta2.GPUSpec{Name: "nvidia.com/gpu", Quantity: 1}
		a.Spec.Executor.Sidecars = []corev1.Container{container("s", list("cpu", "100m", "memory", "50Mi"), nil)}
	}}, asked{"cpu=500m memory=2867Mi", "cpu=4100m memory=9675Mi nvidia.com/gpu=1", 10, "cpu=41500m memory=99617Mi nvidia.com/gpu=10"}},
}

// Everybody who counts resources counts the same: PodGroups, task groups, quotas.
func TestDemandIsOneForAll(t *testing.T) {
	for name, tc := range demands {
		t.Run(name, func(t *testing.T) {
			for _, scheduler := range []string{"", "volcano", "yunikorn", "gangs"} {
				app := sparkPi(append(tc.changes, func(a *application) { a.Spec.BatchScheduler = &scheduler })...)
				plan := mustPlan(t, app, planning.Options{Features: enabled("")})
				counted, err := plan.Demand()
				if err != nil {
					t.Fatal(err)
				}
				totals := counted.Totals()
				got := asked{textOf(totals.Driver), textOf(totals.Executor), totals.Executors, textOf(totals.Sum)}
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Errorf("demand with scheduler %q (-want +got):\n%s", scheduler, diff)
				}
				if told := toldTo(t, scheduler, plan); told != tc.want.Sum {
					t.Errorf("the scheduler %q is told of %s, want %s", scheduler, told, tc.want.Sum)
				}
				if held := heldAgainst(counted.Driver, counted.Executor, counted.Executors, totals.Sum); held != tc.want.Sum {
					t.Errorf("quotas count %s, want %s", held, tc.want.Sum)
				}
			}
		})
	}
}

func textOf(l corev1.ResourceList) string {
	words := make([]string, 0, len(l))
	for _, name := range slices.Sorted(maps.Keys(l)) {
		quantity := l[name]
		words = append(words, fmt.Sprintf("%s=%s", name, &quantity))
	}
	return strings.Join(words, " ")
}

// toldTo returns what a scheduler is told that the gang of a plan asks for. The cluster's own is told by the pods.
func toldTo(t *testing.T, scheduler string, plan *planning.Plan) string {
	t.Helper()
	if scheduler == "yunikorn" || scheduler == "" {
		return sumOfTaskGroups(t, scheduler, plan)
	}
	for _, dependent := range dependentsOf(t, plan) {
		switch group := dependent.(type) {
		case *volcanov1beta1.PodGroup:
			return textOf(*group.Spec.MinResources)
		case *kubescheduler.PodGroup:
			return textOf(group.Spec.MinResources)
		}
	}
	return "nothing"
}

func sumOfTaskGroups(t *testing.T, scheduler string, plan *planning.Plan) string {
	t.Helper()
	objects, err := plan.Render()
	if err != nil {
		t.Fatal(err)
	}
	encoded, isTold := objects.Driver.Annotations["yunikorn.apache.org/task-groups"]
	if isTold != (scheduler == "yunikorn") {
		t.Errorf("the driver of scheduler %q has task groups: %t", scheduler, isTold)
	}
	if !isTold {
		totals, err := plan.Requests()
		if err != nil {
			t.Fatal(err)
		}
		return textOf(totals.Sum)
	}
	var groups []struct {
		MinMember   int64
		MinResource corev1.ResourceList
	}
	if err := json.Unmarshal([]byte(encoded), &groups); err != nil {
		t.Fatal(err)
	}
	sum := corev1.ResourceList{}
	for _, group := range groups {
		for name, quantity := range group.MinResource {
			quantity.Mul(group.MinMember)
			already := sum[name].DeepCopy()
			already.Add(quantity)
			sum[name] = already
		}
	}
	return textOf(sum)
}

// heldAgainst returns what a quota that leaves nothing says is asked for, of the resources of the sum.
func heldAgainst(driver, executor *corev1.Pod, executors int64, sum corev1.ResourceList) string {
	empty := corev1.ResourceQuota{Spec: corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{}}}
	for name := range sum {
		empty.Spec.Hard["requests."+name] = resource.Quantity{}
	}
	held := corev1.ResourceList{}
	for _, excess := range quota.Exceeded([]corev1.ResourceQuota{empty}, []quota.Pods{{Pod: driver, Count: 1}, {Pod: executor, Count: executors}}, nil) {
		for _, r := range excess.Resources {
			held[corev1.ResourceName(strings.TrimPrefix(string(r.Name), "requests."))] = r.Requested
		}
	}
	return textOf(held)
}
