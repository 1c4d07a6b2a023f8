#!/usr/bin/env bash
# Writes a software bill of materials (CycloneDX) of an image: what is linked into our binary, and for the image with Spark its jars and Debian's packages.
# Usage: sbom.sh SOURCE FILE, where SOURCE is as syft has it: docker:NAME, registry:NAME, docker-archive:FILE
set -euo pipefail
cd "$(dirname "$0")/.."
SYFT_CHECK_FOR_APP_UPDATE=false go tool -modfile=hack/sbom/go.mod syft scan --quiet "$1" --output "cyclonedx-json=$2"
