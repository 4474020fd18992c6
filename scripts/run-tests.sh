#!/bin/sh
# run-tests.sh PROCESSES PATH…: the tests of PATH in two goes. Journeys come after the others: they start processes of their
# own, which would starve browsers of answers.
set -u
processes=$1
shift
python=.venv/bin/python
go() {
  "$python" -m pytest -q "$@"
  status=$?
  # 5: nothing of this sort in PATH.
  [ $status -eq 5 ] || [ $status -eq 0 ] || failed=1
  [ $status -eq 5 ] || found=1
}
failed=0
found=0
go -m "not journey" -n "$processes" --dist loadfile "$@"
go -m journey -n "$processes" "$@"
[ $found -eq 1 ] || { echo "no tests in: $*" >&2; exit 5; }
exit $failed
