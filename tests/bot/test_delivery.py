"""Decisions on sending, case by case."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from bot.delivery import MAX_ATTEMPTS, Again, Answer, Settled, Trouble, choose_via, judge
from feedback.outbox.models import OutboundState, Via
from feedback.outbox.service import Claimed
from tests.conftest import NOW


def claimed(**changes: Any) -> Claimed:
    values: dict[str, Any] = {
        "id": 1,
        "purpose": "receipt",
        "recipient": "U1",
        "reply_token": "token",
        "reply_until": NOW + timedelta(seconds=30),
        "via": Via.REPLY,
        "retry_key": uuid.UUID(int=1),
        "messages": [{"type": "text", "text": "a"}],
        "attempts": 1,
        "uncertain": False,
        "reachable": True,
        "lease_until": NOW + timedelta(seconds=20),
    }
    return Claimed(**values | changes)


def test_reply_comes_first_while_its_token_lasts() -> None:
    assert choose_via(claimed(), now=NOW) is Via.REPLY
    assert choose_via(claimed(), now=NOW + timedelta(minutes=1)) is Via.PUSH
    assert choose_via(claimed(via=Via.PUSH), now=NOW) is Via.PUSH


def test_nothing_is_pushed_to_somebody_who_blocked_the_account() -> None:
    verdict = choose_via(claimed(via=Via.PUSH, reachable=False), now=NOW)
    assert isinstance(verdict, Settled)
    assert verdict.state is OutboundState.CANCELLED


def test_an_unclear_reply_is_never_followed_by_a_push() -> None:
    verdict = choose_via(claimed(uncertain=True), now=NOW + timedelta(minutes=1))
    assert isinstance(verdict, Settled)
    assert verdict.state is OutboundState.UNKNOWN
    assert choose_via(claimed(uncertain=True), now=NOW) is Via.REPLY


def test_an_unclear_push_is_repeated_under_its_retry_key() -> None:
    assert choose_via(claimed(via=Via.PUSH, uncertain=True), now=NOW) is Via.PUSH


@pytest.mark.parametrize(("via", "status"), [(Via.REPLY, 200), (Via.PUSH, 200), (Via.PUSH, 409)])
def test_accepted_is_sent(via: Via, status: int) -> None:
    assert judge(claimed(via=via), via, Answer(status)) == Settled(OutboundState.SENT)


def test_a_spent_token_means_push_at_once_unless_we_may_have_spent_it() -> None:
    answer = Answer(400, "Invalid reply token")
    verdict = judge(claimed(), Via.REPLY, answer)
    assert isinstance(verdict, Again)
    assert (verdict.via, verdict.after, verdict.uncertain) == (Via.PUSH, timedelta(0), False)
    unclear = judge(claimed(uncertain=True), Via.REPLY, answer)
    assert isinstance(unclear, Settled)
    assert unclear.state is OutboundState.UNKNOWN


def test_monthly_limit_is_a_reason_for_staff_but_the_rate_limit_passes() -> None:
    spent = judge(claimed(), Via.PUSH, Answer(429, "You have reached your monthly limit."))
    assert isinstance(spent, Settled)
    assert spent.state is OutboundState.FAILED
    assert "上限" in (spent.reason or "")
    busy = judge(claimed(), Via.PUSH, Answer(429, "The API rate limit has been exceeded."))
    assert isinstance(busy, Again)
    assert not busy.uncertain


@pytest.mark.parametrize("answer", [Answer(500), Answer(503), Answer(trouble=Trouble.TIMED_OUT)])
def test_what_may_have_arrived_is_uncertain_from_then_on(answer: Answer) -> None:
    verdict = judge(claimed(), Via.REPLY, answer)
    assert isinstance(verdict, Again)
    assert verdict.uncertain
    assert verdict.via is Via.REPLY


def test_what_never_left_is_not_uncertain() -> None:
    verdict = judge(claimed(), Via.REPLY, Answer(trouble=Trouble.NOT_REACHED))
    assert isinstance(verdict, Again)
    assert not verdict.uncertain


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
def test_other_refusals_are_not_repeated(status: int) -> None:
    verdict = judge(claimed(via=Via.PUSH), Via.PUSH, Answer(status, "bad"))
    assert isinstance(verdict, Settled)
    assert verdict.state is OutboundState.FAILED
    assert verdict.reason


def test_tries_grow_apart_and_end() -> None:
    pauses = []
    for attempts in range(1, MAX_ATTEMPTS):
        verdict = judge(claimed(via=Via.PUSH, attempts=attempts), Via.PUSH, Answer(500))
        assert isinstance(verdict, Again)
        pauses.append(verdict.after)
    assert pauses == sorted(pauses)
    last = judge(claimed(via=Via.PUSH, attempts=MAX_ATTEMPTS), Via.PUSH, Answer(500))
    assert isinstance(last, Settled)
    assert last.state is OutboundState.FAILED
