from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from feedback.citizens.models import Citizen, Consent
from feedback.db import Database
from feedback.keys import KeyRing
from feedback.outbox import service
from feedback.outbox.models import OutboundMessage, OutboundState, Via
from feedback.outbox.service import LEASE, REPLY_WINDOW, Claimed, Outgoing, Settlement

SECOND = timedelta(seconds=1)
HELLO = [{"type": "text", "text": "受け付けました 👍🏽"}]


def put(database: Database, keys: KeyRing, now: datetime, **more: Any) -> int:
    facts: dict[str, Any] = {"citizen_key": b"tanaka", "recipient": "U1", "messages": HELLO, "purpose": "receipt"}
    with database.write() as session:
        service.enqueue(session, [Outgoing(**(facts | more))], keys=keys, now=now)
        return session.scalars(select(func.max(OutboundMessage.id))).one()


def claim(database: Database, keys: KeyRing, now: datetime, *, limit: int = 10) -> list[Claimed]:
    with database.write() as session:
        return service.claim(session, keys=keys, now=now, limit=limit)


def settle(database: Database, now: datetime, number: int, state: OutboundState, **more: Any) -> None:
    with database.write() as session:
        service.settle(session, [Settlement(id=number, state=state, **more)], now=now)


def row(database: Database, number: int) -> OutboundMessage:
    with database.read() as session:
        return session.get_one(OutboundMessage, number)


def test_a_message_lies_sealed_and_comes_out_as_it_was(database: Database, keys: KeyRing, now: datetime) -> None:
    number = put(database, keys, now, reply_token="token", event_at=now - SECOND)
    stored = row(database, number)
    for sealed in (stored.recipient_sealed, stored.reply_token_sealed, stored.body_sealed):
        assert sealed
        assert not any(plain in sealed for plain in (b"U1", b"token", "受け".encode()))
    (claimed,) = claim(database, keys, now)
    assert (claimed.recipient, claimed.reply_token, claimed.messages) == ("U1", "token", HELLO)
    assert (claimed.via, claimed.attempts, claimed.uncertain, claimed.reachable) == (Via.REPLY, 1, False, True)
    assert claimed.reply_until == now - SECOND + REPLY_WINDOW
    assert claimed.retry_key == stored.retry_key


def test_without_a_token_or_too_late_it_is_a_push(database: Database, keys: KeyRing, now: datetime) -> None:
    put(database, keys, now)
    assert [one.via for one in claim(database, keys, now)] == [Via.PUSH]
    late = put(database, keys, now, citizen_key=b"sato", reply_token="token")
    assert {one.id: one.via for one in claim(database, keys, now + REPLY_WINDOW)}[late] is Via.PUSH


def test_what_is_claimed_is_claimed_once(database: Database, keys: KeyRing, now: datetime) -> None:
    put(database, keys, now)
    assert len(claim(database, keys, now)) == 1
    assert claim(database, keys, now + LEASE) == []


def test_a_citizens_messages_go_one_after_the_other_and_others_beside(
    database: Database, keys: KeyRing, now: datetime
) -> None:
    first, second = put(database, keys, now), put(database, keys, now)
    other = put(database, keys, now, citizen_key=b"sato")
    assert {one.id for one in claim(database, keys, now)} == {first, other}
    assert claim(database, keys, now) == []
    settle(database, now, first, OutboundState.SENT)
    assert [one.id for one in claim(database, keys, now)] == [second]


def test_no_more_than_asked_for(database: Database, keys: KeyRing, now: datetime) -> None:
    for n in range(4):
        put(database, keys, now, citizen_key=b"c%d" % n)
    assert len(claim(database, keys, now, limit=3)) == 3


@pytest.mark.postgres
def test_two_senders_at_once_never_take_the_same(postgres: Database, keys: KeyRing, now: datetime) -> None:
    for n in range(4):
        put(postgres, keys, now, citizen_key=b"c%d" % n)
    with postgres.write() as first, postgres.write() as second:
        mine = {one.id for one in service.claim(first, keys=keys, now=now, limit=2)}
        theirs = {one.id for one in service.claim(second, keys=keys, now=now, limit=4)}
    assert len(mine) == len(theirs) == 2
    assert not mine & theirs


