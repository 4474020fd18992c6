#!/bin/sh
# Makes .venv from the locked requirements: `setup.sh base` to run, `setup.sh dev` to develop and test.
# Needs only python3 (3.11+) and pip; does nothing when the locks have not changed.
set -eu
cd "$(dirname "$0")/.."
want=${1:-base}
sum=$(cat requirements/*.lock pyproject.toml scripts/setup.sh | cksum)
installed() { [ -f ".venv/.installed-$1" ] && [ "$(cat ".venv/.installed-$1")" = "$sum" ] && .venv/bin/python -c ''; }
# What development needs contains what running needs.
installed "$want" && exit 0
installed dev && exit 0

python=${PYTHON:-python3}
command -v "$python" >/dev/null 2>&1 || {
  echo "python3 is missing. On Debian: apt-get install python3 python3-pip" >&2; exit 1; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "machikoe needs Python 3.11 or newer; '$python' is $("$python" -V 2>&1). Set PYTHON=/path/to/python3.11" >&2; exit 1; }
"$python" -m pip --version >/dev/null 2>&1 || {
  echo "pip is missing. On Debian: apt-get install python3-pip" >&2; exit 1; }

echo "machikoe: installing the locked packages ($want) into .venv; a minute or two the first time" >&2
# --without-pip: Debian's bare python3 has no ensurepip; the system's pip installs into the environment instead.
.venv/bin/python -c '' 2>/dev/null || { rm -rf .venv; "$python" -m venv --without-pip .venv; }
install() { "$python" -m pip --python .venv/bin/python install -q --disable-pip-version-check "$@"; }
install --require-hashes -r requirements/build.lock -r "requirements/$want.lock"
install --no-deps --no-index --no-build-isolation -e .
echo "$sum" > ".venv/.installed-$want"
