// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cases

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// maxPicks is how many samples a generated application combines at most.
const maxPicks = 14

// Pool is what generated applications are made of.
type Pool struct {
	picks []Case
}

// NewPool returns a pool of all fields and properties that an application may combine.
func NewPool() (*Pool, error) {
	fields, err := Fields()
	if err != nil {
		return nil, err
	}
	properties, err := Properties()
	if err != nil {
		return nil, err
	}
	pool := &Pool{picks: fields}
	for _, property := range properties {
		if property.Denied || property.Unsupported || property.NoExecutor {
			continue
		}
		pool.picks = append(pool.picks, property.Cases...)
	}
	pool.picks = append(pool.picks,
		Case{Name: "python", patches: []map[string]any{python}},
		Case{Name: "r", patches: []map[string]any{{"type": "R", "mainClass": nil, "mainApplicationFile": "local:///opt/app.R"}}},
	)
	return pool, nil
}

// Generate returns an application that combines samples at random. Equal seeds make equal applications.
func (p *Pool) Generate(seed uint64) Case {
	random := rand.New(rand.NewPCG(seed, 0))
	chosen := make([]Case, 1+random.IntN(maxPicks))
	for i := range chosen {
		chosen[i] = p.picks[random.IntN(len(p.picks))]
	}
	return Combine(fmt.Sprintf("seed %d", seed), chosen)
}

// Combine returns a case that is several at once; later ones win.
func Combine(name string, chosen []Case) Case {
	c := Case{Name: name}
	for _, pick := range chosen {
		c.patches = append(c.patches, pick.patches...)
		c.Picks = append(c.Picks, pick)
	}
	return c
}

// Without returns a combined case less one of what it combines.
func (c Case) Without(i int) Case {
	return Combine(c.Name, slices.Delete(slices.Clone(c.Picks), i, i+1))
}

// String names what a case combines.
func (c Case) String() string {
	names := make([]string, 0, len(c.Picks))
	for _, pick := range c.Picks {
		names = append(names, pick.Name)
	}
	return c.Name + ": " + strings.Join(names, ", ")
}
