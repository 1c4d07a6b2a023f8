// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cause

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

const usageText = `  --name NAME                 A name of your application.
  --jars JARS                 Comma-separated list of jars to include on the driver
                              and executor classpaths.
  --conf, -c PROP=VALUE       Arbitrary Spark configuration property.
  --verbose, -v               Print additional debug output.
  --version,                  Print the version of current Spark.
`

func lines(l ...string) string { return strings.Join(l, "\n") }

func TestOf(t *testing.T) {
	for name, tc := range map[string]struct{ log, want string }{
		"nothing":                    {"", ""},
		"a log that names no error":  {"25/11/27 10:00:00 INFO SparkContext: Running Spark version 4.0.1\nbye\n", ""},
		"the JVM: heap too small":    {"Error occurred during initialization of VM\nToo small maximum heap\n", "Too small maximum heap"},
		"the JVM: an unknown option": {"Unrecognized VM option 'UseConcMarkSweepGC'\nError: Could not create the Java Virtual Machine.\nError: A fatal exception has occurred. Program will exit.\n", "Unrecognized VM option 'UseConcMarkSweepGC'"},
		"the JVM: a bad heap size":   {"Invalid maximum heap size: -Xmx1x\nError: Could not create the Java Virtual Machine.\n", "Invalid maximum heap size: -Xmx1x"},
		"the JVM: no such class": {"Error: Could not find or load main class org.example.Main\nCaused by: java.lang.ClassNotFoundException: org.example.Main\n",
			"Error: Could not find or load main class org.example.Main"},
		"the JVM: nothing but the consequence": {"Error: Could not create the Java Virtual Machine.\nError: A fatal exception has occurred. Program will exit.\n",
			"Error: Could not create the Java Virtual Machine."},
		"the JVM: out of memory": {lines("25/11/27 10:00:00 INFO Executor: Running task", "java.lang.OutOfMemoryError: Java heap space", "\tat java.base/java.util.Arrays.copyOf(Arrays.java:3537)",
			"\tat org.example.Load.run(Load.java:12)"), "java.lang.OutOfMemoryError: Java heap space"},
		"the JVM: out of memory in the handler": {`Exception: java.lang.OutOfMemoryError thrown from the UncaughtExceptionHandler in thread "main"`,
			`java.lang.OutOfMemoryError thrown from the UncaughtExceptionHandler in thread "main"`},
		"the JVM: a crash": {lines("#", "# A fatal error has been detected by the Java Runtime Environment:", "#", "#  SIGSEGV (0xb) at pc=0x00007f1, pid=15, tid=16", "#"),
			"SIGSEGV (0xb) at pc=0x00007f1, pid=15, tid=16"},
		"the JVM: memory that the container has not": {lines("OpenJDK 64-Bit Server VM warning: INFO: os::commit_memory(0x1, 4096, 0) failed; error='Not enough space' (errno=12)", "#",
			"# There is insufficient memory for the Java Runtime Environment to continue."), "There is insufficient memory for the Java Runtime Environment to continue."},
		"Scala: an uncaught exception": {lines(`Exception in thread "main" java.lang.IllegalArgumentException: requirement failed: give a path`, "\tat scala.Predef$.require(Predef.scala:337)",
			"\tat org.example.Main$.main(Main.scala:9)"), "java.lang.IllegalArgumentException: requirement failed: give a path"},
		"Scala: one without a message": {lines(`Exception in thread "main" java.lang.NullPointerException`, "\tat org.example.Main$.main(Main.scala:12)", "\tat org.example.Main.main(Main.scala)"),
			"java.lang.NullPointerException at org.example.Main$.main(Main.scala:12)"},
		"Scala: a task that fails, and the job with it": {lines(
			`Exception in thread "main" org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 in stage 0.0 failed 4 times, most recent failure: Lost task 0.3 in stage 0.0 (TID 3) (10.0.0.5 executor 1): java.lang.ArithmeticException: / by zero`,
			"\tat org.example.Main$.$anonfun$main$1(Main.scala:7)", "", "Driver stacktrace:", "\tat org.apache.spark.scheduler.DAGScheduler.abortStage(DAGScheduler.scala:1)",
			"Caused by: java.lang.ArithmeticException: / by zero", "\tat org.example.Main$.$anonfun$main$1(Main.scala:7)", "\t... 3 more"), "java.lang.ArithmeticException: / by zero"},
		"Scala: the cause of a cause": {lines("org.apache.spark.SparkException: Exception thrown in awaitResult: ", "\tat org.apache.spark.util.ThreadUtils$.awaitResult(ThreadUtils.scala:1)",
			"Caused by: java.io.IOException: Failed to connect to metastore/10.0.0.9:9083", "\t... 9 more", "Caused by: java.net.ConnectException: Connection refused", "\t... 1 more"),
			"java.net.ConnectException: Connection refused (in org.apache.spark.SparkException: Exception thrown in awaitResult:)"},
		"Scala: what was suppressed is no cause": {lines(`Exception in thread "main" java.io.IOException: disk full`, "\tat a.B.c(B.java:1)", "\tSuppressed: java.lang.IllegalStateException: closed twice", "\t\tat a.B.d(B.java:2)",
			"\tCaused by: java.lang.Error: nested"), "java.io.IOException: disk full"},
		"Scala: the trace begins before the tail": {lines("\tat org.apache.spark.deploy.SparkSubmit$.main(SparkSubmit.scala)", "Caused by: java.lang.ClassNotFoundException: org.postgresql.Driver",
			"\tat java.base/java.net.URLClassLoader.findClass(URLClassLoader.java:445)", "\t... 28 more"), "java.lang.ClassNotFoundException: org.postgresql.Driver"},
		"a warning's exception is not the cause": {lines("25/11/27 10:00:00 WARN NativeCodeLoader: Unable to load native-hadoop library", "java.lang.UnsatisfiedLinkError: no hadoop in java.library.path", "\tat a.B.c(B.java:1)",
			"25/11/27 10:00:01 ERROR SparkContext: Error initializing SparkContext.", "org.apache.spark.SparkException: Master must start with yarn, k8s, or local", "\tat a.B.c(B.java:1)"),
			"org.apache.spark.SparkException: Master must start with yarn, k8s, or local"},
		"a logged error without a trace": {lines("25/11/27 10:00:00 INFO SparkContext: Submitted application: x", "25/11/27 10:00:01 ERROR Main: the table sales.orders is empty", "25/11/27 10:00:02 INFO ShutdownHookManager: Shutdown hook called"),
			"the table sales.orders is empty"},
		"log4j with a thread and an ISO time": {"2026-11-27T10:00:01,123 [main] ERROR org.example.Main: no rows\n", "no rows"},
		"Python: an uncaught exception": {lines("Traceback (most recent call last):", `  File "/opt/app/etl.py", line 12, in <module>`, "    main()", `  File "/opt/app/etl.py", line 8, in main`, "    raise ValueError('no such day: 31')",
			"ValueError: no such day: 31", "25/11/27 10:00:02 INFO ShutdownHookManager: Shutdown hook called"), "ValueError: no such day: 31"},
		"Python: a missing module": {lines("Traceback (most recent call last):", `  File "/opt/app/etl.py", line 1, in <module>`, "    import pandas", "ModuleNotFoundError: No module named 'pandas'"), "ModuleNotFoundError: No module named 'pandas'"},
		"Python: a chain": {lines("Traceback (most recent call last):", `  File "a.py", line 2, in f`, "KeyError: 'day'", "", "During handling of the above exception, another exception occurred:", "",
			"Traceback (most recent call last):", `  File "a.py", line 4, in <module>`, "RuntimeError: the input has no column day"), "RuntimeError: the input has no column day"},
		"Python: an error of Spark": {lines("Traceback (most recent call last):", `  File "a.py", line 4, in <module>`, "pyspark.errors.exceptions.captured.AnalysisException: [TABLE_OR_VIEW_NOT_FOUND] The table or view `orders` cannot be found. SQLSTATE: 42P01;",
			"'UnresolvedRelation [orders], [], false"), "pyspark.errors.exceptions.captured.AnalysisException: [TABLE_OR_VIEW_NOT_FOUND] The table or view `orders` cannot be found. SQLSTATE: 42P01;"},
		"Python: an error behind py4j": {lines("Traceback (most recent call last):", `  File "a.py", line 4, in <module>`, "    df.write.parquet(out)", "py4j.protocol.Py4JJavaError: An error occurred while calling o45.parquet.",
			": org.apache.spark.SparkException: Job aborted.", "\tat a.B.c(B.java:1)", "Caused by: java.nio.file.AccessDeniedException: s3a://lake/out: 403 Forbidden", "\t... 4 more"),
			"java.nio.file.AccessDeniedException: s3a://lake/out: 403 Forbidden (in org.apache.spark.SparkException: Job aborted.)"},
		"Python: the exit of the application that follows is none": {lines("Traceback (most recent call last):", `  File "a.py", line 4, in <module>`, "ZeroDivisionError: division by zero",
			`Exception in thread "main" org.apache.spark.SparkUserAppException: User application exited with 1`, "\tat a.B.c(B.java:1)"), "ZeroDivisionError: division by zero"},
		"Python: nothing but the exit": {lines(`Exception in thread "main" org.apache.spark.SparkUserAppException: User application exited with 7`, "\tat a.B.c(B.java:1)"), "org.apache.spark.SparkUserAppException: User application exited with 7"},
		"Python: no such file":         {"python3: can't open file '/opt/app/nope.py': [Errno 2] No such file or directory\n", "python3: can't open file '/opt/app/nope.py': [Errno 2] No such file or directory"},
		"Python: a wrong argument":     {lines("usage: etl.py [-h] --day DAY", "etl.py: error: the following arguments are required: --day"), "etl.py: error: the following arguments are required: --day"},
		"R: an error in a call":        {lines("Loading required package: SparkR", `Error in readRDS("model.rds") : cannot open the connection`, "Calls: main -> readRDS", "Execution halted"), `Error in readRDS("model.rds") : cannot open the connection`},
		"R: a message on the next line": {lines("Error in library(forecast) :", "  there is no package called 'forecast'", "Execution halted"),
			"Error in library(forecast) : there is no package called 'forecast'"},
		"R: stop":                       {lines("Error: no input was given", "Execution halted"), "Error: no input was given"},
		"a shell: an unknown command":   {lines("+ exec run.sh", "/opt/entrypoint.sh: line 10: run.sh: command not found"), "/opt/entrypoint.sh: line 10: run.sh: command not found"},
		"a shell: not to be executed":   {"/bin/sh: 1: /opt/job.sh: Permission denied\n", "/bin/sh: 1: /opt/job.sh: Permission denied"},
		"a runtime: no such executable": {`failed to create containerd task: exec: "/opt/nope": stat /opt/nope: no such file or directory: unknown`, `failed to create containerd task: exec: "/opt/nope": stat /opt/nope: no such file or directory: unknown`},
		"tini":                          {"[FATAL tini (7)] exec driver failed: No such file or directory\n", "[FATAL tini (7)] exec driver failed: No such file or directory"},
		"spark-submit: an unknown option, and how to use it": {"Error: Unrecognized option: --no-such\n\nUsage: spark-submit [options] <app jar | python file | R file> [app arguments]\nOptions:\n" + usageText, "Error: Unrecognized option: --no-such"},
		"spark-submit: properties that it cannot read": {lines(`Exception in thread "main" org.apache.spark.SparkException: Failed when loading Spark properties from /opt/spark/conf/spark.properties`, "\tat a.B.c(B.java:1)",
			"Caused by: java.io.FileNotFoundException: /opt/spark/conf/spark.properties (No such file or directory)", "\t... 9 more") + "\n" + usageText,
			"java.io.FileNotFoundException: /opt/spark/conf/spark.properties (No such file or directory) (in org.apache.spark.SparkException: Failed when loading Spark properties from /opt/spark/conf/spark.properties)"},
		"spark-submit: nothing but how to use it": {usageText, "spark-submit could not use its options and printed how they are used; the beginning of the log says which"},
		"spark-submit: a class that is not there": {lines("25/11/27 10:00:00 WARN NativeCodeLoader: Unable to load native-hadoop library for your platform", "Error: Failed to load class org.example.Nope.",
			"25/11/27 10:00:01 INFO ShutdownHookManager: Shutdown hook called"), "Error: Failed to load class org.example.Nope."},
		"spark-submit: a parameter that it does not know": {"Unknown/unsupported param List(--x)\nUsage: spark-submit [options] <app jar>\n" + usageText, "Unknown/unsupported param List(--x)"},
		"an end in words": {"connecting to db ...\ngiving up: the database refused the connection\nbye\n", "giving up: the database refused the connection"},
		"colours":         {"\x1b[31mValueError\x1b[0m x\n\x1b[1;31mError: \x1b[0mno space\x07 left\n", "Error: no space left"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Of(tc.log); got != tc.want {
				t.Errorf("Of() = %q\nwant   %q", got, tc.want)
			}
		})
	}
}

