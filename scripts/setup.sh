#!/bin/sh
# Makes .venv from the locked requirements: `setup.sh base` to run, `setup.sh dev` to develop and test.
# Needs only python3 (3.11+) and pip; does nothing when the locks have not changed.
set -eu
cd "$(dirname "$0")/.."
want=${1:-base}
stamp=.venv/.installed-$want
sum=$(cat "requirements/$want.lock" pyproject.toml | cksum)
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$sum" ] && exit 0

python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "machikoe needs Python 3.11 or newer; '$python' is $("$python" -V 2>&1). Set PYTHON=/path/to/python3.11" >&2; exit 1; }
"$python" -m pip --version >/dev/null 2>&1 || {
  echo "pip is missing. On Debian: apt-get install python3-pip" >&2; exit 1; }

echo "machikoe: installing the locked packages ($want) into .venv, about a minute the first time" >&2
# --without-pip: Debian's bare python3 has no ensurepip; the system's pip installs into the environment instead.
[ -x .venv/bin/python ] || "$python" -m venv --without-pip .venv
"$python" -m pip --python .venv/bin/python install -q --disable-pip-version-check --require-hashes -r "requirements/$want.lock"
"$python" -m pip --python .venv/bin/python install -q --disable-pip-version-check --no-deps -e .
echo "$sum" > "$stamp"
