// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// server takes every request and sends what is written to events as the answer to watches.
type server struct {
	mu     sync.Mutex
	got    []string
	events io.Reader
}

func (s *server) RoundTrip(request *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, request.Method)
	body := io.NopCloser(strings.NewReader("{}"))
	if request.URL.Query().Has("watch") {
		body = io.NopCloser(s.events)
	}
	return &http.Response{StatusCode: http.StatusOK, Body: body, Request: request}, request.Context().Err()
}

func (s *server) taken() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.got...)
}

const pods = "/api/v1/namespaces/ns/pods"

// ask sends a request and returns the code of the answer.
func ask(t *testing.T, c http.RoundTripper, method, path string) (int, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, "http://api"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := c.RoundTrip(request)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}

// do sends a request whose answer does not matter.
func do(t *testing.T, c http.RoundTripper, method, path string) {
	t.Helper()
	_, _ = ask(t, c, method, path)
}

func TestCallsAreNamed(t *testing.T) {
	for path, want := range map[string]string{
		"GET /api/v1/namespaces/ns/pods/pi":          "get pods #1",
		"GET /api/v1/namespaces/ns/pods":             "list pods #1",
		"GET /api/v1/pods":                           "list pods #1",
		"GET /api/v1/namespaces/ns":                  "get namespaces #1",
		"POST /api/v1/namespaces/ns/pods":            "create pods #1",
		"POST /api/v1/namespaces/ns/pods?dryRun=All": "dry-run create pods #1",
		"POST /api/v1/namespaces/ns/events":          "create events #1",
		"PUT /apis/sparkoperator.k8s.io/v1beta2/namespaces/ns/sparkapplications/pi/status":   "put sparkapplications/status #1",
		"PATCH /apis/sparkoperator.k8s.io/v1beta2/namespaces/ns/sparkapplications/pi/status": "patch sparkapplications/status #1",
		"DELETE /api/v1/namespaces/ns/services/pi":                                           "delete services #1",
		"GET /apis/apps/v1": "list /apis/apps/v1 #1",
		"GET /api":          "list /api #1",
	} {
		method, path, _ := strings.Cut(path, " ")
		i := New()
		do(t, i.NewProcess(t.Context()).Connect("")(&server{}), method, path)
		if got := i.Calls(); len(got) != 1 || got[0].String() != want {
			t.Errorf("%s %s: %v, want %s", method, path, got, want)
		}
	}
}

func TestWritesAndEventsAreDistinguished(t *testing.T) {
	for verb, want := range map[string]bool{"create": true, "patch": true, "put": true, "delete": true, "get": false, "list": false, "dry-run create": false} {
		if got := (Call{Verb: verb, Resource: "pods"}).Writes(); got != want {
			t.Errorf("%s writes: %t", verb, got)
		}
	}
	if event := (Call{Verb: "create", Resource: "events"}); event.Writes() || !event.Event() {
		t.Error("an event is a write")
	}
}

// TestFaults injects each fault into the second of three requests.
func TestFaults(t *testing.T) {
	second := Call{Verb: "create", Resource: "pods", N: 2}
	for fault, want := range map[Fault]struct {
		code  int
		err   error
		taken int
		dies  bool
	}{
		CrashBefore: {err: errCut, taken: 1, dies: true},
		CrashAfter:  {err: errCut, taken: 2, dies: true},
		CrashLate:   {err: errCut, taken: 2, dies: true},
		Conflict:    {code: http.StatusConflict, taken: 2},
		TooMany:     {code: http.StatusTooManyRequests, taken: 2},
		ServerError: {code: http.StatusInternalServerError, taken: 2},
		AnswerLost:  {err: os.ErrDeadlineExceeded, taken: 3},
		Reset:       {err: syscall.ECONNRESET, taken: 2},
	} {
		t.Run(string(fault), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				i, api := New(), &server{}
				i.Inject(second, fault)
				p := i.NewProcess(t.Context())
				connection := p.Connect("")(api)
				do(t, connection, http.MethodPost, pods)
				i.Mark()
				if _, err := ask(t, connection, http.MethodPost, pods); err != nil || i.Injected() {
					t.Fatalf("the first: %v, injected %t", err, i.Injected())
				}
				code, err := ask(t, connection, http.MethodPost, pods)
				if code != want.code || !errors.Is(err, want.err) || !i.Injected() {
					t.Errorf("%d, %v, injected %t, want %d, %v", code, err, i.Injected(), want.code, want.err)
				}
				if dead := p.Alive().Err() != nil; dead != want.dies {
					t.Errorf("dead %t, want %t", dead, want.dies)
				}
				i.Wait()
				do(t, connection, http.MethodPost, pods)
				p.Die()
				// One before the mark and the first come in any case; the last one does where the process lives.
				expected := want.taken + 1
				if got := len(api.taken()); got != expected {
					t.Errorf("%d requests were taken, want %d", got, expected)
				}
			})
		})
	}
}

