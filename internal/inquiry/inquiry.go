// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package inquiry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"
)

const (
	// limit is how long a server may take for its answer.
	limit = 3 * time.Second
	// method is the request of the Connect protocol that asks about a plan, or for the version.
	method = "/spark.connect.SparkConnectService/AnalyzePlan"
	// user is whom the sessions of the operator are of.
	user = "spark-operator"
	// maxAnswer is how much of an answer is read.
	maxAnswer = 64 << 10
)

// ErrUnreachable says that the server was not reached at all: a network policy may keep the operator from it, while its
// users and the kubelet reach it.
var ErrUnreachable = errors.New("the operator cannot reach it")

// Client asks servers. The zero value is not ready; use New.
type Client struct{ http *http.Client }

// New returns a client. It keeps no connection open: it asks each server seldom.
func New() *Client {
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	return &Client{&http.Client{
		Timeout: limit,
		Transport: &http.Transport{
			Protocols: &protocols, DisableKeepAlives: true, DialContext: (&net.Dialer{Timeout: limit}).DialContext,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Ask asks the server at host:port in the session, a UUID, and returns nil where it serves. The error wraps
// ErrUnreachable where nobody knows.
func (c *Client) Ask(ctx context.Context, address, session string) error {
	target := url.URL{Scheme: "http", Host: address, Path: method}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), bytes.NewReader(question(session)))
	if err != nil {
		return fmt.Errorf("ask %s: %w", address, err)
	}
	req.Header.Set("Content-Type", "application/grpc")
	req.Header.Set("Te", "trailers")
	answer, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("ask %s: %w", address, reached(err))
	}
	defer func() { _ = answer.Body.Close() }()
	if _, err := io.Copy(io.Discard, io.LimitReader(answer.Body, maxAnswer)); err != nil {
		return fmt.Errorf("read the answer of %s: %w", address, err)
	}
	if err := judge(answer); err != nil {
		return fmt.Errorf("ask %s: %w", address, err)
	}
	return nil
}

// reached returns an error that wraps ErrUnreachable where no connection came about for reasons of the network. A
// refused connection is an answer: nobody listens.
func reached(err error) error {
	operation, isOperation := errors.AsType[*net.OpError](err)
	if !isOperation || operation.Op != "dial" {
		return err
	}
	if operation.Timeout() || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, syscall.EHOSTUNREACH) ||
		errors.Is(err, syscall.ENETUNREACH) || errors.Is(err, syscall.EACCES) || errors.Is(err, syscall.EPERM) {
		return fmt.Errorf("%w: %w", ErrUnreachable, operation.Err)
	}
	return err
}

// The codes of gRPC by which a server says that it serves this protocol.
const (
	codeOK               = "0"
	codePermissionDenied = "7"
	codeUnauthenticated  = "16"
)

// expired begins Spark's error of a session that it has ended, which it tells only of sessions that it had.
const expired = "[INVALID_HANDLE."

// judge returns nil for the answer of a server that serves. One that asks who is there does, too: the operator has no
// credentials.
func judge(answer *http.Response) error {
	if answer.StatusCode != http.StatusOK || !strings.HasPrefix(answer.Header.Get("Content-Type"), "application/grpc") {
		return fmt.Errorf("the answer is no gRPC: %s, %q", answer.Status, answer.Header.Get("Content-Type"))
	}
	// An answer without a body has its trailers as headers.
	code, message := answer.Trailer.Get("Grpc-Status"), answer.Trailer.Get("Grpc-Message")
	if code == "" {
		code, message = answer.Header.Get("Grpc-Status"), answer.Header.Get("Grpc-Message")
	}
	if decoded, err := url.PathUnescape(message); err == nil {
		message = decoded
	}
	switch {
	case code == codeOK, code == codeUnauthenticated, code == codePermissionDenied, strings.HasPrefix(message, expired):
		return nil
	case code == "":
		return errors.New("the answer ended before its status")
	}
	return fmt.Errorf("gRPC status %s: %s", code, strings.TrimSpace(message))
}

// question is an AnalyzePlanRequest for the version of Spark, as gRPC frames it.
func question(session string) []byte {
	const (
		fieldSession, fieldUserContext, fieldClientType, fieldSparkVersion = 1, 2, 3, 10
		fieldUserID, fieldUserName                                         = 1, 2
	)
	who := append(member(fieldUserID, user), member(fieldUserName, user)...)
	message := bytes.Join([][]byte{
		member(fieldSession, session), member(fieldUserContext, string(who)), member(fieldClientType, user), member(fieldSparkVersion, ""),
	}, nil)
	return append([]byte{0, 0, 0, 0, byte(len(message))}, message...)
}

// member is a field of a protocol buffer whose value has a length, which must be below 128: so have all of a question.
func member(number int, value string) []byte {
	const withLength = 2
	return append([]byte{byte(number<<3 | withLength), byte(len(value))}, value...)
}
