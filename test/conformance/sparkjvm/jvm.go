// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkjvm

import (
	"bufio"
	"bytes"
	"context"
	_ "embed" // for the program of the JVM
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

//go:embed Harness.java
var program []byte

// JVM is a Spark distribution's own code, waiting for requests.
type JVM struct {
	mu      sync.Mutex
	command *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	log     string
}

// RefusedError is an answer by which Spark refused a request.
type RefusedError struct {
	// Trace is Java's stack trace.
	Trace string
}

// Error implements error.
func (e *RefusedError) Error() string { return e.Trace }

// Start starts a JVM with a Spark distribution. What it writes goes into the directory, which must be empty.
func Start(ctx context.Context, sparkHome, dir string) (*JVM, error) {
	source := filepath.Join(dir, "Harness.java")
	if err := os.WriteFile(source, program, 0o600); err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "spark.log"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	// By "nice": others are in more of a hurry on a machine that is shared.
	command := exec.CommandContext(ctx, "nice", append([]string{"java"}, arguments(sparkHome, dir, source)...)...)
	command.Env = Environment(sparkHome, dir)
	command.Dir = dir
	command.Stderr = log
	in, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start java: %w", err)
	}
	return &JVM{command: command, in: in, out: bufio.NewReader(out), log: log.Name()}, nil
}

func arguments(sparkHome, dir, source string) []string {
	args := []string{"-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + dir, "-Duser.home=" + dir, "-Divy.home=" + filepath.Join(dir, "ivy"),
		"-Dsun.jnu.encoding=UTF-8", "-Dfile.encoding=UTF-8"}
	for _, module := range []string{"java.lang", "java.lang.invoke", "java.net", "java.nio", "java.util", "java.util.concurrent", "sun.nio.ch"} {
		args = append(args, "--add-opens=java.base/"+module+"=ALL-UNNAMED")
	}
	return append(args, "-cp", filepath.Join(sparkHome, "jars", "*"), source)
}

// foreign begin the variables by which a user's own configuration would reach Spark.
var foreign = []string{"KUBECONFIG=", "HADOOP_", "SPARK_", "PYSPARK_"}

// Environment is what Spark's code runs in: ours, with nothing of the user's configuration.
func Environment(sparkHome, dir string) []string {
	ours := slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return slices.ContainsFunc(foreign, func(prefix string) bool { return strings.HasPrefix(variable, prefix) })
	})
	return append(ours, "SPARK_HOME="+sparkHome, "SPARK_USER=spark", "SPARK_CONF_DIR="+filepath.Join(dir, "conf"),
		"SPARK_LOCAL_IP=127.0.0.1", "LC_ALL=C.UTF-8",
		"SPARK_SUBMIT_OPTS=-Dsun.jnu.encoding=UTF-8 -Dfile.encoding=UTF-8 -Divy.home="+filepath.Join(dir, "ivy"))
}

// Submit runs spark-submit with the arguments.
func (j *JVM) Submit(args []string) error {
	_, err := j.ask(append([]string{"submit"}, args...))
	return err
}

// Executor returns the pod that a driver of the configuration makes for its first executor.
func (j *JVM) Executor(conf *sparkconf.Conf) ([]byte, error) {
	words := []string{"executor"}
	for key, value := range conf.All() {
		words = append(words, key, value)
	}
	answer, err := j.ask(words)
	return []byte(answer), err
}

// Version returns the version that the distribution says it is.
func (j *JVM) Version() (string, error) { return j.ask([]string{"version"}) }

// Keys returns the configuration keys that Spark knows, and the beginnings of some.
func (j *JVM) Keys() ([]string, error) {
	answer, err := j.ask([]string{"keys"})
	return strings.Split(answer, "\n"), err
}

// Reading is what Spark reads of a text: "refused" where it cannot.
type Reading struct {
	Bytes, MiB, Seconds, Int, Float string
}

// Parse returns what Spark reads of texts as a size, a duration and a number.
func (j *JVM) Parse(texts []string) ([]Reading, error) {
	answer, err := j.ask(append([]string{"parse"}, texts...))
	if err != nil {
		return nil, err
	}
	var readings []Reading
	for line := range strings.Lines(answer) {
		fields := strings.Fields(line)
		if len(fields) != 5 {
			return nil, fmt.Errorf("parse: %q is no answer", line)
		}
		readings = append(readings, Reading{fields[0], fields[1], fields[2], fields[3], fields[4]})
	}
	return readings, nil
}

// Close ends the JVM.
func (j *JVM) Close() error {
	return errors.Join(j.in.Close(), j.command.Wait())
}

func (j *JVM) ask(words []string) (string, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var request bytes.Buffer
	writeNumber(&request, len(words))
	for _, word := range words {
		writeNumber(&request, len(word))
		request.WriteString(word)
	}
	if _, err := j.in.Write(request.Bytes()); err != nil {
		return "", j.died(err)
	}
	var head [5]byte
	if _, err := io.ReadFull(j.out, head[:]); err != nil {
		return "", j.died(err)
	}
	answer := make([]byte, binary.BigEndian.Uint32(head[1:]))
	if _, err := io.ReadFull(j.out, answer); err != nil {
		return "", j.died(err)
	}
	if head[0] != 0 {
		return "", &RefusedError{Trace: string(answer)}
	}
	return string(answer), nil
}

func writeNumber(b *bytes.Buffer, n int) {
	b.Write(binary.BigEndian.AppendUint32(nil, uint32(n)))
}

// died says why the JVM does not answer: the end of what it wrote.
func (j *JVM) died(err error) error {
	log, readErr := os.ReadFile(j.log)
	return fmt.Errorf("the JVM does not answer: %w\n%s", errors.Join(err, readErr), log[max(0, len(log)-4000):])
}
