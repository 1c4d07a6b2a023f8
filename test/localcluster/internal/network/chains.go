// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package network

import (
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
)

// removeChains deletes every chain whose name begins with one of the prefixes, from all tables, with the rules that
// lead to them. kube-proxy and the kubelet also touch the tables of IPv6.
func removeChains(prefixes ...string) error {
	var failures []error
	for _, tool := range []string{"iptables", "ip6tables"} {
		for _, table := range []string{"filter", "nat", "mangle"} {
			prefix := tool + " --wait 10 -t " + table + " "
			listing, err := exec.Command(tool, "--wait", "10", "-t", table, "-S").Output()
			if err != nil {
				continue // a machine need not have the tables of IPv6
			}
			for _, step := range removal(string(listing), prefixes) {
				failures = append(failures, run(prefix+step))
			}
		}
	}
	return errors.Join(failures...)
}

// removal returns the commands that remove the chains, given a listing of their table: first the rules in the kernel's
// own chains that lead to them, then the rules inside, then the chains, which by then nothing refers to.
func removal(listing string, prefixes []string) []string {
	named := func(chain string) bool {
		return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(chain, prefix) })
	}
	var jumps, flushes, deletions []string
	rules := map[string]int{} // the number of the last rule seen of each chain
	for line := range strings.Lines(listing) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		chain := fields[1]
		if fields[0] == "-N" && named(chain) {
			flushes = append(flushes, "-F "+chain)
			deletions = append(deletions, "-X "+chain)
		}
		if fields[0] != "-A" {
			continue
		}
		rules[chain]++
		target := slices.Index(fields, "-j") + 1
		if target > 0 && target < len(fields) && named(fields[target]) && !named(chain) {
			jumps = append(jumps, fmt.Sprintf("-D %s %d", chain, rules[chain]))
		}
	}
	// From the last on, so that the numbers of those before it stay true.
	slices.Reverse(jumps)
	return slices.Concat(jumps, flushes, deletions)
}
