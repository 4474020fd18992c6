"""Opinions for tests of the admin, written through intake."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from feedback.db import Database
from feedback.opinions.intake import IntakeRules, NewPart, Sender, receive
from feedback.opinions.models import Attachment, Matter
from feedback.opinions.rules import Channel, PartKind
from feedback.ports import AreaScore, PersonalDataSpan, Reading
from feedback.routing.service import load_router


def reading(area: str | None, **more: Any) -> Reading:
    """What a model makes of a text."""
    scores = (AreaScore(area or "governance", 0.8 if area else 0.2), AreaScore("parks", 0.1))
    return Reading(model_version="test-1", areas=scores, area=area, **more)


def write_opinion(
    database: Database,
    at: datetime,
    *,
    text: str = "横断歩道の白線が消えかかっています。",
    area: str | None = "roads",
    channel: Channel = Channel.LINE,
    sender: Sender | None = None,
    parts: list[NewPart] | None = None,
    evidence: tuple[str, ...] = (),
    personal: tuple[PersonalDataSpan, ...] = (),
    urgency: Any = "normal",
) -> int:
    """An opinion as it comes in; returns its matter's id."""
    with database.write() as session:
        submission = receive(
            session,
            channel=channel,
            parts=[NewPart(PartKind.TEXT, at, text=text), *(parts or [])],
            received_at=at,
            rules=IntakeRules(router=load_router(session)),
            reading=reading(area, evidence=evidence, personal_data=personal, urgency=urgency),
            sender=sender,
        )
        session.flush()
        return submission.matters[0].id


def write_photo(database: Database, at: datetime, *, key: str, content_type: str = "image/jpeg") -> tuple[int, int]:
    """An opinion with a stored file; returns the matter's and the file's ids."""
    photo = NewPart(PartKind.IMAGE, at + timedelta(seconds=3), media=b"sealed")
    matter_id = write_opinion(database, at, parts=[photo])
    with database.write() as session:
        file = session.scalars(select(Attachment)).one()
        file.state, file.storage_key, file.content_type = "stored", key, content_type
        file.due_at = file.line_message_id_sealed = None
        return matter_id, file.id


def matter_of(database: Database, matter_id: int) -> Matter:
    """The matter as it stands, detached."""
    with database.read() as session:
        matter = session.get_one(Matter, matter_id)
        session.expunge_all()
        return matter
