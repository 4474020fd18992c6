from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from feedback.db import Database
from feedback.departments.models import Department
from feedback.inbox.models import EventState, LineEvent
from feedback.opinions import intake
from feedback.opinions.intake import NewPart, Sender
from feedback.opinions.models import Attachment, HistoryEntry, Label, Matter, MatterReading, Part, Submission
from feedback.opinions.rules import Channel, Kind, MatterStatus, PartKind, Source
from feedback.routing.rules import Decision
from feedback.staff.models import Role, Staff
from tests.feedback.opinions.people import city_rules, opinion, reading, words

SECOND = timedelta(seconds=1)


def department(database: Database, code: str) -> int:
    with database.read() as session:
        return session.scalars(select(Department.id).where(Department.code == code)).one()


def area_department(database: Database, key: str) -> int:
    with database.read() as session:
        return city_rules(session).router.route(area_key=key).department_id


def kept(database: Database, submission_id: int) -> Submission:
    with database.read() as session:
        return session.scalars(
            select(Submission)
            .where(Submission.id == submission_id)
            .options(
                selectinload(Submission.parts).selectinload(Part.attachment),
                selectinload(Submission.matters).options(
                    selectinload(Matter.history), selectinload(Matter.labels), selectinload(Matter.readings)
                ),
            )
        ).one()


def change(database: Database, submission_id: int, do: Callable[[Submission], object]) -> None:
    with database.write() as session:
        submission = session.get_one(Submission, submission_id, options=[selectinload(Submission.matters)])
        do(submission)


def received(database: Database, *parts: NewPart, area: str | None = "roads", safety: str | None = None) -> int:
    with database.write() as session:
        return opinion(session, *parts, area=area, safety=safety).id


def add(database: Database, submission_id: int, part: NewPart, *, area: str | None = "parks") -> None:
    with database.write() as session:
        submission = session.get_one(Submission, submission_id, options=[selectinload(Submission.matters)])
        intake.add_part(
            session,
            submission,
            part=part,
            rules=city_rules(session),
            reading=reading(area) if part.text else None,
            at=part.sent_at,
        )


def test_an_opinion_becomes_one_routed_matter_with_its_history(database: Database, now: datetime) -> None:
    submission = kept(database, received(database, words("道路に", now), words("穴がある", now + SECOND)))
    (matter,) = submission.matters
    assert submission.receipt_number == f"R8-{submission.id:06d}"
    assert (submission.last_part_at, submission.language) == (now + SECOND, "ja")
    assert matter.text == "道路に\n穴がある"
    assert (matter.area_key, matter.kind, matter.urgent) == ("roads", Kind.REQUEST, False)
    assert (matter.status, matter.area_source) == (MatterStatus.ROUTED, Source.MODEL)
    assert matter.department_id == area_department(database, "roads")
    assert matter.due_on == date(2026, 12, 7)  # ten business days after 11-20, over 勤労感謝の日
    assert [entry.action for entry in matter.history] == ["received", "routed"]
    (read,) = matter.readings
    assert read.areas == [["roads", 0.7123], ["parks", 0.1]]
    assert (read.model_version, read.evidence) == ("test-1", ["道路", "穴"])


def test_an_opinion_nobody_can_place_waits_at_the_desk(database: Database, now: datetime) -> None:
    (matter,) = kept(database, received(database, words("うーん", now), area=None)).matters
    assert (matter.status, matter.area_key) == (MatterStatus.RECEIVED, None)
    assert matter.department_id == department(database, "kocho")


def test_an_area_the_city_does_not_have_is_kept_in_the_reading_only(database: Database, now: datetime) -> None:
    (matter,) = kept(database, received(database, words("宇宙", now), area="space")).matters
    assert matter.area_key is None
    assert matter.readings[0].area_key == "space"


@pytest.mark.parametrize("safety", ["emergency", "self_harm", "hazard"])
def test_what_touches_safety_is_urgent(database: Database, now: datetime, safety: str) -> None:
    (matter,) = kept(database, received(database, words("助けて", now), safety=safety)).matters
    assert (matter.urgent, matter.safety) == (True, safety)


def test_without_a_reading_it_is_recorded_all_the_same(database: Database, now: datetime) -> None:
    with database.write() as session:
        made = intake.receive(
            session,
            channel=Channel.PHONE,
            parts=[words("電話で", now)],
            received_at=now,
            rules=city_rules(session),
            reading=None,
            sender=Sender(name="田中", contact="0000", age_band="60s", district="北部", wants_reply=False),
            source_id="T-1",
        )
        session.flush()
    submission = kept(database, made.id)
    assert (submission.sender_name, submission.district, submission.wants_reply) == ("田中", "北部", False)
    assert submission.matters[0].status is MatterStatus.RECEIVED
    assert submission.matters[0].readings == []


