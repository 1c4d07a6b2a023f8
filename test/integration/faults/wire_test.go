// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// call names one request of a controller: what it asks for, and how often it has asked for that.
type call struct {
	what string
	n    int
}

func (c call) String() string { return fmt.Sprintf("%s #%d", c.what, c.n) }

// fault is what befalls a call.
type fault string

const (
	crashBefore    fault = "crash before"
	crashAfter     fault = "crash after"
	crashLate      fault = "crash before, sent late"
	conflict       fault = "conflict"
	tooMany        fault = "too many requests"
	serverError    fault = "server error"
	answerLost     fault = "answer lost"
	reset          fault = "connection reset"
	staleApps      fault = "stale applications"
	stalePods      fault = "stale pods"
	watchesExpired fault = "watches expired"
	leaseLost      fault = "lease lost, sent late"
)

// Every call is struck by faultsOfCalls, and those that change something by faultsOfWrites too. Nobody waits for what comes of events.
var (
	faultsOfEvents = []fault{crashBefore, crashAfter, answerLost}
	faultsOfCalls  = []fault{crashBefore, crashAfter, conflict, tooMany, serverError, answerLost, reset}
	faultsOfWrites = []fault{crashLate, staleApps, stalePods, watchesExpired}
)

const (
	// staleTime is how long watch events are withheld: longer than any wait of the scenarios, so that decisions fall meanwhile.
	staleTime = 1200 * time.Millisecond
	// lateTime is how long a request is on its way that outlives its controller: time enough for the next controller to begin.
	lateTime = 300 * time.Millisecond
)

// ledger counts what the controllers of one trial ask of the API server, and strikes one call with a fault.
type ledger struct {
	target call
	fault  fault
	gates  map[string]*gate

	mu     sync.Mutex
	counts map[string]int
	made   []call
	marked bool
	struck bool
	busy   int
	last   time.Time

	// exclusive is whether only one controller at a time may ask for anything; rivals are the calls of others.
	exclusive bool
	leader    context.Context
	rivals    []string
	// flying are requests that outlive their controller.
	flying sync.WaitGroup
}

func newLedger() *ledger {
	return &ledger{counts: map[string]int{}, last: time.Now(), gates: map[string]*gate{"sparkapplications": newGate(), "pods": newGate()}}
}

// mark makes the calls from here on those that are enumerated and struck.
func (l *ledger) mark() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts, l.made, l.marked = map[string]int{}, nil, true
}

// begin notes a call and returns the fault that befalls it, if any.
func (l *ledger) begin(controller context.Context, what string) fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.exclusive && l.leader != nil && l.leader != controller && l.leader.Err() == nil {
		l.rivals = append(l.rivals, what)
	}
	l.leader = controller
	l.counts[what]++
	l.busy++
	l.last = time.Now()
	c := call{what, l.counts[what]}
	l.made = append(l.made, c)
	if !l.marked || l.struck || c != l.target {
		return ""
	}
	l.struck = true
	return l.fault
}

// touch says that something happened just now.
func (l *ledger) touch() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = time.Now()
}

func (l *ledger) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.busy--
	l.last = time.Now()
}

// quiet reports whether nothing was asked for a while.
func (l *ledger) quiet(while time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.busy == 0 && time.Since(l.last) > while
}

func (l *ledger) calls() []call {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]call(nil), l.made...)
}

func (l *ledger) hit() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.struck
}

// wire is the connection of one controller to the API server. It is cut when the controller dies: nothing gets through in either
// direction any more.
type wire struct {
	next   http.RoundTripper
	ledger *ledger
	// client says who asks, unless it is the controller itself.
	client string
	// leases is whether requests for leases fail.
	leases *atomic.Bool
	alive  context.Context
	die    context.CancelFunc
}

var errCut = errors.New("the controller is dead")

