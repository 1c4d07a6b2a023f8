// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparklabels_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/alauda/spark-operator/pkg/sparklabels"
)

func TestNames(t *testing.T) {
	long := strings.Repeat("a", 63)
	cases := map[string]struct{ got, want string }{
		"a short name keeps its UI Service name":           {sparklabels.UIService("pi"), "pi-ui-svc"},
		"a long name's UI Service is cut and stays unique": {sparklabels.UIService(long), strings.Repeat("a", 47) + "-b06521f3-ui-svc"},
		"a driver ingress names its port":                  {sparklabels.DriverIngressService("pi", 8080), "pi-driver-8080"},
		"a driver ingress' ingress names its port":         {sparklabels.DriverIngress("pi", 8080), "pi-ing-8080"},
		"the monitoring volume of a short name":            {sparklabels.PrometheusVolume("pi"), "pi-prom-conf-vol"},
		"a dotted ConfigMap gets a volume without dots":    {sparklabels.VolumeFor("a.b"), "a-b-2e7336dc-vol"},
		"the driver Service carries the prefix":            {sparklabels.DriverService("pi-0123", "4567"), "pi-0123-driver-svc"},
		"the driver Service falls back on the id":          {sparklabels.DriverService(long, "4567"), "spark-4567-driver-svc"},
		"Spark's label value of a name in words":           {sparklabels.SparkAppNameValue(" My App_1! "), "my-app-1"},
		"a value stays what it is":                         {sparklabels.Value("4.0.1-SNAPSHOT_x"), "4.0.1-SNAPSHOT_x"},
		"what is no value becomes one":                     {sparklabels.Value("(4.0.1 + mine)"), "4.0.1---mine"},
		"Spark's prefix of a name that starts in digits":   {sparklabels.ResourceNamePrefix("1st", "ff"), "xst-ff"},
		"Spark's prefix of a name that starts in a dash":   {sparklabels.ResourceNamePrefix("_a", "ff"), "a-ff"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, tc.got); diff != "" {
				t.Errorf("name (-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever the application or ConfigMap is called, the names made from it are accepted, and differ where their sources
// do.
func FuzzNamesAreBoundedAndDistinct(f *testing.F) {
	f.Add("a", "b")
	f.Add(strings.Repeat("x", 63), strings.Repeat("x", 62)+"y")
	f.Add("a.b", "a-b")
	// The driver's Service of the first has the whole of it, and that of the second nothing.
	f.Add(strings.Repeat("x", 35), strings.Repeat("x", 36))
	f.Add("a--b", "a-b")
	f.Fuzz(func(t *testing.T, a, b string) {
		if value := sparklabels.Value(a); len(validation.IsValidLabelValue(value)) > 0 {
			t.Errorf("Value(%q) = %q is no label value", a, value)
		}
		for _, name := range []string{a, b} {
			if len(validation.IsDNS1123Subdomain(name)) > 0 {
				return
			}
		}
		if volume := sparklabels.VolumeFor(a); len(validation.IsDNS1123Label(volume)) > 0 {
			t.Errorf("VolumeFor(%q) = %q is no DNS label", a, volume)
		}
		if a != b && sparklabels.VolumeFor(a) == sparklabels.VolumeFor(b) {
			t.Errorf("volumes of %q and %q share the name %q", a, b, sparklabels.VolumeFor(a))
		}
		if len(validation.IsDNS1035Label(a)) > 0 || len(validation.IsDNS1035Label(b)) > 0 {
			return
		}
		made := map[string]string{}
		for _, app := range slices.Compact([]string{a, b}) {
			for rule, name := range dependents(app) {
				if len(validation.IsDNS1035Label(name)) > 0 {
					t.Errorf("%s of %q is %q, which is no DNS label", rule, app, name)
				}
				if other, taken := made[name]; taken {
					t.Errorf("%s of %q and %s are both %q", rule, app, other, name)
				}
				made[name] = fmt.Sprintf("%s of %q", rule, app)
			}
			if prefix := sparklabels.ResourceNamePrefix(app, id); len(validation.IsDNS1123Subdomain(prefix)) > 0 || !strings.HasSuffix(prefix, "-"+id) {
				t.Errorf("ResourceNamePrefix(%q) = %q begins no name, or lacks the id", app, prefix)
			}
		}
	})
}

// id is one of 16 hexadecimal digits, as Spark draws and the operator derives them.
const id = "0123456789abcdef"

// dependents are the names of what an application has beside it, by the rule that makes them. Those of Spark's rules
// differ by the application's ids, of which each has its own.
func dependents(app string) map[string]string {
	names := map[string]string{"UIService": sparklabels.UIService(app), "UIIngress": sparklabels.UIIngress(app)}
	for _, port := range []int32{1, 80, 65535} {
		names[fmt.Sprintf("DriverIngressService at %d", port)] = sparklabels.DriverIngressService(app, port)
		names[fmt.Sprintf("DriverIngress at %d", port)] = sparklabels.DriverIngress(app, port)
	}
	sum := sha256.Sum256([]byte(app))
	own := hex.EncodeToString(sum[:])
	names["DriverService"] = sparklabels.DriverService(sparklabels.ResourceNamePrefix(app, own[:16]), own[16:32])
	return names
}

func ExampleUIService() {
	fmt.Println(sparklabels.UIService("spark-pi"))
	// Output: spark-pi-ui-svc
}
