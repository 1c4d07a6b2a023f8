// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package lifecycle

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

const hidden = "0123456789abcdefghijklmnopqrstuv"

// leaks returns a piece of the secret that the status has, or nothing.
func (w *world) leaks(t *testing.T) string {
	t.Helper()
	status, err := json.Marshal(w.app.Status)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+8 <= len(hidden); i++ {
		if piece := hidden[i : i+8]; strings.Contains(string(status), piece) {
			return piece
		}
	}
	return ""
}

func knowsSecret() *sparkconf.Masker {
	m := sparkconf.NewMasker("")
	m.Note("spark.hadoop.fs.s3a.secret.key", hidden)
	return m
}

// Wherever a text is cut, by the operator or before it came here, no piece of a secret is left.
func TestNoCutLeavesAPieceOfASecret(t *testing.T) {
	around := func(limit int) (places []int) {
		for place := limit - len(hidden) - 40; place <= limit+40; place += 7 {
			places = append(places, place)
		}
		return places
	}
	sources := map[string]struct {
		limits []int
		play   func(w *world, text string)
	}{
		"the end of a driver's log": {[]int{maxMessageBytes}, func(w *world, text string) {
			w.reconcile()
			w.driverEnds(1)
			w.driver.Status.ContainerStatuses[0].State.Terminated.Message = text
			w.reconcile()
		}},
		"why the cluster took a driver": {[]int{maxMessageBytes, maxConditionMessageBytes}, func(w *world, text string) {
			w.reconcile()
			phase("Failed", "Evicted")(w.driver)
			w.driver.Status.Message = text
			w.reconcile()
		}},
		"why a submission was refused": {[]int{maxMessageBytes, maxConditionMessageBytes}, func(w *world, text string) {
			w.refuse = errors.New(text)
			w.reconcile()
		}},
		"what a driver waits for": {[]int{maxConditionMessageBytes}, func(w *world, text string) {
			w.reconcile()
			w.driverWaits("CreateContainerConfigError", text)
			w.reconcile()
		}},
	}
	for source, tc := range sources {
		for _, limit := range tc.limits {
			for _, place := range around(limit) {
				// The secret lies across the cut from the front, or across that from the end.
				for end, text := range map[string]string{
					"front": strings.Repeat("x", place) + hidden + strings.Repeat("y", limit),
					"end":   strings.Repeat("x", limit) + hidden + strings.Repeat("y", place),
				} {
					w := newWorld()
					w.secrets = knowsSecret()
					tc.play(w, text)
					if piece := w.leaks(t); piece != "" {
						t.Fatalf("%s: with the secret %d bytes from the %s the status has its piece %s", source, place, end, piece)
					}
				}
			}
		}
	}
}

// The kubelet keeps the end of a log: what it begins with may be the end of a secret.
func TestTheEndOfASecretThatTheKubeletHasCutIsHidden(t *testing.T) {
	for cut := range len(hidden) - 8 {
		w := newWorld()
		w.secrets = knowsSecret()
		w.reconcile()
		w.driverEnds(1)
		w.driver.Status.ContainerStatuses[0].State.Terminated.Message = fmt.Sprintf("%s\nsecond line", hidden[cut:])
		w.reconcile()
		if piece := w.leaks(t); piece != "" || !strings.HasSuffix(w.app.Status.LastFailure.LogTail, "second line") {
			t.Errorf("cut after %d bytes: log tail %q", cut, w.app.Status.LastFailure.LogTail)
		}
	}
}
