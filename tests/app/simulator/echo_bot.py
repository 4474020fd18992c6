"""A tiny bot over real HTTP, for the simulator to talk with."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import urllib3

from app.simulator.delivery import sign

SECRET = "channel-secret-of-the-tests"
TOKEN = "channel-access-token-of-the-tests"

Json = dict[str, Any]
Answer = Callable[[Json], list[Json]]


def echo(event: Json) -> list[Json]:
    """Repeat what was said, with quick replies."""
    if event["type"] == "postback":
        return [{"type": "text", "text": f"postback: {json.dumps(event['postback'], ensure_ascii=False)}"}]
    message = event.get("message", {})
    if event["type"] != "message" or "text" not in message:
        return [{"type": "text", "text": f"{event['type']} {message.get('type', '')}".strip()}]
    labels = ("はい", "いいえ")
    items = [{"type": "action", "action": {"type": "message", "label": w, "text": w}} for w in labels]
    return [{"type": "text", "text": f"「{message['text']}」ですね", "quickReply": {"items": items}}]


def silent(_event: Json) -> list[Json]:
    """Say nothing."""
    return []


class EchoBot:
    """Collects verified events and answers them with ``answer``; ``status`` is what webhooks get."""

    def __init__(self, answer: Answer = echo, *, port: int = 0) -> None:
        self.answer = answer
        self.status = 200
        self.api_url = ""
        self.events: list[Json] = []
        self.bodies: list[Json] = []
        self.bad_signatures = 0
        self.replies: list[int] = []
        self._replying: list[threading.Thread] = []
        self._starting = threading.Lock()
        self._pool = urllib3.PoolManager(maxsize=64, retries=False)
        bot = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                status = bot.receive(raw, self.headers.get("X-Line-Signature", ""))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                return

        class Server(ThreadingHTTPServer):
            request_queue_size = 256
            daemon_threads = True

        self._server = Server(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/line/webhook"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def receive(self, raw: bytes, signature: str) -> int:
        if sign(raw, SECRET) != signature:
            self.bad_signatures += 1
            return 400
        body = json.loads(raw)
        self.bodies.append(body)
        if self.status != 200:
            return self.status
        for event in body["events"]:
            self.events.append(event)
            if "replyToken" in event:
                self._later(event["replyToken"], self.answer(event))
        return 200

    def _later(self, token: str, messages: list[Json]) -> None:
        thread = threading.Thread(target=self.reply, args=(token, messages))
        with self._starting:  # settle never meets a thread that has not begun
            self._replying.append(thread)
            thread.start()

    def settle(self) -> None:
        """Wait for replies still on their way."""
        with self._starting:
            replying, self._replying = self._replying, []
        for thread in replying:
            thread.join(10)

    def reply(self, token: str, messages: list[Json]) -> int:
        if not messages:
            return 0
        status, _ = self.call("POST", "/v2/bot/message/reply", {"replyToken": token, "messages": messages})
        self.replies.append(status)
        return status

    def call(
        self, method: str, path: str, body: object = None, *, raw: bytes | None = None, **headers: str
    ) -> tuple[int, Json]:
        """Call the Messaging API; keyword arguments are further headers (``_`` for ``-``)."""
        content = raw if raw is not None else None if body is None else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self._pool.request(method, self.api_url + path, body=content, headers=sent, timeout=10)
        self.last_headers = answer.headers
        is_json = answer.headers.get("Content-Type", "").startswith("application/json")
        return answer.status, answer.json() if is_json else {"body": answer.data}

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()
        self._pool.clear()
