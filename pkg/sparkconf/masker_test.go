// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

func masker(public []string, entries ...string) *sparkconf.Masker {
	m := sparkconf.NewMasker("")
	for i := 0; i < len(entries); i += 2 {
		m.Note(entries[i], entries[i+1])
	}
	m.Public(public...)
	return m
}

func TestMaskerHidesSecretsInTexts(t *testing.T) {
	m := masker(nil,
		"spark.my.password", "hunter2",
		"spark.my.secret", "hunter2hunter2",
		"spark.quoted.token", `a"b\c`,
		"spark.lines.secret", "-----BEGIN KEY\nabcd1234\n",
		"spark.switch.token", "on",
		"spark.plain", "plain",
	)
	for text, want := range map[string]string{
		"plain on hunter2.":            "plain on *********(redacted).",
		"hunter2-driver, xhunter2":     "hunter2-driver, xhunter2",
		"x=hunter2hunter2":             "x=*********(redacted)",
		"xhunter2hunter2x":             "x*********(redacted)x",
		`Invalid value: "a\"b\\c"`:     `Invalid value: "*********(redacted)"`,
		`a"b\c`:                        "*********(redacted)",
		"-----BEGIN KEY / abcd1234":    "*********(redacted) / *********(redacted)",
		"other.password=unknown, next": "other.password=unknown, next",
		"the switch is on":             "the switch is on",
		"spark.switch.token=on":        "spark.switch.token=*********(redacted)",
	} {
		if diff := cmp.Diff(want, m.Mask(text)); diff != "" {
			t.Errorf("Mask(%q) (-want +got):\n%s", text, diff)
		}
	}
	for line, want := range map[string]string{
		"other.password=unknown, next":       "other.password=*********(redacted), next",
		`{"authToken":"abc","level":"INFO"}`: `{"authToken":"*********(redacted)","level":"INFO"}`,
		"level: INFO":                        "level: INFO",
	} {
		if diff := cmp.Diff(want, m.MaskOutput(line)); diff != "" {
			t.Errorf("MaskOutput(%q) (-want +got):\n%s", line, diff)
		}
	}
}

// To hide an ordinary word wherever it stands would reveal the secret.
func TestMaskerLeavesOrdinaryWords(t *testing.T) {
	const mask = sparkconf.Redacted
	m := masker([]string{"minio-ingest", "minio-ingest-driver", "analytics1"},
		"spark.hadoop.fs.s3a.access.key", "minio", "spark.hadoop.fs.s3a.secret.key", "minio-ingest", "DB_PASSWORD", "default", "a.token", "true", "b.token", "1",
		"c.token", "4040", "d.password", "analytics1", "spark.kubernetes.driver.secrets.minio-keys", "/etc/secrets", "AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/secrets/aws/token",
		"spark.kubernetes.driver.secretKeyRef.DB_PASSWORD", "minio-keys:password")
	for text, want := range map[string]string{
		"pod minio-ingest-driver of minio-ingest is true to the default, 1 of 1 on port 4040": "pod minio-ingest-driver of minio-ingest is true to the default, 1 of 1 on port 4040",
		`secret "minio-keys" not found, mounted at /etc/secrets`:                              `secret "minio-keys" not found, mounted at /etc/secrets`,
		"open /var/run/secrets/aws/token: no such file":                                       "open /var/run/secrets/aws/token: no such file",
		"http://minio:9000/minio in analytics1":                                               "http://minio:9000/minio in analytics1",
		"--fs.s3a.access.key minio --verbose minio":                                           "--fs.s3a.access.key " + mask + " --verbose minio",
		"DB_PASSWORD=default, mode=default":                                                   "DB_PASSWORD=" + mask + ", mode=default",
		`{"secret.key": "minio-ingest", "name": "minio-ingest"}`:                              `{"secret.key": "` + mask + `", "name": "minio-ingest"}`,
		`spec.sparkConf[a.token]: Invalid value: "true": must be longer`:                      `spec.sparkConf[a.token]: Invalid value: "` + mask + `": must be longer`,
		`spec.sparkConf[a.token]: "true": must be longer`:                                     `spec.sparkConf[a.token]: "` + mask + `": must be longer`,
		`metadata.name: Invalid value: "minio-ingest"`:                                        `metadata.name: Invalid value: "minio-ingest"`,
		"jdbc:postgresql://me:default@db/default?password=default":                            "jdbc:postgresql://me:" + mask + "@db/default?password=" + mask,
		"d.password: analytics1":                                                              "d.password: " + mask,
	} {
		if diff := cmp.Diff(want, m.Mask(text)); diff != "" {
			t.Errorf("Mask(%q) (-want +got):\n%s", text, diff)
		}
	}
	for value, want := range map[string]string{"true": mask, "minio": mask, "minio-ingest": "minio-ingest", "other": "other"} {
		if got := m.MaskValue(value); got != want {
			t.Errorf("MaskValue(%q) = %q, want %q", value, got, want)
		}
	}
}

