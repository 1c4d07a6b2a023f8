// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package memory_test

import (
	"math/rand/v2"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/alauda/spark-operator/internal/memory"
)

func object(name, uid string) *metav1.ObjectMeta {
	return &metav1.ObjectMeta{Namespace: "team", Name: name, UID: types.UID(uid)}
}

// Whatever is remembered and forgotten in whatever order: of an object is remembered what was set last for its very UID
// since it was forgotten, and never more objects than have a memory.
func TestAMemoryIsAlwaysOfTheVeryObject(t *testing.T) {
	names, uids := []string{"a", "b", "c"}, []string{"1", "2"}
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		var m memory.Of[int]
		type state struct {
			uid   string
			value int
		}
		want := map[string]state{}
		for step := range 60 {
			name, uid := names[random.IntN(len(names))], uids[random.IntN(len(uids))]
			before := 0
			if want[name].uid == uid {
				before = want[name].value
			}
			if got := m.Get(object(name, uid)); got != before {
				t.Fatalf("seed %d, step %d: of %s/%s is remembered %d, want %d", seed, step, name, uid, got, before)
			}
			switch random.IntN(4) {
			case 0:
				m.Forget(types.NamespacedName{Namespace: "team", Name: name})
				delete(want, name)
			case 1:
				m.Set(object(name, uid), step)
				want[name] = state{uid, step}
			case 2:
				m.Change(object(name, uid), func(n int) int { return n + 1 })
				want[name] = state{uid, before + 1}
			}
			if m.Len() != len(want) {
				t.Fatalf("seed %d, step %d: %d objects, want %d", seed, step, m.Len(), len(want))
			}
		}
	}
}
