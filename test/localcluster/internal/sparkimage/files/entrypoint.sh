#!/bin/bash
# Copyright 2026 The Alauda Spark Operator Authors.
# SPDX-License-Identifier: Apache-2.0
#
# What a Spark container does, chosen by its first argument: Spark starts drivers with "driver ARGS" and executors with
# "executor", and passes the rest in environment variables. Anything else is a command to run as it is.
set -euo pipefail

# Hadoop looks its user up by number. A pod may run under any (OpenShift picks one), so name it here.
if ! getent passwd "$(id -u)" >/dev/null && [[ -w /etc/passwd ]]; then
  echo "spark:x:$(id -u):$(id -g):anonymous:$SPARK_HOME:/bin/false" >>/etc/passwd
fi

class_path="${SPARK_CLASSPATH:-}:$SPARK_HOME/jars/*"
if [[ -n "${SPARK_EXTRA_CLASSPATH:-}" ]]; then
  class_path="$class_path:$SPARK_EXTRA_CLASSPATH"
fi
if [[ -n "${HADOOP_CONF_DIR:-}" ]]; then
  class_path="$HADOOP_CONF_DIR:$class_path"
fi
# Spark mounts its properties and log settings here; they must win over the image's own.
class_path="${SPARK_CONF_DIR:-$SPARK_HOME/conf}:$class_path"

case "${1:-}" in
driver)
  shift
  # Client mode: the submission has made this pod the driver already. It binds its own address, not its service's name.
  exec tini -s -- "$SPARK_HOME/bin/spark-submit" \
    --conf "spark.driver.bindAddress=$SPARK_DRIVER_BIND_ADDRESS" \
    --conf "spark.executorEnv.SPARK_DRIVER_POD_IP=$SPARK_DRIVER_BIND_ADDRESS" \
    --deploy-mode client \
    "$@"
  ;;
executor)
  options=()
  number=0
  name=SPARK_JAVA_OPT_0
  while [[ -v $name ]]; do
    options+=("${!name}")
    number=$((number + 1))
    name=SPARK_JAVA_OPT_$number
  done
  exec tini -s -- "$JAVA_HOME/bin/java" "${options[@]}" \
    "-Xms$SPARK_EXECUTOR_MEMORY" "-Xmx$SPARK_EXECUTOR_MEMORY" \
    -cp "$class_path:${SPARK_DIST_CLASSPATH:-}" \
    org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend \
    --driver-url "$SPARK_DRIVER_URL" \
    --executor-id "$SPARK_EXECUTOR_ID" \
    --cores "$SPARK_EXECUTOR_CORES" \
    --app-id "$SPARK_APPLICATION_ID" \
    --hostname "$SPARK_EXECUTOR_POD_IP" \
    --resourceProfileId "$SPARK_RESOURCE_PROFILE_ID" \
    --podName "$SPARK_EXECUTOR_POD_NAME"
  ;;
*)
  exec tini -s -- "$@"
  ;;
esac
