"""What intake's tests start from: a reading, a message, a submission."""

from datetime import datetime

from sqlalchemy.orm import Session

from feedback.citizens.models import Citizen
from feedback.opinions import intake
from feedback.opinions.intake import IntakeRules, NewPart, Sender
from feedback.opinions.models import Submission
from feedback.opinions.rules import Channel, PartKind
from feedback.ports import AreaScore, Reading
from feedback.routing import service as routing


def reading(area: str | None = "roads", *, safety: str | None = None, kind: str | None = "request") -> Reading:
    return Reading(
        model_version="test-1",
        areas=(AreaScore(area or "roads", 0.7123456), AreaScore("parks", 0.1)),
        area=area,
        kind=kind,
        safety=safety,
        language="ja",
        evidence=("道路", "穴"),
    )


def words(text: str, at: datetime, *, key: bytes | None = None, event_id: int | None = None) -> NewPart:
    return NewPart(kind=PartKind.TEXT, text=text, sent_at=at, line_message_key=key, line_event_id=event_id)


def city_rules(session: Session) -> IntakeRules:
    return IntakeRules(
        router=routing.load_router(session), area_keys=frozenset({"roads", "parks", "environment", "disaster"})
    )


def opinion(
    session: Session,
    *parts: NewPart,
    citizen: Citizen | None = None,
    area: str | None = "roads",
    safety: str | None = None,
) -> Submission:
    """A submission over LINE, flushed."""
    made = intake.receive(
        session,
        channel=Channel.LINE,
        parts=parts,
        received_at=parts[0].sent_at,
        rules=city_rules(session),
        reading=reading(area, safety=safety),
        sender=Sender(citizen=citizen),
    )
    session.flush()
    return made