var (
	wordList = []string{"minio", "ingest", "spark", "admin", "default", "team", "lake", "jobs", "pi", "true", "1", "on"}
	random   = rand.New(rand.NewPCG(7, 11))
)

func words(n int, joint string) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = wordList[random.IntN(len(wordList))]
	}
	return strings.Join(parts, joint)
}

// letters draws a text of any of the letters.
func letters(of string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = of[random.IntN(len(of))]
	}
	return string(b)
}

// No secret of 16 characters, nor one of 8 that is not made of words, is ever in a text that was masked, whatever
// stands around it.
func TestNoLongSecretIsEverShown(t *testing.T) {
	const anything = "abcXYZ019-_./:=\"'\\ +@$%"
	for range 20_000 {
		secrets := []string{letters(anything, 16+random.IntN(30)), letters("abcdefgh-", 16+random.IntN(9)), "x" + letters("0123456789abcdef", 7) + "7"}
		m := masker([]string{words(2, "-"), words(1, "")}, "a.secret", secrets[0], "b.token", secrets[1], "PASSWORD", secrets[2], "c.token", words(1, ""))
		var text strings.Builder
		for range 1 + random.IntN(6) {
			text.WriteString(letters(anything, random.IntN(5)) + secrets[random.IntN(len(secrets))] + letters(anything, random.IntN(5)) + words(2, " "))
		}
		masked := m.Mask(text.String())
		for _, secret := range secrets {
			if trimmed := strings.TrimSpace(secret); len(trimmed) >= 16 && strings.Contains(masked, trimmed) || len(trimmed) < 16 && strings.Contains(masked, secret) {
				t.Fatalf("%q shows %q: it was %q", masked, secret, text.String())
			}
		}
	}
}

// Names that everybody sees are never changed by words that are secrets, nor are those words where they are given to
// nothing.
func TestPublicNamesAreNeverChanged(t *testing.T) {
	for range 20_000 {
		name := words(1+random.IntN(4), "-")
		public := []string{name, name + "-driver", "team-" + words(1, "")}
		m := masker(public, "a.secret", words(1, ""), "b.token", words(1, ""), "c.password", words(2, "-"), "d.password", name)
		text := strings.Join([]string{words(1, ""), public[1], "of", public[0], "in", public[2], "is", words(2, " ")}, " ")
		if masked := m.Mask(text); masked != text {
			t.Fatalf("%q became %q", text, masked)
		}
	}
}

// Whatever is masked once is left alone the second time, and nothing but secrets is taken out.
func FuzzMask(f *testing.F) {
	f.Add("hunter2", "abcd1234efgh", "password=hunter2 abcd1234efgh", "pi")
	f.Add("minio", "min", "minio: \"minio\", 'min'", "minio-pi")
	f.Fuzz(func(t *testing.T, first, second, text, public string) {
		m := masker([]string{public}, "a.secret", first, "b.token", second)
		masked := m.Mask(text)
		rest := text
		for part := range strings.SplitSeq(masked, sparkconf.Redacted) {
			at := strings.Index(rest, part)
			if at < 0 {
				t.Fatalf("Mask(%q) = %q: not the same text", text, masked)
			}
			rest = rest[at+len(part):]
		}
	})
}

// Many secrets and a long text cost time in proportion to their sum.
func BenchmarkMask(b *testing.B) {
	m := sparkconf.NewMasker("")
	var text strings.Builder
	for i := range 20_000 {
		secret := letters("0123456789abcdef", 24)
		m.Note("a.secret", secret)
		m.Note("b.secret", letters("abcdefgh", 5))
		if i%20 == 0 {
			text.WriteString("error: " + secret + " " + words(3, " ") + "\n")
		}
	}
	for b.Loop() {
		m.Mask(text.String())
	}
}
