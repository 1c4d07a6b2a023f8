# `make help` explains every target.
SHELL := /usr/bin/env bash -o errexit -o pipefail -o nounset
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VERSION ?= v0.1.0
# IMAGE_REGISTRY=registry.example.com/spark has every image there, those of others by their last name.
IMAGE_REGISTRY ?=
CONTROLLER_IMAGE ?= $(or $(IMAGE_REGISTRY),alauda)/spark-operator-controller:$(VERSION)
CONTROLLER_SLIM_IMAGE ?= $(CONTROLLER_IMAGE)-slim
WEBHOOK_IMAGE ?= $(or $(IMAGE_REGISTRY),alauda)/spark-operator-webhook:$(VERSION)
BUNDLE_IMAGE ?= $(or $(IMAGE_REGISTRY),alauda)/spark-operator-bundle:$(VERSION)
CATALOG_IMAGE ?= $(or $(IMAGE_REGISTRY),alauda)/spark-operator-catalog:$(VERSION)
SAMPLES_IMAGE ?= $(or $(IMAGE_REGISTRY),docker.io/library)/spark:4.0.1
SCORECARD_IMAGE ?= $(or $(IMAGE_REGISTRY),quay.io/operator-framework)/scorecard-test:v1.41.1
OPM_IMAGE ?= $(or $(IMAGE_REGISTRY),quay.io/operator-framework)/opm:v1.60.0
# A file with a line "NAME sha256:..." for controller, webhook, spark, scorecard and bundle pins them all: docs/olm.md.
IMAGE_DIGESTS ?=
# The version that the bundle replaces; none for the first.
REPLACES ?=
PLATFORMS ?= linux/amd64,linux/arm64
BUILD_ARGS ?=
# CLUSTER=local runs quickstart and e2e on the project's own cluster; CLUSTER=current on that of the current kubeconfig.
CLUSTER ?= local
export CLUSTER CONTROLLER_IMAGE CONTROLLER_SLIM_IMAGE WEBHOOK_IMAGE

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
	@# Applications go first, while the controller is there to let their driver pods go.
	-kubectl delete --all --all-namespaces scheduledsparkapplications,sparkapplications
	-kubectl wait pod --all-namespaces --for=delete --timeout=2m -l sparkoperator.k8s.io/launched-by-spark-operator=true,spark-role=driver
	$(TOOL) kustomize build config/default | kubectl delete --ignore-not-found -f -

##@ Build

.PHONY: build
build: ## Build the binaries into bin/ (static, for the images).
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o bin/ ./cmd/...

.PHONY: generate
generate: ## Generate deep copies, CRDs, RBAC, parts of the documentation and the OLM bundle.
	$(TOOL) controller-gen object:headerFile=hack/boilerplate.go.txt paths=./apis/...
	go run ./hack/crdgen
	go run ./hack/statediagram
	go run ./hack/metricstable
	go run ./hack/configtable
	$(TOOL) controller-gen rbac:roleName=spark-operator-controller,fileName=role.yaml paths=./controllers/... paths=./internal/submission/... output:rbac:dir=config/rbac/controller/role
	$(TOOL) controller-gen rbac:roleName=spark-operator-controller-leader-election,fileName=leader_election_role.yaml paths=./cmd/controller/... output:rbac:dir=config/rbac/controller
	$(TOOL) controller-gen rbac:roleName=spark-operator-webhook,fileName=role.yaml paths=./webhooks/... output:rbac:dir=config/rbac/webhook/role
	$(TOOL) controller-gen rbac:roleName=spark-operator-webhook-certificates,fileName=certificates_role.yaml paths=./internal/certs/... output:rbac:dir=config/rbac/webhook
	$(TOOL) controller-gen rbac:roleName=spark-operator-metrics-auth,fileName=auth_role.yaml paths=./internal/manager/... output:rbac:dir=config/rbac/metrics
	$(TOOL) controller-gen rbac:roleName=spark-operator-namespaces,fileName=role.yaml paths=./internal/scope/... output:rbac:dir=config/rbac/namespaces
	$(TOOL) controller-gen webhook paths=./webhooks/... output:webhook:dir=config/webhook
	@$(MAKE) bundle

