// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"os"
	"slices"
	"strings"

	configv1alpha1 "github.com/alauda/spark-operator/apis/config/v1alpha1"
)

// The variables of a pod's environment that add to its configuration files. Where OLM installs the operator, its own
// manifests are out of reach: a Subscription sets variables.
const (
	// ControllerVariable holds one more configuration file of the controller, which comes last.
	ControllerVariable = "SPARK_OPERATOR_CONTROLLER_CONFIG"
	// WebhookVariable holds one more configuration file of the webhook, which comes last.
	WebhookVariable = "SPARK_OPERATOR_WEBHOOK_CONFIG"
	// TargetsVariable lists the namespaces in which the operator has rights, separated by commas; all of them if it is
	// empty. OLM knows it as the targets of the OperatorGroup.
	TargetsVariable = "WATCH_NAMESPACE"
)

// Sources are what a configuration is read from: files, and over them variables.
type Sources struct {
	// Path is a file, or a folder of files; none if empty.
	Path string
	// Getenv returns a variable of the environment; there are none unless it is set.
	Getenv func(name string) string
}

// InPod returns the sources of a binary that runs in a pod, with its files at path.
func InPod(path string) Sources { return Sources{Path: path, Getenv: os.Getenv} }

func (s Sources) variable(name string) string {
	if s.Getenv == nil {
		return ""
	}
	return s.Getenv(name)
}

// targets returns the namespaces in which the operator has rights; none means all.
func (s Sources) targets() []string {
	var targets []string
	for name := range strings.SplitSeq(s.variable(TargetsVariable), ",") {
		if name = strings.TrimSpace(name); name != "" && !slices.Contains(targets, name) {
			targets = append(targets, name)
		}
	}
	return targets
}

// resolve puts the operator's own namespace in the place of what stands for it, and holds the configuration to the
// namespaces in which the operator has rights.
func (s Sources) resolve(c *configv1alpha1.SharedConfiguration) error {
	var resolved []string
	for _, name := range c.Namespaces {
		if name == configv1alpha1.OwnNamespace {
			own, err := OwnNamespace()
			if err != nil {
				return err
			}
			name = own
		}
		if !slices.Contains(resolved, name) {
			resolved = append(resolved, name)
		}
	}
	c.Namespaces = resolved
	return holdTo(s.targets(), c)
}

// holdTo refuses what lies outside of the namespaces in which the operator has rights: its requests there would be
// refused, one after the other, and it would not start.
func holdTo(targets []string, c *configv1alpha1.SharedConfiguration) error {
	if len(targets) == 0 {
		return nil
	}
	list := strings.Join(targets, ",")
	if c.NamespaceSelector != nil {
		return fmt.Errorf("namespaceSelector: cannot be combined with %s=%s, which limits the operator to these namespaces; "+
			"remove it, or install the operator for all namespaces", TargetsVariable, list)
	}
	if len(c.Namespaces) == 0 {
		c.Namespaces = targets
		return nil
	}
	for _, name := range c.Namespaces {
		if !slices.Contains(targets, name) {
			return fmt.Errorf("namespaces: %q: is none of %s=%s, in which the operator has rights; "+
				"remove it, or add it to the OperatorGroup", name, TargetsVariable, list)
		}
	}
	return nil
}
