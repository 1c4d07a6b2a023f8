// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// reasonError is the container runtime's word for an end of which it knows nothing but the exit code.
const reasonError = "Error"

// exitSignal is what is added to the number of a signal that ends a process, to make its exit code.
const exitSignal = 128

// Exit codes that are looked at one by one.
const (
	exitMaxExecutorFailures = 11
	exitSIGKILL             = exitSignal + 9
	exitSIGTERM             = exitSignal + 15
)

// exitCodes says what exit codes mean. Up to 101 and 124 they are Spark's own (SparkExitCode, ExecutorExitCode and
// SparkSubmit of its source), then the shell's.
var exitCodes = map[int32]struct{ reason, meaning string }{
	3:                       {"PathNotFound", "a path does not exist"},
	exitMaxExecutorFailures: {"MaxExecutorFailures", "more executors failed than spark.executor.maxNumFailures allows"},
	50:                      {"UncaughtException", "an exception was not caught"},
	51:                      {"UncaughtException", "an exception was not caught, and could not be logged"},
	52:                      {"OutOfMemoryError", "the JVM ran out of memory"},
	53:                      {"LocalDirectoryFailed", "no local directory could be made in spark.local.dir"},
	54:                      {"ExternalBlockStoreFailed", "the external block store could not be set up"},
	55:                      {"ExternalBlockStoreFailed", "the external block store could not be set up"},
	56:                      {"HeartbeatFailed", "the driver could not be reached"},
	57:                      {"KilledByTaskReaper", "a task that was killed did not end"},
	58:                      {"BlockManagerFailed", "the block manager could not be registered again"},
	101:                     {"MainClassNotFound", "the main class does not exist"},
	124:                     {"DriverTimeout", "it ran longer than spark.driver.timeout allows"},
	126:                     {"CommandNotExecutable", "the command cannot be executed"},
	127:                     {"CommandNotFound", "the command does not exist"},
}

// signals are those that end containers, by number.
var signals = map[int32]string{
	1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL", 11: "SIGSEGV", 15: "SIGTERM",
}

// exit is the end of a container, read as Spark means it.
type exit struct {
	// reason is one word.
	reason string
	// meaning says more; it may be empty.
	meaning string
	// signal that ended the container, or 0.
	signal int32
}

// exitOf reads the end of a container. The runtime's own reason wins where it says something: OOMKilled, StartError.
func exitOf(ended *corev1.ContainerStateTerminated) exit {
	e := exit{reason: reasonError, signal: ended.Signal}
	if name, known := signals[ended.ExitCode-exitSignal]; known {
		e.reason, e.meaning = name, "ended by "+name
		e.signal = ended.ExitCode - exitSignal
	}
	if code, known := exitCodes[ended.ExitCode]; known {
		e.reason, e.meaning = code.reason, code.meaning
	}
	if !slices.Contains([]string{"", reasonError, "Completed"}, ended.Reason) {
		e.reason, e.meaning = ended.Reason, ""
	}
	return e
}
