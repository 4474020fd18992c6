"""The two applications that `benchmarks.intake` compares under the same server."""

import os
from wsgiref.types import WSGIApplication

from flask import Flask, abort, request
from linebot.v3 import WebhookHandler
from linebot.v3.exceptions import InvalidSignatureError
from linebot.v3.webhooks import MessageEvent, TextMessageContent

from app.collecting import calm_collector
from bot.webhook import PATH, Webhook
from feedback import keys
from feedback.db import Database
from feedback.inbox.store import make_store

SECRET = "benchmark-secret"


def echo() -> WSGIApplication:
    """The echo bot of the SDK's own documentation: parses and verifies, stores nothing, sends nothing."""
    app = Flask("echo")
    handler = WebhookHandler(SECRET)

    @app.post(PATH)
    def callback() -> str:
        signature = request.headers["X-Line-Signature"]
        body = request.get_data(as_text=True)
        try:
            handler.handle(body, signature)
        except InvalidSignatureError:
            abort(400)
        return "OK"

    @handler.add(MessageEvent, message=TextMessageContent)  # type: ignore[untyped-decorator]  # the SDK has no types
    def handle_message(event: MessageEvent) -> None:
        assert event.message.text

    return app


def ours() -> WSGIApplication:
    """The webhook as it is served: every event durable before the answer."""
    key = keys.parse_key(os.environ["BENCH_KEY"])
    webhook = Webhook(
        channel_secret=SECRET,
        keys=keys.KeyRing(data_keys=[key], lookup_key=key),
        store=make_store(Database(os.environ["BENCH_DATABASE"]).engine.url),
        max_bytes=2_000_000,
    )
    calm_collector()
    return webhook.in_front_of(Flask("bench"))
