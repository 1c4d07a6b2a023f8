// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package sparkconf_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alauda/spark-operator/pkg/sparkconf"
)

// chain returns properties of which each refers to the one before, so often.
func chain(first string, length, times int) []sparkconf.Property {
	properties := []sparkconf.Property{{Key: "spark.a0", Value: first}}
	for i := 1; i <= length; i++ {
		properties = append(properties, sparkconf.Property{Key: fmt.Sprintf("spark.a%d", i), Value: strings.Repeat(fmt.Sprintf("${spark.a%d}", i-1), times)})
	}
	return properties
}

func TestCheckReferences(t *testing.T) {
	type properties = []sparkconf.Property
	reversed := chain("x", 1000, 1)
	for i, j := 0, len(reversed)-1; i < j; i, j = i+1, j-1 {
		reversed[i], reversed[j] = reversed[j], reversed[i]
	}
	for name, tc := range map[string]struct {
		given properties
		want  string
	}{
		"none":                             {properties{{Key: "spark.a", Value: "x"}}, ""},
		"of one to another":                {properties{{Key: "spark.a", Value: "x"}, {Key: "spark.b", Value: "${spark.a}/${spark.a}"}}, ""},
		"to nothing that is set":           {properties{{Key: "spark.a", Value: "${spark.b} ${env:HOME} ${x} ${} ${"}}, ""},
		"of other languages":               {properties{{Key: "spark.a", Value: "%d{HH:mm} ${sys:spark.a:-x} ${spark a} ${spark.a"}}, ""},
		"doubling":                         {chain("lollollol0", 32, 2), `spark.a15: "${spark.a14}": with what it refers to`},
		"doubling nothing":                 {chain("", 32, 2), `spark.a1`},
		"doubling a default":               {chain("${spark.driver.memory}", 32, 2), `spark.a1`},
		"deep":                             {chain("x", 99, 1), ""},
		"too deep":                         {reversed, `spark.a901: "${spark.a900}": more than 100 references`},
		"to itself":                        {properties{{Key: "spark.a", Value: "-Dx=${spark.a}"}}, `spark.a: "${spark.a}": it is circular: spark.a refers to spark.a;`},
		"a circle":                         {properties{{Key: "spark.a", Value: "${spark.b}"}, {Key: "spark.b", Value: "x${spark.a}"}, {Key: "spark.c", Value: "${spark.a}"}}, `spark.b: "${spark.a}": it is circular: spark.a refers to spark.b refers to spark.a;`},
		"a circle by what stands for it":   {properties{{Key: sparkconf.ContainerImage, Value: "x${" + sparkconf.DriverContainerImage + "}"}}, "it is circular"},
		"Hadoop's own":                     {properties{{Key: "spark.hadoop.a", Value: "${spark.hadoop.a}"}}, ""},
		"Hadoop's own that is referred to": {properties{{Key: "spark.hadoop.a", Value: "${spark.hadoop.a}"}, {Key: "spark.b", Value: "${spark.hadoop.a}"}}, "it is circular"},
		"without an end":                   {properties{{Key: "spark.a", Value: strings.Repeat("${", 10_000)}}, `spark.a: "${": it has references without an end`},
		"without an end, after blanks":     {properties{{Key: "spark.a", Value: strings.Repeat("${ ", 10_000)}}, ""},
		"a large value":                    {properties{{Key: "spark.a", Value: strings.Repeat("x", 1_000_000) + "${spark.b}"}, {Key: "spark.b", Value: "x"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			errs := sparkconf.New(tc.given...).CheckReferences()
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("took %s", took)
			}
			switch {
			case tc.want == "" && len(errs) > 0:
				t.Errorf("errors %v", errs)
			case tc.want != "" && (len(errs) == 0 || !strings.Contains(errs[0].Error(), tc.want)):
				t.Errorf("errors %v, want %s", errs, tc.want)
			}
		})
	}
}

// sparks is how Spark finds references.
var sparks = regexp.MustCompile(`\$\{(?:(\w+?):)?([^ \t\n\v\f\r]+?)\}`)

// expand does what Spark does, as far as the steps go; ok is whether there was no circle and they did.
func expand(conf map[string]string, value string, used []string, steps *int) (expanded string, ok bool) {
	ok = true
	expanded = sparks.ReplaceAllStringFunc(value, func(whole string) string {
		match := sparks.FindStringSubmatch(whole)
		if *steps--; *steps < 0 {
			ok = false
		}
		for _, name := range used {
			ok = ok && (match[1] != "" || name != match[2])
		}
		replacement, isSet := conf[match[2]]
		if !ok || match[1] != "" || !isSet {
			return whole
		}
		inner, fine := expand(conf, replacement, append(slices.Clip(used), match[2]), steps)
		ok = ok && fine
		return inner
	})
	return expanded, ok
}

// What is let pass is never circular, and never expands to more than the bound; what expands in few steps is never
// refused.
func TestReferencesThatPassExpand(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 5))
	pieces := []string{"${", "}", "x", "a:", " ", "${spark.a}", "${spark.b}", "${spark.c}", "${spark.d}", "${env:X}", "$", "{", "${spark.e:f}", "\v"}
	passed, refused := 0, 0
	for range 20_000 {
		properties := map[string]string{}
		conf := sparkconf.New()
		for _, key := range []string{"spark.a", "spark.b", "spark.c", "spark.d"} {
			var value strings.Builder
			for range random.IntN(5) {
				value.WriteString(pieces[random.IntN(len(pieces))])
			}
			properties[key] = value.String()
			conf.Set(key, value.String())
		}
		allExpand := true
		for _, value := range properties {
			steps := 10_000
			_, ok := expand(properties, value, nil, &steps)
			allExpand = allExpand && ok
		}
		if errs := conf.CheckReferences(); (len(errs) == 0) != allExpand {
			t.Fatalf("%v: errors %v, but that all expand is %t", properties, errs, allExpand)
		}
		if allExpand {
			passed++
		} else {
			refused++
		}
	}
	if passed < 1000 || refused < 1000 {
		t.Errorf("%d passed and %d were refused: the draw shows little", passed, refused)
	}
}