def test_a_clerks_own_decision_wins_over_the_reading_and_becomes_labels(database: Database, now: datetime) -> None:
    with database.write() as session:
        clerk = Staff(email="k@example.jp", name="広聴", role=Role.DESK, fs_uniquifier="k", created_at=now)
        session.add(clerk)
        session.flush()
        made = intake.receive(
            session,
            channel=Channel.COUNTER,
            parts=[words("公園の木", now)],
            received_at=now,
            rules=city_rules(session),
            reading=reading("roads"),
            kind=Kind.COMPLAINT,
            area_key="parks",
            staff_id=clerk.id,
        )
        session.flush()
    (matter,) = kept(database, made.id).matters
    assert (matter.area_key, matter.area_source, matter.kind) == ("parks", Source.STAFF, Kind.COMPLAINT)
    assert matter.department_id == area_department(database, "parks")
    assert {(label.field, label.value, label.source) for label in matter.labels} == {
        ("area", "parks", Source.STAFF),
        ("kind", "complaint", Source.STAFF),
    }
    assert matter.history[0].staff_id == clerk.id


def test_more_words_are_added_read_again_and_routed_again(database: Database, now: datetime) -> None:
    number = received(database, words("道の", now))
    add(database, number, words("公園です", now + SECOND))
    submission = kept(database, number)
    (matter,) = submission.matters
    assert matter.text == "道の\n公園です"
    assert submission.last_part_at == now + SECOND
    assert matter.area_key == "parks"
    assert matter.department_id == area_department(database, "parks")
    assert [entry.action for entry in matter.history] == ["received", "routed", "added", "routed"]
    assert len(matter.readings) == 2


def test_a_late_message_takes_its_place_in_time(database: Database, now: datetime) -> None:
    number = received(database, words("二", now))
    add(database, number, words("一", now - SECOND))
    submission = kept(database, number)
    assert submission.matters[0].text == "一\n二"
    assert submission.last_part_at == now


def test_a_photo_adds_no_words(database: Database, now: datetime) -> None:
    number = received(database, words("穴", now))
    photo = NewPart(kind=PartKind.IMAGE, sent_at=now + SECOND, media=b"sealed-id", file_name="穴.jpg")
    add(database, number, photo)
    submission = kept(database, number)
    assert submission.matters[0].text == "穴"
    attachment = submission.parts[1].attachment
    assert attachment is not None
    assert (attachment.state, attachment.line_message_id_sealed) == ("pending", b"sealed-id")
    assert len(submission.matters[0].readings) == 1


def test_words_added_to_a_matter_in_work_are_not_routed_again(database: Database, now: datetime) -> None:
    number = received(database, words("道", now))
    change(database, number, lambda s: setattr(s.matters[0], "status", MatterStatus.IN_PROGRESS))
    add(database, number, words("公園です", now + SECOND))
    (matter,) = kept(database, number).matters
    assert (matter.text, matter.area_key, matter.status) == ("道\n公園です", "roads", MatterStatus.IN_PROGRESS)


def test_more_words_place_what_nobody_could_place(database: Database, now: datetime) -> None:
    number = received(database, words("あの", now), area=None)
    with database.write() as session:
        desk_area = session.scalars(select(Matter).where(Matter.submission_id == number)).one()
        assert desk_area.status is MatterStatus.RECEIVED
    add(database, number, words("道路です", now + SECOND), area="roads")
    (matter,) = kept(database, number).matters
    assert (matter.status, matter.area_key) == (MatterStatus.ROUTED, "roads")


def test_the_citizens_choice_is_a_label_and_routes(database: Database, now: datetime) -> None:
    number = received(database, words("木", now))
    with database.read() as session:
        rules = city_rules(session)
    change(database, number, lambda s: intake.choose_area(s, area_key="parks", rules=rules, at=now))
    (matter,) = kept(database, number).matters
    assert (matter.area_key, matter.area_source) == ("parks", Source.CITIZEN)
    assert matter.department_id == area_department(database, "parks")
    assert [(label.field, label.value, label.source) for label in matter.labels] == [("area", "parks", Source.CITIZEN)]
    add(database, number, words("道路も", now + SECOND), area="roads")
    assert kept(database, number).matters[0].area_key == "parks"


def test_the_citizens_choice_does_not_undo_staff_but_is_kept(database: Database, now: datetime) -> None:
    number = received(database, words("木", now))
    with database.read() as session:
        rules = city_rules(session)

    def by_staff_first(submission: Submission) -> None:
        submission.matters[0].area_source = Source.STAFF
        intake.choose_area(submission, area_key="parks", rules=rules, at=now)

    change(database, number, by_staff_first)
    (matter,) = kept(database, number).matters
    assert matter.area_key == "roads"
    assert [label.value for label in matter.labels] == ["parks"]


