// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Command kubernetes is etcd, the Kubernetes control plane, the node agents and kubectl in one executable.
//
// One link of the shared packages takes a fraction of the time and space of seven. Which program runs is chosen by the
// name it is started under, so the build links the executable as etcd, kube-apiserver, kubelet and so on. The folder of
// those links is also what controller-runtime's envtest expects in KUBEBUILDER_ASSETS.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	_ "time/tzdata" // the time zones of CronJobs, on machines without tzdata

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	_ "k8s.io/client-go/plugin/pkg/client/auth" // kubectl's credential plugins
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

func main() {
	name := filepath.Base(os.Args[0])
	switch name {
	case "etcd":
		etcdmain.Main(os.Args)
	case "kubectl":
		if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
			util.CheckErr(err)
		}
	default:
		os.Exit(cli.Run(daemon(name)))
	}
}

// daemon returns the command of the Kubernetes component with the given name.
func daemon(name string) *cobra.Command {
	daemons := map[string]func() *cobra.Command{
		"kube-apiserver":          apiserver.NewAPIServerCommand,
		"kube-controller-manager": controllermanager.NewControllerManagerCommand,
		"kube-proxy":              proxy.NewProxyCommand,
		"kube-scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
		"kubelet":                 func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) },
	}
	newCommand, known := daemons[name]
	if !known {
		names := []string{"etcd", "kubectl"}
		for daemon := range daemons {
			names = append(names, daemon)
		}
		slices.Sort(names)
		fmt.Fprintf(os.Stderr, "started as %q: link this executable under one of the names %v\n", name, names)
		os.Exit(2)
	}
	return newCommand()
}
