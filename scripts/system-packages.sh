#!/bin/sh
# What the tests use beside Python: a PostgreSQL server, Chromium and a Japanese font.
# Installs what is missing where it may (root on Debian), otherwise says how to get it. It never stops the build:
# tests that need a missing thing skip with the reason, and fail when CI=true.
set -u

postgres_missing() {
  command -v postgres >/dev/null 2>&1 && return 1
  for binary in /usr/lib/postgresql/*/bin/postgres; do [ -x "$binary" ] && return 1; done
  return 0
}

chromium_missing() { ! command -v chromium >/dev/null 2>&1; }

font_missing() { ! fc-list :lang=ja 2>/dev/null | grep -q .; }

wanted() {
  postgres_missing && printf 'postgresql '
  chromium_missing && printf 'chromium '
  font_missing && printf 'fontconfig fonts-morisawa-bizud-gothic '
}

missing=$(wanted)
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "machikoe: installing for the tests: $missing" >&2
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq -o DPkg::Lock::Timeout=120 update >&2
  # shellcheck disable=SC2086 (one word a package)
  apt-get -qq -o DPkg::Lock::Timeout=120 install -y --no-install-recommends $missing >&2
  missing=$(wanted)
fi
if [ -n "$missing" ]; then
  echo "machikoe: not on this machine: $missing" >&2
  echo "          Tests that need them are skipped. On Debian: sudo apt-get install $missing" >&2
fi
exit 0
