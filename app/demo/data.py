"""The data of the demonstration city: staff of every role and two fiscal years of opinions, made by the services."""

import heapq
import random
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo import desk, moments, people, posting, reporting
from app.demo.courses import Story, life
from app.demo.deadlines import set_up_deadlines
from app.demo.office import SOURCE_PREFIX, Office
from app.demo.people import Account
from app.demo.texts import Opinion, opinions
from app.media import make_media_store
from feedback.clock import fiscal_year
from feedback.config import Settings
from feedback.db import Database
from feedback.deadlines.service import load as load_deadlines
from feedback.departments.models import Department
from feedback.opinions.intake import IntakeRules
from feedback.opinions.models import Submission
from feedback.opinions.rules import matter_text
from feedback.ports import Reading, TextReader
from feedback.routing.models import Area
from feedback.routing.service import load_router

__all__ = ["Account", "load"]

_SEED = 20_260_401
"""The same "now" gives the same city."""


def load(
    database: Database,
    settings: Settings,
    reader: TextReader,
    *,
    now: datetime,
) -> list[Account]:
    """Fill an installed city (default departments, areas, rules) with staff and opinions up to ``now``.

    The opinions are one transaction, the reports follow. Where it was done before, nothing changes. Returns the
    accounts to try it with.
    """
    with database.read() as session:
        if _was_here(session):
            return people.accounts(session)
    chance = random.Random(_SEED)  # noqa: S311 (not a secret)
    coming = moments.arrivals(opinions(), now=now, chance=chance)
    # Reading takes the longest, so no transaction is open meanwhile.
    readings = reader.read([matter_text(list(opinion.text)) for _, opinion in coming])
    with database.write() as session:
        office = _office(session, settings, reader, chance=chance, now=now)
        _happen(_stories(office, coming, readings), until=now)
        desk.arrange(office, at=now)
        posting.arrange(office, at=now)
        accounts = people.accounts(session)
    reporting.make(database, settings, staff=office.staff, now=now)
    return accounts


def _was_here(session: Session) -> bool:
    found = select(Submission.id).where(Submission.source_id.startswith(SOURCE_PREFIX)).limit(1)
    return session.scalar(found) is not None


def _office(
    session: Session,
    settings: Settings,
    reader: TextReader,
    *,
    chance: random.Random,
    now: datetime,
) -> Office:
    opening = moments.at_clock(moments.first_day(now), 8 * 60)
    staff = people.register(session, at=opening)
    set_up_deadlines(session, year=fiscal_year(now), actor=staff["kochi"], at=opening)
    return Office(
        session=session,
        rules=IntakeRules(
            router=load_router(session),
            deadlines=load_deadlines(session),
            area_keys=frozenset(session.scalars(select(Area.key))),
        ),
        reader=reader,
        media=make_media_store(settings),
        keys=settings.key_ring(),
        settings=settings,
        staff=staff,
        departments=dict(iter(session.execute(select(Department.code, Department.id)))),
        chance=chance,
    )


def _stories(office: Office, coming: Sequence[tuple[datetime, Opinion]], readings: Sequence[Reading]) -> list[Story]:
    return [life(office, opinion, reading, at) for (at, opinion), reading in zip(coming, readings, strict=True)]


def _happen(stories: Iterable[Story], *, until: datetime) -> None:
    """Let all stories go on side by side in the order of time, so that ids and histories follow the clock."""
    due = [(next(story), number, story) for number, story in enumerate(stories)]
    heapq.heapify(due)
    while due:
        at, number, story = heapq.heappop(due)
        if at > until:
            return
        following = next(story, None)
        if following is not None:
            heapq.heappush(due, (max(at, following), number, story))
