"""The public application: the webhook, and the pages citizens reach. It stands on the internet."""

from wsgiref.types import WSGIApplication

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from bot.webhook import EventStore, Webhook
from feedback.config import Settings
from feedback.db import Database
from feedback.inbox.store import make_store


def create_public_app(settings: Settings, database: Database, *, store: EventStore | None = None) -> WSGIApplication:
    """The WSGI application: the webhook in front, Flask for everything else.

    ``store``: where events are kept; without it, the one for the database, open as long as the process lives.
    """
    from bot.pages import create_pages

    pages: Flask = create_pages(settings, database)
    app: WSGIApplication = pages
    if settings.trusted_proxies:
        app = ProxyFix(app, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies)
    webhook = Webhook(
        channel_secret=settings.line_channel_secret.get_secret_value(),
        keys=settings.key_ring(),
        store=store or make_store(database.engine.url),
        max_bytes=settings.webhook_max_bytes,
    )
    return webhook.in_front_of(app)
