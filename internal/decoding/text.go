// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package decoding

import (
	"bytes"
	"encoding/json"
)

// text reads JSON from its beginning to its end without making values of it. Of what is no JSON it reads anything and
// comes to its end; the decoder refuses that as a whole, before it makes values.
type text struct {
	data []byte
	at   int
}

// peek returns the first byte of the next value or sign; 0 at the end.
func (t *text) peek() byte {
	for t.at < len(t.data) {
		switch b := t.data[t.at]; b {
		case ' ', '\t', '\n', '\r':
			t.at++
		default:
			return b
		}
	}
	return 0
}

// accept steps over the sign if it is next.
func (t *text) accept(sign byte) bool {
	if t.peek() != sign {
		return false
	}
	t.at++
	return true
}

// value steps over a value and returns it.
func (t *text) value() []byte {
	first := t.peek()
	start := t.at
	switch first {
	case 0:
	case '"':
		t.quoted()
	case '{', '[':
		t.composite()
	default:
		t.at++
		t.plain()
	}
	return t.data[start:t.at]
}

// plain steps over the rest of a number or a word.
func (t *text) plain() {
	for ; t.at < len(t.data); t.at++ {
		switch t.data[t.at] {
		case ',', ']', '}', ' ', '\t', '\n', '\r':
			return
		}
	}
}

// quoted steps over a string.
func (t *text) quoted() {
	t.at++
	for t.at < len(t.data) {
		switch t.data[t.at] {
		case '"':
			t.at++
			return
		case '\\':
			t.at++
		}
		t.at++
	}
	t.at = len(t.data)
}

// composite steps over an object or a list. It does not call itself: how deep a text goes is its author's choice.
func (t *text) composite() {
	depth := 0
	for t.at < len(t.data) {
		switch t.data[t.at] {
		case '"':
			t.quoted()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		t.at++
		if depth == 0 {
			return
		}
	}
}

// members calls each for the members of the object that is next, until it returns a problem. each steps over the value.
func (t *text) members(each func(key string) *Problem) *Problem {
	t.accept('{')
	for t.peek() == '"' {
		key := unquote(t.value())
		t.accept(':')
		if p := each(key); p != nil {
			return p
		}
		another := t.accept(',')
		if !another {
			break
		}
	}
	t.accept('}')
	return nil
}

// elements calls each for the elements of the list that is next, until it returns a problem. each steps over the value.
func (t *text) elements(each func(i int) *Problem) *Problem {
	t.accept('[')
	for i := 0; t.peek() != ']' && t.peek() != 0; i++ {
		before := t.at
		if p := each(i); p != nil {
			return p
		}
		another := t.accept(',')
		if !another || t.at == before {
			break
		}
	}
	t.accept(']')
	return nil
}

func unquote(quoted []byte) string {
	if len(quoted) < 2 {
		return ""
	}
	if inner := quoted[1 : len(quoted)-1]; bytes.IndexByte(inner, '\\') < 0 {
		return string(inner)
	}
	var key string
	_ = json.Unmarshal(quoted, &key)
	return key
}