// TestFaultIsInjectedOnce lets the same call come in two processes.
func TestFaultIsInjectedOnce(t *testing.T) {
	i := New()
	i.Inject(Call{Client: "other", Verb: "list", Resource: "pods", N: 1}, CrashBefore)
	i.Mark()
	first := i.NewProcess(t.Context())
	do(t, first.Connect("")(&server{}), http.MethodGet, pods)
	if i.Injected() {
		t.Fatal("the call of another client meets the fault")
	}
	do(t, first.Connect("other")(&server{}), http.MethodGet, pods)
	if first.Alive().Err() == nil || !i.Injected() {
		t.Fatal("the fault was not injected")
	}
	second := i.NewProcess(t.Context())
	do(t, second.Connect("other")(&server{}), http.MethodGet, pods)
	if second.Alive().Err() != nil {
		t.Error("the fault was injected again")
	}
}

// TestLeaseLost holds the request until the process has ended, and sends it then.
func TestLeaseLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i, api := New(), &server{}
		i.Inject(Call{Verb: "create", Resource: "pods", N: 1}, LeaseLost)
		i.Mark()
		p := i.NewProcess(t.Context())
		connection := p.Connect("")(api)
		done := make(chan error)
		go func() {
			_, err := ask(t, connection, http.MethodPost, pods)
			done <- err
		}()
		synctest.Wait()
		if _, err := ask(t, connection, http.MethodPut, "/apis/coordination.k8s.io/v1/namespaces/ns/leases/l"); !errors.Is(err, errCut) {
			t.Errorf("the lease is renewed: %v", err)
		}
		if got := api.taken(); len(got) != 0 {
			t.Errorf("taken early: %v", got)
		}
		p.Die()
		if err := <-done; !errors.Is(err, errCut) {
			t.Errorf("answered: %v", err)
		}
		i.Wait()
		if got := api.taken(); !cmp.Equal(got, []string{http.MethodPost}) {
			t.Errorf("taken: %v", got)
		}
	})
}

// watching opens a watch of pods and returns what it yields, byte by byte, and the code of its answer.
func watching(t *testing.T, c http.RoundTripper) (<-chan byte, int) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api"+pods+"?watch=true", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := c.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, response.StatusCode
	}
	yields := make(chan byte, 100)
	go func() {
		defer close(yields)
		b := make([]byte, 1)
		for {
			if _, err := response.Body.Read(b); err != nil {
				return
			}
			yields <- b[0]
		}
	}()
	return yields, response.StatusCode
}

func TestStaleWithholdsEventsForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader, writer := io.Pipe()
		defer func() { _ = writer.Close() }()
		i := New("pods", "services")
		i.Inject(Call{Verb: "create", Resource: "pods", N: 1}, Stale("pods"))
		i.Mark()
		p := i.NewProcess(t.Context())
		defer p.Die()
		connection := p.Connect("")(&server{events: reader})
		yields, _ := watching(t, connection)
		_, _ = writer.Write([]byte("a"))
		if got := <-yields; got != 'a' {
			t.Fatalf("%c", got)
		}
		start := time.Now()
		if code, err := ask(t, connection, http.MethodPost, pods); code != http.StatusOK || err != nil {
			t.Fatal(code, err)
		}
		_, _ = writer.Write([]byte("b"))
		if got, waited := <-yields, time.Since(start); got != 'b' || waited != staleTime {
			t.Errorf("%c after %s", got, waited)
		}
	})
}

