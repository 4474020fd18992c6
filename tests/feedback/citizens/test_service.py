from datetime import datetime
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import selectinload

from feedback import keys
from feedback.citizens import service
from feedback.citizens.models import Citizen, Consent
from feedback.db import Database
from feedback.inbox.models import EventState, LineEvent
from feedback.opinions.models import Part, Submission
from feedback.opinions.rules import MatterStatus
from feedback.outbox import service as outbox
from feedback.outbox.models import OutboundMessage, OutboundState
from feedback.outbox.service import Outgoing
from tests.feedback.opinions.people import opinion, words

TANAKA, SATO = b"t" * 16, b"s" * 16


def meet(database: Database, now: datetime, *wanted: bytes) -> None:
    with database.write() as session:
        service.load(session, keys=wanted, now=now)


def citizen(database: Database, key: bytes = TANAKA) -> Citizen:
    with database.read() as session:
        return session.scalars(select(Citizen).where(Citizen.key == key)).one()


def held_event(database: Database, now: datetime, key: bytes, *, held: bool = True) -> int:
    with database.write() as session:
        event = LineEvent(
            webhook_event_id=uuid4().hex,
            type="message",
            citizen_key=key,
            shard=1,
            occurred_at=now,
            received_at=now,
            due_at=now,
            payload=b"sealed",
            state=EventState.DONE,
            held_until=now if held else None,
        )
        session.add(event)
        session.flush()
        return event.id


def payload(database: Database, event_id: int) -> bytes | None:
    with database.read() as session:
        return session.get_one(LineEvent, event_id).payload


def test_a_new_citizen_is_known_by_a_hash_alone_and_unasked(database: Database, now: datetime) -> None:
    with database.write() as session:
        met = service.load(session, keys=[TANAKA, SATO, TANAKA], now=now)
        assert set(met) == {TANAKA, SATO}
    made = citizen(database)
    assert (made.consent, made.line_user_id_sealed, made.reachable) == (Consent.UNASKED, None, True)


def test_a_known_citizen_comes_with_the_conversation(database: Database, now: datetime) -> None:
    meet(database, now, TANAKA)
    with database.write() as session:
        known = service.load(session, keys=[TANAKA], now=now)[TANAKA]
        assert known.conversation is not None
        known.conversation.state = {"flow": "opinion"}
    with database.write() as session:
        known = service.load(session, keys=[TANAKA], now=now)[TANAKA]
        assert known.conversation is not None
        assert known.conversation.state == {"flow": "opinion"}


def test_only_consent_lets_the_line_id_be_kept(database: Database, now: datetime) -> None:
    meet(database, now, TANAKA)
    with database.write() as session:
        known = service.load(session, keys=[TANAKA], now=now)[TANAKA]
        service.give_consent(known, version="2026-04", line_user_id_sealed=b"sealed id", at=now)
    given = citizen(database)
    assert (given.consent, given.consent_version, given.consent_at) == (Consent.GIVEN, "2026-04", now)
    assert given.line_user_id_sealed == b"sealed id"


def test_refusing_forgets_the_id_and_the_waiting_words_of_this_citizen_only(database: Database, now: datetime) -> None:
    meet(database, now, TANAKA)
    mine, worked, others = (
        held_event(database, now, TANAKA),
        held_event(database, now, TANAKA, held=False),
        held_event(database, now, SATO),
    )
    with database.write() as session:
        known = service.load(session, keys=[TANAKA], now=now)[TANAKA]
        service.give_consent(known, version="1", line_user_id_sealed=b"sealed id", at=now)
        service.refuse_consent(session, known, at=now)
    refused = citizen(database)
    assert (refused.consent, refused.consent_version, refused.line_user_id_sealed) == (Consent.REFUSED, None, None)
    assert [payload(database, event) for event in (mine, worked, others)] == [None, b"sealed", b"sealed"]


