# `make help` explains every target.
SHELL := /usr/bin/env bash -o errexit -o pipefail -o nounset
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VERSION ?= v0.1.0
CONTROLLER_IMAGE ?= alauda/spark-operator-controller:$(VERSION)
WEBHOOK_IMAGE ?= alauda/spark-operator-webhook:$(VERSION)
# CLUSTER=local runs quickstart and e2e on the project's own cluster; CLUSTER=current on that of the current kubeconfig.
CLUSTER ?= local
export CLUSTER CONTROLLER_IMAGE WEBHOOK_IMAGE

TOOL := go tool -modfile=hack/tools/go.mod
LOCALCLUSTER := go -C test/localcluster run .
LDFLAGS := -s -w -X github.com/alauda/spark-operator/internal/version.Version=$(VERSION)
# The linter's cache remembers absolute paths: each checkout has its own.
export GOLANGCI_LINT_CACHE := $(CURDIR)/bin/golangci-lint-cache

##@ Use

.PHONY: help
help: ## Show this help.
	@awk 'BEGIN {FS = ":.*##"; printf "Usage: make \033[36m<target>\033[0m\n"} \
	  /^[a-zA-Z0-9_-]+:.*?##/ {printf "  \033[36m%-14s\033[0m %s\n", $$1, $$2} \
	  /^##@/ {printf "\n\033[1m%s\033[0m\n", substr($$0, 5)}' $(MAKEFILE_LIST)

.PHONY: quickstart
quickstart: ## Bring up a cluster, install the operator, run two Spark applications to COMPLETED.
	@go run ./test/quickstart

.PHONY: teardown
teardown: ## Remove the local cluster with everything in it.
	@$(LOCALCLUSTER) down

.PHONY: install
install: ## Install the CRDs in the cluster of the current kubeconfig.
	$(TOOL) kustomize build config/crd | kubectl apply -f -

.PHONY: deploy
deploy: ## Install CRDs, controller and webhook in the cluster of the current kubeconfig.
	$(TOOL) kustomize build config/default | kubectl apply -f -

.PHONY: undeploy
undeploy: ## Remove what deploy installed, and with the CRDs all applications.
	$(TOOL) kustomize build config/default | kubectl delete --ignore-not-found -f -

##@ Build

.PHONY: build
build: ## Build the binaries into bin/ (static, for the images).
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o bin/ ./cmd/...

.PHONY: generate
generate: ## Generate deep copies, CRDs, RBAC and the state diagram.
	$(TOOL) controller-gen object:headerFile=hack/boilerplate.go.txt paths=./apis/...
	go run ./hack/crdgen
	go run ./hack/statediagram
	$(TOOL) controller-gen rbac:roleName=spark-operator-controller,fileName=role.yaml paths=./controllers/... paths=./internal/submission/... paths=./internal/manager/... output:rbac:dir=config/rbac/controller
	$(TOOL) controller-gen rbac:roleName=spark-operator-webhook,fileName=role.yaml paths=./webhooks/... paths=./internal/certs/... paths=./internal/manager/... output:rbac:dir=config/rbac/webhook
	$(TOOL) controller-gen webhook paths=./webhooks/... output:webhook:dir=config/webhook

.PHONY: fmt
fmt: ## Format the code.
	$(TOOL) golangci-lint fmt

.PHONY: lint
lint: ## Check the code: style, size, import direction.
	$(TOOL) golangci-lint run
	@hack/verify-filelen.sh

.PHONY: update-golden
update-golden: ## Rewrite the golden files from what the code does now; review them like code.
	go test ./pkg/podmutation ./internal/submission ./cmd/spark-operator -update

##@ Test

.PHONY: test
test: verify unit integration conformance e2e ## What must pass before anything lands.

.PHONY: verify
verify: ## Generate and lint, and ask that nothing changed.
	@hack/verify.sh

.PHONY: unit
unit: ## Unit tests; they need nothing but Go.
	go test $$(go list ./... | grep -vE '/test/(conformance$$|integration|e2e|quickstart|perf)')
	cd test/localcluster && go test ./...

.PHONY: integration
integration: ## Tests against a real kube-apiserver and etcd, built on first use.
	assets=$$($(LOCALCLUSTER) assets) && KUBEBUILDER_ASSETS=$$assets go test -count=1 -timeout 20m ./test/integration/...

.PHONY: conformance
conformance: ## Compare what is submitted natively with what real spark-submit makes; see test/conformance.
	assets=$$($(LOCALCLUSTER) assets) && KUBEBUILDER_ASSETS=$$assets go test -count=1 -timeout 60m ./test/conformance/...

.PHONY: e2e
e2e: ## Tests with real Spark on the local cluster, brought up if need be.
	go test -count=1 -timeout 40m -parallel 2 ./test/e2e/...

.PHONY: perf
perf: ## Benchmarks; they report figures and assert none.
	go test -run '^$$' -bench . -benchmem ./pkg/... ./internal/...
	go test -run '^$$' -bench . -benchtime 20x ./test/perf/...
