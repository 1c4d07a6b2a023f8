// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/alauda/spark-operator/test/installation"
)

// Policy is the file with the audit policy, which is that of the local cluster: every request of the operator's service
// accounts is written down, a watch when it begins.
func Policy() string {
	return filepath.Join(installation.Root(), "test/localcluster/internal/cluster/config/audit-policy.yaml")
}

// Request is one line of the audit log, as far as permissions go.
type Request struct {
	User        struct{ Username string }
	Verb        string
	ObjectRef   *struct{ APIGroup, Resource, Subresource, Namespace, Name string }
	Status      struct{ Code int } `json:"responseStatus"`
	Received    time.Time          `json:"requestReceivedTimestamp"`
	Annotations map[string]string
}

// Refused reports whether it lacked a permission. Admission refuses with the same code.
func (r Request) Refused() bool { return r.Annotations["authorization.k8s.io/decision"] == "forbid" }

func (r Request) resource() string {
	if r.ObjectRef.Subresource == "" {
		return r.ObjectRef.Resource
	}
	return r.ObjectRef.Resource + "/" + r.ObjectRef.Subresource
}

// String returns one line for people.
func (r Request) String() string {
	return fmt.Sprintf("%s: %s %s/%s %s/%s: %d", r.User.Username[strings.LastIndex(r.User.Username, ":")+1:], r.Verb, r.ObjectRef.APIGroup,
		r.resource(), r.ObjectRef.Namespace, r.ObjectRef.Name, r.Status.Code)
}

// Log is what is written to an audit log from a moment on.
type Log struct {
	file string
	from int64
}

// From returns the log from now on.
func From(file string) (Log, error) {
	info, err := os.Stat(file)
	if err != nil {
		return Log{}, err
	}
	return Log{file, info.Size()}, nil
}

// Requests returns those of a service account for objects.
func (l Log) Requests(account string) ([]Request, error) {
	file, err := os.Open(l.file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	if info, err := file.Stat(); err != nil || info.Size() < l.from {
		return nil, fmt.Errorf("%s was begun anew and lacks a part: %w", l.file, err)
	}
	if _, err = file.Seek(l.from, io.SeekStart); err != nil {
		return nil, err
	}
	var found []Request
	for lines := bufio.NewReader(file); ; {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		var one Request
		if err := json.Unmarshal(bytes.TrimSpace(line), &one); err != nil {
			return nil, fmt.Errorf("%s: %w", l.file, err)
		}
		if one.ObjectRef != nil && strings.HasSuffix(one.User.Username, ":"+account) {
			found = append(found, one)
		}
	}
}
