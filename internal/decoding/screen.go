// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package decoding

import (
	"bytes"
	"fmt"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

const (
	// maxMemory is what the values of a text may take beside the text itself, and what is made of them. The largest
	// object that an API server stores has 1.5 MB; no real one comes near the limit: 30,000 entries of maps do, or
	// 7,000 containers. An empty one is written in three bytes.
	maxMemory = 8 << 20
	// small is a length of text whose values cannot take that: nothing that is written in three bytes has a thousand
	// times as many.
	small = 16 << 10
	// entry is what an entry of a list or a dictionary takes beside its value: what is compared, copied, sorted and
	// rendered of it comes to as much.
	entry = 256
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

// harmless reports whether a text has nothing in it that could be expensive, whatever it is decoded into. Nearly all
// texts are harmless.
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
		case digits > 0 && (b == 'e' || b == 'E') && sparkconf.LongExponent(raw[i+1:]):
			return false
		}
		digits = 0
	}
	return true
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
			if p := s.take(of.element.size + entry); p != nil {
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
	if why := sparkconf.ExpensiveQuantity(string(bytes.Trim(raw, `"`))); why != "" {
		return &Problem{Value: shorten(string(raw)), Reason: why + "; " + writeQuantity}
	}
	return nil
}
