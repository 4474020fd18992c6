import pytest
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from feedback.db import Database
from feedback.opinions import intake
from feedback.opinions.intake import IntakeRules, NewPart
from feedback.opinions.models import HistoryEntry, Label, MatterReading, Part, Submission
from feedback.opinions.rules import Channel, PartKind
from feedback.routing import service as routing
from tests.conftest import NOW
from tests.feedback.conftest import a_reading


@pytest.fixture
def kept(database: Database) -> int:
    with database.write() as session:
        submission = intake.receive(
            session,
            channel=Channel.LINE,
            parts=[NewPart(kind=PartKind.TEXT, text="穴がある", sent_at=NOW)],
            received_at=NOW,
            rules=IntakeRules(router=routing.load_router(session)),
            reading=None,
        )
        session.flush()
        return submission.id


def test_steps_after_the_first_transaction_are_kept(database: Database, kept: int) -> None:
    with database.write() as session:
        submission = session.get_one(Submission, kept, options=[selectinload(Submission.matters)])
        rules = IntakeRules(router=routing.load_router(session))
        part = NewPart(kind=PartKind.TEXT, text="深い", sent_at=NOW)
        intake.add_part(session, submission, part=part, rules=rules, reading=a_reading(), at=NOW)
        intake.choose_area(submission, area_key="parks", rules=rules, at=NOW)
        intake.withdraw(submission, at=NOW)

    with database.read() as session:
        actions = session.scalars(select(HistoryEntry.action).order_by(HistoryEntry.id)).all()
        assert actions == ["received", "routed", "added", "routed", "area", "routed", "withdrawn"]
        assert session.scalars(select(Label.value)).all() == ["parks"]
        assert session.scalars(select(MatterReading.model_version)).all() == ["test-1"]
        assert session.scalars(select(Part.text).order_by(Part.id)).all() == ["穴がある", "深い"]
