// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// covered is what words does, in the plainest way.
func covered(list []string, text string) []span {
	hidden := make([]int, len(text)+1)
	for _, word := range list {
		for i := range text {
			if strings.HasPrefix(text[i:], word) {
				hidden[i] = max(hidden[i], i+len(word))
			}
		}
	}
	var parts []span
	for i, end := range hidden {
		switch last := len(parts) - 1; {
		case end == 0:
		case last >= 0 && i < parts[last].to:
			parts[last].to = max(parts[last].to, end)
		default:
			parts = append(parts, span{i, end})
		}
	}
	return parts
}

// No word of any list is ever left in any text, nor anything hidden that is part of none.
func TestWordsAreFoundWhereverTheyAre(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	draw := func(longest int) string {
		letters := make([]byte, 1+random.IntN(longest))
		for i := range letters {
			letters[i] = "abc"[random.IntN(1+random.IntN(3))]
		}
		return string(letters)
	}
	for range 20_000 {
		list := make([]string, 1+random.IntN(8))
		for i := range list {
			list[i] = draw(6)
		}
		text := draw(40)
		if diff := cmp.Diff(covered(list, text), newWords(list).in(text), cmp.AllowUnexported(span{})); diff != "" {
			t.Fatalf("%q in %q (-want +got):\n%s", list, text, diff)
		}
	}
}
