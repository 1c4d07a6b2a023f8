// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Fault is what happens to a call.
type Fault string

const (
	// CrashBefore ends the process before the request is sent.
	CrashBefore Fault = "crash before"
	// CrashAfter ends it when the API server has answered.
	CrashAfter Fault = "crash after"
	// CrashLate ends it before the request is sent, which arrives all the same when the next process is at work.
	CrashLate Fault = "crash before, sent late"
	// Conflict is answered in the API server's place, as are the next two.
	Conflict Fault = "conflict"
	// TooMany asks the client to come again in a second.
	TooMany Fault = "too many requests"
	// ServerError is an internal error.
	ServerError Fault = "server error"
	// AnswerLost sends the request; the client waits in vain for the answer.
	AnswerLost Fault = "answer lost"
	// Reset resets the connection before the request is sent.
	Reset Fault = "connection reset"
	// WatchesExpired closes all watches; what they ask for next is too old.
	WatchesExpired Fault = "watches expired"
	// LeaseLost keeps the process from renewing its lease, and holds the request until the process has ended.
	LeaseLost Fault = "lease lost, sent late"
)

const stale = "stale "

// Stale withholds the watch events of a resource for a while, from before the request on.
func Stale(resource string) Fault { return Fault(stale + resource) }

const (
	// staleTime is longer than any wait of a scenario, so that decisions fall meanwhile.
	staleTime = 1200 * time.Millisecond
	// lateTime is time enough for the next process to begin.
	lateTime = 300 * time.Millisecond
)

// Crashes reports whether the process ends by the fault.
func (f Fault) Crashes() bool {
	return slices.Contains([]Fault{CrashBefore, CrashAfter, CrashLate, LeaseLost}, f)
}

// FaultsOf are the faults that are worth injecting into a call, of a client that watches these resources. Nobody acts
// on events.
func FaultsOf(c Call, watched ...string) []Fault {
	if c.Event() {
		return []Fault{CrashBefore, CrashAfter, AnswerLost}
	}
	faults := []Fault{CrashBefore, CrashAfter, Conflict, TooMany, ServerError, AnswerLost, Reset}
	if !c.Writes() {
		return faults
	}
	faults = append(faults, CrashLate, WatchesExpired)
	for _, resource := range watched {
		faults = append(faults, Stale(resource))
	}
	return faults
}

// withheld returns the resource whose events the fault withholds, if it does.
func (f Fault) withheld() (resource string, found bool) { return strings.CutPrefix(string(f), stale) }

// answer is what the client gets in the API server's place, if anything.
func (f Fault) answer(request *http.Request) *http.Response {
	switch f {
	case Conflict:
		return refusal(request, http.StatusConflict, metav1.StatusReasonConflict)
	case TooMany:
		return refusal(request, http.StatusTooManyRequests, metav1.StatusReasonTooManyRequests)
	case ServerError:
		return refusal(request, http.StatusInternalServerError, metav1.StatusReasonInternalError)
	default:
		return nil
	}
}

// refusal is the answer of an API server that refuses. Where it is too busy, it says when to come again.
func refusal(request *http.Request, code int, reason metav1.StatusReason) *http.Response {
	status := metav1.Status{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}, Status: metav1.StatusFailure,
		Code: int32(code), Reason: reason, Message: "injected: " + string(reason),
	}
	header := http.Header{"Content-Type": {"application/json"}}
	if code == http.StatusTooManyRequests {
		status.Details = &metav1.StatusDetails{RetryAfterSeconds: 1}
		header.Set("Retry-After", "1")
	}
	body, err := json.Marshal(status)
	if err != nil {
		panic(err)
	}
	if request.Body != nil {
		_ = request.Body.Close()
	}
	return &http.Response{
		StatusCode: code, Status: http.StatusText(code), Proto: "HTTP/2.0", ProtoMajor: 2, Header: header,
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: request,
	}
}