func TestWatchesExpire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader, writer := io.Pipe()
		defer func() { _ = writer.Close() }()
		i := New("pods")
		i.Inject(Call{Verb: "create", Resource: "pods", N: 1}, WatchesExpired)
		i.Mark()
		p := i.NewProcess(t.Context())
		defer p.Die()
		connection := p.Connect("")(&server{events: reader})
		yields, _ := watching(t, connection)
		do(t, connection, http.MethodPost, pods)
		_, _ = writer.Write([]byte("a"))
		if got, open := <-yields; open {
			t.Errorf("%c after the watch has ended", got)
		}
		if _, code := watching(t, connection); code != http.StatusGone {
			t.Errorf("the next watch: %d", code)
		}
		if _, code := watching(t, connection); code != http.StatusOK {
			t.Errorf("the one after it: %d", code)
		}
	})
}

// TestUnseen lets no watch see what happens meanwhile: it ends, and the next one has to list.
func TestUnseen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader, writer := io.Pipe()
		defer func() { _ = writer.Close() }()
		i := New("pods")
		p := i.NewProcess(t.Context())
		defer p.Die()
		connection := p.Connect("")(&server{events: reader})
		yields, _ := watching(t, connection)
		err := i.Unseen("pods", func() error {
			_, err := writer.Write([]byte("a"))
			synctest.Wait()
			return err
		})
		if got, open := <-yields; open || err != nil {
			t.Errorf("%c was seen, %v", got, err)
		}
		if _, code := watching(t, connection); code != http.StatusGone {
			t.Errorf("the next watch: %d", code)
		}
	})
}

// TestPassed finds the id of an object in an event that arrives in two parts.
func TestPassed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const id, other = "6b47edf8-c752-4c80-8dfa-d3eea31d2de0", "7b47edf8-c752-4c80-8dfa-d3eea31d2de0"
		reader, writer := io.Pipe()
		defer func() { _ = writer.Close() }()
		i := New("pods")
		i.Track("pods")
		p := i.NewProcess(t.Context())
		defer p.Die()
		_, _ = watching(t, p.Connect("")(&server{events: reader}))
		_, _ = writer.Write([]byte("{uid: " + id[:20]))
		synctest.Wait()
		if i.Passed("pods", id) {
			t.Error("half of an id is one")
		}
		_, _ = writer.Write([]byte(id[20:] + "}"))
		synctest.Wait()
		if !i.Passed("pods", id) || i.Passed("pods", other) {
			t.Error("the id of the object is not found, or one that did not pass")
		}
	})
}

// TestDeadProcessGetsNothing cuts every connection of a process.
func TestDeadProcessGetsNothing(t *testing.T) {
	api := &server{}
	ctx, cancel := context.WithCancel(t.Context())
	p := New().NewProcess(ctx)
	connection := p.Connect("")(api)
	cancel()
	if _, err := ask(t, connection, http.MethodGet, pods); !errors.Is(err, errCut) || len(api.taken()) != 0 {
		t.Errorf("%v, taken %v", err, api.taken())
	}
}

// TestRivals notes who works while another one does. Events are nobody's work: a leader that has stopped may emit its
// last ones, and the next one emits that it leads before the former has ended.
func TestRivals(t *testing.T) {
	const events = "/api/v1/namespaces/ns/events"
	i := New()
	i.Alone()
	first, second := i.NewProcess(t.Context()), i.NewProcess(t.Context())
	defer second.Die()
	one, other := first.Connect("")(&server{}), second.Connect("")(&server{})
	do(t, one, http.MethodPost, pods)
	do(t, other, http.MethodPost, events)
	do(t, one, http.MethodPost, pods)
	if got := i.Rivals(); got != nil {
		t.Errorf("events are work: %v", got)
	}
	do(t, other, http.MethodGet, pods)
	do(t, one, http.MethodPost, events)
	do(t, other, http.MethodGet, pods)
	if diff := cmp.Diff([]Call{{Verb: "list", Resource: "pods"}}, i.Rivals()); diff != "" {
		t.Errorf("rivals (-want +got):\n%s", diff)
	}
	first.Die()
	do(t, other, http.MethodGet, pods)
	if got := i.Rivals(); len(got) != 1 {
		t.Errorf("a rival of a dead process: %v", got)
	}
}

func TestQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		i := New()
		connection := i.NewProcess(t.Context()).Connect("")(&server{})
		do(t, connection, http.MethodGet, pods)
		<-time.After(time.Second)
		if !i.Quiet(900*time.Millisecond) || i.Quiet(time.Hour) {
			t.Error("quiet is not measured from the last call")
		}
	})
}
