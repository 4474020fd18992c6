#!/bin/sh
# Renews the hashed locks; they carry no index address. Further arguments go to uv, such as --upgrade.
set -eu
cd "$(dirname "$0")/.."
uv=${UV:-.venv/bin/uv}
opts="--quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11"
$uv pip compile $opts pyproject.toml -o requirements/base.lock "$@"
$uv pip compile $opts --extra dev pyproject.toml -o requirements/dev.lock "$@"
# What builds the package itself, so that nothing is ever fetched without a hash.
$uv pip compile $opts requirements/build.in -o requirements/build.lock "$@"
