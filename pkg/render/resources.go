// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"fmt"
	"math"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// memory is what a Spark container asks for.
type memory struct {
	totalMiB int64
	// defaultFactor is the overhead factor that driver and executors have in common.
	defaultFactor float64
}

// driverMemory is heap and overhead of the driver.
func driverMemory(conf *sparkconf.Conf, version Version, lang language) (memory, error) {
	factor, err := defaultOverheadFactor(conf, lang)
	if err != nil {
		return memory{}, err
	}
	heap, err := conf.MiB(sparkconf.DefaultMemoryMiB, sparkconf.DriverMemory)
	if err != nil {
		return memory{}, err
	}
	overhead, err := overheadMiB(conf, overheadRule{
		heap: heap, factor: factor, minimumKey: version.minimumKey(sparkconf.DriverMinMemoryOverhead),
		factorKey: sparkconf.DriverMemoryOverheadFactor,
		keys:      []string{sparkconf.DriverMemoryOverhead, sparkconf.DriverMemoryOverheadOld},
	})
	return memory{totalMiB: heap + overhead, defaultFactor: factor}, err
}

// executorMemory is heap, overhead, off-heap memory and, for Python, the workers' memory of an executor.
func executorMemory(conf *sparkconf.Conf, version Version, lang language) (memory, error) {
	factor, err := defaultOverheadFactor(conf, lang)
	if err != nil {
		return memory{}, err
	}
	heap, err := conf.MiB(sparkconf.DefaultMemoryMiB, sparkconf.ExecutorMemory)
	if err != nil {
		return memory{}, err
	}
	overhead, err := overheadMiB(conf, overheadRule{
		heap: heap, factor: factor, minimumKey: version.minimumKey(sparkconf.ExecutorMinMemoryOverhead),
		factorKey: sparkconf.ExecutorMemoryOverheadFactor,
		keys:      []string{sparkconf.ExecutorMemoryOverhead, sparkconf.ExecutorMemoryOverheadOld},
	})
	if err != nil {
		return memory{}, err
	}
	offHeap, err := offHeapMiB(conf)
	if err != nil {
		return memory{}, err
	}
	python := int64(0)
	if lang == languagePython {
		if python, err = conf.MiB(0, sparkconf.ExecutorPySparkMemory); err != nil {
			return memory{}, err
		}
	}
	return memory{totalMiB: heap + overhead + offHeap + python, defaultFactor: factor}, nil
}

// minimumKey is the property of the least overhead, where the version has one.
func (v Version) minimumKey(key string) string {
	if v.minOverheadKeys {
		return key
	}
	return ""
}

// defaultOverheadFactor is the factor of driver and executors that name none of their own.
func defaultOverheadFactor(conf *sparkconf.Conf, lang language) (float64, error) {
	fallback := sparkconf.DefaultMemoryOverheadFactor
	if lang != languageJava {
		fallback = sparkconf.DefaultMemoryOverheadFactorNonJVM
	}
	factor, err := conf.Float(sparkconf.MemoryOverheadFactor, fallback)
	if err == nil && factor < 0 {
		err = fmt.Errorf("%s must not be negative, and is %q", sparkconf.MemoryOverheadFactor, conf.Get(sparkconf.MemoryOverheadFactor))
	}
	return factor, err
}

// overheadRule says how the overhead of a role is found.
type overheadRule struct {
	heap       int64
	factor     float64
	factorKey  string
	minimumKey string
	keys       []string
}

// overheadMiB is the overhead that is given, or else the role's part of the heap, and at least the minimum.
func overheadMiB(conf *sparkconf.Conf, rule overheadRule) (int64, error) {
	factor, err := conf.Float(rule.factorKey, rule.factor)
	if err != nil {
		return 0, err
	}
	minimum := sparkconf.DefaultMinMemoryOverheadMiB
	if rule.minimumKey != "" {
		if minimum, err = conf.MiB(minimum, rule.minimumKey); err != nil {
			return 0, err
		}
	}
	// A number that Java's int does not hold is its greatest.
	part := int64(min(factor*float64(rule.heap), math.MaxInt32))
	return conf.MiB(max(part, minimum), rule.keys...)
}

func offHeapMiB(conf *sparkconf.Conf) (int64, error) {
	value, found := conf.Lookup(sparkconf.OffHeapEnabled, sparkconf.OffHeapEnabledOld)
	if !found {
		return 0, nil
	}
	enabled, err := sparkconf.ParseBool(value)
	if err != nil || !enabled {
		return 0, err
	}
	bytes, err := conf.Bytes(0, sparkconf.OffHeapSize)
	if err != nil {
		return 0, err
	}
	if bytes <= 0 {
		return 0, fmt.Errorf("%s must be positive where off-heap memory is enabled", sparkconf.OffHeapSize)
	}
	return bytes >> 20, nil
}

// addResources sets memory and CPU of a Spark container; memory is limited to what is requested.
func addResources(container *corev1.Container, memoryMiB int64, cpuRequest, cpuLimit string) error {
	request, err := sparkconf.ParseCPU(cpuRequest)
	if err != nil {
		return err
	}
	if container.Resources.Requests == nil {
		container.Resources.Requests = corev1.ResourceList{}
	}
	if container.Resources.Limits == nil {
		container.Resources.Limits = corev1.ResourceList{}
	}
	memory := sparkconf.MiBQuantity(memoryMiB)
	container.Resources.Requests[corev1.ResourceCPU] = request
	container.Resources.Requests[corev1.ResourceMemory] = memory
	container.Resources.Limits[corev1.ResourceMemory] = memory
	if cpuLimit == "" {
		return nil
	}
	limit, err := sparkconf.ParseCPU(cpuLimit)
	if err != nil {
		return err
	}
	container.Resources.Limits[corev1.ResourceCPU] = limit
	return nil
}

// addCustomResources adds what is asked for by spark.<role>.resource.<name>.{amount,vendor}, such as GPUs.
func addCustomResources(container *corev1.Container, conf *sparkconf.Conf, role string) error {
	prefix := role + ".resource."
	seen := map[string]bool{}
	for _, property := range conf.WithPrefix(prefix) {
		name, _, found := strings.Cut(property.Key, ".")
		if !found {
			return fmt.Errorf("%s%s names no amount: set %s%s.amount", prefix, property.Key, prefix, property.Key)
		}
		if seen[name] {
			continue
		}
		seen[name] = true
		if err := addCustomResource(container, conf, prefix+name); err != nil {
			return err
		}
	}
	return nil
}

func addCustomResource(container *corev1.Container, conf *sparkconf.Conf, prefix string) error {
	if !conf.Contains(prefix + ".amount") {
		return fmt.Errorf("%s.amount is not set", prefix)
	}
	amount, err := conf.Int(prefix+".amount", 0)
	if err != nil || amount <= 0 {
		return err
	}
	vendor, found := conf.Lookup(prefix + ".vendor")
	if !found {
		return fmt.Errorf("%s.vendor is not set", prefix)
	}
	name := vendor + "/" + prefix[strings.LastIndexByte(prefix, '.')+1:]
	container.Resources.Limits[corev1.ResourceName(name)] = *resource.NewQuantity(amount, resource.DecimalSI)
	return nil
}
