// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"text/tabwriter"
	"time"
)

// State is how one component is.
type State struct {
	// Name and Version say which.
	Name, Version string
	// Pid is 0 when it does not run.
	Pid int
	// Err is why it is not healthy.
	Err error
}

// Status looks at every component.
func (c *Cluster) Status(ctx context.Context) []State {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	programs := c.Layout.Programs()
	states := make([]State, len(programs))
	var group sync.WaitGroup
	for i, program := range programs {
		group.Go(func() {
			state := State{Name: program.Name, Version: program.Version, Pid: c.supervisor.Pid(program.Name)}
			state.Err = fmt.Errorf("not running")
			if state.Pid != 0 {
				state.Err = program.Healthy(ctx)
			}
			states[i] = state
		})
	}
	group.Wait()
	return states
}

// Settled reports whether the cluster is up. A component that runs but does not answer gets time: on a busy machine it
// may be slow, and a cluster that someone uses must not be replaced for that.
func (c *Cluster) Settled(ctx context.Context) bool {
	for deadline := time.Now().Add(30 * time.Second); ; {
		states := c.Status(ctx)
		if Healthy(states) {
			return true
		}
		gone := slices.ContainsFunc(states, func(state State) bool { return state.Pid == 0 })
		if gone || time.Now().After(deadline) || ctx.Err() != nil {
			return false
		}
		time.Sleep(time.Second)
	}
}

// Healthy reports whether all components are.
func Healthy(states []State) bool {
	for _, state := range states {
		if state.Err != nil {
			return false
		}
	}
	return true
}

// WriteStatus writes a table of the components.
func WriteStatus(w io.Writer, states []State) error {
	// Writes go to a buffer until Flush, which is where an error shows.
	table := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	_, _ = fmt.Fprintln(table, "COMPONENT\tVERSION\tPID\tHEALTH")
	for _, state := range states {
		health, pid := "ok", fmt.Sprint(state.Pid)
		if state.Err != nil {
			health = state.Err.Error()
		}
		if state.Pid == 0 {
			pid = "-"
		}
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", state.Name, state.Version, pid, health)
	}
	return table.Flush()
}
