#!/bin/sh
# Installs what the tests need and this machine lacks. It says what it does, and
# fails where it may not: a test that is skipped proves nothing.
# usage: test-tools.sh chromium aws postgresql
set -eu

package_of() {
	case "$1" in
	chromium) echo chromium ;;
	aws) echo awscli ;;
	node) echo nodejs ;;
	*) echo "$1" ;;
	esac
}

# Debian keeps the programs of PostgreSQL's server out of PATH.
there() {
	case "$1" in
	postgresql) command -v initdb || ls /usr/lib/postgresql/*/bin/initdb ;;
	*) command -v "$1" ;;
	esac >/dev/null 2>&1
}

missing=""
for tool in "$@"; do
	there "$tool" || missing="$missing $(package_of "$tool")"
done
[ -n "$missing" ] || exit 0

as_root=""
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null 2>&1 || ! sudo -n true 2>/dev/null; then
		echo "The tests need:$missing. Install them first, or run make test as root." >&2
		exit 1
	fi
	as_root="sudo -n"
fi
if ! command -v apt-get >/dev/null 2>&1; then
	echo "The tests need:$missing. There is no apt-get here to install them with." >&2
	exit 1
fi
echo "Installing what the tests need:$missing"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
# shellcheck disable=SC2086 # the list is split on purpose
$as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
