#!/bin/sh
# Holds the Dockerfile to the rules that matter here. hadolint says more where it
# is installed; these few must hold everywhere.
# usage: lint-dockerfile.sh Dockerfile
set -eu
file="$1"
fail() {
	echo "$file: $1" >&2
	exit 1
}
if command -v hadolint >/dev/null 2>&1; then hadolint "$file"; fi
grep -qE '^FROM [^ ]+ AS build$' "$file" || fail "the first stage must be named build"
[ "$(grep -cE '^FROM ' "$file")" -ge 2 ] || fail "the image must be built in a stage of its own"
if grep -E '^FROM ' "$file" | grep -vE '(:[^ ]+|@sha256:[0-9a-f]{64}|scratch)( |$)'; then fail "a base image has no version"; fi
if grep -E '^FROM [^ ]+:latest' "$file"; then fail "a base image is pinned to latest"; fi
grep -qE '^USER [0-9]+:[0-9]+$' "$file" || fail "the process must run as a numeric user that is not root"
if grep -qE '^USER 0' "$file"; then fail "the process runs as root"; fi
grep -q 'CGO_ENABLED=0' "$file" || fail "the binary must be static"
grep -qE '^ENTRYPOINT \[' "$file" || fail "ENTRYPOINT must be a list, or signals do not arrive"
if grep -qE '^ADD ' "$file"; then fail "use COPY, not ADD"; fi
