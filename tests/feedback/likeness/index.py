"""Opinions put into the index of likeness, for tests."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from feedback.citizens import service as citizens
from feedback.db import Database
from feedback.likeness import service
from feedback.opinions.models import Matter
from tests.conftest import NOW
from tests.feedback.opinions.people import opinion, words


class LetterEncoder:
    """Texts that share letters come out close: one dimension for each of 512 letters."""

    def encode(self, texts: Sequence[str]) -> list[bytes]:
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> bytes:
        vector = bytearray([255]) * 512
        for letter in text:
            vector[ord(letter) % 512] = 100
        return bytes(vector)


def receive_of(
    database: Database, text: str, *, person: str | None = None, at: datetime = NOW, area: str = "roads"
) -> int:
    """An opinion of a citizen, or of nobody known; returns its matter's id."""
    with database.write() as session:
        citizen = None
        if person is not None:
            key = person.encode().ljust(16, b"\0")
            citizen = citizens.load(session, keys=[key], now=at)[key]
            session.flush()
        submission = opinion(session, words(text, at), citizen=citizen, area=area)
        return session.scalars(select(Matter.id).where(Matter.submission_id == submission.id)).one()


def index_all(database: Database) -> None:
    """Work off everything that is due."""
    while True:
        with database.read() as session:
            due = service.due(session, limit=100, everything=True)
        if not due:
            return
        with database.write() as session:
            service.store(session, service.make_prints(due, encoder=LetterEncoder()), at=NOW)
