// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package monitoring

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// configuration is what the JMX exporter reads of the default configuration.
type configuration struct {
	LowercaseOutputName bool   `json:"lowercaseOutputName"`
	AttrNameSnakeCase   bool   `json:"attrNameSnakeCase"`
	Rules               []rule `json:"rules"`
}

type rule struct {
	Pattern string            `json:"pattern"`
	Name    string            `json:"name"`
	Type    string            `json:"type"`
	Labels  map[string]string `json:"labels"`
}

var (
	reference = regexp.MustCompile(`\$(\d+)`)
	illegal   = regexp.MustCompile(`[^a-zA-Z0-9:]+`)
)

// metric returns what the exporter makes of an attribute: of the first rule that matches; nothing where none does.
func (c configuration) metric(attribute string) string {
	for _, r := range c.Rules {
		pattern := regexp.MustCompile("^.*(?:" + r.Pattern + ").*$")
		match := pattern.FindStringSubmatchIndex(attribute)
		if match == nil {
			continue
		}
		expand := func(text string) string {
			return string(pattern.ExpandString(nil, reference.ReplaceAllString(text, "$${$1}"), attribute, match))
		}
		var labels []string
		for _, name := range slices.Sorted(maps.Keys(r.Labels)) {
			labels = append(labels, name+"="+expand(r.Labels[name]))
		}
		return fmt.Sprintf("%s %s %s", r.Type, strings.ToLower(illegal.ReplaceAllString(expand(r.Name), "_")), strings.Join(labels, " "))
	}
	return ""
}

// The attributes are as the exporter names those of a Spark 4.0.1 with both kinds of streaming. What it makes of them
// was compared with the exporter's own versions 0.20.0 and 1.0.1; the latter appends _total to the names of counters.
func TestDefaultConfiguration(t *testing.T) {
	var c configuration
	if err := yaml.UnmarshalStrict([]byte(defaultConfiguration), &c); err != nil {
		t.Fatal(err)
	}
	if !c.LowercaseOutputName || !c.AttrNameSnakeCase {
		t.Error("names are not lower-cased")
	}
	const app = " app_id=pi app_namespace=etl"
	want := map[string]string{
		`metrics<name=etl.pi.driver.BlockManager.memory.maxMem_MB, type=gauges><>Value: 1`:             "GAUGE spark_driver_blockmanager_memory_maxmem_mb" + app,
		`metrics<name=etl.pi.driver.DAGScheduler.stage.waitingStages, type=gauges><>Value: 1`:          "GAUGE spark_driver_dagscheduler_stage_waitingstages" + app,
		`metrics<name=etl.pi.driver.DAGScheduler.messageProcessingTime, type=timers><>Count: 1`:        "COUNTER spark_driver_dagscheduler_messageprocessingtime_count" + app,
		`metrics<name=etl.pi.driver.jvm.pools.G1-Eden-Space.used-after-gc, type=gauges><>Value: 1`:     "GAUGE spark_driver_jvm_pools_g1_eden_space_used_after_gc" + app,
		`metrics<name=etl.pi.driver.HiveExternalCatalog.fileCacheHits, type=counters><>Count: 1`:       "COUNTER spark_driver_hiveexternalcatalog_filecachehits_count" + app,
		`metrics<name=etl.pi.driver.BlockManager.memory.maxMem_MB><>Value: 1`:                          "GAUGE spark_driver_blockmanager_memory_maxmem_mb" + app,
		`metrics<name=etl.pi.1.executor.threadpool.activeTasks, type=gauges><>Value: 1`:                "GAUGE spark_executor_threadpool_activetasks" + app + " executor_id=1",
		`metrics<name=etl.pi.12.executor.bytesRead, type=counters><>Count: 1`:                          "COUNTER spark_executor_bytesread_count" + app + " executor_id=12",
		`metrics<name=etl.pi.1.jvm.heap.used, type=gauges><>Value: 1`:                                  "GAUGE spark_executor_jvm_heap_used" + app + " executor_id=1",
		`metrics<name=etl.pi.1.CodeGenerator.sourceCodeSize, type=histograms><>Count: 1`:               "COUNTER spark_executor_codegenerator_sourcecodesize_count" + app + " executor_id=1",
		`metrics<name=etl.pi.driver.My App.StreamingMetrics.streaming.receivers, type=gauges><>Value`:  "GAUGE spark_streaming_driver_receivers" + app,
		`metrics<name="etl.pi.driver.My App, 1.0.StreamingMetrics.streaming.receivers"><>Value: 1`:     "GAUGE spark_streaming_driver_receivers" + app,
		`metrics<name=etl.pi.driver.spark.streaming.my.query.inputRate-total, type=gauges><>Value: 1`:  "GAUGE spark_structured_streaming_driver_inputrate_total" + app + " query_name=my.query",
		`metrics<name="etl.pi.driver.spark.streaming.what, a query?.latency"><>Value: 1`:               "GAUGE spark_structured_streaming_driver_latency" + app + " query_name=what, a query?",
		`metrics<name=etl.pi.driver.DAGScheduler.messageProcessingTime, type=timers><>50thPercentile:`: "",
		`metrics<name=master.workers, type=gauges><>Value: 1`:                                          "",
		`java.lang<type=Memory><HeapMemoryUsage>used: 1`:                                               "",
	}
	got := map[string]string{}
	for attribute := range want {
		got[attribute] = c.metric(attribute)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}

func TestDefaultMetricsProperties(t *testing.T) {
	want := map[string]string{
		"*.sink.jmx.class":          "org.apache.spark.metrics.sink.JmxSink",
		"driver.source.jvm.class":   "org.apache.spark.metrics.source.JvmSource",
		"executor.source.jvm.class": "org.apache.spark.metrics.source.JvmSource",
	}
	if diff := cmp.Diff(want, maps.Collect(sparkconf.ParseProperties(defaultMetricsProperties).All())); diff != "" {
		t.Errorf("metrics.properties (-want +got):\n%s", diff)
	}
}
