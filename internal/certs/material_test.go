// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package certs

import (
	"encoding/pem"
	"strings"
	"testing"
	"time"
)

var (
	epoch = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	year  = 365 * 24 * time.Hour
)

func testProfile() Profile {
	return Profile{Hosts: []string{"hook.ops.svc", "hook.ops"}, Validity: year}
}

func mustMint(t *testing.T, p Profile, now time.Time, earlier []byte) Material {
	t.Helper()
	m, err := p.Mint(now, earlier)
	if err != nil {
		t.Fatalf("mint: %v", err)
	}
	return m
}

func TestMintMakesServableMaterial(t *testing.T) {
	m := mustMint(t, testProfile(), epoch, nil)
	inspected, err := testProfile().Inspect(m, epoch)
	if err != nil {
		t.Fatalf("inspect: %v", err)
	}
	if got, want := inspected.Certificate.Leaf.NotAfter, epoch.Add(year); !got.Equal(want) {
		t.Errorf("not after: got %s, want %s", got, want)
	}
	life := year + backdating
	if got, want := inspected.RenewAt, epoch.Add(-backdating).Add(life/3*2); got.Sub(want).Abs() > time.Second {
		t.Errorf("renew at: got %s, want %s", got, want)
	}
	if inspected.Certificate.Leaf.IsCA {
		t.Error("the serving certificate may sign others")
	}
}

func TestMintKeepsNoAuthorityKey(t *testing.T) {
	m := mustMint(t, testProfile(), epoch, nil)
	keys := strings.Count(string(m.Certificate)+string(m.Key)+string(m.Trust), "PRIVATE KEY-----\n")
	if keys != 2 { // BEGIN and END of the one serving key.
		t.Errorf("found %d private key markers, want those of the serving key alone", keys)
	}
}

func TestInspectRefuses(t *testing.T) {
	good := mustMint(t, testProfile(), epoch, nil)
	other := mustMint(t, testProfile(), epoch, nil)
	for name, tc := range map[string]struct {
		material Material
		profile  Profile
		at       time.Time
		want     string
	}{
		"nothing there": {profile: testProfile(), at: epoch, want: "missing"},
		"no trust bundle": {
			material: Material{Certificate: good.Certificate, Key: good.Key}, profile: testProfile(), at: epoch, want: "missing",
		},
		"key of another certificate": {
			material: Material{Certificate: good.Certificate, Key: other.Key, Trust: good.Trust}, profile: testProfile(), at: epoch,
			want: "private key does not match",
		},
		"trust of another authority": {
			material: Material{Certificate: good.Certificate, Key: good.Key, Trust: other.Trust}, profile: testProfile(), at: epoch,
			want: "unknown authority",
		},
		"damaged trust bundle": {
			material: Material{Certificate: good.Certificate, Key: good.Key, Trust: []byte("garbage")}, profile: testProfile(), at: epoch,
			want: "unknown authority",
		},
		"another service": {
			material: good, profile: Profile{Hosts: []string{"else.ops.svc"}, Validity: year}, at: epoch, want: "else.ops.svc",
		},
		"expired":       {material: good, profile: testProfile(), at: epoch.Add(year + time.Hour), want: "expired"},
		"not valid yet": {material: good, profile: testProfile(), at: epoch.Add(-2 * backdating), want: "not yet valid"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tc.profile.Inspect(tc.material, tc.at)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("got error %v, want one with %q", err, tc.want)
			}
			if strings.Contains(err.Error(), string(good.Key)) {
				t.Error("the error holds key material")
			}
		})
	}
}

func TestTrustOverlaps(t *testing.T) {
	first := mustMint(t, testProfile(), epoch, nil)
	rotation := epoch.Add(year / 3 * 2)
	second := mustMint(t, testProfile(), rotation, first.Trust)

	both := Material{Certificate: first.Certificate, Key: first.Key, Trust: second.Trust}
	if _, err := testProfile().Inspect(both, rotation); err != nil {
		t.Errorf("the former certificate is not trusted after rotation: %v", err)
	}
	third := mustMint(t, testProfile(), epoch.Add(2*year), second.Trust)
	if got := len(parseAll(third.Trust)); got != 1 {
		t.Errorf("bundle holds %d authorities after the earlier ones expired, want 1", got)
	}
}

func TestTrustBundleIsBounded(t *testing.T) {
	var trust []byte
	for range 3 * maxAuthorities {
		trust = mustMint(t, testProfile(), epoch, trust).Trust
	}
	if got := len(parseAll(trust)); got != maxAuthorities {
		t.Errorf("got %d authorities, want %d", got, maxAuthorities)
	}
}

func TestTrustBundleLeavesOutWhatIsNoAuthority(t *testing.T) {
	first := mustMint(t, testProfile(), epoch, nil)
	earlier := append([]byte("noise\n"), first.Certificate...)
	earlier = append(earlier, pem.EncodeToMemory(&pem.Block{Type: blockCertificate, Bytes: []byte("no DER")})...)
	earlier = append(earlier, first.Key...)

	second := mustMint(t, testProfile(), epoch, earlier)
	if got := len(parseAll(second.Trust)); got != 1 {
		t.Errorf("got %d certificates, want the new authority alone", got)
	}
	if strings.Contains(string(second.Trust), "PRIVATE") {
		t.Error("the bundle holds a private key")
	}
}

func TestMintForLongHostName(t *testing.T) {
	host := strings.Repeat("a", 60) + "." + strings.Repeat("b", 60) + ".svc"
	p := Profile{Hosts: []string{host}, Validity: year}
	if _, err := p.Inspect(mustMint(t, p, epoch, nil), epoch); err != nil {
		t.Errorf("inspect: %v", err)
	}
}
