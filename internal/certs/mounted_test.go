// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package certs

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr/funcr"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
)

// folder holds a mounted certificate, beside a clock that the test moves and what is logged.
type folder struct {
	t    *testing.T
	path string
	now  time.Time
	log  []string
}

func newFolder(t *testing.T, m Material) *folder {
	t.Helper()
	f := &folder{t: t, path: t.TempDir(), now: epoch}
	f.write(m)
	return f
}

func (f *folder) write(m Material) {
	f.t.Helper()
	for name, content := range map[string][]byte{"tls.crt": m.Certificate, "tls.key": m.Key} {
		if err := os.WriteFile(filepath.Join(f.path, name), content, 0o600); err != nil {
			f.t.Fatal(err)
		}
	}
}

func (f *folder) mount() (*Mounted, error) {
	return NewMounted(f.path, testOptions().Service, func() time.Time { return f.now })
}

func (f *folder) context() context.Context {
	return ctrl.LoggerInto(f.t.Context(), funcr.New(func(_, line string) { f.log = append(f.log, line) }, funcr.Options{}))
}

// shown is the certificate that callers get.
func shown(t *testing.T, m *Mounted) string {
	t.Helper()
	certificate, err := m.GetCertificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(encode(blockCertificate, certificate.Leaf.Raw))
}

func TestMountedRefusesToStart(t *testing.T) {
	good := mustMint(t, testProfile(), epoch, nil)
	other := mustMint(t, Profile{Hosts: []string{"else.ops.svc", "else.ops"}, Validity: year}, epoch, nil)
	for name, tc := range map[string]struct {
		material Material
		want     string
	}{
		"a certificate for another Service": {other, "tls.crt: it is for the names [else.ops.svc else.ops], and the API server calls hook.ops.svc; " +
			"have it issued for that name, or set certificate.serviceName to the Service's"},
		"the key of another certificate": {Material{Certificate: good.Certificate, Key: other.Key}, "private key does not match"},
		"no certificate":                 {Material{}, "tls.crt and key "},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := newFolder(t, tc.material).mount(); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got error %v, want one with %q", err, tc.want)
			}
		})
	}
}

func TestMountedTakesUpARenewal(t *testing.T) {
	first, second := mustMint(t, testProfile(), epoch, nil), mustMint(t, testProfile(), epoch, nil)
	f := newFolder(t, first)
	m, err := f.mount()
	if err != nil {
		t.Fatal(err)
	}
	f.write(second)
	m.look(f.context())
	if diff := cmp.Diff(string(second.Certificate), shown(t, m)); diff != "" {
		t.Errorf("served (-want +got):\n%s", diff)
	}
}

// What the API server would not accept does not take the place of what it accepts. That is said once; and what has been
// mended, or what time mends, is taken up.
func TestMountedKeepsTheFormer(t *testing.T) {
	first := mustMint(t, testProfile(), epoch, nil)
	later := mustMint(t, testProfile(), epoch.Add(2*backdating), nil)
	other := mustMint(t, Profile{Hosts: []string{"else.ops.svc"}, Validity: year}, epoch, nil)
	old := mustMint(t, testProfile(), epoch.Add(-2*year), nil)
	for name, tc := range map[string]struct {
		material Material
		want     string
	}{
		"of a certificate for another Service": {other, "it is for the names [else.ops.svc], and the API server calls hook.ops.svc"},
		"of one that has expired":              {old, "it expired at 2025-03-01T12:00:00Z"},
		"of one that is not valid yet":         {later, "it is not valid before 2026-03-01T13:00:00Z"},
		"of files of two certificates":         {Material{Certificate: later.Certificate, Key: other.Key}, "private key does not match"},
		"of nothing":                           {Material{}, "read certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFolder(t, first)
			m, err := f.mount()
			if err != nil {
				t.Fatal(err)
			}
			f.write(tc.material)
			m.look(f.context())
			m.look(f.context())
			if got := shown(t, m); got != string(first.Certificate) {
				t.Error("serves what the API server does not accept")
			}
			if err := m.Valid(nil); err != nil {
				t.Errorf("not ready: %v", err)
			}
			if len(f.log) != 1 || !strings.Contains(f.log[0], "Serving the webhook certificate that was read before") || !strings.Contains(f.log[0], tc.want) {
				t.Errorf("log is %q, want one line with %q", f.log, tc.want)
			}
			f.write(later)
			f.now = epoch.Add(2 * backdating)
			m.look(f.context())
			if got := shown(t, m); got != string(later.Certificate) {
				t.Error("does not serve what can be accepted now")
			}
		})
	}
}

// The metric and the readiness check are about what is served, in both modes.
func TestExpiryIsReported(t *testing.T) {
	f := newFolder(t, mustMint(t, testProfile(), epoch, nil))
	m, err := f.mount()
	if err != nil {
		t.Fatal(err)
	}
	r := newReplica(t, newCluster(t, interceptor.Funcs{}))
	if n := testutil.CollectAndCount(r); n != 0 {
		t.Errorf("%d metrics before there is a certificate", n)
	}
	if err := r.Valid(nil); err == nil {
		t.Error("ready without a certificate")
	}
	r.reconcile()
	for name, tc := range map[string]struct {
		served *served
		clock  *time.Time
	}{"self-managed": {&r.served, &r.now}, "mounted": {&m.served, &f.now}} {
		t.Run(name, func(t *testing.T) {
			want := fmt.Sprintf("# HELP %[1]s %[2]s\n# TYPE %[1]s gauge\n%[1]s %[3]d\n", ExpiryMetric, ExpiryHelp, epoch.Add(year).Unix())
			if err := testutil.CollectAndCompare(tc.served, strings.NewReader(want)); err != nil {
				t.Error(err)
			}
			if problems, err := testutil.CollectAndLint(tc.served); err != nil || len(problems) > 0 {
				t.Errorf("problems %v, error %v", problems, err)
			}
			if err := tc.served.Valid(nil); err != nil {
				t.Errorf("not ready: %v", err)
			}
			*tc.clock = epoch.Add(year + time.Second)
			if err := tc.served.Valid(nil); err == nil || err.Error() != "it expired at 2027-03-01T12:00:00Z" {
				t.Errorf("ready with a certificate that has expired, or for another reason: %v", err)
			}
		})
	}
}
