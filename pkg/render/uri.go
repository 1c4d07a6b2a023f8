// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package render

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode"
)

// ResolveURI returns a file as Spark names it: a path becomes a file: URI, which stands for a file of whoever submits.
func ResolveURI(file string) string {
	if _, isURI := scheme(file); isURI {
		return file
	}
	if strings.HasPrefix(file, "/") {
		return "file:" + file
	}
	return "file:///" + file
}

// LocalFile returns whether Spark takes a file as one of whoever submits, to be uploaded: a path, or a file: URI.
func LocalFile(file string) bool {
	if file == noResource {
		return false
	}
	scheme, isURI := scheme(file)
	return !isURI || scheme == "file"
}

// scheme returns the scheme of a URI. What java.net.URI does not read, Spark takes as a path of whoever submits,
// whatever it begins with: http:/%zz/../../etc/passwd is /etc/passwd. So in doubt this, too, says that it is a path.
func scheme(file string) (string, bool) {
	name, rest, found := strings.Cut(file, ":")
	if !found || !isScheme(name) {
		return "", false
	}
	rest, fragment, _ := strings.Cut(rest, "#")
	if rest == "" || !legal(fragment, "[]?") {
		return "", false
	}
	if !strings.HasPrefix(rest, "/") {
		return name, legal(rest, "[]?")
	}
	path, query, _ := strings.Cut(rest, "?")
	if !legal(query, "[]?") {
		return "", false
	}
	if after, hasAuthority := strings.CutPrefix(path, "//"); hasAuthority {
		authority, beyond, _ := strings.Cut(after, "/")
		if after == "" || !isAuthority(authority) {
			return "", false
		}
		path = beyond
	}
	return name, legal(path, "")
}

func isScheme(name string) bool {
	for i, r := range name {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || !strings.ContainsRune("0123456789+-.", r)) {
			return false
		}
	}
	return name != ""
}

// isAuthority takes what is no address of IPv6 as Java does: for a name of some registry.
func isAuthority(authority string) bool {
	if !strings.ContainsAny(authority, "[]") {
		return legal(authority, "")
	}
	address, port, found := strings.Cut(strings.TrimPrefix(authority, "["), "]")
	ip, err := netip.ParseAddr(address)
	if !found || err != nil || !ip.Is6() || ip.Zone() != "" || !strings.HasPrefix(authority, "[") {
		return false
	}
	if port == "" {
		return true
	}
	_, err = strconv.ParseUint(strings.TrimPrefix(port, ":"), 10, 16)
	return err == nil && strings.HasPrefix(port, ":")
}

// legal returns whether a part of a URI has only characters that Java lets it have: those of every part, and more.
func legal(part, more string) bool {
	for i, r := range part {
		switch {
		case r == '%':
			if len(part) < i+3 || !isHex(part[i+1]) || !isHex(part[i+2]) {
				return false
			}
		case r > unicode.MaxASCII:
			if unicode.IsControl(r) || unicode.Is(unicode.Z, r) {
				return false
			}
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		case !strings.ContainsRune("-_.!~*'()/;:@&=+$,"+more, r):
			return false
		}
	}
	return true
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}
