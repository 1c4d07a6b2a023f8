// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// What a secret is decides where it is hidden. To hide an ordinary word wherever it stands would make texts unreadable,
// and reveal the secret: whoever knows what stood there knows it.
const (
	// minSecret is the length from which on a secret is hidden also where it is part of a longer word.
	minSecret = 8
	// minWord is that of a secret that consists of letters, as words of a language do, and of what joins words.
	minWord = 16
	// minToken is the length below which a value is no more than an ordinary word.
	minToken = 4
	// maxEscaped is how much of the secrets of an application is looked for in all the ways in which languages write
	// it. Of the rest it is one. To find a secret takes memory of twenty times its length, and no key or certificate
	// comes near.
	maxEscaped = 1 << 20
	// leastWritten is in how many ways a piece of a secret is taken to be written at least.
	leastWritten = 8
	// maxName is the greatest length of a name before a value.
	maxName = 253
)

// Masker hides the secrets of an application in texts of others, such as an API server's message or a program's output.
//
// A secret of 8 characters, or of 16 if it is made of words, is hidden wherever it stands; a shorter one as a word of
// its own; words, a short number or what has less than 4 characters only where it is given to a name that looks like a
// secret's. Within public names nothing is hidden, unless they are given to such a name.
type Masker struct {
	own *ownPattern
	// secrets are hidden wherever they stand, and public are the names within which they are not.
	secrets, public []string
	// short are hidden as words of their own; those that are true are no more than ordinary words.
	short map[string]bool
	// keys are the names that secrets are given to.
	keys map[string]bool
	// escaped is how much of the secrets is written in other ways.
	escaped int
	// found and publicFound find secrets and public names; nil until they are looked for.
	found, publicFound *words
}

// NewMasker returns a masker that knows no secret yet, and what looks like one by an application's own pattern; one
// that Go does not read is left aside.
func NewMasker(own string) *Masker {
	return &Masker{own: newOwnPattern(own), short: map[string]bool{}, keys: map[string]bool{}}
}

// Value returns the value of a property, masked where it looks like a secret or its key does.
func (m *Masker) Value(key, value string) string {
	if m.secret(key, value) {
		return Redacted
	}
	return value
}

func (m *Masker) secret(key, value string) bool {
	return looksSecret(key) || looksSecret(value) || m.own.matches(key) || m.own.matches(value)
}

// Public adds names that everybody sees who sees the texts, such as those of objects.
func (m *Masker) Public(names ...string) {
	for _, name := range names {
		if name != "" {
			m.public = append(m.public, name)
		}
	}
	m.publicFound = nil
}

// Note adds a value to the secrets if it looks like one, or its key does: its lines, those that are too short to be
// hidden alone together with the next, as they are and as programs write them between quotes.
func (m *Masker) Note(key, value string) {
	if value == "" || !m.secret(key, value) || namesPlace(key, value) && !m.own.matches(key) {
		return
	}
	m.keys[key] = true
	for _, piece := range pieces(value) {
		m.add(piece)
		written := m.written(piece)
		for _, w := range written {
			m.add(w)
		}
	}
	m.found = nil
}

// written returns how programs write a piece of a secret.
func (m *Masker) written(piece string) []string {
	if m.escaped+leastWritten*len(piece) > maxEscaped {
		return escapedBy(escapings[:1], piece)
	}
	written := escaped(piece)
	m.escaped += len(piece) * max(len(written), leastWritten)
	return written
}

func (m *Masker) add(secret string) {
	switch {
	case isOrdinary(secret):
		m.short[secret] = true
	case len(secret) < minSecret && isToken(secret):
		m.short[secret] = false
	default:
		m.secrets = append(m.secrets, secret)
	}
}

// isOrdinary returns whether a text may be a word or a number that stands for something else elsewhere.
func isOrdinary(text string) bool {
	if utf8.RuneCountInString(text) < minToken {
		return true
	}
	if len(text) >= minWord {
		return false
	}
	digits, others := 0, 0
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			digits++
		case notToken(rune(c)) || i > 0 && isUpper(c) && !isUpper(text[i-1]) && !joinsWords(text[i-1]):
			return false
		default:
			others++
		}
	}
	return digits == 0 || others == 0 && len(text) < minSecret
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

func joinsWords(c byte) bool { return c == '-' || c == '_' || c == '.' }

// isToken returns whether a text is one word in the sense of tokens.
func isToken(text string) bool { return strings.IndexFunc(text, notToken) < 0 }

func notToken(r rune) bool { return r >= utf8.RuneSelf || !tokenBytes[byte(r)] }

// tokenBytes are what names of objects and the like consist of.
var tokenBytes = func() (set [256]bool) {
	for _, c := range "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-" {
		set[c] = true
	}
	return set
}()

var (
	// placeKeys begin or are the keys of names: of mounts, and of Secrets and their keys.
	placeKeys = []string{
		DriverSecretsPrefix, ExecutorSecretsPrefix, DriverSecretKeyRefPrefix, ExecutorSecretKeyRefPrefix, KerberosTokenSecret, KerberosTokenSecretKey,
	}
	reference = regexp.MustCompile(`^[a-z0-9.\-]+(:[\w.\-]+)?$`)
)