def test_moving_frees_the_assignee_and_says_why(database: Database, now: datetime) -> None:
    number = received(database, words("木", now))
    before, fire = area_department(database, "roads"), department(database, "fire")
    change(
        database,
        number,
        lambda s: intake.move(s.matters[0], Decision(fire), at=now, source=Source.STAFF, reason="当課ではない"),
    )
    (matter,) = kept(database, number).matters
    last = matter.history[-1]
    assert (matter.department_id, matter.assignee_id) == (fire, None)
    assert (last.before, last.after, last.reason) == (str(before), str(fire), "当課ではない")


def test_withdrawing_is_final_and_told_once(database: Database, now: datetime) -> None:
    number = received(database, words("木", now))
    answers: list[bool] = []
    for _ in range(2):
        change(database, number, lambda s: answers.append(intake.withdraw(s, at=now)))
    (matter,) = kept(database, number).matters
    assert answers == [True, False]
    assert (matter.status, matter.closed_at) == (MatterStatus.WITHDRAWN, now)
    assert [entry.action for entry in matter.history].count("withdrawn") == 1


def stored_event(database: Database, now: datetime) -> int:
    with database.write() as session:
        event = LineEvent(
            webhook_event_id="E1",
            type="message",
            shard=1,
            occurred_at=now,
            received_at=now,
            due_at=now,
            payload=b"sealed words",
            state=EventState.DONE,
        )
        session.add(event)
        session.flush()
        return event.id


def test_unsending_one_of_two_messages_leaves_the_other(database: Database, now: datetime) -> None:
    event_id = stored_event(database, now)
    number = received(
        database, words("消したい言葉", now, key=b"m1", event_id=event_id), words("残す言葉", now + SECOND, key=b"m2")
    )
    with database.write() as session:
        assert intake.unsend(session, line_message_key=b"m1", at=now + 2 * SECOND)
    submission = kept(database, number)
    (matter,) = submission.matters
    assert (matter.text, matter.status) == ("残す言葉", MatterStatus.ROUTED)
    assert (submission.parts[0].text, submission.parts[0].erased_at) == (None, now + 2 * SECOND)
    assert submission.erased_at is None
    with database.read() as session:
        assert session.get_one(LineEvent, event_id).payload is None
        assert session.scalar(select(func.count()).select_from(MatterReading)) == 0


def test_unsending_the_last_message_leaves_a_tombstone_for_counting(database: Database, now: datetime) -> None:
    with database.write() as session:
        photo = NewPart(kind=PartKind.IMAGE, sent_at=now, media=b"sealed", file_name="顔.jpg", line_message_key=b"m1")
        number = opinion(session, photo).id
    with database.write() as session:
        assert intake.unsend(session, line_message_key=b"m1", at=now)
    with database.write() as session:
        assert not intake.unsend(session, line_message_key=b"m1", at=now)
    submission = kept(database, number)
    assert submission.erased_at == now
    assert submission.matters[0].status is MatterStatus.WITHDRAWN
    with database.read() as session:
        attachment = session.scalars(select(Attachment)).one()
        assert (attachment.state, attachment.line_message_id_sealed, attachment.file_name) == ("erased", None, None)


def test_unsending_what_was_never_kept_changes_nothing(database: Database, now: datetime) -> None:
    with database.write() as session:
        assert not intake.unsend(session, line_message_key=b"unknown", at=now)


def test_an_unsent_place_keeps_neither_name_nor_address(database: Database, now: datetime) -> None:
    place = NewPart(
        PartKind.LOCATION, now, latitude=35.5, place_title="公園", place_address="みどり町", line_message_key=b"m1"
    )
    number = received(database, place)

    with database.write() as session:
        assert intake.unsend(session, line_message_key=b"m1", at=now)

    [part] = kept(database, number).parts
    assert (part.latitude, part.place_title, part.place_address) == (None, None, None)


def test_erased_words_stand_nowhere_in_the_database(database: Database, now: datetime) -> None:
    number = received(database, words("ひみつのことば", now, key=b"m1"))
    with database.write() as session:
        intake.unsend(session, line_message_key=b"m1", at=now)
    with database.read() as session:
        for table in (Submission, Part, Matter, MatterReading, Label, HistoryEntry):
            rows = session.execute(select(*table.__table__.columns)).all()
            assert "ひみつ" not in repr(rows)
        index = session.execute(select(func.count()).select_from(Matter).where(Matter.text != "")).scalar()
    assert index == 0
    assert kept(database, number).matters[0].text == ""
