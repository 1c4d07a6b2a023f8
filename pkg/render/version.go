// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// Version is a minor version of Spark, and what its client does its own way.
type Version struct {
	// Name of the minor version, such as 4.0.
	Name string

	major, minor int

	// claims is what properties can say of volumes and of claims made on demand: hostPath types, expanded paths, labels
	// and annotations, and that one pod alone may use a claim.
	claims bool
	// labelIDs is whether ids are filled into labels, as they are into annotations.
	labelIDs bool
	// minOverheadKeys is whether the least memory overhead can be set, by properties of driver and executor.
	minOverheadKeys bool
	// defaultClassPath is whether a property comes before the executors' class path.
	defaultClassPath bool
	// connectPort is whether drivers have a port for Spark Connect.
	connectPort bool
	// exclusions is whether properties exclude feature steps.
	exclusions bool
	// executorGrace is whether executors get their grace period and library path, and may find the driver by its pod's
	// address.
	executorGrace bool
	// networkPolicy is whether a policy lets only pods of the application reach its executors, and the port for Spark
	// Connect names its protocol.
	networkPolicy bool
	// resizable is whether executors can be resized without a restart, and may be of a Deployment.
	resizable bool
	// binaryUnits is whether sizes may have units such as Gi.
	binaryUnits bool
	// noEscalation is whether containers may not gain privileges, and Spark takes itself to run as the proxy user.
	noEscalation bool
}

// versions are the versions known, oldest first.
var versions = []Version{
	{Name: "3.5", major: 3, minor: 5},
	{Name: "4.0", major: 4, minor: 0, claims: true, labelIDs: true, minOverheadKeys: true, defaultClassPath: true},
	{
		Name: "4.1", major: 4, minor: 1, claims: true, labelIDs: true, minOverheadKeys: true, defaultClassPath: true,
		connectPort: true, exclusions: true, executorGrace: true,
	},
	{
		Name: "4.2", major: 4, minor: 2, claims: true, labelIDs: true, minOverheadKeys: true, defaultClassPath: true,
		connectPort: true, exclusions: true, executorGrace: true, networkPolicy: true, binaryUnits: true, resizable: true,
	},
	{
		Name: "4.3", major: 4, minor: 3, claims: true, labelIDs: true, minOverheadKeys: true, defaultClassPath: true,
		connectPort: true, exclusions: true, executorGrace: true, networkPolicy: true, binaryUnits: true, resizable: true, noEscalation: true,
	},
}

// BinaryUnits returns whether sizes may have units such as Gi.
func (v Version) BinaryUnits() bool { return v.binaryUnits }

// Reading returns a copy of a configuration that reads values as the version does.
func (v Version) Reading(conf *sparkconf.Conf) *sparkconf.Conf {
	if v.binaryUnits {
		return conf.WithBinaryUnits()
	}
	return conf.Clone()
}

// Selection is the version of Spark that an application is rendered for.
type Selection struct {
	// Version that is used.
	Version Version
	// Exact is whether it is the minor version that was asked for.
	Exact bool

	asked string
}

// ForVersion returns the version to render for. What it does not know is treated as the nearest older version that it
// knows, because Spark's client changes little from minor to minor; what is older than all, or no version, as the
// oldest.
func ForVersion(sparkVersion string) Selection {
	major, minor := parseVersion(sparkVersion)
	selected := versions[0]
	for _, version := range versions {
		if version.major < major || version.major == major && version.minor <= minor {
			selected = version
		}
	}
	return Selection{Version: selected, Exact: selected.major == major && selected.minor == minor, asked: sparkVersion}
}

// Warning says what people should know about a selection; nothing where it is exact.
func (s Selection) Warning() string {
	major, minor := parseVersion(s.asked)
	oldest := versions[0]
	switch {
	case s.Exact:
		return ""
	case major == 0:
		return fmt.Sprintf("sparkVersion %q is no version of Spark; the application is treated as one of %s", s.asked, s.Version.Name)
	case major < oldest.major || major == oldest.major && minor < oldest.minor:
		return fmt.Sprintf("Spark %s is older than this operator supports; it is treated as %s and may not run", s.asked, s.Version.Name)
	}
	return fmt.Sprintf("Spark %s is not known to this operator; it is treated as %s", s.asked, s.Version.Name)
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
