#!/usr/bin/env bash
# Install migrate into an environment of its own, and give its Python to the steps that follow.
#
# Reads GITHUB_ACTION_PATH, RUNNER_TEMP, GITHUB_OUTPUT and INPUT_VERSION.
set -euo pipefail

# One annotation and no trace: what is wrong, and what to write instead.
stop() {
  printf '::error title=migrate::%s\n' "$1"
  exit 3
}

[ "${RUNNER_OS:-}" != Windows ] || stop 'migrate runs on Linux and macOS; choose such a runner'
found=$(command -v python3 || true)
[ -n "$found" ] || stop 'there is no python3 here; set the input python-version to 3.10 or newer'
"$found" -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
  stop 'python3 is older than 3.10; set the input python-version to 3.10 or newer'

place=$(mktemp -d "$RUNNER_TEMP/migrate-XXXXXX")
"$found" -m venv "$place/venv" ||
  stop 'python3 cannot make an environment here; install its module venv, or set the input python-version'
python="$place/venv/bin/python"
pip=("$python" -I -m pip --disable-pip-version-check --quiet install)

if [ -n "${INPUT_VERSION:-}" ]; then
  [[ $INPUT_VERSION =~ ^[0-9][0-9A-Za-z.+!]*$ ]] ||
    stop 'the input version is no version; write one such as 0.1.0, or leave it out'
  "${pip[@]}" "config-migrate==$INPUT_VERSION" ||
    stop "pip could not install config-migrate $INPUT_VERSION"
else
  # Every file is known by its digest, what builds the package too.
  "${pip[@]}" --require-hashes -r "$GITHUB_ACTION_PATH/.github/action/requirements.lock" ||
    stop 'pip could not install what migrate needs; PIP_INDEX_URL names another package index'
  "${pip[@]}" --no-deps --no-build-isolation "$GITHUB_ACTION_PATH" ||
    stop 'pip could not install the checkout of the action'
fi
printf 'python=%s\n' "$python" >>"$GITHUB_OUTPUT"
