import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from app.demo.data import Account, load
from app.demo.people import STAFF
from app.demo.texts import opinions
from app.reading import FixedReader
from bot.media import content_type
from classifier import corpus
from feedback.audit.models import AuditEntry
from feedback.business_days import is_business_day
from feedback.citizens.models import Citizen, Consent
from feedback.clock import tokyo_date
from feedback.config import Settings
from feedback.db import Database
from feedback.models import Base
from feedback.opinions.models import Attachment, HistoryEntry, Matter, Note, Part, Submission
from feedback.opinions.rules import OPEN_STATUSES, Channel, Kind, MatterStatus, Outcome, PartKind, Source
from feedback.ports import Reading
from feedback.reports.models import StoredReport
from feedback.reports.rules import ReportState
from feedback.reports.tables import ReportKind
from feedback.routing.service import install_defaults
from feedback.staff import service as staff
from feedback.staff.attempts import Origin
from feedback.staff.models import Staff
from feedback.staff.rules import ROLE_NAMES, Role, password_problem

SUNDAY = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


class ClerkReader:
    """Reads as the corpus' writers meant it, and abstains from what was written for the demonstration."""

    version = "clerk"

    def __init__(self) -> None:
        self._known = {" ".join(one.text.split()): one for one in corpus.opinions()}

    def read(self, texts: Sequence[str]) -> list[Reading]:
        return [self._reading(text) for text in texts]

    def _reading(self, text: str) -> Reading:
        known = self._known.get(" ".join(text.split()))
        if known is None:
            return Reading(model_version=self.version, areas=(), area=None)
        return Reading(
            model_version=self.version,
            areas=(),
            area=known.area,
            kind=known.kind,
            urgency="normal",
            safety=known.safety,
        )


@pytest.fixture
def city(blank_database: Database) -> Database:
    with blank_database.write() as session:
        install_defaults(session)
    return blank_database


def scalar(database: Database, query: Any) -> int:
    with database.read() as session:
        return int(session.scalar(query) or 0)


def counts(database: Database) -> dict[str, int]:
    with database.read() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def found(database: Database, column: Any) -> Counter[Any]:
    with database.read() as session:
        return Counter(session.scalars(select(column)))


def check_citizens(city: Database) -> None:
    with city.read() as session:
        citizens = session.scalars(select(Citizen)).all()
        assert {one.consent for one in citizens} == {Consent.GIVEN}
        assert 0 < sum(not one.reachable for one in citizens) < 4
        written = Counter(session.scalars(select(Submission.citizen_id).where(Submission.citizen_id.is_not(None))))
        assert max(written.values()) > 3
        line = select(func.count()).where(Submission.channel == Channel.LINE, Submission.citizen_id.is_(None))
        assert session.scalar(line) == 0


def check_photos(city: Database, settings: Settings) -> None:
    with city.read() as session:
        kept = session.scalars(select(Attachment)).all()
        places = session.scalar(select(func.count()).where(Part.kind == PartKind.LOCATION, Part.latitude > 0))
    assert places == 7
    assert len(kept) == 6
    for one in kept:
        assert (one.state, one.due_at, one.line_message_id_sealed) == ("stored", None, None)
        content = (settings.media_dir / (one.storage_key or "")[:2] / (one.storage_key or "")).read_bytes()
        assert content_type(content) == one.content_type == "image/jpeg"
        assert len(content) == one.size


def check_numbers(city: Database) -> None:
    numbers = counts(city)
    assert 290 <= numbers["submissions"] <= 340
    assert numbers["matters"] > numbers["submissions"]
    assert numbers["notes"] > 60
    assert numbers["labels"] > 30
    assert set(found(city, Matter.channel)) == set(Channel)
    assert set(found(city, Matter.status)) == set(MatterStatus)
    assert set(found(city, Matter.outcome)) == {None, *Outcome}
    assert set(found(city, Matter.kind)) >= set(Kind) - {Kind.OTHER}
    assert len(set(found(city, Matter.area_key)) - {None}) == 21
    assert sum(found(city, Matter.status)[one] for one in OPEN_STATUSES) > 40
    urgent = select(func.count()).where(Matter.urgent, Matter.status.in_(OPEN_STATUSES))
    overdue = select(func.count()).where(Matter.due_on < tokyo_date(SUNDAY), Matter.status.in_(OPEN_STATUSES))
    assert scalar(city, urgent) >= 1
    assert 3 <= scalar(city, overdue) <= 25


