// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"path/filepath"
	"time"

	"github.com/alauda/spark-operator/test/localcluster/internal/component"
	"github.com/alauda/spark-operator/test/localcluster/internal/network"
	"github.com/alauda/spark-operator/test/localcluster/internal/pki"
	"github.com/alauda/spark-operator/test/localcluster/internal/process"
)

const apiServerURL = "https://" + network.NodeAddress + ":6443"

// apiServer is the cluster's only door: everything else, people included, is its client.
func (l Layout) apiServer() Program {
	certificate := func(name string) string { return filepath.Join(l.PKI(), name) }
	return Program{
		Spec: process.Spec{
			Name: "kube-apiserver",
			Path: filepath.Join(l.KubernetesBin, "kube-apiserver"),
			Args: []string{
				"--etcd-servers=http://" + etcdClient,
				// The bridge's address: pods and the machine reach it, nobody else does.
				"--bind-address=" + network.NodeAddress,
				"--secure-port=6443",
				// What the service "kubernetes" leads to.
				"--advertise-address=" + network.NodeAddress,
				"--service-cluster-ip-range=" + network.ServiceRange,
				"--tls-cert-file=" + certificate("apiserver.crt"),
				"--tls-private-key-file=" + certificate("apiserver.key"),
				// Users are who their certificate says, or the service account their token says.
				"--client-ca-file=" + certificate("ca.crt"),
				"--service-account-issuer=https://kubernetes.default.svc." + domain,
				"--service-account-signing-key-file=" + certificate("service-accounts.key"),
				"--service-account-key-file=" + certificate("service-accounts.pub"),
				// As in any real cluster: a role that is missing fails here too.
				"--authorization-mode=Node,RBAC",
				"--enable-admission-plugins=NodeRestriction",
				// Logs and exec go from the API server to the kubelet.
				"--kubelet-client-certificate=" + certificate("apiserver-kubelet-client.crt"),
				"--kubelet-client-key=" + certificate("apiserver-kubelet-client.key"),
				"--kubelet-certificate-authority=" + certificate("ca.crt"),
				"--kubelet-preferred-address-types=InternalIP",
				"--allow-privileged=true",
				// What the operator's service accounts ask for; test/audit reads it. Two files at most.
				"--audit-policy-file=" + configFiles["audit-policy.yaml"],
				"--audit-log-path=" + lib + "/audit.log",
				"--audit-log-maxsize=200",
				"--audit-log-maxbackup=1",
				"--profiling=false",
			},
		},
		Version: component.Kubernetes.Version,
		Listens: []string{network.NodeAddress + ":6443"},
		// Includes that the roles and priority classes every cluster has were made.
		Healthy: l.adminHealth("/readyz"),
		Limit:   2 * time.Minute,
	}
}

// issueCertificates makes the keys and certificates of all components, and the files with credentials for the API
// server.
func (l Layout) issueCertificates() error {
	authority, err := pki.NewAuthority(l.PKI())
	if err != nil {
		return err
	}
	identities := map[string]pki.Identity{
		"apiserver": {Name: "kube-apiserver", Hosts: []string{
			network.NodeAddress, network.KubernetesService, "127.0.0.1", "localhost",
			"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc." + domain,
		}},
		"kubelet":                  {Name: "kubelet", Hosts: []string{network.NodeAddress}},
		"apiserver-kubelet-client": {Name: "kube-apiserver-kubelet-client", Groups: []string{"system:masters"}},
		"admin":                    {Name: "admin", Groups: []string{"system:masters"}},
		// The names that the roles of Kubernetes itself are bound to.
		"kube-controller-manager": {Name: "system:kube-controller-manager"},
		"kube-scheduler":          {Name: "system:kube-scheduler"},
		"kube-proxy":              {Name: "system:kube-proxy"},
		"node":                    {Name: "system:node:" + network.NodeAddress, Groups: []string{"system:nodes"}},
		"coredns":                 {Name: "coredns"},
	}
	for file, identity := range identities {
		if err := authority.Issue(file, identity); err != nil {
			return err
		}
	}
	if err := authority.IssueKeyPair("service-accounts"); err != nil {
		return err
	}
	for _, user := range []string{"kube-controller-manager", "kube-scheduler", "kube-proxy", "node", "coredns"} {
		if err := l.writeKubeconfig(kubeconfigOf(user), user); err != nil {
			return err
		}
	}
	return l.writeKubeconfig(Kubeconfig, "admin")
}

// kubeconfigOf returns the file with the credentials of a component.
func kubeconfigOf(user string) string {
	return filepath.Join(lib, user+".kubeconfig")
}
