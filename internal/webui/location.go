// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webui

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

// placeholder is what is filled in into the format of a URL.
var placeholder = regexp.MustCompile(`\{\{\s*\$(appName|appNamespace|appId)\s*\}\}`)

// sample stands for every run where a format is checked.
var sample = Run{Namespace: "default", Name: "app", ID: "spark-0"}

// CheckFormat returns what is wrong with the format of a URL, whatever the application.
func CheckFormat(format string) error {
	_, err := locate(format, sample)
	return err
}

// Distinguishes reports whether a format yields another URL for each application of a namespace.
func Distinguishes(format string) bool {
	other := sample
	other.Name, other.ID = "other", "spark-1"
	return expand(format, sample) != expand(format, other)
}

func expand(format string, r Run) string {
	values := map[string]string{"appName": r.Name, "appNamespace": r.Namespace, "appId": r.ID}
	return placeholder.ReplaceAllStringFunc(format, func(found string) string {
		return values[placeholder.FindStringSubmatch(found)[1]]
	})
}

// locate returns the URL of a run. A format need not name a scheme, nor a host: then the Ingress is for all hosts. Its
// path does not end in a slash.
func locate(format string, r Run) (*url.URL, error) {
	text := expand(format, r)
	if strings.Contains(text, "{{") {
		return nil, errors.New("only {{$appName}}, {{$appNamespace}} and {{$appId}} are filled in; correct or remove what else is in braces")
	}
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	location, err := url.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("it is no URL: %w", errors.Unwrap(err))
	}
	if location.User != nil || location.RawQuery != "" || location.Fragment != "" {
		return nil, errors.New("a host and a path are all that an Ingress serves; remove the rest")
	}
	location.Path = strings.TrimRight(location.Path, "/")
	location.RawPath = ""
	host := location.Hostname()
	if host == "" && location.Path == "" {
		return nil, errors.New("it names neither host nor path; set it to a URL such as {{$appName}}.example.com")
	}
	if host == "" {
		return location, nil
	}
	if reasons := CheckHost(host); len(reasons) > 0 {
		return nil, fmt.Errorf("host %q: %s", host, strings.Join(reasons, ", "))
	}
	return location, nil
}

// CheckHost returns what keeps a name from being the host of an Ingress, a wildcard included; nothing if it can be one.
func CheckHost(host string) []string {
	if strings.HasPrefix(host, "*") {
		return validation.IsWildcardDNS1123Subdomain(host)
	}
	return validation.IsDNS1123Subdomain(host)
}

// addressOf is a location as people open it; nothing where the Ingress is for all hosts.
func addressOf(location *url.URL) string {
	if location.Host == "" {
		return ""
	}
	return location.String()
}