def check_clock(city: Database) -> None:
    """Nothing lies in the future, and histories follow the clock."""
    earlier, later = aliased(HistoryEntry), aliased(HistoryEntry)
    with city.read() as session:
        for moment in (HistoryEntry.at, AuditEntry.at, Note.at, Submission.last_part_at, Matter.answered_at):
            latest = session.scalar(select(func.max(moment)))
            assert latest is not None
            assert latest <= SUNDAY
        backwards = select(func.count()).where(
            earlier.matter_id == later.matter_id, earlier.id < later.id, earlier.at > later.at
        )
        assert session.scalar(backwards) == 0
        first = session.scalar(select(func.min(Submission.received_at)))
        assert first is not None
        assert tokyo_date(first).isoformat()[:7] == "2025-04"
        by_staff = session.scalars(select(HistoryEntry.at).where(HistoryEntry.source == Source.STAFF))
        today = tokyo_date(SUNDAY)
        assert all(is_business_day(tokyo_date(at)) or tokyo_date(at) == today for at in by_staff)
        numbers = session.execute(select(Submission.id).order_by(Submission.received_at, Submission.id)).scalars().all()
        # What a clerk writes down is numbered when it is typed, some minutes after the call.
        assert sum(one > other for one, other in pairwise(numbers)) < 10


def check_accounts(city: Database, accounts: Sequence[Account]) -> None:
    """Every role can log in without changing a password."""
    with city.write() as session:
        source = Origin(account_key=b"a" * 16, address_key=b"b" * 16)
        signed = [
            staff.sign_in(session, email=one.email, password=one.password, source=source, at=SUNDAY).staff
            for one in accounts
        ]
        assert {one.role for one in signed if one} == set(Role)
        assert not any(one is None or one.must_change_password for one in signed)
        # The others of the staff are there to be seen, not to be used.
        assert len(session.scalars(select(Staff)).all()) == len(STAFF)
    for one in accounts:
        assert password_problem(one.password, email=one.email) is None
        assert any(one.role_name.endswith(name) for name in ROLE_NAMES.values())


def check_reports(city: Database) -> None:
    with city.read() as session:
        found = {one.kind: one.state for one in session.scalars(select(StoredReport))}
    assert found == {ReportKind.ANNUAL: ReportState.APPROVED, ReportKind.MONTHLY: ReportState.DRAFT}


def test_the_city_is_alive_and_made_once(city: Database, settings: Settings) -> None:
    accounts = load(city, settings, ClerkReader(), now=SUNDAY)
    numbers = counts(city)
    check_numbers(city)
    check_photos(city, settings)
    check_citizens(city)
    check_clock(city)
    check_reports(city)

    assert load(city, settings, ClerkReader(), now=SUNDAY + timedelta(days=3)) == accounts
    assert counts(city) == numbers
    check_accounts(city, accounts)


@pytest.mark.parametrize("blank_database", ["sqlite"], indirect=True)
def test_it_works_early_in_a_fiscal_year(city: Database, settings: Settings) -> None:
    day = datetime(2027, 4, 2, 3, 0, tzinfo=UTC)
    load(city, settings, FixedReader("roads"), now=day)

    assert scalar(city, select(func.count()).select_from(Submission)) > 290
    with city.read() as session:
        assert (session.scalar(select(func.max(HistoryEntry.at))) or day) <= day


def test_texts_are_of_every_sort_and_name_nobody_real() -> None:
    texts = ["\n".join(one.text) for one in opinions()]
    together = "\n".join(texts)

    assert any(len(text) >= 1_300 for text in texts)
    assert all(sign in together for sign in ("ﾐﾄﾞﾘ", "㈱", "髙", "﨑", "①", "😱", "\n\n"))
    assert sum("駐車場の料金" in text and "反対します" in text for text in texts) == 6
    # Numbers and addresses of nobody: 000 and 0000 are not given out, example.* belongs to nobody.
    for number in re.findall(r"0\d{1,4}-\d{1,4}-\d{3,4}", together):
        assert "000-" in number
    for address in re.findall(r"[\w.]+@([\w.]+)", together):
        assert address.startswith("example.")
