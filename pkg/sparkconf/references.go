// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf

import (
	"fmt"
	"slices"
	"strings"
)

const (
	// MaxExpanded is how many characters Spark may have to look at to expand a value. No ConfigMap holds more, so
	// nothing that a pod is given is longer.
	MaxExpanded = 1 << 20
	// maxNested is how many references may lead to one another: Spark follows them on its stack, which takes several
	// hundred.
	maxNested = 100
	// defaultLength is more than any default of Spark has, which stands for a property that is not set.
	defaultLength = 256
	// maxShown is how many properties of a circle are named.
	maxShown = 5
)

// ReferenceError says that Spark cannot expand the references of a property, or not in reasonable time.
type ReferenceError struct {
	// Key is the property, and Reference what is wrong in its value.
	Key, Reference string
	// Why says what is wrong with it and what to do instead.
	Why string
}

// Error implements error.
func (e *ReferenceError) Error() string { return fmt.Sprintf("%s: %q: %s", e.Key, e.Reference, e.Why) }

// literal begin the properties that Spark hands on as they are, so that references in them alone are not expanded.
var literal = []string{
	HadoopPrefix, DriverEnvPrefix, ExecutorEnvPrefix, DriverLabelPrefix, ExecutorLabelPrefix, DriverAnnotationPrefix, ExecutorAnnotationPrefix,
}

// fallbacks are the properties in whose place Spark reads another one where they are not set, also where they are
// referred to.
var fallbacks = map[string]string{
	DriverContainerImage:                                                 ContainerImage,
	ExecutorContainerImage:                                               ContainerImage,
	"spark.authenticate.secret.driver.file":                              "spark.authenticate.secret.file",
	"spark.authenticate.secret.executor.file":                            "spark.authenticate.secret.file",
	"spark.driver.bindAddress":                                           "spark.driver.host",
	"spark.driver.blockManager.port":                                     "spark.blockManager.port",
	"spark.dynamicAllocation.initialExecutors":                           "spark.dynamicAllocation.minExecutors",
	"spark.dynamicAllocation.sustainedSchedulerBacklogTimeout":           "spark.dynamicAllocation.schedulerBacklogTimeout",
	"spark.locality.wait.node":                                           "spark.locality.wait",
	"spark.locality.wait.process":                                        "spark.locality.wait",
	"spark.locality.wait.rack":                                           "spark.locality.wait",
	"spark.scheduler.listenerbus.eventqueue.appStatus.capacity":          "spark.scheduler.listenerbus.eventqueue.capacity",
	"spark.scheduler.listenerbus.eventqueue.shared.capacity":             "spark.scheduler.listenerbus.eventqueue.capacity",
	"spark.scheduler.listenerbus.eventqueue.eventLog.capacity":           "spark.scheduler.listenerbus.eventqueue.capacity",
	"spark.scheduler.listenerbus.eventqueue.executorManagement.capacity": "spark.scheduler.listenerbus.eventqueue.capacity",
}

// CheckReferences returns what is wrong with references such as ${spark.x}: circles, which Spark refuses only once it
// reads the property, and values that take it longer than reasonable to expand. Of properties that refer to one that is
// wrong nothing is said.
func (c *Conf) CheckReferences() []*ReferenceError {
	check := referenceCheck{conf: c}
	for key, value := range c.All() {
		if strings.Contains(value, "${") && !slices.ContainsFunc(literal, func(prefix string) bool { return strings.HasPrefix(key, prefix) }) {
			check.cost(key, value)
		}
	}
	return check.errs
}

// referenceCheck expands nothing: it adds up what that would take, once for each property.
type referenceCheck struct {
	conf *Conf
	// costs are those of properties with references; isWrong of those that have none, for which an error is or was
	// reported.
	costs map[string]int
	// path leads from the property that is asked about to the one that is looked at.
	path []string
	errs []*ReferenceError
}

const isWrong = -1

// cost returns how many characters Spark looks at to expand the value of a property, or isWrong.
func (r *referenceCheck) cost(key, value string) int {
	if known, isKnown := r.costs[key]; isKnown {
		return known
	}
	if r.costs == nil {
		r.costs = map[string]int{}
	}
	r.path = append(r.path, key)
	cost := r.add(key, value)
	r.path = r.path[:len(r.path)-1]
	r.costs[key] = cost
	return cost
}

