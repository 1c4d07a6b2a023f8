// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package manager

import (
	"flag"
	"io"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
)

// CommandLine is what a binary gets on its command line; all else is in its configuration file.
type CommandLine struct {
	// ConfigFile is the path of the configuration file or folder; empty means the defaults.
	ConfigFile string
}

// ParseCommandLine reads the flags that both binaries have, and sets up logging to stderr as they say. It returns
// flag.ErrHelp where the flags were asked for.
func ParseCommandLine(binary string, args []string, stderr io.Writer) (CommandLine, error) {
	var line CommandLine
	flags := flag.NewFlagSet(binary, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&line.ConfigFile, "config", "", "path of the configuration file, or of a folder of them, read in the order of their names; empty means the defaults")
	logging := zap.Options{}
	logging.BindFlags(flags)
	// --kubeconfig, for a binary that runs outside of a cluster.
	ctrl.RegisterFlags(flags)
	if err := flags.Parse(args); err != nil {
		return line, err
	}
	ctrl.SetLogger(zap.New(zap.UseFlagOptions(&logging), zap.WriteTo(stderr)))
	return line, nil
}
