// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf

// words finds many words in a text at once: the automaton of Aho and Corasick. What it costs grows with the words and
// with the text, not with the product: an application may have fifty thousand secrets, and an error may repeat them
// all.
type words struct {
	// states are the beginnings of words; the first is the empty one.
	states []state
}

// state is the beginning of a word, which ends in letter. It is small, as there may be millions.
type state struct {
	// child is the first state that is longer by a letter, and sibling the next one of the same parent; 0 for none.
	child, sibling int32
	// shorter is the longest end of this beginning that is the beginning of a word, too.
	shorter int32
	// found is the length of the longest word that ends here; 0 for none.
	found  int32
	letter byte
}

// newWords returns what finds the words, none of which is empty.
func newWords(list []string) *words {
	w := &words{states: make([]state, 1, 64)}
	for _, word := range list {
		at := int32(0)
		for i := range len(word) {
			next := w.child(at, word[i])
			if next == 0 {
				next = int32(len(w.states))
				w.states = append(w.states, state{letter: word[i], sibling: w.states[at].child})
				w.states[at].child = next
			}
			at = next
		}
		w.states[at].found = int32(len(word))
	}
	w.link()
	return w
}

// link finds the shorter state of each, of which it needs those of all that are shorter first.
func (w *words) link() {
	queue := make([]int32, 1, len(w.states))
	for i := 0; i < len(queue); i++ {
		parent := queue[i]
		for at := w.states[parent].child; at != 0; at = w.states[at].sibling {
			queue = append(queue, at)
			if parent != 0 {
				w.states[at].shorter = w.next(w.states[parent].shorter, w.states[at].letter)
			}
			w.states[at].found = max(w.states[at].found, w.states[w.states[at].shorter].found)
		}
	}
}

func (w *words) child(at int32, letter byte) int32 {
	for next := w.states[at].child; next != 0; next = w.states[next].sibling {
		if w.states[next].letter == letter {
			return next
		}
	}
	return 0
}

// next returns the state after a letter.
func (w *words) next(at int32, letter byte) int32 {
	for {
		if next := w.child(at, letter); next != 0 || at == 0 {
			return next
		}
		at = w.states[at].shorter
	}
}

// span is a part of a text.
type span struct{ from, to int }

// in returns the parts of a text that words cover, in their order. Words that overlap make one part.
func (w *words) in(text string) []span {
	var covered []span
	at := int32(0)
	for i := range len(text) {
		at = w.next(at, text[i])
		if w.states[at].found == 0 {
			continue
		}
		part := span{i + 1 - int(w.states[at].found), i + 1}
		for last := len(covered) - 1; last >= 0 && part.from < covered[last].to; last-- {
			part.from, covered = min(part.from, covered[last].from), covered[:last]
		}
		covered = append(covered, part)
	}
	return covered
}