func (r *referenceCheck) add(key, value string) int {
	cost := len(value)
	for rest := value; ; {
		ref, after, scanned := nextReference(rest)
		cost += scanned
		if ref.whole == "" {
			break
		}
		rest = after
		target := r.target(key, ref)
		if target == isWrong {
			return isWrong
		}
		if cost += target; cost > MaxExpanded {
			return r.refuse(key, ref.whole, tooLarge)
		}
	}
	if cost > MaxExpanded {
		return r.refuse(key, "${", "it has references without an end, which Spark looks for again and again; write } after each name, or no ${")
	}
	return cost
}

var tooLarge = fmt.Sprintf("with what it refers to, the value has more than %d characters (1 MiB) to expand, which no ConfigMap holds and Spark takes minutes for; "+
	"write the value itself, or refer to less", MaxExpanded)

// target returns what it costs to expand what a reference in a property refers to, or isWrong.
func (r *referenceCheck) target(from string, ref referenceTo) int {
	key, value, isSet := ref.name, "", false
	if ref.prefix == "" {
		if value, isSet = r.conf.Lookup(key); !isSet {
			key = fallbacks[key]
			value, isSet = r.conf.Lookup(key)
		}
	}
	switch {
	case !isSet:
		return defaultLength
	case !strings.Contains(value, "${"):
		return len(value)
	}
	if at := slices.Index(r.path, key); at >= 0 {
		return r.refuse(from, ref.whole, circular(append(slices.Clone(r.path[at:]), key)))
	}
	if len(r.path) >= maxNested {
		return r.refuse(from, ref.whole, fmt.Sprintf("more than %d references lead to one another here, more than Spark follows; write the value itself", maxNested))
	}
	return r.cost(key, value)
}

// circular says what is wrong with properties that refer to one another, the first of them again at the end.
func circular(keys []string) string {
	if len(keys) > maxShown {
		keys = append(slices.Clone(keys[:maxShown-1]), "...", keys[len(keys)-1])
	}
	return "it is circular: " + strings.Join(keys, " refers to ") + "; write a value in place of one of the references"
}

func (r *referenceCheck) refuse(key, reference, why string) int {
	if len(reference) > maxName {
		reference = "${"
	}
	r.errs = append(r.errs, &ReferenceError{Key: key, Reference: reference, Why: why})
	return isWrong
}

// referenceTo is a reference, or none where whole is empty.
type referenceTo struct{ whole, prefix, name string }

// nextReference returns the first reference of a text, what comes after it, and how many characters Spark looks at in
// vain before that: where nothing closes a reference, it looks as far for each that is opened.
func nextReference(text string) (found referenceTo, after string, scanned int) {
	for {
		at := strings.Index(text, "${")
		if at < 0 {
			return referenceTo{}, "", scanned
		}
		text = text[at:]
		if found, end := referenceAt(text); end > 0 {
			return found, text[end:], scanned
		}
		unclosed := strings.IndexFunc(text, isRegexBlank)
		if unclosed < 0 {
			unclosed = len(text)
		}
		scanned += strings.Count(text[:unclosed], "${") * unclosed
		text = text[unclosed:]
	}
}

// referenceAt returns the reference with which a text begins, and where it ends; zero where it is none. A prefix
// consists of the characters of a word, and a name has at least one character, none of them blank.
func referenceAt(text string) (referenceTo, int) {
	const begin = len("${")
	colon := begin
	for colon < len(text) && isWordByte(text[colon]) {
		colon++
	}
	if colon > begin && colon < len(text) && text[colon] == ':' {
		if end := closing(text, colon+1); end > 0 {
			return referenceTo{text[:end+1], text[begin:colon], text[colon+1 : end]}, end + 1
		}
	}
	if end := closing(text, begin); end > 0 {
		return referenceTo{text[:end+1], "", text[begin:end]}, end + 1
	}
	return referenceTo{}, 0
}

// closing returns where the name that begins at a place ends; zero where it does not.
func closing(text string, from int) int {
	for i := from; i < len(text) && !isRegexBlank(rune(text[i])); i++ {
		if text[i] == '}' && i > from {
			return i
		}
	}
	return 0
}

func isWordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func isRegexBlank(r rune) bool { return r == ' ' || r >= '\t' && r <= '\r' }
