// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"k8s.io/client-go/rest"
)

// kind is a kind of request to the API server.
type kind struct {
	verb     string
	resource string
}

// tally counts requests by kind.
type tally map[kind]int

// minus returns what t has more than other.
func (t tally) minus(other tally) tally {
	difference := maps.Clone(t)
	for k, n := range other {
		difference[k] -= n
	}
	return difference
}

// counter counts the requests of a client.
type counter struct {
	mu    sync.Mutex
	tally tally
}

func (c *counter) snapshot() tally {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.tally)
}

// wrap makes the client of a configuration count.
func (c *counter) wrap(config *rest.Config) {
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			k := kindOf(r)
			c.mu.Lock()
			c.tally[k]++
			c.mu.Unlock()
			return next.RoundTrip(r)
		})
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// kindOf reads a request to /api/v1/... or /apis/GROUP/VERSION/...
func kindOf(r *http.Request) kind {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	before := 2
	if parts[0] == "apis" {
		before = 3
	}
	parts = parts[min(before, len(parts)):]
	if len(parts) > 2 && parts[0] == "namespaces" {
		parts = parts[2:]
	}
	k := kind{verb: r.Method}
	switch {
	case len(parts) > 2:
		k.resource = parts[0] + "/" + parts[2]
	case len(parts) > 0:
		k.resource = parts[0]
	}
	if r.Method == http.MethodGet && len(parts) < 2 {
		k.verb = "LIST"
	}
	return k
}

var requestTotal = regexp.MustCompile(`(?m)^apiserver_request_total\{(.*)\} (\d+)$`)

// served returns how many requests the API server has answered, by its own count. Watches and lists are left out: there
// are few, and they last.
func served(ctx context.Context, client rest.Interface) (tally, error) {
	text, err := client.Get().AbsPath("/metrics").DoRaw(ctx)
	if err != nil {
		return nil, fmt.Errorf("metrics of the API server: %w", err)
	}
	total := tally{}
	for _, match := range requestTotal.FindAllSubmatch(text, -1) {
		label := func(name string) string {
			_, rest, _ := bytes.Cut(match[1], []byte(name+`="`))
			value, _, _ := bytes.Cut(rest, []byte(`"`))
			return string(value)
		}
		k := kind{verb: label(",verb"), resource: label(",resource")}
		if sub := label(",subresource"); sub != "" {
			k.resource += "/" + sub
		}
		switch k.verb {
		case "WATCH", "LIST", "CONNECT":
			continue
		case "APPLY":
			k.verb = http.MethodPatch
		}
		n, err := strconv.Atoi(string(match[2]))
		if err != nil {
			return nil, fmt.Errorf("metrics of the API server: %w", err)
		}
		total[k] += n
	}
	return total, nil
}