// namesPlace returns whether a value says where a secret is and is none itself: a path, the name of a Secret, or of a
// key in it.
func namesPlace(key, value string) bool {
	if slices.ContainsFunc(placeKeys, func(place string) bool { return strings.HasPrefix(key, place) }) {
		return strings.HasPrefix(value, "/") || reference.MatchString(value)
	}
	lower := strings.ToLower(key)
	return strings.HasPrefix(value, "/") && (strings.HasSuffix(lower, "file") || strings.HasSuffix(lower, "path"))
}

// Empty reports whether there is nothing to hide.
func (m *Masker) Empty() bool { return len(m.secrets)+len(m.short) == 0 }

// Mask hides the secrets in a text.
func (m *Masker) Mask(text string) string {
	if m.Empty() || text == "" {
		return text
	}
	hidden := m.hidden(text)
	if len(hidden) == 0 {
		return text
	}
	var masked strings.Builder
	end := 0
	for _, part := range hidden {
		masked.WriteString(text[end:part.from])
		masked.WriteString(Redacted)
		end = part.to
	}
	masked.WriteString(text[end:])
	return masked.String()
}

// MaskValue hides a value that is a secret as a whole, and those in any other.
func (m *Masker) MaskValue(value string) string {
	if _, isShort := m.short[value]; isShort && !slices.Contains(m.public, value) {
		return Redacted
	}
	return m.Mask(value)
}

// hidden returns the parts of a text to hide, in their order.
func (m *Masker) hidden(text string) []span {
	if m.found == nil {
		m.found = newWords(m.secrets)
	}
	long, short := m.found.in(text), m.shortIn(text)
	if len(long)+len(short) == 0 {
		return nil
	}
	if m.publicFound == nil {
		m.publicFound = newWords(m.public)
	}
	public := m.publicFound.in(text)
	return union(m.toHide(text, long, public), m.toHide(text, short, public))
}

// toHide leaves of the secrets that are found in a text those that are to be hidden where they are.
func (m *Masker) toHide(text string, secrets, public []span) []span {
	return slices.DeleteFunc(secrets, func(secret span) bool {
		for len(public) > 0 && public[0].to <= secret.from {
			public = public[1:]
		}
		if m.given(text, secret) {
			return false
		}
		if within := len(public) > 0 && public[0].from <= secret.from && secret.to <= public[0].to; within {
			return true
		}
		// The API server shows the value of a field so, whatever the field is.
		return m.short[text[secret.from:secret.to]] && !strings.HasSuffix(text[:secret.from], `value: "`)
	})
}

// shortIn returns the words of a text that are short secrets.
func (m *Masker) shortIn(text string) []span {
	if len(m.short) == 0 {
		return nil
	}
	var found []span
	for from := 0; from < len(text); from++ {
		if !tokenBytes[text[from]] {
			continue
		}
		to := from
		for to < len(text) && tokenBytes[text[to]] {
			to++
		}
		token := strings.Trim(text[from:to], ".")
		if _, isSecret := m.short[token]; isSecret {
			start := from + strings.Index(text[from:to], token)
			found = append(found, span{start, start + len(token)})
		}
		from = to
	}
	return found
}

// union returns what either of two lists covers, in order.
func union(a, b []span) []span {
	all := slices.Concat(a, b)
	slices.SortFunc(all, func(x, y span) int { return cmp.Compare(x.from, y.from) })
	covered := all[:0]
	for _, part := range all {
		if last := len(covered) - 1; last >= 0 && part.from < covered[last].to {
			covered[last].to = max(covered[last].to, part.to)
			continue
		}
		covered = append(covered, part)
	}
	return covered
}

// given returns whether a part of a text is what a name is given that looks like a secret's, be it name=value, "name":
// "value", [name]: "value" or
// --name value, or is the password of a URL.
func (m *Masker) given(text string, part span) bool {
	before := strings.TrimRight(text[:part.from], `\"'`)
	if strings.HasSuffix(before, ":") && strings.HasPrefix(text[part.to:], "@") {
		return true
	}
	before = strings.TrimRight(before, " \t")
	assigned := strings.HasSuffix(before, "=") || strings.HasSuffix(before, ":")
	if assigned {
		before = strings.TrimRight(before[:len(before)-1], " \t\\\"']")
	}
	start := len(before)
	for start > 0 && len(before)-start < maxName && tokenBytes[before[start-1]] {
		start--
	}
	name := before[start:]
	if !assigned && !strings.HasPrefix(name, "-") {
		return false
	}
	dotted := dots.Replace(name)
	return name != "" && (m.keys[name] || m.keys[dotted] || looksSecret(name) || looksSecret(dotted) || m.own.matches(name))
}

// dots stand in names of properties where variables and options have other separators: ACCESS_KEY is as secret as
// access.key.
var dots = strings.NewReplacer("-", ".", "_", ".")
