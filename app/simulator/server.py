"""The simulator as a web server: one process, threads, state in memory."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Self

from flask import Blueprint, Flask, Response, jsonify, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from app.simulator.api.account import account_blueprint
from app.simulator.api.gate import Gate
from app.simulator.api.rich_menus import rich_menu_blueprint
from app.simulator.api.sending import sending_blueprint
from app.simulator.control.citizens import citizen_routes
from app.simulator.control.operator import operator_routes
from app.simulator.delivery import WebhookSender
from app.simulator.page import page_blueprint
from app.simulator.phones import Phones
from app.simulator.settings import SimulatorSettings
from app.simulator.world import World


def create_app(world: World, sender: WebhookSender) -> Flask:
    """Put API, control API and page together."""
    app = Flask(__name__, static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's default provider has it, the base class not
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # the same
    gate = Gate(world)
    for blueprint in (sending_blueprint(world), account_blueprint(world, sender), rich_menu_blueprint(world)):
        gate.guard(blueprint)
        app.register_blueprint(blueprint)
    app.register_blueprint(_control_blueprint(world, sender))
    app.register_blueprint(page_blueprint())
    app.register_error_handler(404, _not_found)
    app.register_error_handler(405, _not_found)
    return app


def _control_blueprint(world: World, sender: WebhookSender) -> Blueprint:
    routes = Blueprint("control", __name__, url_prefix="/_sim")
    citizen_routes(routes, world, Phones(world, sender))
    operator_routes(routes, world, sender)
    routes.before_request(_refuse_other_sites)
    return routes


def _refuse_other_sites() -> Response | None:
    """Keep pages of other origins in the same browser from playing with the demo."""
    if request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
        return Response("only the simulator's own page may do this", status=403, mimetype="text/plain")
    return None


def _not_found(_error: Exception) -> tuple[Response, int]:
    return jsonify({"message": "Not found"}), 404


class _Handler(WSGIRequestHandler):
    """Quiet, with connections kept open; without Nagle's delay, which would cost 40 ms an answer."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing: the page has the log."""


class SimulatorServer:
    """A simulator running in background threads; use it as a context manager in tests."""

    def __init__(self, settings: SimulatorSettings, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.world = World(settings)
        self._sender = WebhookSender(self.world)
        for name in settings.cast:
            self.world.add_chat(name, friend=False)
        app = create_app(self.world, self._sender)
        self._server: BaseWSGIServer = make_server(host, port, app, threaded=True, request_handler=_Handler)
        self.url = f"http://{host}:{self._server.server_port}"
        self._thread = threading.Thread(target=self.run, name="simulator", daemon=True)

    def start(self) -> Self:
        """Serve in the background."""
        self._thread.start()
        return self

    def run(self) -> None:
        """Serve until :meth:`stop`."""
        self._server.serve_forever(poll_interval=0.1)

    def stop(self) -> None:
        """Stop serving and let go of threads and sockets."""
        self._server.shutdown()
        if self._thread.is_alive():
            self._thread.join(5)
        self._server.server_close()
        self._sender.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def serve(bind: str, settings: SimulatorSettings) -> None:
    """Serve on ``HOST:PORT`` until SIGTERM or Ctrl-C."""
    host, _, port = bind.rpartition(":")
    server = SimulatorServer(settings, host=host or "127.0.0.1", port=int(port))
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    server.start()
    stop.wait()
    server.stop()
