from datetime import datetime

from feedback.db import Database
from feedback.learning.lessons import Lesson, lessons
from feedback.opinions import intake
from feedback.opinions.models import Label, Matter, Submission
from feedback.opinions.rules import MatterStatus, Source
from feedback.routing.models import Area
from tests.conftest import NOW, Cast
from tests.feedback.learning.city import DAY, answer, correct, receive


def found(database: Database, *, limit: int = 100, at_once: int = 500) -> list[Lesson]:
    with database.read() as session:
        return list(lessons(session, limit=limit, at_once=at_once))


def label(matter: Matter, value: str | None, source: Source, at: datetime) -> Label:
    return Label(matter=matter, source=source, field="area", value=value, at=at)


def test_corrections_come_first_and_what_was_answered_teaches_less(database: Database, cast: Cast) -> None:
    with database.write() as session:
        corrected = receive(session, NOW, "roads", text="公園のこと")
        correct(session, corrected, cast.kochi, "parks", NOW + DAY)
        answer(session, receive(session, NOW, "roads", text="道路のこと"), cast.kochi, NOW + 2 * DAY)
        receive(session, NOW, "environment", text="まだ誰も見ていない")
        label(receive(session, NOW, "roads", text="市民が選んだ"), "environment", Source.CITIZEN, NOW + 3 * DAY)

    assert [(one.text, one.area, one.area_weight, one.corrected, one.at) for one in found(database)] == [
        ("市民が選んだ", "environment", 0.7, True, NOW + 3 * DAY),
        ("公園のこと", "parks", 1.0, True, NOW + DAY),
        ("道路のこと", "roads", 0.3, False, NOW + 2 * DAY),
    ]
    assert [one.text for one in found(database, limit=1)] == ["市民が選んだ"]


def test_the_latest_label_wins(database: Database) -> None:
    with database.write() as session:
        matter = receive(session, NOW)
        label(matter, "environment", Source.STAFF, NOW)
        label(matter, "parks", Source.CITIZEN, NOW + DAY)
        undone = receive(session, NOW)
        label(undone, "environment", Source.STAFF, NOW)
        label(undone, None, Source.STAFF, NOW + DAY)

    [one] = found(database)
    assert (one.area, one.area_weight) == ("parks", 0.7)


def test_erased_withdrawn_and_spam_never_teach(database: Database, cast: Cast) -> None:
    with database.write() as session:
        for end in ("erased", "withdrawn", "spam", "empty"):
            matter = receive(session, NOW, text=end)
            correct(session, matter, cast.kochi, "parks", NOW)
            if end == "erased":
                session.get_one(Submission, matter.submission_id).erased_at = NOW
            elif end == "withdrawn":
                submission = session.get_one(Submission, matter.submission_id)
                session.refresh(submission, ["matters"])
                intake.withdraw(submission, at=NOW)
            elif end == "spam":
                matter.status = MatterStatus.SPAM
            else:
                matter.text = ""

    assert found(database) == []


def test_what_a_department_declined_was_not_accepted(database: Database, cast: Cast) -> None:
    with database.write() as session:
        matter = receive(session, NOW)
        answer(session, matter, cast.kochi, NOW)
        matter.bounces = 1

    assert found(database) == []


def test_areas_no_longer_used_teach_nothing(database: Database, cast: Cast) -> None:
    with database.write() as session:
        correct(session, receive(session, NOW), cast.kochi, "parks", NOW)
        session.get_one(Area, "parks").active = False

    assert [one.area for one in found(database)] == []


def test_chunks_leave_nothing_out(database: Database, cast: Cast) -> None:
    count = 23
    with database.write() as session:
        for n in range(count):
            matter = receive(session, NOW, text=f"文{n}")
            matter.status, matter.answered_at = MatterStatus.ANSWERED, NOW

    assert [one.text for one in found(database, at_once=5)] == [f"文{n}" for n in reversed(range(count))]
