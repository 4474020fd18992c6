"""Figures from sheets are what counting the matters one by one gives, whatever happened and whatever was caught up."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, selectinload

from feedback.business_days import business_days_between
from feedback.citizens.erasing import erase_submission
from feedback.clock import TOKYO, tokyo_date
from feedback.db import Database
from feedback.deadlines.models import CityDay
from feedback.deadlines.service import calendar
from feedback.opinions import declining, intake, outcomes, service, splitting
from feedback.opinions.intake import IntakeRules, Sender
from feedback.opinions.models import HistoryEntry, Label, Matter, MatterReading, Part, Submission
from feedback.opinions.rules import Channel, Kind, MatterStatus, Outcome, PartKind
from feedback.routing.service import load_router
from feedback.statistics import keeping
from feedback.statistics.models import ChangedDay, DaySheet
from feedback.statistics.sheets import CODED, NOTHING, Field, answered_days, due_days
from feedback.taxonomy import service as taxonomy
from tests.conftest import NOW, Cast
from tests.feedback.conftest import a_reading

FIRST, TODAY = date(2026, 4, 1), date(2026, 11, 24)
Fact = tuple[Any, ...]


def by_sheets(session: Session, first: date = FIRST, last: date = TODAY) -> tuple[Counter[Fact], int]:
    loaded = keeping.load(session, first, last)
    values = {field: loaded.codes.values(field) for field in CODED}
    days = [day for day, size in loaded.facts.days for _ in range(size)]
    columns = loaded.facts.columns
    rows = []
    for place, day in enumerate(days):
        coded = tuple(values[field][columns[field][place]] for field in CODED)
        answered, due = columns[Field.ANSWERED][place], columns[Field.DUE][place]
        numbers = (
            columns[Field.URGENT][place] != NOTHING,
            None if answered == NOTHING else answered_days(answered),
            None if due == NOTHING else due_days(due),
        )
        rows.append((day, *coded, *numbers))
    return Counter(rows), loaded.facts.submissions


def one_by_one(session: Session, first: date = FIRST, last: date = TODAY) -> tuple[Counter[Fact], int]:
    rows, submissions = [], set()
    for matter, sender in session.execute(select(Matter, Submission).join(Submission)):
        day = tokyo_date(matter.received_at)
        if not first <= day <= last:
            continue
        submissions.add(sender.id)
        coded = (
            matter.area_key,
            matter.kind,
            str(matter.department_id),
            matter.channel,
            matter.status,
            matter.outcome,
            sender.district,
            sender.age_band,
        )
        answered = None
        if matter.answered_at:
            answered = business_days_between(day, tokyo_date(matter.answered_at), calendar(session))
        rows.append((day, *coded, matter.urgent, answered, (matter.due_on - day).days if matter.due_on else None))
    return Counter(rows), len(submissions)


def catch_up(database: Database) -> None:
    made = 1
    while made:
        with database.write() as session:
            made = keeping.catch_up(session, today=TODAY)


class City:
    """Does something to some matter, as staff, citizens and imports do."""

    def __init__(self, database: Database, cast: Cast, seed: int) -> None:
        self.database, self.cast, self.chance = database, cast, random.Random(seed)
        self.steps: list[Callable[[Session], object]] = [
            self.arrive,
            self.arrive,
            self.correct,
            self.route,
            self.answer,
            self.outcome,
            self.withdraw,
            self.erase,
            self.split,
            self.merge,
            self.due,
            self.urgent,
            self.in_bulk,
            self.unite_areas,
            self.city_day,
            self.delete,
        ]

    def do(self) -> None:
        step = self.chance.choice(self.steps)
        with self.database.write() as session:
            step(session)

    def some(self, session: Session) -> Matter:
        ids = session.scalars(select(Matter.id).order_by(Matter.id)).all()
        return session.get_one(Matter, self.chance.choice(ids))

    def open(self, session: Session) -> Matter | None:
        ids = session.scalars(select(Matter.id).where(Matter.status == MatterStatus.ROUTED).order_by(Matter.id)).all()
        return session.get(Matter, self.chance.choice(ids)) if ids else None

    def arrive(self, session: Session) -> None:
        at = datetime(2026, 11, self.chance.randint(18, 24), self.chance.choice([0, 8, 23]), tzinfo=TOKYO)
        intake.receive(
            session,
            channel=self.chance.choice([Channel.LINE, Channel.PHONE]),
            parts=[intake.NewPart(PartKind.TEXT, at, text="街灯が消えています。ごみも多いです。")],
            received_at=at,
            rules=IntakeRules(router=load_router(session)),
            reading=a_reading(self.chance.choice(["roads", "parks", None])),
            sender=Sender(
                age_band=self.chance.choice(["30s", None]), district=self.chance.choice(["川北", "中央", None])
            ),
        )

    def correct(self, session: Session) -> None:
        matter = self.some(session)
        area = "water" if matter.area_key != "water" else "health"
        service.correct(
            session,
            matter.id,
            actor=self.cast.kochi,
            version=matter.version,
            at=NOW,
            router=load_router(session),
            area_key=area,
            kind=self.chance.choice(list(Kind)),
            reroute=False,
        )

    def route(self, session: Session) -> None:
        matter = self.open(session)
        if matter is not None and matter.department_id == self.cast.tanaka.department_id:
            service.decline(
                session,
                matter.id,
                actor=self.cast.tanaka,
                version=matter.version,
                at=NOW,
                reason="別の課です",
                suggestion_id=self.cast.sato.department_id,
            )
            if self.chance.random() < 0.5:
                session.flush()
                declining.take_back(session, matter.id, actor=self.cast.tanaka, at=NOW)

    def answer(self, session: Session) -> None:
        matter = self.open(session)
        if matter is not None:
            service.enter(matter, MatterStatus.ANSWERED, actor=self.cast.kochi, at=NOW)

    def outcome(self, session: Session) -> None:
        matter = self.some(session)
        chosen = Outcome.NOTED if matter.outcome is Outcome.EXPLAINED else Outcome.EXPLAINED
        outcomes.set_outcome(
            session, matter.id, actor=self.cast.kochi, version=matter.version, at=NOW, outcome=chosen, reason="済み"
        )

    def withdraw(self, session: Session) -> None:
        matter = self.some(session)
        service.enter(matter, MatterStatus.WITHDRAWN, actor=self.cast.kochi, at=NOW)

    def erase(self, session: Session) -> None:
        query = select(Submission).where(Submission.id == self.some(session).submission_id)
        loaded = query.options(
            selectinload(Submission.parts).selectinload(Part.attachment),
            selectinload(Submission.matters).selectinload(Matter.history),
        )
        erase_submission(session, session.scalars(loaded).one(), at=NOW)

    def split(self, session: Session) -> None:
        matter = self.some(session)
        if matter.text.count("。") < 2:
            return
        splitting.split(
            session,
            matter.id,
            actor=self.cast.kochi,
            version=matter.version,
            at=NOW,
            groups=[1, 2],
            rules=IntakeRules(router=load_router(session)),
        )

    def merge(self, session: Session) -> None:
        twice = session.scalars(select(Matter).where(Matter.number == 2)).all()
        if not twice:
            return
        other = self.chance.choice(twice)
        first = session.scalar(select(Matter).where(Matter.submission_id == other.submission_id, Matter.number == 1))
        if first is not None:
            splitting.merge(
                session,
                first.id,
                actor=self.cast.kochi,
                version=first.version,
                at=NOW,
                other_id=other.id,
                other_version=other.version,
            )

    def due(self, session: Session) -> None:
        self.some(session).due_on = TODAY + timedelta(days=self.chance.randint(-20, 60))

    def urgent(self, session: Session) -> None:
        matter = self.some(session)
        matter.urgent = not matter.urgent

    def in_bulk(self, session: Session) -> None:
        session.execute(update(Matter).where(Matter.area_key == "roads").values(area_key="safety"))
        session.execute(update(Submission).where(Submission.district == "川北").values(district="川南"))

    def unite_areas(self, session: Session) -> None:
        if session.scalar(select(func.count()).where(Matter.area_key == "elderly")) == 0:
            return
        taxonomy.merge(session, sources=["elderly"], into="welfare", reroute=False, actor=self.cast.admin, at=NOW)

    def city_day(self, session: Session) -> None:
        day = date(2026, 11, self.chance.randint(18, 24))
        there = session.get(CityDay, day)
        if there is None:
            session.add(CityDay(day=day, name="開庁記念日", is_open=False))
        else:
            session.delete(there)

    def delete(self, session: Session) -> None:
        matter = self.some(session)
        if matter.number > 1:
            for table in (MatterReading, Label, HistoryEntry):
                session.execute(delete(table).where(table.matter_id == matter.id))
            session.execute(delete(Matter).where(Matter.id == matter.id))


@pytest.mark.parametrize("seed", [1, 2])
def test_figures_are_exact_after_whatever_happened(database: Database, cast: Cast, seed: int) -> None:
    city = City(database, cast, seed)
    with database.write() as session:
        for _ in range(10):
            city.arrive(session)
    catch_up(database)
    for turn in range(30):
        city.do()
        if city.chance.random() < 0.3:
            catch_up(database)
        if turn % 4 == 0:
            with database.read() as session:
                assert by_sheets(session) == one_by_one(session)
    with database.read() as session:
        before = by_sheets(session)
        assert before == one_by_one(session)
        assert by_sheets(session, date(2026, 11, 19), date(2026, 11, 20)) == one_by_one(
            session, date(2026, 11, 19), date(2026, 11, 20)
        )
    catch_up(database)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(ChangedDay)) == 0
        assert by_sheets(session) == before
        whole = session.execute(select(DaySheet.day, DaySheet.matters, DaySheet.columns).order_by(DaySheet.day)).all()
    with database.write() as session:
        keeping.rebuild(session)
        session.flush()
        assert by_sheets(session) == before
    catch_up(database)
    with database.read() as session:
        assert by_sheets(session) == before
        again = session.execute(select(DaySheet.day, DaySheet.matters).order_by(DaySheet.day)).all()
    assert [tuple(one) for one in again] == [(day, matters) for day, matters, _ in whole]


def test_sheets_are_read_not_the_matters(database: Database, receive: Callable[..., Submission]) -> None:
    for n in range(3):
        receive(at=datetime(2026, 11, 20 + n, 10, tzinfo=TOKYO))
    receive(at=datetime(2026, 11, 24, 9, tzinfo=TOKYO))
    catch_up(database)
    with database.write() as session:
        days = session.scalars(select(DaySheet.day).order_by(DaySheet.day)).all()
        assert days == [date(2026, 11, 20 + n) for n in range(4)]
        session.execute(delete(DaySheet).where(DaySheet.day == days[0]))
        session.execute(update(DaySheet).where(DaySheet.day == days[1]).values(layout=0))
    with database.read() as session:
        assert by_sheets(session) == one_by_one(session)
    catch_up(database)
    with database.read() as session:
        assert session.scalar(select(func.count()).where(DaySheet.layout == 1)) == 4


def test_a_day_changed_in_another_transaction_while_its_sheet_is_made(postgres: Database) -> None:
    """On PostgreSQL many write at once: the change that the sheet did not see leaves a note."""
    with postgres.write() as session:
        at = datetime(2026, 11, 20, 10, tzinfo=TOKYO)
        submission = intake.receive(
            session,
            channel=Channel.LINE,
            parts=[intake.NewPart(PartKind.TEXT, at, text="穴")],
            received_at=at,
            rules=IntakeRules(router=load_router(session)),
            reading=None,
        )
        session.flush()
        matter_id = submission.matters[0].id
    catch_up(postgres)
    with postgres.write() as slow:
        slow.execute(update(Matter).where(Matter.id == matter_id).values(urgent=True))
        with postgres.write() as session:
            session.execute(update(Submission).values(district="川北"))
        catch_up(postgres)
    with postgres.read() as session:
        assert session.scalar(select(func.count()).select_from(ChangedDay)) == 1
        assert by_sheets(session) == one_by_one(session)
    catch_up(postgres)
    with postgres.read() as session:
        assert by_sheets(session) == one_by_one(session)
