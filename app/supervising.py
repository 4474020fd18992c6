"""Runs several `machikoe` processes as one: starts them, starts a dead one again, stops all together."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from app.parent import SUPERVISED
from app.stopping import on_stop_signals

log = structlog.get_logger()

_RESTART_PAUSE_SECONDS = 1.0
_STOP_SECONDS = 20.0


@dataclass(slots=True)
class Program:
    """One process: the arguments of `machikoe`, and what its environment has besides ours."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, or start again."""
        command = [sys.executable, "-m", "app", *self.arguments]
        self.process = subprocess.Popen(command, env={**os.environ, **self.environment, SUPERVISED: "1"})  # noqa: S603 (our own command)


def supervise(programs: Sequence[Program], *, stop: threading.Event | None = None) -> int:
    """Run until SIGTERM or SIGINT; 0 when every process ended in time."""
    stop = stop or threading.Event()

    if threading.current_thread() is threading.main_thread():
        on_stop_signals(lambda _signal: stop.set())
    try:
        for program in programs:
            program.start()
        while not stop.wait(0.2):
            _restart_dead(programs, stop)
    finally:
        failed = _stop_all(programs)
    return failed


def _restart_dead(programs: Sequence[Program], stop: threading.Event) -> None:
    for program in programs:
        status = program.process.poll() if program.process else None
        if status is not None and not stop.wait(_RESTART_PAUSE_SECONDS):
            log.warning("process.ended", name=program.name, status=status)
            program.start()


def _stop_all(programs: Sequence[Program]) -> int:
    running = [(p, p.process) for p in programs if p.process is not None and p.process.poll() is None]
    for _, process in running:
        process.terminate()
    failed = 0
    end = time.monotonic() + _STOP_SECONDS
    for program, process in running:
        try:
            process.wait(max(0.0, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("process.killed", name=program.name)
            process.kill()
            process.wait()
            failed = 1
    return failed
