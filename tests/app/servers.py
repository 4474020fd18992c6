"""A mail server and a chat room to send to: real sockets on this machine, answers as the test wants them."""

import json
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class MailServer:
    """What a mail server got. ``answers``: what it says to RCPT, by address; ``hang_up``: it ends after DATA."""

    port: int = 0
    context: ssl.SSLContext | None = None
    password: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    hang_up: bool = False
    got: list[EmailMessage] = field(default_factory=list)
    connections: int = 0


class _Smtp(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        state: MailServer = self.server.state  # type: ignore[attr-defined]  # set below
        state.connections += 1
        self._say("220 test")
        while line := self.rfile.readline().decode().strip():
            word = line.split(":")[0].split()[0].upper()
            if word == "EHLO":
                offers = ["250-test", *(["250-STARTTLS"] if state.context else []), "250 AUTH PLAIN"]
                self._say("\r\n".join(offers))
            elif word == "STARTTLS" and state.context:
                self._say("220 go")
                self.connection = state.context.wrap_socket(self.connection, server_side=True)
                self.rfile = self.connection.makefile("rb")
                self.wfile = self.connection.makefile("wb", buffering=0)
            elif word == "AUTH":
                self._say("235 ok" if state.password else "535 no")
            elif word == "RCPT":
                self._say(state.answers.get(line.split("<")[1].split(">")[0], "250 ok"))
            elif word == "DATA":
                self._take(state)
                if state.hang_up:
                    return
            else:
                self._say("221 bye" if word == "QUIT" else "250 ok")

    def _take(self, state: MailServer) -> None:
        self._say("354 go")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        state.got.append(message_from_bytes(b"".join(lines), policy=policy.default))
        if not state.hang_up:
            self._say("250 taken")

    def _say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")

    def finish(self) -> None:
        """The other end may be gone; a wrapped socket is ours to close."""
        with suppress(OSError):
            self.connection.close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_: Any) -> None:
        """A client that refuses our certificate is no failure of the test."""


@contextmanager
def mail_server(**options: Any) -> Iterator[MailServer]:
    with _Server(("127.0.0.1", 0), _Smtp) as server:
        state = MailServer(port=server.server_address[1], **options)
        server.state = state  # type: ignore[attr-defined]  # read above
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield state
        server.shutdown()
        thread.join()


@dataclass
class Room:
    """What a chat room got, and the status it answers with."""

    url: str = ""
    status: int = 200
    got: list[Any] = field(default_factory=list)


@contextmanager
def room() -> Iterator[Room]:
    state = Room()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            state.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(state.status)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.url = f"http://127.0.0.1:{server.server_port}/services/secret-of-the-room"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield state
        server.shutdown()
        thread.join()
