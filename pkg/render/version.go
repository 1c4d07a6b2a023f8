// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"strconv"
	"strings"
)

// Version is a minor version of Spark, and what its client does its own way.
type Version struct {
	// Name of the minor version, such as 4.0.
	Name string

	major, minor int

	// claims is what volumes and claims made on demand can be told: hostPath types, labels and annotations, and that one
	// pod alone may use a claim.
	claims bool
	// minOverheadKeys is whether the least memory overhead can be set, by properties of driver and executor.
	minOverheadKeys bool
	// defaultClassPath is whether a property comes before the executors' class path.
	defaultClassPath bool
	// connectPort is whether drivers have a port for Spark Connect.
	connectPort bool
	// executorGrace is whether executors are told their grace period and library path, and may find the driver by its pod's address.
	executorGrace bool
	// networkPolicy is whether a policy lets only pods of the application reach its executors, and the port for Spark Connect
	// names its protocol.
	networkPolicy bool
	// resizable is whether executors can be resized without a restart, and may be of a Deployment.
	resizable bool
	// noEscalation is whether containers may not gain privileges, and Spark takes itself to run as the proxy user.
	noEscalation bool
}

// versions are the versions known, oldest first.
var versions = []Version{
	{Name: "3.5", major: 3, minor: 5},
	{Name: "4.0", major: 4, minor: 0, claims: true, minOverheadKeys: true, defaultClassPath: true},
	{
		Name: "4.1", major: 4, minor: 1, claims: true, minOverheadKeys: true, defaultClassPath: true,
		connectPort: true, executorGrace: true,
	},
	{
		Name: "4.2", major: 4, minor: 2, claims: true, minOverheadKeys: true, defaultClassPath: true,
		connectPort: true, executorGrace: true, networkPolicy: true, resizable: true,
	},
	{
		Name: "4.3", major: 4, minor: 3, claims: true, minOverheadKeys: true, defaultClassPath: true,
		connectPort: true, executorGrace: true, networkPolicy: true, resizable: true, noEscalation: true,
	},
}

// Selection is the version of Spark that an application is rendered for.
type Selection struct {
	// Version that is used.
	Version Version
	// Exact is whether it is the minor version that was asked for. Where it is not, Version is the newest known one below
	// it, or the oldest known one, and people should be told.
	Exact bool
}

// ForVersion returns the version to render for. What it does not know is treated as the nearest older version that it
// knows: Spark's client changes little from minor to minor.
func ForVersion(sparkVersion string) Selection {
	major, minor := parseVersion(sparkVersion)
	selected := versions[0]
	for _, version := range versions {
		if version.major < major || version.major == major && version.minor <= minor {
			selected = version
		}
	}
	return Selection{Version: selected, Exact: selected.major == major && selected.minor == minor}
}

// parseVersion reads the first two numbers of a version; one that cannot be read is zero.
func parseVersion(s string) (major, minor int) {
	parts := strings.SplitN(strings.TrimPrefix(s, "v"), ".", 3)
	numbers := [2]int{}
	for i := range min(len(parts), len(numbers)) {
		digits := strings.TrimRightFunc(parts[i], func(r rune) bool { return r < '0' || r > '9' })
		number, err := strconv.Atoi(digits)
		if err != nil {
			break
		}
		numbers[i] = number
	}
	return numbers[0], numbers[1]
}