def test_after_a_crash_it_is_taken_again_by_the_same_call_and_key(
    database: Database, keys: KeyRing, now: datetime
) -> None:
    put(database, keys, now, reply_token="token")
    (lost,) = claim(database, keys, now)
    (again,) = claim(database, keys, now + LEASE + SECOND)
    assert (again.via, again.uncertain, again.attempts) == (Via.REPLY, True, 2)
    assert again.retry_key == lost.retry_key
    (late,) = claim(database, keys, now + 2 * LEASE + REPLY_WINDOW)
    assert (late.via, late.uncertain) == (Via.REPLY, True)


def test_a_push_stays_a_push(database: Database, keys: KeyRing, now: datetime) -> None:
    number = put(database, keys, now, reply_token="token")
    claim(database, keys, now)
    with database.write() as session:
        service.postpone(session, number, due_at=now + SECOND, via=Via.PUSH, uncertain=False, reason="返信トークン切れ")
    assert claim(database, keys, now) == []
    (again,) = claim(database, keys, now + SECOND)
    assert (again.via, again.uncertain) == (Via.PUSH, False)


def test_a_citizen_who_blocked_the_account_is_not_reachable(database: Database, keys: KeyRing, now: datetime) -> None:
    with database.write() as session:
        session.add(Citizen(key=b"tanaka", consent=Consent.GIVEN, reachable=False, created_at=now))
    put(database, keys, now)
    assert [one.reachable for one in claim(database, keys, now)] == [False]


@pytest.mark.parametrize("state", [OutboundState.SENT, OutboundState.UNKNOWN, OutboundState.CANCELLED])
def test_what_is_settled_is_forgotten_at_once(
    database: Database, keys: KeyRing, now: datetime, state: OutboundState
) -> None:
    number = put(database, keys, now, reply_token="token")
    claim(database, keys, now)
    settle(database, now, number, state, via=Via.REPLY, line_request_id="r-1", reason="理由")
    settled = row(database, number)
    assert (settled.recipient_sealed, settled.body_sealed, settled.reply_token_sealed) == (None, None, None)
    assert (settled.state, settled.settled_at, settled.line_request_id) == (state, now, "r-1")
    with database.read() as session:
        assert service.open_count(session) == 0


def test_staff_may_send_a_failed_message_again_with_a_new_key(database: Database, keys: KeyRing, now: datetime) -> None:
    number = put(database, keys, now, reply_token="token")
    (before,) = claim(database, keys, now)
    settle(database, now, number, OutboundState.FAILED, reason="月の上限")
    with database.write() as session:
        assert service.send_again(session, number, now=now + SECOND)
        assert not service.send_again(session, number, now=now + SECOND)
    (again,) = claim(database, keys, now + SECOND)
    assert (again.via, again.messages, again.attempts) == (Via.PUSH, HELLO, 1)
    assert again.retry_key != before.retry_key


def test_what_was_sent_cannot_be_sent_again(database: Database, keys: KeyRing, now: datetime) -> None:
    number = put(database, keys, now)
    claim(database, keys, now)
    settle(database, now, number, OutboundState.SENT)
    with database.write() as session:
        assert not service.send_again(session, number, now=now)


def test_undelivered_words_are_forgotten_after_their_time(database: Database, keys: KeyRing, now: datetime) -> None:
    failed = put(database, keys, now)
    waiting = put(database, keys, now, citizen_key=b"sato")
    settle(database, now, failed, OutboundState.FAILED)
    week = timedelta(days=7)
    with database.write() as session:
        assert service.forget_old(session, now=now + week, text_days=7) == 0
        assert service.forget_old(session, now=now + week + SECOND, text_days=7) == 1
        assert service.forget_old(session, now=now + week + SECOND, text_days=7) == 0
    assert row(database, failed).body_sealed is None
    assert row(database, waiting).body_sealed is not None
    with database.write() as session:
        assert not service.send_again(session, failed, now=now)


def test_open_messages_are_counted(database: Database, keys: KeyRing, now: datetime) -> None:
    first = put(database, keys, now)
    put(database, keys, now, citizen_key=b"sato")
    claim(database, keys, now, limit=1)
    with database.read() as session:
        assert service.open_count(session) == 2
        assert session.scalars(select(OutboundMessage.id).order_by(OutboundMessage.id)).first() == first
