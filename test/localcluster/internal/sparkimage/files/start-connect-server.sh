#!/bin/bash
# Copyright 2026 The Alauda Spark Operator Authors.
# SPDX-License-Identifier: Apache-2.0
#
# Starts the Spark Connect server; arguments are spark-submit's. With SPARK_NO_DAEMONIZE set it stays in the foreground.
set -euo pipefail
export SPARK_HOME="${SPARK_HOME:-$(cd "$(dirname "$0")/.." && pwd)}"
exec "$SPARK_HOME/sbin/spark-daemon.sh" submit \
  org.apache.spark.sql.connect.service.SparkConnectServer 1 --name "Spark Connect server" "$@"
