// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package chartvalues

import (
	"errors"
	"slices"
)

// containerOf is the container of each Deployment.
var containerOf = map[string]string{controllerName: "controller", webhookName: "webhook"}

func (c *converter) deployment(name string) document {
	if c.deployments[name] == nil {
		c.deployments[name] = document{}
	}
	return c.deployments[name]
}

func (c *converter) account(name string) document {
	if c.accounts[name] == nil {
		c.accounts[name] = document{}
	}
	return c.accounts[name]
}

// pod is the pod of a Deployment's patch.
func (c *converter) pod(deployment string) document {
	return c.deployment(deployment).at("spec", "template", "spec")
}

// container is the binary's container in a Deployment's patch, which is the first.
func (c *converter) container(deployment, name string) document {
	pod := c.pod(deployment)
	containers, _ := pod["containers"].([]any)
	if len(containers) == 0 {
		containers = []any{document{"name": name}}
	}
	pod["containers"] = containers
	first, _ := containers[0].(document)
	return first
}

func (c *converter) sidecars(deployment string, v any) error {
	more, isList := v.([]any)
	if !isList {
		return errors.New("want a list of containers")
	}
	c.container(deployment, containerOf[deployment])
	pod := c.pod(deployment)
	containers, _ := pod["containers"].([]any)
	pod["containers"] = append(containers, more...)
	return nil
}

// named sets a list of what has names, without those that the chart has itself.
func named(into func() document, field string, v any, own ...string) error {
	items, isList := v.([]any)
	if !isList {
		return errors.New("want a list")
	}
	var kept []any
	for _, item := range items {
		o, _ := item.(map[string]any)
		name, _ := o["name"].(string)
		if !slices.Contains(own, name) {
			kept = append(kept, item)
		}
	}
	if len(kept) > 0 {
		into()[field] = kept
	}
	return nil
}

// argument adds a flag to a container, after the one that its Deployment has: a list of arguments is replaced as a
// whole.
func argument(deployment, name, flag string) func(*converter, any) error {
	return func(c *converter, v any) error {
		return text(v, func(s string) {
			container := c.container(deployment, name)
			args, _ := container["args"].([]string)
			if len(args) == 0 {
				args = []string{"--config=/etc/spark-operator"}
			}
			container["args"] = append(args, flag+"="+s)
		})
	}
}

func pullPolicy(c *converter, v any) error {
	return text(v, func(s string) {
		for deployment, container := range containerOf {
			c.container(deployment, container)["imagePullPolicy"] = s
		}
	})
}

func pullSecrets(c *converter, v any) error {
	if _, isList := v.([]any); !isList {
		return errors.New("want a list of names")
	}
	for deployment := range containerOf {
		c.pod(deployment)["imagePullSecrets"] = v
	}
	return nil
}
