// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Command standin stands in for spark-submit where no JVM is wanted. It knows nothing of Spark: it reports to the test,
// on the socket in SPARK_HOME, what it was given, and does what the test answers. The test makes the driver's objects
// in its place for as long as it lives.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// answer is how the program is to end.
type answer struct {
	ExitCode int
	Output   string
}

func main() {
	got, err := ask(filepath.Join(os.Getenv("SPARK_HOME"), "socket"), os.Args[1:])
	if err != nil {
		got = answer{ExitCode: 100, Output: err.Error()}
	}
	fmt.Fprintln(os.Stderr, got.Output)
	os.Exit(got.ExitCode)
}

func ask(socket string, arguments []string) (answer, error) {
	var got answer
	connection, err := net.Dial("unix", socket)
	if err != nil {
		return got, err
	}
	if err := json.NewEncoder(connection).Encode(arguments); err != nil {
		return got, err
	}
	return got, json.NewDecoder(connection).Decode(&got)
}
