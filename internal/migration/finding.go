// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package migration

import (
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/alauda/spark-operator/internal/planning"
	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// Effect is what becomes of a field.
type Effect string

// The effects, from the worst to the least.
const (
	// Refused keeps the object from doing anything.
	Refused Effect = "refused"
	// Differs is done, and otherwise than by the established operator.
	Differs Effect = "differs"
	// Ignored has no effect.
	Ignored Effect = "ignored"
)

// Effects are all effects, from the worst to the least.
var Effects = []Effect{Refused, Differs, Ignored}

// Finding is one thing to know about an object.
type Finding struct {
	Effect Effect `json:"effect"`
	// Field is the path of the field; empty where it is the object as a whole.
	Field string `json:"field,omitempty"`
	// Message says what is the matter, and what to write instead.
	Message string `json:"message"`
}

// findings collects what there is to know about an object, with its secrets hidden.
type findings struct {
	// secrets are asked for only where there is something to say: to find them takes longer than most objects.
	secrets func() *sparkconf.Masker
	list    []Finding
}

func (f *findings) refuse(errs field.ErrorList) {
	if len(errs) == 0 {
		return
	}
	invalid := planning.InvalidError{Errors: planning.HideSecretsIn(f.secrets(), errs)}
	for _, sentence := range invalid.Sentences() {
		f.list = append(f.list, Sentence(Refused, sentence))
	}
}

// warn sorts what the webhook warns of.
func (f *findings) warn(warnings []string) {
	for _, warning := range warnings {
		effect := Differs
		if strings.Contains(warning, "has no effect") {
			effect = Ignored
		}
		f.list = append(f.list, Sentence(effect, f.secrets().Mask(warning)))
	}
}

func (f *findings) differ(found []Finding) {
	for _, one := range found {
		one.Message = f.secrets().Mask(one.Message)
		f.list = append(f.list, one)
	}
}

// Sentence returns the finding of a sentence that begins with a field's path.
func Sentence(effect Effect, sentence string) Finding {
	path, message, found := strings.Cut(sentence, ": ")
	if !found || strings.ContainsRune(path, ' ') && !strings.ContainsRune(path, '[') {
		return Finding{Effect: effect, Message: sentence}
	}
	return Finding{Effect: effect, Field: path, Message: message}
}
