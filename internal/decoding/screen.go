// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package decoding

import (
	"bytes"
	"fmt"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

const (
	// maxMemory is what the values of a text may take beside the text itself. The largest object that an API server stores has 1.5 MB; no real one comes near: 40,000
	// containers do. An empty one is written in three bytes.
	maxMemory = 32 << 20
	// small is a length of text whose values cannot take that: nothing that is written in three bytes has a thousand times as many.
	small = 32 << 10
	// entry is what an entry of a dictionary takes beside key and value.
	entry = 32
)

// screening finds what would be expensive to decode.
type screening struct {
	text
	memory int
}

// screen returns what of a text would be expensive to decode, or nil.
func screen(raw []byte, s *shape) *Problem {
	if harmless(raw) {
		return nil
	}
	return (&screening{text: text{data: raw}}).walk(s)
}

// harmless reports whether a text has nothing in it that could be expensive, whatever it is decoded into. Nearly all texts are harmless.
func harmless(raw []byte) bool {
	if len(raw) > small {
		return false
	}
	digits := 0
	for i, b := range raw {
		switch {
		case '0' <= b && b <= '9' || b == '.':
			if digits++; digits > sparkconf.MaxQuantityLength {
				return false
			}
			continue
		case digits > 0 && (b == 'e' || b == 'E') && len(exponent(raw[i+1:])) > sparkconf.MaxExponentDigits:
			return false
		}
		digits = 0
	}
	return true
}

// exponent returns the digits at the beginning of a text, behind a sign.
func exponent(raw []byte) []byte {
	if len(raw) > 0 && (raw[0] == '-' || raw[0] == '+') {
		raw = raw[1:]
	}
	end := 0
	for end < len(raw) && '0' <= raw[end] && raw[end] <= '9' {
		end++
	}
	return raw[:end]
}

// walk steps over a value. Its depth is that of the Go types: what these do not have is stepped over as a whole.
func (s *screening) walk(of *shape) *Problem {
	switch next := s.peek(); {
	case of.kind == quantity:
		return checkQuantity(s.value())
	case of.kind == structure && next == '{':
		return s.members(func(key string) *Problem {
			field, known := of.fields[key]
			if !known {
				s.value()
				return nil
			}
			s.memory += field.size
			if p := s.walk(field); p != nil {
				return p.under("." + key)
			}
			return nil
		})
	case of.kind == list && next == '[':
		return s.elements(func(i int) *Problem {
			if p := s.take(of.element.size); p != nil {
				return p
			}
			if p := s.walk(of.element); p != nil {
				return p.under(fmt.Sprintf("[%d]", i))
			}
			return nil
		})
	case of.kind == dictionary && next == '{':
		return s.members(func(key string) *Problem {
			if p := s.take(of.element.size + entry); p != nil {
				return p
			}
			if p := s.walk(of.element); p != nil {
				return p.under("[" + shorten(key) + "]")
			}
			return nil
		})
	}
	s.value()
	return nil
}

func (s *screening) take(size int) *Problem {
	if s.memory += size; s.memory > maxMemory {
		return &Problem{Reason: "with what stands before it, it has more items than can be read; use fewer"}
	}
	return nil
}

// checkQuantity refuses what takes long to decode; whether the rest are quantities is found out by decoding them.
func checkQuantity(raw []byte) *Problem {
	written := bytes.Trim(raw, `"`)
	if len(written) > sparkconf.MaxQuantityLength {
		return &Problem{Value: shorten(string(raw)), Reason: fmt.Sprintf("it has more than %d characters; %s", sparkconf.MaxQuantityLength, writeQuantity)}
	}
	if e := bytes.LastIndexAny(written, "eE"); e >= 0 && len(bytes.TrimLeft(exponent(written[e+1:]), "0")) > sparkconf.MaxExponentDigits {
		return &Problem{Value: string(raw), Reason: fmt.Sprintf("its exponent has more than %d digits; %s", sparkconf.MaxExponentDigits, writeQuantity)}
	}
	return nil
}