def test_erasing_leaves_a_tombstone_for_counting_and_no_words(database: Database, now: datetime) -> None:
    with database.write() as session:
        people = service.load(session, keys=[TANAKA, SATO], now=now)
        service.give_consent(people[TANAKA], version="1", line_user_id_sealed=b"sealed id", at=now)
        people[TANAKA].age_band, people[TANAKA].district = "40s", "北部"
        first = opinion(session, words("わたしの言葉", now), citizen=people[TANAKA])
        first.age_band, first.sender_name = "40s", "田中"
        closed = opinion(session, words("終わった言葉", now), citizen=people[TANAKA])
        closed.matters[0].status = MatterStatus.CLOSED
        other = opinion(session, words("佐藤の言葉", now), citizen=people[SATO])
    held = held_event(database, now, TANAKA)
    with database.write() as session:
        assert service.erase(session, service.load(session, keys=[TANAKA], now=now)[TANAKA], at=now) == 2
    with database.write() as session:
        assert service.erase(session, service.load(session, keys=[TANAKA], now=now)[TANAKA], at=now) == 0

    erased = citizen(database)
    assert (erased.consent, erased.erased_at, erased.line_user_id_sealed) == (Consent.UNASKED, now, None)
    assert (erased.age_band, erased.district) == (None, None)
    assert payload(database, held) is None
    with database.read() as session:
        kept = {
            one.id: one
            for one in session.scalars(
                select(Submission).options(selectinload(Submission.matters), selectinload(Submission.parts))
            )
        }
        texts = session.scalars(select(Part.text).where(Part.text.is_not(None))).all()
    assert texts == ["佐藤の言葉"]
    assert kept[first.id].matters[0].status is MatterStatus.WITHDRAWN
    assert kept[closed.id].matters[0].status is MatterStatus.CLOSED
    assert kept[first.id].matters[0].area_key == "roads"
    assert (kept[first.id].sender_name, kept[first.id].age_band, kept[first.id].erased_at) == (None, None, now)
    assert kept[other.id].erased_at is None
    assert kept[other.id].matters[0].text == "佐藤の言葉"


def test_erasing_clears_dead_events_and_messages_that_never_arrived(database: Database, now: datetime) -> None:
    ring = keys.KeyRing(data_keys=[bytes(32)], lookup_key=bytes(32))
    meet(database, now, TANAKA)
    dead, later = held_event(database, now, TANAKA, held=False), held_event(database, now, TANAKA, held=False)
    with database.write() as session:
        session.get_one(LineEvent, dead).state = EventState.DEAD
        session.get_one(LineEvent, later).state = EventState.PENDING
        for purpose in ("receipt", "status", "answer"):
            message = Outgoing(TANAKA, "U1", [{"type": "text", "text": "言葉"}], purpose)
            outbox.enqueue(session, [message], keys=ring, now=now)
        others = Outgoing(SATO, "U2", [{"type": "text", "text": "言葉"}], "receipt")
        outbox.enqueue(session, [others], keys=ring, now=now)
        session.execute(update(OutboundMessage).where(OutboundMessage.id == 1).values(state=OutboundState.FAILED))
    with database.write() as session:
        service.erase(session, service.load(session, keys=[TANAKA], now=now)[TANAKA], at=now)
    assert (payload(database, dead), payload(database, later)) == (None, b"sealed")
    with database.read() as session:
        messages = session.scalars(select(OutboundMessage).order_by(OutboundMessage.id)).all()
    assert [one.state for one in messages] == [
        OutboundState.FAILED,
        OutboundState.CANCELLED,
        OutboundState.CANCELLED,
        OutboundState.PENDING,
    ]
    assert [one.body_sealed is None and one.recipient_sealed is None for one in messages] == [True, True, True, False]


def test_a_tombstone_does_not_lead_back_to_the_citizen(database: Database, now: datetime) -> None:
    with database.write() as session:
        tanaka = service.load(session, keys=[TANAKA], now=now)[TANAKA]
        submission = opinion(session, words("つらいです", now), citizen=tanaka)
        submission.matters[0].safety, submission.matters[0].urgent = "self_harm", True
    with database.write() as session:
        service.erase(session, service.load(session, keys=[TANAKA], now=now)[TANAKA], at=now)
    with database.read() as session:
        kept = session.scalars(select(Submission).options(selectinload(Submission.matters))).one()
    assert (kept.citizen_id, kept.language) == (None, None)
    assert (kept.matters[0].safety, kept.matters[0].urgent) == (None, False)
