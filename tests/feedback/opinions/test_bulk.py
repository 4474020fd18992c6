"""Rows written with the flush of their parents, or with nothing at all."""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import datetime

import pytest
from sqlalchemy import func, select

from feedback.db import Database
from feedback.opinions.intake import IntakeRules, NewPart, receive
from feedback.opinions.models import Part, Submission
from feedback.opinions.rules import Channel, PartKind
from feedback.routing.service import load_router
from tests.conftest import Counted


def parts(database: Database) -> list[tuple[int, str | None]]:
    with database.read() as session:
        rows = session.execute(select(Part.submission_id, Part.text).order_by(Part.id))
        return [(row.submission_id, row.text) for row in rows]


def receive_one(database: Database, now: datetime, text: str, *, fail: bool = False) -> None:
    with database.write() as session:
        receive(
            session,
            channel=Channel.WEB,
            parts=[NewPart(PartKind.TEXT, now, text=text)],
            received_at=now,
            rules=IntakeRules(load_router(session)),
            reading=None,
        )
        if fail:
            raise LookupError


def test_rows_come_below_the_parent_they_were_given(database: Database, now: datetime) -> None:
    receive_one(database, now, "一")
    receive_one(database, now, "二")
    with database.read() as session:
        ids = list(session.scalars(select(Submission.id).order_by(Submission.id)))
    assert parts(database) == [(ids[0], "一"), (ids[1], "二")]


def test_rows_of_many_parents_are_one_statement_a_table(
    database: Database, now: datetime, count_queries: Callable[[], AbstractContextManager[Counted]]
) -> None:
    with database.write() as session:
        rules = IntakeRules(load_router(session))
        with count_queries() as counted:
            for number in range(20):
                new = NewPart(PartKind.TEXT, now, text=str(number))
                receive(session, channel=Channel.WEB, parts=[new], received_at=now, rules=rules, reading=None)
            session.flush()
    inserts = [statement for statement in counted.statements if statement.startswith("INSERT INTO parts ")]
    # PostgreSQL's COPY passes below what is counted here; not one INSERT is left there.
    assert len(inserts) == (1 if database.is_sqlite else 0)
    assert len(parts(database)) == 20


def test_a_rolled_back_savepoint_takes_its_rows_with_it(database: Database, now: datetime) -> None:
    with database.write() as session:
        rules = IntakeRules(load_router(session))
        for text, fails in (("よい", False), ("だめ", True), ("またよい", False)):
            with suppress(LookupError), session.begin_nested():
                new = NewPart(PartKind.TEXT, now, text=text)
                receive(session, channel=Channel.WEB, parts=[new], received_at=now, rules=rules, reading=None)
                if fails:
                    raise LookupError
    assert [text for _, text in parts(database)] == ["よい", "またよい"]
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 2


def test_a_rolled_back_transaction_leaves_nothing_for_the_next(database: Database, now: datetime) -> None:
    with pytest.raises(LookupError):
        receive_one(database, now, "だめ", fail=True)
    receive_one(database, now, "よい")
    assert [text for _, text in parts(database)] == ["よい"]
