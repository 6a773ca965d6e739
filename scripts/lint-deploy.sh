#!/bin/sh
# Holds what is in deploy/ to the linters that know it. cfn-lint must be there
# where CI is set; the others say more where they are installed. What needs no
# tool but Go is held by the tests in test/deploy.
# usage: lint-deploy.sh
set -eu
cd "$(dirname "$0")/.."

has() { command -v "$1" >/dev/null 2>&1; }

if has cfn-lint; then
	cfn-lint deploy/cloudformation/*.yaml deploy/events/*.yaml
elif [ -n "${CI:-}" ]; then
	echo "lint-deploy: cfn-lint is missing; install it with: pipx install cfn-lint" >&2
	exit 1
else
	echo "lint-deploy: cfn-lint is not installed, so the CloudFormation templates are not linted" >&2
fi
if has terraform; then
	# Formatting needs no settings of whoever runs it.
	TF_CLI_CONFIG_FILE=/dev/null terraform fmt -check -diff -recursive deploy/terraform
fi
if has promtool; then
	promtool check rules deploy/alerts/*.rules.yaml
fi
if has docker && docker compose version >/dev/null 2>&1; then
	docker compose -f deploy/compose/compose.yaml config --quiet
fi
if has shellcheck; then
	shellcheck scripts/*.sh
fi
