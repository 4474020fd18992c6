"""Fills an empty city with two years of opinions, made through the services as staff and citizens would make them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files
from random import Random
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from app.demo import people
from app.demo.handling import Handling
from app.demo.people import Account
from feedback.citizens import service as citizens
from feedback.citizens.models import Citizen
from feedback.clock import TOKYO, fiscal_year, tokyo_date
from feedback.config import Settings
from feedback.db import Database
from feedback.departments.models import Department
from feedback.opinions import intake
from feedback.opinions.intake import IntakeRules, NewPart, Sender
from feedback.opinions.models import Matter, Submission
from feedback.opinions.rules import Channel, Kind, PartKind
from feedback.ports import Reading, TextReader
from feedback.routing import service as routing
from feedback.routing.models import Area
from feedback.staff.rules import Actor

_SEED = 20_250_401
_CITIZENS = 40
_LATELY = 0.15
"""Share of opinions of the last four weeks beside the usual ones, so that there is something left to do."""
_CHANNELS = {
    Channel.LINE: 46,
    Channel.WEB: 12,
    Channel.EMAIL: 8,
    Channel.PHONE: 14,
    Channel.LETTER: 8,
    Channel.FAX: 2,
    Channel.COUNTER: 6,
    Channel.MEETING: 3,
    Channel.MONITOR: 1,
}
_BANDS = ("10s", "20s", "30s", "30s", "40s", "40s", "50s", "60s", "60s", "70s", "70s", "80s", None, None)
_DISTRICTS = ("中央", "川北", "みどり町", "桜ヶ丘", "ひばり台", "南浦", "錦町", "長尾台", None, None)


@dataclass(frozen=True, slots=True)
class Told:
    """One opinion of the demonstration: its words, and what a careful clerk would say of it."""

    text: str
    area: str
    kind: Kind
    urgent: bool
    at: datetime
    channel: Channel


@dataclass(frozen=True, slots=True)
class RecentMessage:
    """A LINE message that a citizen (by number) sent so many seconds before the demonstration began."""

    citizen: int
    seconds_ago: int
    text: str


def recent_messages() -> list[RecentMessage]:
    """Messages to be sent as signed webhooks, oldest first."""
    return [RecentMessage(**one) for one in _lines("conversations.jsonl")]


def load(database: Database, settings: Settings, reader: TextReader | None, *, now: datetime) -> list[Account]:
    """Fill the city, once: a city that has opinions keeps what it has. Returns who can log in."""
    with database.write() as session:
        staff = people.register(session, at=now)
        departments = dict(iter(session.execute(select(Department.code, Department.name))))
        empty = not session.scalar(select(func.count()).select_from(Submission))
    if empty:
        told = _opinions(now)
        readings: Sequence[Reading | None] = reader.read([one.text for one in told]) if reader else [None] * len(told)
        with database.write() as session:
            _Loading(session, settings, staff, now).run(told, readings)
    return people.accounts(departments)


def _lines(name: str) -> Iterator[dict[str, Any]]:
    content = files("app.demo").joinpath(name).read_text("utf-8")
    return (json.loads(line) for line in content.splitlines())


def _opinions(now: datetime) -> list[Told]:
    """All opinions with their moment and channel, by time of receipt: more of them lately, none at night by phone."""
    chance = Random(_SEED)  # noqa: S311 (the same city at every demonstration; nothing secret)
    first = date(fiscal_year(now) - 1, 4, 1)
    days = (tokyo_date(now) - first).days
    found = []
    for one in _lines("opinions.jsonl"):
        channel = chance.choices(list(_CHANNELS), list(_CHANNELS.values()))[0]
        lately = chance.random() < _LATELY
        day = first + timedelta(days=days - chance.randrange(28) if lately else int(days * chance.random() ** 0.8))
        at = _moment(day, channel, chance)
        found.append(
            Told(
                text=one["text"],
                area=one["area"],
                kind=Kind(one["kind"]),
                urgent=one["urgent"],
                at=min(at, now - timedelta(minutes=chance.randrange(30, 600))),
                channel=channel,
            )
        )
    return sorted(found, key=lambda one: one.at)


def _moment(day: date, channel: Channel, chance: Random) -> datetime:
    """Offices take calls and letters on working days; LINE and the web know no hours."""
    if channel not in {Channel.LINE, Channel.WEB, Channel.EMAIL}:
        day -= timedelta(days=max(0, day.weekday() - 4))
        hour = chance.choice((9, 9, 10, 10, 11, 13, 14, 15, 16))
    else:
        hour = chance.choice((6, 7, 7, 8, 9, 12, 12, 15, 17, 18, 19, 20, 20, 21, 21, 22, 23))
    return datetime(day.year, day.month, day.day, hour, chance.randrange(60), chance.randrange(60), tzinfo=TOKYO)


class _Loading:
    """One transaction that writes it all."""

    def __init__(self, session: Session, settings: Settings, staff: dict[str, Actor], now: datetime) -> None:
        self._session = session
        self._staff = staff
        self._now = now
        self._chance = Random(_SEED + 1)  # noqa: S311 (as above)
        self._router = routing.load_router(session)
        areas = frozenset(session.scalars(select(Area.key).where(Area.active)))
        self._rules = IntakeRules(self._router, settings.answer_business_days, areas)
        self._citizens = self._make_citizens(settings)

    def run(self, told: Sequence[Told], readings: Sequence[Reading | None]) -> None:
        """Receive everything, then work on it."""
        received = []
        for one, reading in zip(told, readings, strict=True):
            received.append((one, self._receive(one, reading)))
            if len(received) % 50 == 0:
                self._session.flush()
        self._session.flush()
        handling = Handling(self._session, self._staff, self._router, self._chance, self._now)
        for one, submission in received:
            handling.work_on(self._matter(submission), area=one.area, kind=one.kind)

    def _receive(self, one: Told, reading: Reading | None) -> Submission:
        by_hand = one.channel not in {Channel.LINE, Channel.WEB, Channel.EMAIL} or reading is None
        submission = intake.receive(
            self._session,
            channel=one.channel,
            parts=[NewPart(kind=PartKind.TEXT, text=one.text, sent_at=one.at)],
            received_at=one.at,
            rules=self._rules,
            reading=reading,
            sender=self._sender(one.channel),
            kind=one.kind if by_hand else None,
            area_key=one.area if by_hand else None,
            staff_id=self._staff["kochi"].id if by_hand else None,
        )
        if one.urgent and reading is None:
            submission.matters[0].urgent = True
        return submission

    def _sender(self, channel: Channel) -> Sender:
        if channel is Channel.LINE:
            citizen = self._chance.choice(self._citizens)
            return Sender(citizen=citizen, age_band=citizen.age_band, district=citizen.district)
        return Sender(
            age_band=self._chance.choice(_BANDS),
            district=self._chance.choice(_DISTRICTS),
            wants_reply=self._chance.random() < 0.7,
        )

    def _matter(self, submission: Submission) -> Matter:
        query = select(Matter).where(Matter.submission_id == submission.id)
        return self._session.scalars(query.options(selectinload(Matter.submission))).one()

    def _make_citizens(self, settings: Settings) -> list[Citizen]:
        ring = settings.key_ring()
        ids = [f"Udemo{number:028d}" for number in range(_CITIZENS)]
        found = citizens.load(self._session, keys=[ring.lookup(one) for one in ids], now=self._now)
        for line_id in ids:
            citizen = found[ring.lookup(line_id)]
            citizen.age_band = self._chance.choice(_BANDS)
            citizen.district = self._chance.choice(_DISTRICTS)
            citizens.give_consent(
                citizen,
                version="demo",
                line_user_id_sealed=ring.encrypt(line_id.encode(), purpose=citizens.LINE_ID),
                at=self._now - timedelta(days=700),
            )
            # Nobody stands behind these ids, so nothing may be sent to them.
            citizen.reachable = False
        return [found[ring.lookup(one)] for one in ids]