func (w *wire) RoundTrip(request *http.Request) (*http.Response, error) {
	if w.alive.Err() != nil {
		return nil, errCut
	}
	if request.URL.Query().Get("watch") == "true" {
		return w.watch(request)
	}
	if resourceOf(request) == "leases" {
		if w.leases.Load() {
			return nil, errCut
		}
		return w.forward(request)
	}
	fault := w.ledger.begin(w.alive, w.client+nameOf(request))
	defer w.ledger.end()
	switch fault {
	case crashBefore:
		w.die()
		return nil, errCut
	case crashLate:
		w.die()
		w.sendLate(request, time.After(lateTime))
		return nil, errCut
	case leaseLost:
		w.leases.Store(true)
		<-w.alive.Done()
		w.sendLate(request, time.After(0))
		return nil, errCut
	case crashAfter:
		_, err := w.forward(request)
		w.die()
		return nil, errors.Join(errCut, err)
	case conflict:
		return refusal(request, http.StatusConflict, metav1.StatusReasonConflict), nil
	case tooMany:
		return refusal(request, http.StatusTooManyRequests, metav1.StatusReasonTooManyRequests), nil
	case serverError:
		return refusal(request, http.StatusInternalServerError, metav1.StatusReasonInternalError), nil
	case answerLost:
		_, err := w.forward(request)
		return nil, errors.Join(os.ErrDeadlineExceeded, err)
	case reset:
		return nil, fmt.Errorf("read: %w", syscall.ECONNRESET)
	case staleApps:
		w.ledger.gates["sparkapplications"].hold(staleTime)
	case stalePods:
		w.ledger.gates["pods"].hold(staleTime)
	case watchesExpired:
		for _, gate := range w.ledger.gates {
			gate.expire(1)
		}
	}
	return w.forward(request)
}

// sendLate sends a request that is on its way when the controller dies.
func (w *wire) sendLate(request *http.Request, when <-chan time.Time) {
	late := request.Clone(context.Background())
	w.ledger.flying.Go(func() {
		<-when
		if response, err := w.next.RoundTrip(late); err == nil {
			_ = response.Body.Close()
		}
		w.ledger.touch()
	})
}

// forward sends a request and reads the whole answer, unless the controller dies meanwhile.
func (w *wire) forward(request *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(request.Context())
	defer cancel()
	defer context.AfterFunc(w.alive, cancel)()
	response, err := w.next.RoundTrip(request.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(response.Body)
	if err = errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

// watch opens a watch whose events wait at the gate of their kind.
func (w *wire) watch(request *http.Request) (*http.Response, error) {
	gate := w.ledger.gates[resourceOf(request)]
	ctx, cancel := context.WithCancel(request.Context())
	stop := context.AfterFunc(w.alive, cancel)
	closed := func() { stop(); cancel() }
	if gate != nil {
		if gate.refuses() {
			closed()
			return refusal(request, http.StatusGone, metav1.StatusReasonExpired), nil
		}
		gate.opened(cancel)
	}
	response, err := w.next.RoundTrip(request.WithContext(ctx))
	if err != nil {
		closed()
		return nil, err
	}
	response.Body = &watchBody{ReadCloser: response.Body, ctx: ctx, gate: gate, closed: closed}
	return response, nil
}

type watchBody struct {
	io.ReadCloser
	ctx    context.Context
	gate   *gate
	closed func()
}

func (b *watchBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.gate != nil {
		b.gate.wait(b.ctx)
	}
	return n, err
}

func (b *watchBody) Close() error {
	b.closed()
	return b.ReadCloser.Close()
}

// gate withholds the events of watches, and ends watches.
type gate struct {
	mu      sync.Mutex
	open    chan struct{}
	cancels []context.CancelFunc
	refuse  int
}

func newGate() *gate {
	open := make(chan struct{})
	close(open)
	return &gate{open: open}
}

// hold closes the gate for a while.
func (g *gate) hold(while time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	open := make(chan struct{})
	g.open = open
	time.AfterFunc(while, func() { close(open) })
}

func (g *gate) wait(ctx context.Context) {
	g.mu.Lock()
	open := g.open
	g.mu.Unlock()
	select {
	case <-open:
	case <-ctx.Done():
	}
}

func (g *gate) opened(cancel context.CancelFunc) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.cancels = append(g.cancels, cancel)
}

// expire ends the watches that are open, and says to the next ones that what they ask for is too old.
func (g *gate) expire(refuse int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, cancel := range g.cancels {
		cancel()
	}
	g.cancels, g.refuse = nil, refuse
}

func (g *gate) refuses() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.refuse == 0 {
		return false
	}
	g.refuse--
	return true
}

// nameOf names a request by its verb and resource: the names of objects differ from trial to trial.
func nameOf(request *http.Request) string {
	segments := pathOf(request)
	resource := resourceOf(request)
	named := len(segments) > 1
	if len(segments) > 2 {
		resource += "/" + segments[2]
	}
	switch request.Method {
	case http.MethodPost:
		return "create " + resource
	case http.MethodGet:
		if named {
			return "get " + resource
		}
		return "list " + resource
	default:
		return strings.ToLower(request.Method) + " " + resource
	}
}

func resourceOf(request *http.Request) string {
	segments := pathOf(request)
	if len(segments) == 0 {
		return request.URL.Path
	}
	return segments[0]
}

// pathOf returns resource, name and subresource.
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
