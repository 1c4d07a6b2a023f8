// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"fmt"
	"net/http"
	"strings"
)

// Call names a request by what it asks for, and by how often that was asked for before: the names of objects differ
// from run to run.
type Call struct {
	// Client is who asks, beside the controller itself; the controller's own name is empty.
	Client string
	// Verb is get, list, create, put, patch or delete, or "dry-run" followed by one of them.
	Verb string
	// Resource is the plural of a kind, with the subresource if there is one; or a path that names no resource, as
	// discovery has.
	Resource string
	// N counts from 1.
	N int
}

func (c Call) String() string {
	name := fmt.Sprintf("%s %s #%d", c.Verb, c.Resource, c.N)
	if c.Client != "" {
		name = c.Client + ": " + name
	}
	return name
}

// Writes reports whether the call changes what controllers decide by. Events change nothing for anybody but people.
func (c Call) Writes() bool {
	return c.Verb != "get" && c.Verb != "list" && !strings.HasPrefix(c.Verb, dryRun) && !c.Event()
}

// Event reports whether the call creates an event.
func (c Call) Event() bool { return c.Resource == "events" }

const dryRun = "dry-run "

// callOf returns the call without its number.
func callOf(client string, request *http.Request) Call {
	path := pathOf(request)
	c := Call{Client: client, Verb: strings.ToLower(request.Method), Resource: resourceOf(request)}
	if len(path) > 2 {
		c.Resource += "/" + path[2]
	}
	switch request.Method {
	case http.MethodPost:
		c.Verb = "create"
	case http.MethodGet:
		if len(path) < 2 {
			c.Verb = "list"
		}
	}
	if request.URL.Query().Has("dryRun") {
		c.Verb = dryRun + c.Verb
	}
	return c
}

func resourceOf(request *http.Request) string {
	if path := pathOf(request); len(path) > 0 {
		return path[0]
	}
	return request.URL.Path
}

// pathOf returns resource, name and subresource; nothing for discovery.
func pathOf(request *http.Request) []string {
	segments := strings.Split(strings.Trim(request.URL.Path, "/"), "/")
	start := 3
	if segments[0] == "api" {
		start = 2
	}
	if len(segments) <= start {
		return nil
	}
	segments = segments[start:]
	if segments[0] == "namespaces" && len(segments) > 2 {
		segments = segments[2:]
	}
	return segments
}
