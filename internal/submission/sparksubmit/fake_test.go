// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparksubmit

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// fakeVariable makes the test binary play spark-submit; its value says which part and where the test listens.
const fakeVariable = "FAKE_SPARK_SUBMIT"

func TestMain(m *testing.M) {
	if play, ok := os.LookupEnv(fakeVariable); ok {
		part, address, _ := strings.Cut(play, "@")
		os.Exit(fakeParts[part](address)) //nolint:forbidigo // this is a main.
	}
	os.Exit(m.Run()) //nolint:forbidigo // this is a main.
}

// refusedByQuota and alreadyExists are what the client library writes; the second is cut short.
const (
	refusedByQuota = `Exception in thread "main" io.fabric8.kubernetes.client.KubernetesClientException: Failure executing: POST at: https://198.19.0.1/api/v1/namespaces/default/pods. Message: pods "pi-driver" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2. Received status: Status(apiVersion=v1, code=403, details=StatusDetails(causes=[], group=null, kind=pods, name=pi-driver, retryAfterSeconds=null, uid=null, additionalProperties={}), kind=Status, message=pods "pi-driver" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2, metadata=ListMeta(_continue=null, remainingItemCount=null, resourceVersion=null, selfLink=null, additionalProperties={}), reason=Forbidden, status=Failure, additionalProperties={}).`
	alreadyExists  = `Exception in thread "main" io.fabric8.kubernetes.client.KubernetesClientException: Failure executing: POST at: https://198.19.0.1/api/v1/namespaces/default/pods. Message: pods "pi-driver" already exists. Received status: Status(apiVersion=v1, code=409, details=null, kind=Status, message=pods "pi-driver" already exists, reason=AlreadyExists, status=Failure).`
)

// fakeParts are what the fake spark-submit does. Each returns the exit code.
var fakeParts = map[string]func(address string) int{
	"succeed": func(string) int { return 0 },
	"report": func(address string) int {
		report, err := net.Dial("unix", address)
		if err != nil {
			return 1
		}
		_, _ = fmt.Fprintf(report, "%q\n%q\n", os.Args[1:], os.Environ())
		_ = report.Close()
		return 0
	},
	"refuse": func(string) int {
		write(refusedByQuota + "\n" + strings.Repeat("\tat org.apache.spark.deploy.SparkSubmit.main(SparkSubmit.scala)\n", 200))
		return 1
	},
	"conflict": func(string) int { write(alreadyExists + "\n"); return 1 },
	"flood": func(string) int {
		write(strings.Repeat("26/11/22 18:45:06 INFO Nothing of interest happens here\n", 100_000))
		write(strings.Repeat("x", 1<<20) + "\nError: the flood is over, password=hunter22 was hunter2hunter2\n")
		return 3
	},
	"crash": func(string) int {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		return 0
	},
	"hang": func(address string) int { return hang(address) },
	"hang stubborn": func(address string) int {
		signal.Ignore(syscall.SIGTERM)
		return hang(address)
	},
	"hang with child": func(address string) int {
		//nolint:gosec // the test binary itself.
		child := exec.Command(os.Args[0])
		child.Env = []string{fakeVariable + "=hang stubborn@" + address}
		child.Stderr = os.Stderr
		_ = child.Run()
		return 0
	},
}

func write(text string) { _, _ = io.WriteString(os.Stderr, text) }

// hang tells the test that it is there, and stays until it is killed. The connection ends with the process.
func hang(address string) int {
	connection, err := net.Dial("unix", address)
	if err != nil {
		return 1
	}
	directory, _ := os.Getwd()
	_, _ = fmt.Fprintf(connection, "%s\n", directory)
	_, _ = connection.Read(make([]byte, 1))
	return 0
}

// listener takes the calls of fake spark-submits.
type listener struct {
	t *testing.T
	net.Listener
}

func listen(t *testing.T) listener {
	t.Helper()
	// Socket paths are short, test directories are not.
	dir, err := os.MkdirTemp("", "s")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return listener{t, l}
}

// call waits for a fake spark-submit to call and returns what it says first, and what waits for its end.
func (l listener) call() (said string, ended func()) {
	l.t.Helper()
	connection, err := l.Accept()
	if err != nil {
		l.t.Fatal(err)
	}
	reader := bufio.NewReader(connection)
	said, err = reader.ReadString('\n')
	if err != nil {
		l.t.Fatal(err)
	}
	return strings.TrimSpace(said), func() {
		if _, err := reader.ReadByte(); err == nil {
			l.t.Error("the process said more")
		}
		_ = connection.Close()
	}
}

// fakeSpark returns the home of a Spark whose spark-submit plays a part.
func fakeSpark(t *testing.T, part string, l *listener) string {
	t.Helper()
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	play := part
	if l != nil {
		play += "@" + l.Addr().String()
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\n%s='%s' exec '%s' \"$@\"\n", fakeVariable, play, program)
	//nolint:gosec // a script must be executable.
	if err := os.WriteFile(submitScript(home), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return home
}
