from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from feedback.clock import TOKYO
from feedback.db import Database
from feedback.errors import Invalid
from feedback.exchange import exporting
from feedback.exchange.export_columns import COLUMNS
from feedback.exchange.exporting import Selection
from feedback.opinions import intake
from feedback.opinions.intake import IntakeRules, NewPart, Sender
from feedback.opinions.models import Submission
from feedback.opinions.rules import Channel, Kind, MatterStatus, PartKind
from feedback.ports import PersonalDataSpan
from feedback.routing.service import load_router
from tests.feedback.conftest import RECEIVED, a_reading

Receive = Callable[..., Submission]


def test_a_row_says_all_that_is_counted(database: Database, receive: Receive) -> None:
    receive(sender=Sender(age_band="40s", district="みどり町"))

    [row] = exporting.records(database.read, Selection())

    assert list(row) == list(COLUMNS)
    assert row["receipt_number"] == "R8-000001"
    assert row["matter_number"] == 1
    assert row["received_at"] == row["routed_at"] == datetime(2026, 5, 11, 10, 30, tzinfo=TOKYO)
    assert (row["channel"], row["channel_name"]) == ("line", "LINE")
    assert (row["area"], row["area_name"]) == ("roads", "道路・橋・街路灯・除雪")
    assert (row["kind"], row["kind_name"]) == ("request", "要望")
    assert (row["department"], row["department_code"]) == ("道路管理課", "roads")
    assert (row["status"], row["status_name"]) == ("routed", "振分済")
    assert (row["age_band"], row["age_band_name"], row["district"]) == ("40s", "40代", "みどり町")
    assert (row["model_version"], row["model_area"], row["score"]) == ("test-1", "roads", 0.91)
    assert row["due_on"] == date(2026, 5, 25)
    assert row["answered_at"] is None


def test_personal_data_is_masked_unless_asked(database: Database, receive: Receive) -> None:
    receive("みどり町の鈴木です 090-1234-5678", reading=a_reading(spans=(PersonalDataSpan(5, 7, "person_name"),)))

    [masked] = exporting.records(database.read, Selection())
    [plain] = exporting.records(database.read, Selection(), unmasked=True)

    assert (masked["text"], masked["masked"]) == ("みどり町の〔氏名〕です 〔電話番号〕", True)
    assert (plain["text"], plain["masked"]) == ("みどり町の鈴木です 090-1234-5678", False)


def test_batches_neither_repeat_nor_leave_out(database: Database, receive: Receive) -> None:
    for number in range(7):
        receive(f"意見{number}", at=RECEIVED + timedelta(days=number // 3))

    rows = list(exporting.records(database.read, Selection(), batch=2))

    assert [row["text"] for row in rows] == [f"意見{number}" for number in range(7)]


def test_days_are_those_of_japan_and_both_count(database: Database, receive: Receive) -> None:
    for day, hour in ((30, 23), (1, 0), (1, 23), (2, 0)):
        month = 4 if day == 30 else 5
        receive(f"{month}/{day} {hour}時", at=datetime(2026, month, day, hour, 30, tzinfo=TOKYO))

    rows = exporting.records(database.read, Selection(first_day=date(2026, 5, 1), last_day=date(2026, 5, 1)))

    assert [row["text"] for row in rows] == ["5/1 0時", "5/1 23時"]


@pytest.mark.parametrize(
    ("selection", "found"),
    [
        (Selection(areas=("roads",)), 1),
        (Selection(areas=("parks",)), 0),
        (Selection(departments=("kocho",)), 1),
        (Selection(statuses=(MatterStatus.RECEIVED,)), 1),
        (Selection(channels=(Channel.PHONE, Channel.LINE)), 2),
        (Selection(channels=(Channel.WEB,)), 0),
        (Selection(kinds=(Kind.REQUEST,)), 2),
        (Selection(only_department_id=-1), 0),
    ],
)
def test_filters(database: Database, receive: Receive, selection: Selection, found: int) -> None:
    receive(channel=Channel.PHONE)
    receive(reading=a_reading(None))

    assert len(list(exporting.records(database.read, selection))) == found
    with database.read() as session:
        assert exporting.count(session, selection) == found


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        (Selection(areas=("raods",)), "raods"),
        (Selection(departments=("x",)), "担当課"),
        (Selection(first_day=date(2026, 5, 2), last_day=date(2026, 5, 1)), "期間"),
    ],
)
def test_mistaken_selections_are_explained(database: Database, selection: Selection, words: str) -> None:
    with database.read() as session, pytest.raises(Invalid, match=words):
        exporting.check(session, selection)


def test_the_first_place_is_exported_masked_unless_asked(database: Database) -> None:
    first = NewPart(
        PartKind.LOCATION,
        RECEIVED,
        latitude=35.123456,
        longitude=139.5,
        place_title="みどり公園",
        place_address="〒999-0001 みどり町",
    )
    second = NewPart(PartKind.LOCATION, RECEIVED + timedelta(seconds=1), latitude=1.0, longitude=2.0)
    with database.write() as session:
        intake.receive(
            session,
            channel=Channel.LINE,
            parts=[second, first],
            received_at=RECEIVED,
            rules=IntakeRules(router=load_router(session)),
            reading=None,
        )

    [masked] = exporting.records(database.read, Selection())
    [plain] = exporting.records(database.read, Selection(), unmasked=True)

    names = ("place_title", "place_address", "latitude", "longitude")
    assert [masked[name] for name in names] == ["みどり公園", "〔郵便番号〕 みどり町", 35.123, 139.5]
    assert [plain[name] for name in names] == ["みどり公園", "〒999-0001 みどり町", 35.123456, 139.5]