// Whoever writes a log cannot make more of a cause than a line of bounded length.
func TestCausesAreAlwaysOneBoundedLine(t *testing.T) {
	pieces := []string{
		"Error: ", "Exception in thread \"main\" ", "java.lang.Error", ": ", "\n", "\r", "\x00", "\x1b[31m", "\x1b", "\u2028", "\u202e", "é", "\xff", "\tat a.B.c(B.java:1)", "Caused by: ", " ", "\t",
		"Traceback (most recent call last):", "  File \"a\"", "Suppressed: ", "Error in f() :", "Error occurred during initialization of VM", "25/11/27 10:00:00 ERROR A: ", strings.Repeat("x", 700), "--conf A",
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range 20000 {
		var log strings.Builder
		for range r.IntN(25) {
			log.WriteString(pieces[r.IntN(len(pieces))])
		}
		check(t, log.String())
	}
}

func check(t *testing.T, log string) {
	t.Helper()
	got := Of(log)
	bad := func(r rune) bool { return unicode.IsControl(r) || !unicode.IsPrint(r) }
	if len(got) > maxBytes || !utf8.ValidString(got) || strings.ContainsFunc(got, bad) || got != strings.TrimSpace(got) {
		t.Fatalf("Of(%q) = %q", log, got)
	}
}

func FuzzOf(f *testing.F) {
	f.Add("Error: x\n" + usageText)
	f.Add("Traceback (most recent call last):\n  x\nValueError: y")
	f.Fuzz(func(t *testing.T, log string) { check(t, log) })
}

func BenchmarkOf(b *testing.B) {
	log := strings.Repeat("\tat org.apache.spark.deploy.SparkSubmit$.main(SparkSubmit.scala:12)\n", 60) + "Caused by: java.lang.Error: x\n"
	for b.Loop() {
		Of(log[:4096])
	}
}
