#!/bin/sh
# Builds the server twice, in different folders, at different times, the second
# time from nothing, and fails where the two differ by a byte.
# usage: reproducible.sh; GOOS and GOARCH choose what for
set -eu
cd "$(dirname "$0")/.."
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT

build() { # folder
	mkdir -p "$dir/$1"
	tar -c --exclude ./.git --exclude ./bin . | tar -x -C "$dir/$1"
	(cd "$dir/$1" && CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w -buildid=' -o "$dir/$1.bin" ./cmd/server)
	sha256sum <"$dir/$1.bin" | cut -d ' ' -f 1
}

first=$(build one)
mkdir "$dir/cache"
second=$(GOCACHE="$dir/cache" TMPDIR="$dir/cache" TZ=Pacific/Auckland build a/folder/elsewhere)
if [ "$first" != "$second" ]; then
	echo "reproducible: the builds differ: $first and $second" >&2
	exit 1
fi
echo "$first  whystopped, twice ($(go env GOOS)/$(go env GOARCH), $(go version | cut -d ' ' -f 3))"
