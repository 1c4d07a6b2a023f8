// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf

// minPiece is the length from which on what is left of a secret is hidden: less reveals nothing.
const minPiece = 4

// MaskEnd hides the secrets in a text of which somebody has cut off the beginning: also the end of one with which it
// begins.
func (m *Masker) MaskEnd(text string) string {
	cut := 0
	borders := bordersOf(text)
	for _, secret := range m.secrets {
		if n := longestEnd(secret, text, borders); n >= minPiece {
			cut = max(cut, n)
		}
	}
	if cut == 0 {
		return m.Mask(text)
	}
	return Redacted + m.Mask(text[cut:])
}

// bordersOf returns for each beginning of a text the length of its longest end, short of all of it, that is a beginning
// of the text, too.
func bordersOf(text string) []int {
	borders := make([]int, len(text))
	for i := 1; i < len(text); i++ {
		n := borders[i-1]
		for n > 0 && text[n] != text[i] {
			n = borders[n-1]
		}
		if text[n] == text[i] {
			n++
		}
		borders[i] = n
	}
	return borders
}

// longestEnd returns the length of the longest end of a secret, short of all of it, with which a text begins. It looks
// at each letter of the secret once.
func longestEnd(secret, text string, borders []int) int {
	n := 0
	for i := 1; i < len(secret) && text != ""; i++ {
		for n > 0 && (n == len(text) || text[n] != secret[i]) {
			n = borders[n-1]
		}
		if text[n] == secret[i] {
			n++
		}
	}
	return n
}
