// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package sparksubmit starts drivers by the spark-submit of a Spark distribution, for what only Spark's own client can
// do.
//
// A submission takes seconds and hundreds of megabytes, so no caller waits for it: Submit queues it and says
// ErrPending, a bounded number of workers run the processes, and the application is named on the channel Finished when
// Submit has something new to say. The process is no shell's and no secret's: options come from the operator alone,
// properties are in files that nobody else can read, and both end with the process, however it ends.
//
// # What a process that was cut short leaves behind
//
// The client of Spark 4.0 (org.apache.spark.deploy.k8s.submit.Client) writes in this order:
//
//  1. what feature steps want before the pod; none of Spark's own steps does but Volcano's (a PodGroup);
//  2. the driver pod, whose template carries the application as its owner;
//  3. the objects of step 1 again, now owned by the pod;
//  4. Service, ConfigMaps, Secrets and volume claims of the driver, owned by the pod from their creation, and the
//     ConfigMap with spark.properties after all others.
//
// Where 3 or 4 fails it deletes the pod, but a killed process deletes nothing: a pod without its ConfigMap waits for it
// for ever. So a driver pod is taken as submitted only when ConfigMaps and Service are there, and is deleted otherwise;
// what it owns goes with it, even what is created after it is gone. Only a PodGroup of step 1 can be left without an
// owner.
package sparksubmit
