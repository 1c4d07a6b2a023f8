// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparksubmit

import (
	"context"
	"encoding/json"
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
	if script, ok := os.LookupEnv(fakeVariable); ok {
		part, address, _ := strings.Cut(script, "@")
		os.Exit(play(part, address)) //nolint:forbidigo // this is a main.
	}
	os.Exit(m.Run()) //nolint:forbidigo // this is a main.
}

// confirmed is the answer where nobody else leads.
func confirmed(context.Context) error { return nil }

// play plays a part: it calls the test, says what it was given, waits for the word to go on, and acts.
func play(part, address string) int {
	if strings.HasPrefix(part, "stubborn") {
		signal.Ignore(syscall.SIGTERM)
	}
	connection, err := net.Dial("unix", address)
	if err != nil {
		return 100
	}
	directory, err := os.Getwd()
	if err != nil {
		return 101
	}
	if err := json.NewEncoder(connection).Encode(given{directory, os.Args[1:], os.Environ()}); err != nil {
		return 102
	}
	act := fakeParts[part]
	if act == nil {
		return 103
	}
	// The connection ends with the process; the test's word to go on is a byte.
	if _, err := connection.Read(make([]byte, 1)); err != nil {
		return 104
	}
	return act(address)
}

// given is what a fake spark-submit was given.
type given struct {
	Directory            string
	Arguments, Variables []string
}

// refusedByQuota and alreadyExists are what the client library writes; the second is cut short.
const (
	refusedByQuota = `Exception in thread "main" io.fabric8.kubernetes.client.KubernetesClientException: Failure executing: POST at: https://198.19.0.1/api/v1/namespaces/default/pods. Message: pods "pi-driver" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2. Received status: Status(apiVersion=v1, code=403, details=StatusDetails(causes=[], group=null, kind=pods, name=pi-driver, retryAfterSeconds=null, uid=null, additionalProperties={}), kind=Status, message=pods "pi-driver" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2, metadata=ListMeta(_continue=null, remainingItemCount=null, resourceVersion=null, selfLink=null, additionalProperties={}), reason=Forbidden, status=Failure, additionalProperties={}).`
	alreadyExists  = `Exception in thread "main" io.fabric8.kubernetes.client.KubernetesClientException: Failure executing: POST at: https://198.19.0.1/api/v1/namespaces/default/pods. Message: pods "pi-driver" already exists. Received status: Status(apiVersion=v1, code=409, details=null, kind=Status, message=pods "pi-driver" already exists, reason=AlreadyExists, status=Failure).`
)

// fakeParts are what the fake spark-submit does. Each returns the exit code. Those that hang never go on.
var fakeParts = map[string]func(address string) int{
	"succeed":  func(string) int { return 0 },
	"hang":     func(string) int { return 0 },
	"stubborn": func(string) int { return 0 },
	"refuse": func(string) int {
		write(refusedByQuota + "\n" + strings.Repeat("\tat org.apache.spark.deploy.SparkSubmit.main(SparkSubmit.scala)\n", 200))
		return 1
	},
	"conflict": func(string) int {
		write(alreadyExists + "\n")
		return 1
	},
	"flood": func(string) int {
		write(strings.Repeat("26/11/22 18:45:06 INFO Nothing of interest happens here\n", 20_000))
		write(strings.Repeat("x", 1<<20) + "\nError: the flood is over, with hunter2hunter2, authToken=abc\n\tat nowhere\n")
		return 3
	},
	"crash": func(string) int {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		return 0
	},
	"parent": func(address string) int {
		//nolint:gosec // the test binary itself.
		child := exec.Command(os.Args[0])
		child.Env = []string{fakeVariable + "=stubborn@" + address}
		child.Stderr = os.Stderr
		_ = child.Run()
		return 0
	},
}

func write(text string) { _, _ = io.WriteString(os.Stderr, text) }

// listener takes the calls of fake spark-submits.
type listener struct {
	t *testing.T
	net.Listener
}

func listen(t *testing.T) listener {
	t.Helper()
	dir, err := os.MkdirTemp("", "s") //nolint:usetesting // the paths that t.TempDir returns are too long for sockets.
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

// process is a fake spark-submit that has called.
type process struct {
	given
	t          *testing.T
	connection net.Conn
}

// call waits for a fake spark-submit to call.
func (l listener) call() *process {
	l.t.Helper()
	connection, err := l.Accept()
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { _ = connection.Close() })
	p := &process{t: l.t, connection: connection}
	if err := json.NewDecoder(connection).Decode(&p.given); err != nil {
		l.t.Fatal(err)
	}
	return p
}

// proceed lets the process go on.
func (p *process) proceed() {
	p.t.Helper()
	if _, err := p.connection.Write([]byte{1}); err != nil {
		p.t.Error(err)
	}
}

// awaitEnd waits until the process is gone.
func (p *process) awaitEnd() {
	p.t.Helper()
	// Its end closes the connection.
	_, _ = io.Copy(io.Discard, p.connection)
}

// fakeSpark returns the home of a Spark whose spark-submit plays a part.
func fakeSpark(t *testing.T, part string, l listener) string {
	t.Helper()
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	role := part + "@" + l.Addr().String()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\n%s='%s' exec '%s' \"$@\"\n", fakeVariable, role, program)
	//nolint:gosec // a script must be executable.
	if err := os.WriteFile(submitScript(home), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return home
}
