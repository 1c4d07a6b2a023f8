// Copyright 2026 The Alauda Spark Operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// operator is a running controller or webhook: the real binary with its default configuration, as the user that it is
// in a cluster.
type operator struct {
	process
	command *exec.Cmd
	log     string
	pprof   string
	// peak is the most memory that it and its spark-submits have had.
	peak *atomic.Int64
	end  context.CancelFunc
	done chan error
}

// operatorOptions are how a measurement wants the controller.
type operatorOptions struct {
	// mode is submission.mode.
	mode string
	// server is the address of the API server where it is not the cluster's own.
	server string
	// sparkHome is the Spark distribution, if there is to be one.
	sparkHome string
}

func (c *cluster) startOperator(ctx context.Context, b *bench, o operatorOptions) (*operator, error) {
	pprof, err := freeAddress()
	if err != nil {
		return nil, err
	}
	kubeconfig, err := c.kubeconfig(account, o.server)
	if err != nil {
		return nil, err
	}
	configuration := fmt.Sprintf(`apiVersion: config.sparkoperator.k8s.io/v1alpha1
kind: ControllerConfiguration
leaderElection: {enabled: true, leaseNamespace: spark-operator}
health: {bindAddress: "0"}
metrics: {bindAddress: "0"}
pprof: {bindAddress: %q}
submission: {mode: %s}
`, pprof, o.mode)
	op, err := launch(ctx, b, launched{binary: "controller", kubeconfig: kubeconfig, configuration: configuration, environment: []string{"SPARK_HOME=" + o.sparkHome}})
	if err != nil {
		return nil, err
	}
	op.pprof = pprof
	return op, nil
}

// launched is what a binary is started with.
type launched struct {
	binary        string
	kubeconfig    []byte
	configuration string
	environment   []string
}

func launch(ctx context.Context, b *bench, l launched) (*operator, error) {
	binary, err := b.build(ctx, l.binary)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(b.dir, l.binary+"-")
	if err != nil {
		return nil, err
	}
	for name, content := range map[string][]byte{"kubeconfig": l.kubeconfig, "config.yaml": []byte(l.configuration)} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return nil, err
		}
	}
	op := &operator{log: filepath.Join(dir, "log"), done: make(chan error, 1)}
	log, err := os.Create(op.log)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	op.command = exec.Command(binary, "--config", filepath.Join(dir, "config.yaml"), "--kubeconfig", filepath.Join(dir, "kubeconfig"))
	op.command.Env = append(append(os.Environ(), "KUBECONFIG="+filepath.Join(dir, "kubeconfig"), "TMPDIR="+dir), l.environment...)
	op.command.Stdout, op.command.Stderr = log, log
	if err := op.command.Start(); err != nil {
		return nil, fmt.Errorf("start the %s: %w", l.binary, err)
	}
	op.process = process(op.command.Process.Pid)
	go func() { op.done <- op.command.Wait() }()
	watching, end := context.WithCancel(ctx)
	op.end = end
	op.peak = op.watchMemory(watching)
	return op, nil
}

// kubeconfig returns that of a service account.
func (c *cluster) kubeconfig(account, server string) ([]byte, error) {
	groups := []string{"system:serviceaccounts", "system:serviceaccounts:spark-operator", "system:authenticated"}
	user, err := c.environment.AddUser(envtest.User{Name: account, Groups: groups}, nil)
	if err != nil {
		return nil, fmt.Errorf("add user: %w", err)
	}
	if server == "" {
		return user.KubeConfig()
	}
	config := clientcmdapi.NewConfig()
	config.Clusters["perf"] = &clientcmdapi.Cluster{Server: server}
	config.AuthInfos["perf"] = &clientcmdapi.AuthInfo{}
	config.Contexts["perf"] = &clientcmdapi.Context{Cluster: "perf", AuthInfo: "perf", Namespace: namespace}
	config.CurrentContext = "perf"
	return clientcmd.Write(*config)
}

// stop ends the controller and returns an error with the end of its log where it did not last.
func (o *operator) stop() error {
	o.end()
	select {
	case err := <-o.done:
		return fmt.Errorf("it ended by itself: %w\n%s", err, o.lastWords())
	default:
	}
	if err := o.command.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-o.done:
		return nil
	case <-time.After(time.Minute):
		return errors.Join(errors.New("it does not end"), o.command.Process.Kill())
	}
}

func (o *operator) lastWords() string {
	content, _ := os.ReadFile(o.log)
	return string(content[max(0, len(content)-4000):])
}

// profile writes what the controller does in the next seconds, and what memory it holds after them, to files.
func (o *operator) profile(ctx context.Context, b *bench, seconds int) {
	for file, path := range map[string]string{"cpu": fmt.Sprintf("profile?seconds=%d", seconds), "allocs": fmt.Sprintf("allocs?seconds=%d", seconds)} {
		go func() {
			if err := o.fetch(ctx, path, file+".prof"); err != nil {
				b.say("profile: %v", err)
			}
		}()
	}
}

func (o *operator) fetch(ctx context.Context, path, file string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+o.pprof+"/debug/pprof/"+path, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	target, err := os.Create(file)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, response.Body)
	return errors.Join(err, target.Close())
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}
