// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package conformance

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// Recorder is an API server that says yes to everything and remembers what it was sent.
type Recorder struct {
	// PodCreated is called for each pod that is sent; it may be nil.
	PodCreated func()

	mu       sync.Mutex
	requests []Request
}

// Request is one request that wrote something.
type Request struct {
	// Method is POST, PUT, PATCH or DELETE.
	Method string
	// Path of the request, without its query.
	Path string
	// Body of the request.
	Body []byte
}

// ServeHTTP implements http.Handler. Reads find nothing; writes return what was sent, with the metadata that servers
// add.
func (r *Recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if req.Method == http.MethodGet {
		answer(w, http.StatusNotFound, map[string]any{
			"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": http.StatusNotFound,
		})
		return
	}
	count := r.record(Request{Method: req.Method, Path: req.URL.Path, Body: body})
	if r.PodCreated != nil && req.Method == http.MethodPost && strings.HasSuffix(req.URL.Path, "/pods") {
		r.PodCreated()
	}
	object := map[string]any{}
	if len(body) > 0 {
		if err := json.Unmarshal(body, &object); err != nil {
			http.Error(w, fmt.Sprintf("decode %s %s: %v", req.Method, req.URL.Path, err), http.StatusBadRequest)
			return
		}
	}
	metadata, isMap := object["metadata"].(map[string]any)
	if !isMap {
		metadata = map[string]any{}
		object["metadata"] = metadata
	}
	metadata["uid"] = "uid-" + strconv.Itoa(count)
	metadata["resourceVersion"] = strconv.Itoa(count)
	answer(w, http.StatusCreated, object)
}

// Requests returns the requests so far that wrote something.
func (r *Recorder) Requests() []Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Request(nil), r.requests...)
}

// Objects returns the objects that were sent, each as it was sent last, in the order in which they were first sent.
func (r *Recorder) Objects() ([][]byte, error) {
	var order []string
	bodies := map[string][]byte{}
	for _, request := range r.Requests() {
		if request.Method == http.MethodDelete {
			return nil, fmt.Errorf("%s was deleted: the client gave up", request.Path)
		}
		var object struct {
			Kind     string `json:"kind"`
			Metadata struct {
				Name string `json:"name"`
			} `json:"metadata"`
		}
		if err := json.Unmarshal(request.Body, &object); err != nil {
			return nil, fmt.Errorf("decode %s %s: %w", request.Method, request.Path, err)
		}
		key := object.Kind + "/" + object.Metadata.Name
		if _, seen := bodies[key]; !seen {
			order = append(order, key)
		}
		bodies[key] = request.Body
	}
	objects := make([][]byte, 0, len(order))
	for _, key := range order {
		objects = append(objects, bodies[key])
	}
	return objects, nil
}

func (r *Recorder) record(request Request) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = append(r.requests, request)
	return len(r.requests)
}

func answer(w http.ResponseWriter, status int, object any) {
	encoded, err := json.Marshal(object)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// A client that went away is its own problem.
	_, _ = w.Write(encoded)
}
