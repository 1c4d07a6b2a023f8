// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package decoding

import (
	"fmt"
	"reflect"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	k8sjson "sigs.k8s.io/json"
)

// Into decodes a text into what into points to, as the API server decodes its own: names are case-sensitive, and what
// is not known is left out. field is the path of the text in its object, for the problem. Where there is a problem,
// into has what came before it, and is not to be used.
func Into(raw []byte, into any, field string) (problem *Problem) {
	// Decoding runs where nothing else catches a panic, and one would end the program for everybody.
	defer func() {
		if caught := recover(); caught != nil {
			problem = &Problem{Field: field, Reason: fmt.Sprintf("it cannot be decoded: %v", caught)}
		}
	}()
	s := shapeOf(reflect.TypeOf(into))
	if p := screen(raw, s); p != nil {
		return p.at(field)
	}
	if err := k8sjson.UnmarshalCaseSensitivePreserveInts(raw, into); err != nil {
		return locate(raw, s, err).at(field)
	}
	return nil
}

// Metadata decodes the metadata of an object. The API server does not limit how many labels there are, nor other lists
// and maps of metadata: where they have more entries than can be read, the problem says so, and into has the rest, by
// which the object is known.
func Metadata(raw []byte, into *metav1.ObjectMeta, field string) *Problem {
	p := Into(raw, into, field)
	if p == nil {
		return nil
	}
	rest := []byte(`{"labels":null`)
	Members(raw, func(name string, value []byte) {
		if scalar(value) {
			rest = fmt.Appendf(rest, ",%q:%s", name, value)
		}
	})
	*into = metav1.ObjectMeta{}
	if Into(append(rest, '}'), into, field) != nil {
		*into = metav1.ObjectMeta{}
	}
	return p
}

// Members calls each with the members of an object, as they are written; never where it is no object. The text must be
// JSON.
func Members(object []byte, each func(name string, value []byte)) {
	t := &text{data: object}
	if t.peek() != '{' {
		return
	}
	_ = t.members(func(key string) *Problem {
		each(key, t.value())
		return nil
	})
}

// Screen returns what would be expensive about decoding a text into a value like that which like points to, or nil.
// What it lets pass can be given to any decoder.
func Screen(raw []byte, like any, field string) *Problem {
	return screen(raw, shapeOf(reflect.TypeOf(like))).at(field)
}

// locate returns which value in a text that was screened cannot be decoded. Decoders name lists without the place in
// them, and types that decode themselves name nothing.
func locate(raw []byte, s *shape, err error) *Problem {
	if p := (&text{data: raw}).locate(s); p != nil {
		return p
	}
	return &Problem{Reason: "it cannot be decoded: " + shorten(err.Error())}
}

func (t *text) locate(s *shape) *Problem {
	switch next := t.peek(); {
	case s.kind == structure && next == '{':
		return t.members(func(key string) *Problem {
			field, known := s.fields[key]
			if !known {
				t.value()
				return nil
			}
			if p := t.locate(field); p != nil {
				return p.under("." + key)
			}
			return nil
		})
	case s.kind == list && next == '[':
		return t.elements(func(i int) *Problem {
			if p := t.locate(s.element); p != nil {
				return p.under(fmt.Sprintf("[%d]", i))
			}
			return nil
		})
	case s.kind == dictionary && next == '{':
		return t.members(func(key string) *Problem {
			if p := t.locate(s.element); p != nil {
				return p.under("[" + shorten(key) + "]")
			}
			return nil
		})
	}
	value := t.value()
	if k8sjson.UnmarshalCaseSensitivePreserveInts(value, reflect.New(s.of).Interface()) != nil {
		return mismatch(value, s.of)
	}
	return nil
}
