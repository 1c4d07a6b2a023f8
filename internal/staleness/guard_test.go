// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package staleness_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/alauda/spark-operator/internal/staleness"
)

var (
	start = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	key   = types.NamespacedName{Namespace: "team", Name: "pi"}
)

func version(uid string, number int) *metav1.ObjectMeta {
	return &metav1.ObjectMeta{Namespace: key.Namespace, Name: key.Name, UID: types.UID(uid), ResourceVersion: fmt.Sprint(number)}
}

// server is an API server: it has one object of the name, whose versions are those of all that has happened.
type server struct {
	uid, number int
	// history is what a cache may have been given, also out of order.
	history []*metav1.ObjectMeta
}

func (s *server) write() *metav1.ObjectMeta {
	s.number++
	now := version(fmt.Sprint("uid-", s.uid), s.number)
	s.history = append(s.history, now)
	return now
}

// Whatever version the cache has, in whatever order, also of an object of the name that was deleted before: none is
// decided on that is older than what was stored here. And nobody waits for ever, whatever the cache does: in the end
// the API server is asked, and what it says is decided on, a restored backup included.
func TestNeverDecidesOnAnOlderVersionAndNeverWaitsForEver(t *testing.T) {
	for seed := range uint64(500) {
		random := rand.New(rand.NewPCG(seed, 2))
		s, g, now := &server{number: 95}, &staleness.Guard{}, start
		newest := 0
		s.write()
		for step := range 60 {
			now = now.Add(time.Duration(random.IntN(5)) * time.Second)
			switch random.IntN(6) {
			case 0: // Somebody else writes.
				s.write()
			case 1: // It is stored here.
				stored := s.write()
				newest = s.number
				g.Stored(stored, now)
			case 2: // It is deleted and made anew, and nobody has seen it gone.
				s.uid++
				s.write()
			case 3: // The API server is restored from a backup.
				if random.IntN(4) == 0 {
					s.number = max(90, s.number-5)
					s.write()
				}
			default:
			}
			cached := s.history[random.IntN(len(s.history))]
			number := 0
			if _, err := fmt.Sscan(cached.ResourceVersion, &number); err != nil {
				t.Fatal(err)
			}
			began := now
			for verdict := g.Judge(cached, now); ; verdict = g.Judge(cached, now) {
				if verdict == staleness.Current {
					if number < newest {
						t.Fatalf("seed %d, step %d: version %d is decided on, %d was stored", seed, step, number, newest)
					}
					break
				}
				if verdict == staleness.Overdue {
					asked := s.history[len(s.history)-1]
					g.Confirmed(asked, now)
					newest = s.number
					if again := g.Judge(asked, now); again != staleness.Current {
						t.Fatalf("seed %d, step %d: what the API server says is %s", seed, step, again)
					}
					break
				}
				if number >= newest {
					t.Fatalf("seed %d, step %d: version %d is %s, and nothing newer than %d was stored", seed, step, number, verdict, newest)
				}
				if now = now.Add(time.Second); now.Sub(began) > 2*staleness.Patience {
					t.Fatalf("seed %d, step %d: waits for ever for %d, has %d", seed, step, newest, number)
				}
			}
			if g.Len() > 1 {
				t.Fatalf("seed %d, step %d: %d objects are remembered, there is one", seed, step, g.Len())
			}
		}
	}
}

func TestADecisionWaitsUntilWhatWasStoredArrives(t *testing.T) {
	var g staleness.Guard
	g.Stored(version("a", 99), start)
	g.Stored(version("a", 100), start)
	if g.Arrived(version("a", 100)) {
		t.Error("nobody waits, and the version was awaited")
	}
	g.Await(key)
	for _, step := range []struct {
		number int
		want   bool
	}{{98, false}, {99, false}, {100, true}, {101, false}} {
		if got := g.Arrived(version("a", step.number)); got != step.want {
			t.Errorf("version %d was awaited: %t, want %t", step.number, got, step.want)
		}
	}
}

// A decision that was given up for what somebody else has stored waits for whatever comes next.
func TestADecisionWaitsForWhatOthersHaveStored(t *testing.T) {
	var g staleness.Guard
	g.Await(key)
	if !g.Arrived(version("a", 7)) || g.Arrived(version("a", 8)) {
		t.Error("the next version was not awaited, or the one after it was")
	}
}

func TestAnObjectThatIsGoneIsForgotten(t *testing.T) {
	var g staleness.Guard
	g.Stored(version("a", 100), start)
	g.Await(key)
	g.Forget(key)
	if got := g.Judge(version("b", 7), start); got != staleness.Current || g.Len() != 0 || g.Arrived(version("b", 7)) {
		t.Errorf("%s, %d objects are remembered", got, g.Len())
	}
}

// Where versions are no numbers nothing is known of their order, and nobody waits.
func TestVersionsThatAreNoNumbersAreCurrent(t *testing.T) {
	var g staleness.Guard
	stored, cached := version("a", 1), version("a", 1)
	stored.ResourceVersion, cached.ResourceVersion = "b-2", "b-1"
	g.Stored(stored, start)
	if got := g.Judge(cached, start); got != staleness.Current {
		t.Errorf("%s", got)
	}
}
