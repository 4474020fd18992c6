"""What a view works with: the request's transaction, who is asking, the time, the city's settings."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from argon2 import PasswordHasher
from flask import current_app, g, request
from sqlalchemy.orm import Session

from feedback.answers.sending import Post
from feedback.audit import service as audit
from feedback.clock import Clock
from feedback.config import Settings
from feedback.db import Database
from feedback.keys import KeyRing
from feedback.ports import CitizenMessages, MediaStore, SimilarMatters, TextReader
from feedback.staff.rules import Actor

READING = frozenset({"GET", "HEAD", "OPTIONS"})
_EXTENSION = "machikoe"


@dataclass(frozen=True, slots=True)
class Services:
    """What the staff application was made with."""

    settings: Settings
    database: Database
    clock: Clock
    media: MediaStore | None
    hasher: PasswordHasher
    reader: TextReader | None
    similar: SimilarMatters | None = None
    messages: CitizenMessages | None = None


def install(app: Any, services: Services) -> None:
    """Keep the services with the application."""
    app.extensions[_EXTENSION] = services


def services() -> Services:
    """The services of the current application."""
    return cast("Services", current_app.extensions[_EXTENSION])


def keys() -> KeyRing:
    """The key ring. SettingsError when the keys have not been made yet."""
    return services().settings.key_ring()


def post() -> Post:
    """By which staff write to citizens. RuntimeError: the application was made without it."""
    messages = services().messages
    if messages is None:
        raise RuntimeError("create_staff_app was called without messages")
    return Post(keys(), messages, by_mail=services().settings.sends_mail)


def db() -> Session:
    """The session of this request: one write transaction for POST, one read-only snapshot otherwise."""
    return cast("Session", g.session)


def actor() -> Actor:
    """Who is asking. Only in views that are not public."""
    return cast("Actor", g.actor)


def current_actor() -> Actor | None:
    """Who is asking, or None for somebody who is not logged in."""
    return cast("Actor | None", g.get("actor"))


def now() -> datetime:
    """The moment this request is answered at, the same for all of it."""
    if "now" not in g:
        g.now = services().clock()
    return cast("datetime", g.now)


def note_view(*, action: str, subject_type: str, subject_id: int | str, detail: dict[str, Any] | None = None) -> None:
    """Write into the audit trail that the actor saw something; the page is not sent unless that was stored."""
    entry: dict[str, Any] = {
        "at": now(),
        "staff_id": actor().id,
        "action": action,
        "subject_type": subject_type,
        "subject_id": subject_id,
        "detail": detail,
    }
    if request.method in READING:
        g.setdefault("views", []).append(entry)
    else:
        audit.record(db(), **entry)


def in_transaction(handle: Callable[[], Any]) -> Any:
    """Run a view inside the request's transaction; commits before the response leaves, rolls back on any error."""
    database = services().database
    with database.read() if request.method in READING else database.write() as session:
        g.session = session
        try:
            response = handle()
        finally:
            del g.session
    if g.get("views"):
        with database.write() as session:
            for entry in g.views:
                audit.record(session, **entry)
    return response
