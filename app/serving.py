"""Runs the WSGI applications under the production server (granian; docs/decisions tells why)."""

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from feedback.errors import Invalid

_THREADS = 64
"""Requests a process works at once. Webhook requests mostly wait for the shared commit, so many are cheap."""


def parse_bind(bind: str) -> tuple[str, int]:
    """HOST:PORT as its parts; ``[::1]:80`` too. Invalid when it is neither."""
    host, _, port = bind.rpartition(":")
    if not port.isdigit() or int(port) > 65535:
        raise Invalid(f"--bind は HOST:PORT の形で指定してください（例 127.0.0.1:8410）: {bind}")
    return host.strip("[]") or "127.0.0.1", int(port)


def serve(factory: str, *, bind: str, processes: int = 1, threads: int = _THREADS, module: str = "app.wsgi") -> None:
    """Serve a factory of a module until SIGTERM or SIGINT."""
    host, port = parse_bind(bind)
    Server(
        f"{module}:{factory}",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=threads,
        backpressure=threads * 2,
        log_level=LogLevels.error,
        workers_kill_timeout=10,
        respawn_failed_workers=True,
    ).serve()
