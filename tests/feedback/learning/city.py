"""Matters with readings, labels and ends, for tests of what is learnt from them."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from feedback.opinions import intake, service
from feedback.opinions.models import Matter
from feedback.opinions.rules import Channel, Kind, MatterStatus, PartKind
from feedback.ports import AreaScore, Reading
from feedback.routing.service import load_router
from feedback.staff.rules import Actor

DAY = timedelta(days=1)


def read_as(area: str | None, *, sure: float = 0.9, version: str = "test-1", kind: str = "request") -> Reading:
    scores = (AreaScore(area or "roads", sure), AreaScore("parks" if area != "parks" else "roads", 0.05))
    return Reading(model_version=version, areas=scores, area=area, kind=kind, language="ja")


def receive(
    session: Session, at: datetime, area: str | None = "roads", *, text: str = "道路に穴があります", sure: float = 0.9
) -> Matter:
    submission = intake.receive(
        session,
        channel=Channel.WEB,
        parts=[intake.NewPart(PartKind.TEXT, at, text=text)],
        received_at=at,
        rules=intake.IntakeRules(router=load_router(session)),
        reading=read_as(area, sure=sure),
    )
    session.flush()
    return submission.matters[0]


def correct(session: Session, matter: Matter, actor: Actor, area: str | None, at: datetime) -> None:
    service.correct(
        session,
        matter.id,
        actor=actor,
        version=matter.version,
        at=at,
        router=load_router(session),
        area_key=area,
        kind=Kind.REQUEST,
    )


def answer(session: Session, matter: Matter, actor: Actor, at: datetime) -> None:
    status = MatterStatus.IN_PROGRESS
    service.set_status(session, matter.id, actor=actor, version=matter.version, at=at, status=status)
    # As sending an approved answer does.
    service.stamp(matter, MatterStatus.ANSWERED, at=at)
    session.flush()