BUNDLE := go -C hack/bundle run .
BUNDLE_FLAGS = -digests "$(IMAGE_DIGESTS)" -controller-image $(CONTROLLER_IMAGE) -webhook-image $(WEBHOOK_IMAGE) -spark-image $(SAMPLES_IMAGE) \
  -scorecard-image $(SCORECARD_IMAGE)

.PHONY: bundle
bundle: ## Generate the OLM bundle from config/manifests (docs/olm.md), and check it with operator-framework's validators.
	$(BUNDLE) generate -out ../../bundle -version $(VERSION) -replaces "$(REPLACES)" $(BUNDLE_FLAGS)
	@$(BUNDLE) validate

.PHONY: bundle-image
bundle-image: ## Build the image of the bundle and push it; needs docker buildx.
	docker buildx build --push --file bundle.Dockerfile --tag $(BUNDLE_IMAGE) .

.PHONY: catalog
catalog: ## Write the file-based catalog with the bundle into bin/catalog.
	$(BUNDLE) catalog -out ../../bin/catalog -digests "$(IMAGE_DIGESTS)" -bundle-image $(BUNDLE_IMAGE)

.PHONY: catalog-image
catalog-image: catalog ## Build the image of the catalog and push it; needs docker buildx.
	docker buildx build --push --platform $(PLATFORMS) --build-arg OPM_IMAGE=$(OPM_IMAGE) --file catalog/Dockerfile --tag $(CATALOG_IMAGE) .

.PHONY: fmt
fmt: ## Format the code.
	$(TOOL) golangci-lint fmt

.PHONY: lint
lint: ## Check the code: style, size, import direction.
	$(TOOL) golangci-lint run
	@hack/verify-filelen.sh

.PHONY: licenses
licenses: ## Name the licences of what is linked into the binaries; fail on one that may not be. Writes THIRD_PARTY_NOTICES.
	@go -C hack/tools run ./licenses $(CURDIR)

.PHONY: vulncheck
vulncheck: ## Look for known vulnerabilities in what the binaries call; needs Go's vulnerability database.
	@hack/vulncheck.sh

.PHONY: sbom
sbom: build ## Write a software bill of materials (CycloneDX) of each binary into bin/.
	@for binary in controller webhook spark-operator; do \
	  $(TOOL) cyclonedx-gomod bin -json -licenses -version $(VERSION) -output bin/$$binary.cdx.json bin/$$binary; done

.PHONY: sbom-images
sbom-images: ## Write one of each pushed image into bin/, of all that is in it: Go modules, and Spark's jars and Debian's packages.
	@mkdir -p bin
	hack/sbom.sh registry:$(CONTROLLER_IMAGE) bin/controller-image.cdx.json
	hack/sbom.sh registry:$(CONTROLLER_SLIM_IMAGE) bin/controller-slim-image.cdx.json
	hack/sbom.sh registry:$(WEBHOOK_IMAGE) bin/webhook-image.cdx.json

# BUILD_ARGS pins the images to start from: docs/install.md.
.PHONY: docker-buildx
docker-buildx: ## Build the images for PLATFORMS and push them; needs docker buildx.
	docker buildx build --push --platform $(PLATFORMS) $(BUILD_ARGS) --build-arg VERSION=$(VERSION) --file Dockerfile.controller --target spark --tag $(CONTROLLER_IMAGE) .
	docker buildx build --push --platform $(PLATFORMS) $(BUILD_ARGS) --build-arg VERSION=$(VERSION) --file Dockerfile.controller --target slim --tag $(CONTROLLER_SLIM_IMAGE) .
	docker buildx build --push --platform $(PLATFORMS) $(BUILD_ARGS) --build-arg VERSION=$(VERSION) --file Dockerfile.webhook --tag $(WEBHOOK_IMAGE) .

.PHONY: update-golden
update-golden: ## Rewrite the golden files from what the code does now; review them like code.
	go test ./pkg/podmutation ./internal/planning ./internal/submission/sparksubmit ./internal/chartvalues ./cmd/spark-operator -update

.PHONY: update-oracle
update-oracle: ## Record anew what each release of Spark makes of the applications that are kept as golden files (10 minutes).
	for version in $$($(LOCALCLUSTER) releases); do \
	  SPARK_HOME=$$($(LOCALCLUSTER) distribution $$version) go test -count=1 -timeout 20m ./internal/submission/conformance -run Spark -update-oracle; \
	done

##@ Test

