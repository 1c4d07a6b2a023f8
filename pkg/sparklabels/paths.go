// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparklabels

// Volumes that the operator adds, their paths, and the environment variables that point to them.
const (
	// SparkConfigMapVolume holds the files of spec.sparkConfigMap at SparkConfPath; EnvSparkConfDir points there.
	SparkConfigMapVolume = "spark-configmap-volume"
	SparkConfPath        = "/etc/spark/conf"
	EnvSparkConfDir      = "SPARK_CONF_DIR"

	// HadoopConfigMapVolume holds the files of spec.hadoopConfigMap at HadoopConfPath; EnvHadoopConfDir points there.
	HadoopConfigMapVolume = "hadoop-configmap-volume"
	HadoopConfPath        = "/etc/hadoop/conf"
	EnvHadoopConfDir      = "HADOOP_CONF_DIR"

	// MetricsConfPath is where the monitoring configuration is mounted.
	MetricsConfPath = "/etc/metrics/conf"
	// MetricsPropertiesKey is the file below MetricsConfPath with Spark's metrics.properties.
	MetricsPropertiesKey = "metrics.properties"
	// PrometheusConfigKey is the file below MetricsConfPath with the configuration of the exporter.
	PrometheusConfigKey = "prometheus.yaml"
	// DefaultMetricsPort is the port of the exporter unless the application names it.
	DefaultMetricsPort = int32(8090)
)

// Secrets with a known content: the variable that points to a file below the mount path.
const (
	EnvGoogleCredentials  = "GOOGLE_APPLICATION_CREDENTIALS"
	GoogleCredentialsFile = "key.json"
	EnvHadoopToken        = "HADOOP_TOKEN_FILE_LOCATION"
	HadoopTokenFile       = "hadoop.token"
)

// LocalDirVolumePrefix begins the names of volumes that Spark uses as its scratch space.
const LocalDirVolumePrefix = "spark-local-dir-"
