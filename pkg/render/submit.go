// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// clusterModeRefused are main classes and files that spark-submit refuses to run in cluster mode.
var clusterModeRefused = []string{
	"spark-shell", "pyspark-shell", "sparkr-shell", "connect-shell",
	"org.apache.spark.sql.hive.thriftserver.SparkSQLCLIDriver",
	"org.apache.spark.sql.hive.thriftserver.HiveThriftServer2",
	"org.apache.spark.sql.connect.service.SparkConnectServer",
}

// submitted returns the configuration as spark-submit hands it to the Kubernetes client.
func submitted(in Input, version Version) (*sparkconf.Conf, error) {
	if err := checkMain(in); err != nil {
		return nil, err
	}
	conf := version.Reading(in.Conf)
	for key := range in.Conf.All() {
		if !strings.HasPrefix(key, "spark.") {
			conf.Delete(key)
		}
	}
	conf.Set(sparkconf.Master, in.Master)
	conf.Set(sparkconf.DeployMode, "cluster")
	conf.Set(sparkconf.AppName, in.AppName)
	// The driver is found by its Service, whatever the user thinks its address is.
	conf.Delete(sparkconf.DriverHost)
	if languageOf(in.MainFile) == languageJava {
		addMainJar(conf, in.MainFile)
	}
	for _, key := range []string{sparkconf.Jars, sparkconf.Files, sparkconf.Archives} {
		if conf.Contains(key) {
			conf.Set(key, resolveURIs(conf.Get(key)))
		}
	}
	conf.Set(sparkconf.PyFiles, resolveURIs(conf.Get(sparkconf.PyFiles)))
	return conf, checkAmounts(conf)
}

func checkMain(in Input) error {
	for _, name := range []string{in.MainClass, in.MainFile} {
		if !in.Server && slices.Contains(clusterModeRefused, name) {
			return fmt.Errorf("%s cannot run in cluster mode", name)
		}
	}
	if in.MainClass == "" && languageOf(in.MainFile) == languageJava {
		return fmt.Errorf("no main class is given for %s", in.MainFile)
	}
	return nil
}

func addMainJar(conf *sparkconf.Conf, file string) {
	jars := conf.List(sparkconf.Jars)
	if file != noResource {
		jars = append(jars, file)
	}
	conf.Set(sparkconf.Jars, strings.Join(jars, ","))
}

// checkAmounts refuses what spark-submit refuses before it does anything.
func checkAmounts(conf *sparkconf.Conf) error {
	for _, key := range []string{sparkconf.DriverMemory, sparkconf.ExecutorMemory} {
		if memory, err := conf.Bytes(1, key); err != nil {
			return err
		} else if memory <= 0 {
			return fmt.Errorf("%s must be positive, not %q", key, conf.Get(key))
		}
	}
	counts := []string{sparkconf.DriverCores, sparkconf.ExecutorCores}
	if !strings.EqualFold(conf.Get(sparkconf.DynamicAllocationEnabled), "true") {
		counts = append(counts, sparkconf.ExecutorInstances)
	}
	for _, key := range counts {
		if count, err := conf.Int(key, 1); err != nil {
			return err
		} else if count <= 0 {
			return fmt.Errorf("%s must be positive, not %q", key, conf.Get(key))
		}
	}
	return nil
}

// resolveURIs drops what is blank from a list of files and makes paths into URIs.
func resolveURIs(list string) string {
	files := sparkconf.SplitList(list)
	for i, file := range files {
		files[i] = ResolveURI(file)
	}
	return strings.Join(files, ",")
}
