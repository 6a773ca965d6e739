#!/bin/sh
# Writes the software bill of materials of the server for Linux, in CycloneDX's
# JSON: every module that is linked into it, with its version, hash and the
# licence that its files show, and Go's own library. The same commit gives the
# same file.
# usage: sbom.sh [FILE]; GOARCH chooses the architecture
set -eu
cd "$(dirname "$0")/.."
file="${1:-bin/whystopped.cdx.json}"
mkdir -p "$(dirname "$file")"

# The tool runs on this machine whatever it looks at, so it is built first.
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
GOBIN="$tools" GOOS='' GOARCH='' go install github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0

CGO_ENABLED=0 GOOS=linux GOARCH="${GOARCH:-$(go env GOARCH)}" "$tools/cyclonedx-gomod" app \
	-json -output-version 1.6 -std -licenses -notimestamp -noserial -main cmd/server -output "$file"

jq -e '.bomFormat == "CycloneDX" and .specVersion == "1.6" and (.components | length) > 10' "$file" >/dev/null || {
	echo "sbom: $file is not a whole bill of materials" >&2
	exit 1
}
echo "$file: $(jq '.components | length' "$file") components, $(jq '[.components[] | select(.evidence.licenses == null)] | length' "$file") without a known licence"
