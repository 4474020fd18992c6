#!/bin/sh
# with-postgres.sh CMD…: runs CMD with MACHIKOE_TEST_POSTGRES_URL naming a PostgreSQL server where databases may be made.
# The server is the one the variable already names, else the one on 127.0.0.1:${PGPORT:-5432} when it lets us in,
# else a private one that lives in a temporary folder for as long as CMD runs. With none of these CMD runs without.
# POSTGRES_OPTIONS goes to the private server (the tests pass "-c fsync=off").
set -u

[ -n "${MACHIKOE_TEST_POSTGRES_URL:-}" ] && exec "$@"

user=$(id -un)
port=${PGPORT:-5432}
may=$(PGCONNECT_TIMEOUT=3 psql -XtAw -h 127.0.0.1 -p "$port" -U "$user" -d postgres \
  -c "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user" 2>/dev/null)
if [ "$may" = t ]; then
  export MACHIKOE_TEST_POSTGRES_URL="postgresql+psycopg://$user@127.0.0.1:$port/postgres"
  exec "$@"
fi

bin=
for folder in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) "$(dirname "$(command -v postgres || echo /-/-)")"; do
  [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] && bin=$folder && break
done
if [ -z "$bin" ]; then
  echo "machikoe: no PostgreSQL server here; what needs one is skipped" >&2
  exec "$@"
fi

home=$(mktemp -d /tmp/machikoe-postgres.XXXXXX)
# PostgreSQL refuses to run as root.
as=
if [ "$(id -u)" = 0 ]; then
  owner=postgres
  id "$owner" >/dev/null 2>&1 || owner=nobody
  as="setpriv --reuid=$(id -u "$owner") --regid=$(id -g "$owner") --clear-groups"
  chown "$owner" "$home"
fi

stop() {
  trap - EXIT INT TERM HUP
  [ -n "${child:-}" ] && kill "$child" 2>/dev/null && wait "$child" 2>/dev/null
  (cd "$home" && $as "$bin/pg_ctl" -D "$home/data" -m immediate stop) >/dev/null 2>&1
  rm -rf "$home"
}
trap stop EXIT
trap 'stop; exit 130' INT TERM HUP

start() {
  cd "$home" || return 1
  $as "$bin/initdb" -D "$home/data" -U machikoe -A trust -E UTF8 --locale=C.UTF-8 -N >"$home/log" 2>&1 || return 1
  for try in 1 2 3 4 5; do
    port=$((54000 + ($$ * 7 + try * 131) % 6000))
    $as "$bin/pg_ctl" -D "$home/data" -l "$home/data/log" -w -t 60 \
      -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$home ${POSTGRES_OPTIONS:-}" \
      start >>"$home/log" 2>&1 && return 0
  done
  return 1
}
here=$(pwd)
if start; then
  export MACHIKOE_TEST_POSTGRES_URL="postgresql+psycopg://machikoe@127.0.0.1:$port/postgres"
else
  echo "machikoe: the private PostgreSQL server did not start:" >&2
  cat "$home/log" "$home/data/log" >&2 2>/dev/null
fi
cd "$here" || exit 1
"$@" &
child=$!
wait "$child"
status=$?
child=
exit "$status"
