// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparksubmit

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/alauda/spark-operator/internal/cause"
	"github.com/alauda/spark-operator/internal/refusal"
)

// What Submit and Release say while nothing is wrong, or where the same call succeeds later.
var (
	// ErrPending says that spark-submit has not ended. The application will be named on Finished when it has.
	ErrPending = errors.New("spark-submit has not ended yet")
	// ErrStopping says that a spark-submit was asked to stop and has not stopped yet. Finished says when it has.
	ErrStopping = errors.New("spark-submit is being stopped")
	// ErrQueueFull says that too many submissions are waiting already.
	ErrQueueFull = errors.New("too many submissions are waiting for spark-submit")
)

// QueuedError is ErrPending of a submission that waits for others.
type QueuedError struct {
	// Ahead is how many run or will begin before it.
	Ahead int
}

// Error implements error.
func (e *QueuedError) Error() string {
	return fmt.Sprintf("spark-submit has not begun yet, behind %d others", e.Ahead)
}

// Is reports that the submission is pending.
func (e *QueuedError) Is(target error) bool { return target == ErrPending }

// Reason is why spark-submit failed.
type Reason string

// The reasons of a FailedError.
const (
	// Exited is a spark-submit that gave up by itself.
	Exited Reason = "Exited"
	// TimedOut is one that was stopped because it took too long.
	TimedOut Reason = "TimedOut"
	// Killed is one that somebody else ended, often the kernel because memory ran out.
	Killed Reason = "Killed"
	// NoDriver is one that ended well although there is no driver.
	NoDriver Reason = "NoDriver"
)

// FailedError says that spark-submit was run and that there is no driver. It counts as an attempt.
type FailedError struct {
	// Reason is why.
	Reason Reason
	// Detail says more: the exit code, the signal, or the time limit.
	Detail string
	// Summary is the line of the output that says why; Output is the end of it. Secrets are masked in both.
	Summary, Output string
}

// ranInto begins what is said of a spark-submit that failed. Clients look for the words.
const ranInto = "failed to run spark-submit: "

// Error implements error. It begins with the cause.
func (e *FailedError) Error() string {
	if e.Summary == "" {
		return ranInto + e.Detail
	}
	return fmt.Sprintf("%s (%s%s)", e.Summary, ranInto, e.Detail)
}

// RefusedError says that the API server refused an object of spark-submit's. It is an apierrors.APIStatus, so that it
// is distinguished (forbidden, invalid, too many requests, ...) as if the request had been our own.
type RefusedError struct {
	// Code and Reason are those of the API server's answer.
	Code   int32
	Reason metav1.StatusReason
	// Message is what the API server said. Secrets are masked.
	Message string
}

// Error implements error. It begins with the cause.
func (e *RefusedError) Error() string {
	return fmt.Sprintf("%s (%sthe API server answered %d %s)", e.Message, ranInto, e.Code, e.Reason)
}

// Status implements apierrors.APIStatus.
func (e *RefusedError) Status() metav1.Status {
	return metav1.Status{Status: metav1.StatusFailure, Code: e.Code, Reason: e.Reason, Message: e.Message}
}

// isConflict reports whether an error says that there is an object of the name already.
func isConflict(err error) bool {
	refused, ok := errors.AsType[*RefusedError](err)
	return ok && refused.Code == http.StatusConflict && refused.Reason == metav1.StatusReasonAlreadyExists
}

// maxPassing is how many tries in a row may fail for what passes by itself. The output says so, and a text of the
// author's can imitate it. Such a try is retried immediately and does not count as an attempt.
const maxPassing = 5

// isPassing reports whether the API server may answer otherwise in a moment.
func isPassing(err error) bool {
	if errors.Is(err, errWasInTheWay) {
		return true
	}
	refused, ok := errors.AsType[*RefusedError](err)
	if refusal.Of(err) != refusal.None {
		return false // A policy or a webhook has answered, whatever the code.
	}
	return ok && (refused.Code >= http.StatusInternalServerError || apierrors.IsTooManyRequests(err) || apierrors.IsConflict(err) || apierrors.IsTimeout(err))
}

// didNotPass returns the error of a last try, as an attempt that has failed.
func didNotPass(err error) *FailedError {
	summary := err.Error()
	if refused, ok := errors.AsType[*RefusedError](err); ok {
		summary = refused.Message
	}
	return &FailedError{Reason: Exited, Detail: fmt.Sprintf("%d tries in a row came to nothing", maxPassing), Summary: summary}
}

// failedRequest begins what the client library of Spark says of a request that the API server has refused.
const failedRequest = "Failure executing: "

// How it words the answer. Nothing else in this package reads its words.
var (
	answerCode       = regexp.MustCompile(`Received status: Status\(.*?\bcode=(\d+)`)
	answerReason     = regexp.MustCompile(`(?s)^Received status: Status\(.*?\breason=(\w+), status=Failure`)
	forbiddenSecrets = regexp.MustCompile(`cannot (create|patch) resource "secrets"`)
)

// failure returns the error of a spark-submit that exited, by its output.
func failure(exitCode int, output string) error {
	if refused := answerIn(output); refused != nil {
		return refused
	}
	return &FailedError{Reason: Exited, Detail: fmt.Sprintf("it exited with code %d", exitCode), Summary: cause.Of(output), Output: output}
}

// answerIn returns the first answer of the API server that the output shows, or nil. Its message may have several
// lines.
func answerIn(output string) *RefusedError {
	at := answerCode.FindStringSubmatchIndex(output)
	if at == nil {
		return nil
	}
	number, err := strconv.ParseInt(output[at[2]:at[3]], 10, 32)
	if err != nil {
		return nil
	}
	before, answer := output[:at[0]], output[at[0]:]
	refused := &RefusedError{Code: int32(number), Reason: metav1.StatusReasonUnknown}
	if reason := answerReason.FindStringSubmatch(answer); reason != nil {
		refused.Reason = metav1.StatusReason(reason[1])
	}
	if begin := strings.LastIndex(before, failedRequest); begin >= 0 {
		_, refused.Message, _ = strings.Cut(before[begin:], ". Message: ")
		refused.Message = strings.TrimSuffix(strings.TrimSuffix(refused.Message, " "), ".")
	}
	if refused.Message == "" {
		refused.Message, _, _ = strings.Cut(output[strings.LastIndex(before, "\n")+1:], "\n")
	}
	if refused.Code == http.StatusForbidden && forbiddenSecrets.MatchString(refused.Message) {
		refused.Message += "; spark-submit makes Secrets for Kerberos, which the operator may do with config/components/kerberos only"
	}
	return refused
}