.PHONY: test
test: ## What must pass before anything lands; prints how long each part took.
	@hack/parts.sh verify unit integration conformance images e2e

# What does not fit into "make test" is a target of its own here; each can be run alone.
.PHONY: test-all
test-all: test ## make test, and what does not fit into it: every release of Spark with 500 generated applications, a real Kueue, every fault, every overlay, an upgrade.
	@hack/parts.sh conformance-all e2e-versions e2e-kueue faults-all overlays

.PHONY: verify
verify: ## Generate and lint, and ask that nothing changed.
	@hack/verify.sh

.PHONY: unit
unit: ## Unit tests; they need nothing but Go.
	go test $$(go list ./... | grep -vE '/test/(conformance$$|integration|e2e|images|kueue|overlays|quickstart|perf)')
	cd test/localcluster && go test ./...
	cd hack/bundle && go test -count=1 ./... # it reads files outside of its module, which Go's cache of results does not see

.PHONY: integration
integration: ## Tests against a real kube-apiserver and etcd, built on first use.
	assets=$$($(LOCALCLUSTER) assets) && KUBEBUILDER_ASSETS=$$assets go test -count=1 -timeout 30m ./test/integration/...

.PHONY: faults-all
faults-all: ## Every fault at every call; see test/integration/faults.
	assets=$$($(LOCALCLUSTER) assets) && FAULTS=all KUBEBUILDER_ASSETS=$$assets go test -count=1 -timeout 120m ./test/integration/faults/...

.PHONY: conformance
conformance: ## Compare what is submitted natively with what real spark-submit makes; see test/conformance.
	assets=$$($(LOCALCLUSTER) assets) && KUBEBUILDER_ASSETS=$$assets go test -count=1 -timeout 60m ./test/conformance/...

# One release after the other: each keeps a JVM of 1 GB up.
.PHONY: conformance-all
conformance-all: ## The same for every release of Spark, with 500 generated applications each (under 30 minutes).
	assets=$$($(LOCALCLUSTER) assets); failed=; for version in $$($(LOCALCLUSTER) releases); do \
	  echo "== Spark $$version"; \
	  KUBEBUILDER_ASSETS=$$assets SPARK_VERSIONS=$$version CONFORMANCE_SEEDS=500 CONFORMANCE_PROCESSES=6 \
	    go test -count=1 -timeout 30m ./test/conformance/... || failed="$$failed $$version"; \
	done; test -z "$$failed" || { echo "failed:$$failed"; exit 1; }

.PHONY: builder
builder: # what builds images where there is no container engine
	@for program in buildah busybox; do command -v $$program >/dev/null; done || \
	  { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends buildah busybox-static; } >/dev/null

.PHONY: images
images: builder ## Build the images without Spark from their Dockerfiles, and check them.
	go test -count=1 -timeout 20m ./test/images/...

.PHONY: e2e
e2e: builder ## Tests with real Spark on the local cluster, brought up if need be, with images built from the Dockerfiles.
	IMAGES=dockerfiles go test -count=1 -timeout 40m -parallel 2 ./test/e2e/...

.PHONY: e2e-versions
e2e-versions: ## The samples on the images of every release of Spark.
	SPARK_VERSIONS="$$($(LOCALCLUSTER) releases)" go test -count=1 -timeout 40m -parallel 2 -run TestNativeOnOtherVersions ./test/e2e/

.PHONY: e2e-kueue
e2e-kueue: ## Applications queued by a real Kueue on the local cluster; builds it on first use (5 minutes).
	go test -count=1 -timeout 40m ./test/kueue/...

.PHONY: prometheus
prometheus: # what reads the metrics in the tests of overlays
	@for program in prometheus promtool; do command -v $$program >/dev/null; done || \
	  { apt-get -qq update && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends prometheus; } >/dev/null

.PHONY: overlays
overlays: prometheus ## Install every overlay and component, with a real cert-manager, and upgrade from the previous version, on the cluster of e2e.
	go test -count=1 -timeout 40m ./test/overlays/...

.PHONY: perf
perf: ## Measure speed and scale; reports figures and asserts none (docs/performance.md). PERF=-full for whole sizes.
	go test -run '^$$' -bench . -benchmem ./internal/planning ./webhooks
	assets=$$($(LOCALCLUSTER) assets) && KUBEBUILDER_ASSETS=$$assets go run ./test/perf all $(PERF)
