// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf

import "strings"

// minPiece is the length from which on what is left of a secret is hidden: less tells nobody anything.
const minPiece = 4

// MaskEnd hides the secrets in a text of which somebody has cut off the beginning: also the end of one with which it begins.
func (m *Masker) MaskEnd(text string) string {
	cut := 0
	for _, secret := range m.secrets {
		for n := min(len(secret)-1, len(text)); n >= minPiece && n > cut; n-- {
			if strings.HasPrefix(text, secret[len(secret)-n:]) {
				cut = n
			}
		}
	}
	if cut == 0 {
		return m.Mask(text)
	}
	return Redacted + m.Mask(text[cut:])
}
