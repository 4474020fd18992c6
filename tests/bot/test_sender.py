"""The sender against the simulator, over real HTTP."""

import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from app.simulator.client import Citizen, SimulatorClient
from app.simulator.server import SimulatorServer
from app.simulator.settings import SimulatorSettings
from bot.delivery import Answer
from bot.sender import LineApi, Sender
from feedback.citizens import service as citizens
from feedback.config import Settings
from feedback.db import Database
from feedback.outbox import service as outbox
from feedback.outbox.models import OutboundMessage, OutboundState, Via
from tests.conftest import FakeClock

TOKEN = "sender-token"


@pytest.fixture
def server() -> Iterator[SimulatorServer]:
    with SimulatorServer(SimulatorSettings(channel_secret="s", channel_access_token=TOKEN)) as running:
        yield running


@pytest.fixture
def line(server: SimulatorServer) -> Iterator[SimulatorClient]:
    client = SimulatorClient(server.url)
    yield client
    client.close()


@pytest.fixture
def mika(line: SimulatorClient) -> Citizen:
    return line.add_citizen("美香")


@pytest.fixture
def sender(database: Database, settings: Settings, server: SimulatorServer, clock: FakeClock) -> Sender:
    wired = settings.model_copy(
        update={
            "line_api_base_url": server.url,
            "line_channel_access_token": SecretStr(TOKEN),
            # Short for the tests of time-outs, long enough for an answer on a busy machine.
            "line_timeout_seconds": 3.0,
        }
    )
    return Sender(database, wired.key_ring(), LineApi(wired), clock)


def put(sender: Sender, citizen: Citizen, text: str, *, reply_token: str | None = None) -> int:
    outgoing = outbox.Outgoing(
        citizen_key=sender.keys.lookup(citizen.id),
        recipient=citizen.id,
        messages=[{"type": "text", "text": text}],
        purpose="receipt",
        reply_token=reply_token,
    )
    with sender.database.write() as session:
        outbox.enqueue(session, [outgoing], keys=sender.keys, now=sender.clock())
        return session.scalars(select(func.max(OutboundMessage.id))).one()


def row(sender: Sender, message_id: int) -> OutboundMessage:
    with sender.database.read() as session:
        return session.scalars(select(OutboundMessage).where(OutboundMessage.id == message_id)).one()


@pytest.fixture
def token(server: SimulatorServer, mika: Citizen) -> str:
    """A reply token as the bot would have it from a webhook."""
    return server.world.issue_reply_token(server.world.chats[mika.id])


def shown(citizen: Citizen) -> list[tuple[str, str]]:
    return [(message.text, message.via) for message in citizen.answers()]


def test_a_message_without_token_is_pushed_and_forgotten(sender: Sender, mika: Citizen) -> None:
    number = put(sender, mika, "回答です")
    assert sender.run_once() == 1
    assert shown(mika) == [("回答です", "push")]
    done = row(sender, number)
    assert (done.state, done.via) == (OutboundState.SENT, Via.PUSH)
    assert done.line_request_id
    assert done.body_sealed is done.recipient_sealed is None
    assert sender.run_once() == 0


def test_a_reply_is_used_while_its_token_lasts(sender: Sender, mika: Citizen, token: str) -> None:
    put(sender, mika, "受け付けました", reply_token=token)
    sender.run_once()
    assert shown(mika) == [("受け付けました", "reply")]


def test_a_token_line_does_not_know_becomes_a_push(sender: Sender, mika: Citizen) -> None:
    number = put(sender, mika, "受け付けました", reply_token="0" * 32)
    sender.run_once()
    assert row(sender, number).via is Via.PUSH
    sender.run_once()
    assert shown(mika) == [("受け付けました", "push")]


def test_messages_of_one_citizen_keep_their_order(sender: Sender, mika: Citizen) -> None:
    for text in ("一", "二", "三"):
        put(sender, mika, text)
    while sender.run_once():
        pass
    assert [text for text, _ in shown(mika)] == ["一", "二", "三"]


def test_a_failing_push_is_repeated_under_the_same_key(
    sender: Sender, mika: Citizen, line: SimulatorClient, clock: FakeClock
) -> None:
    number = put(sender, mika, "回答です")
    line.set_faults(server_errors=1)
    sender.run_once()
    waiting = row(sender, number)
    assert (waiting.state, waiting.uncertain) == (OutboundState.PENDING, True)
    assert sender.run_once() == 0
    clock.advance(seconds=5)
    sender.run_once()
    assert row(sender, number).state is OutboundState.SENT
    assert shown(mika) == [("回答です", "push")]


def test_a_reply_that_timed_out_is_shown_once(
    sender: Sender, mika: Citizen, token: str, line: SimulatorClient, clock: FakeClock
) -> None:
    number = put(sender, mika, "受け付けました", reply_token=token)
    line.set_faults(timeouts=1, timeout_seconds=3.5)
    sender.run_once()
    assert row(sender, number).uncertain
    line.clear_faults()
    clock.advance(seconds=5)
    sender.run_once()
    mika.wait_for("受け付けました")
    assert len(shown(mika)) == 1
    assert row(sender, number).state in {OutboundState.UNKNOWN, OutboundState.SENT}


def test_the_monthly_limit_is_told_and_staff_may_send_again(
    sender: Sender, mika: Citizen, line: SimulatorClient, clock: FakeClock
) -> None:
    number = put(sender, mika, "回答です")
    line.set_faults(quota_exhausted=True)
    sender.run_once()
    failed = row(sender, number)
    assert failed.state is OutboundState.FAILED
    assert "上限" in (failed.reason or "")
    line.clear_faults()
    with sender.database.write() as session:
        assert outbox.send_again(session, number, now=clock())
    sender.run_once()
    assert shown(mika) == [("回答です", "push")]


def test_a_sender_that_vanished_is_taken_over_after_its_lease(
    sender: Sender, mika: Citizen, token: str, clock: FakeClock
) -> None:
    number = put(sender, mika, "受け付けました", reply_token=token)
    with sender.database.write() as session:
        (taken,) = outbox.claim(session, keys=sender.keys, now=clock(), limit=5)
    # The first sender dies after LINE took the reply and before it could write that down.
    assert taken.reply_token is not None
    sender.api.reply(taken.reply_token, taken.messages)
    assert sender.run_once() == 0
    clock.advance(seconds=outbox.LEASE.total_seconds() + 1)
    assert sender.run_once() == 1
    assert row(sender, number).state is OutboundState.UNKNOWN
    assert len(shown(mika)) == 1


def test_nobody_who_blocked_the_account_gets_a_push(sender: Sender, mika: Citizen, clock: FakeClock) -> None:
    with sender.database.write() as session:
        key = sender.keys.lookup(mika.id)
        citizens.load(session, keys=[key], now=clock())[key].reachable = False
    number = put(sender, mika, "回答です")
    sender.run_once()
    assert row(sender, number).state is OutboundState.CANCELLED
    assert shown(mika) == []


def test_undelivered_texts_are_forgotten_in_time(sender: Sender, mika: Citizen, clock: FakeClock) -> None:
    number = put(sender, mika, "回答です")
    with sender.database.write() as session:
        outbox.settle(session, [outbox.Settlement(number, OutboundState.FAILED)], now=clock())
    later = clock() + timedelta(days=8)
    with sender.database.write() as session:
        assert outbox.forget_old(session, now=later, text_days=7) == 1
        assert not outbox.send_again(session, number, now=later)


class SlowApi(LineApi):
    """Takes its time over every call, as LINE does on a bad day."""

    def __init__(self, settings: Settings, clock: FakeClock, seconds: float) -> None:
        super().__init__(settings)
        self.clock = clock
        self.seconds = seconds
        self.pushed: list[str] = []

    def push(self, to: str, messages: list[dict[str, object]], *, retry_key: str) -> Answer:
        del to, retry_key
        self.clock.advance(seconds=self.seconds)
        self.pushed.append(str(messages[0]["text"]))
        return Answer(status=200)


def test_what_cannot_be_sent_within_its_lease_is_left_to_the_next_round(
    sender: Sender, settings: Settings, line: SimulatorClient, clock: FakeClock
) -> None:
    api = SlowApi(settings, clock, seconds=9)
    sender.api, sender.threads = api, 1
    numbers = [put(sender, line.add_citizen(f"市民{n}"), f"回答{n}") for n in range(4)]
    assert sender.run_once() == 4
    assert api.pushed == ["回答0", "回答1"]
    waiting = row(sender, numbers[3])
    assert (waiting.state, waiting.attempts, waiting.uncertain) == (OutboundState.PENDING, 0, False)
    sender.run_once()
    assert api.pushed == ["回答0", "回答1", "回答2", "回答3"]
    assert {row(sender, number).state for number in numbers} == {OutboundState.SENT}


def test_a_sender_that_comes_late_does_not_overrule_the_one_that_took_over(
    sender: Sender, mika: Citizen, clock: FakeClock
) -> None:
    number = put(sender, mika, "回答です")
    with sender.database.write() as session:
        (late,) = outbox.claim(session, keys=sender.keys, now=clock(), limit=5)
    clock.advance(seconds=outbox.LEASE.total_seconds() + 1)
    sender.run_once()
    with sender.database.write() as session:
        outbox.give_back(session, late)
        outbox.postpone(
            session,
            number,
            due_at=clock(),
            via=Via.PUSH,
            uncertain=False,
            reason="",
            attempts=late.attempts,
        )
        outbox.settle(session, [outbox.Settlement(number, OutboundState.FAILED, attempts=late.attempts)], now=clock())
    assert row(sender, number).state is OutboundState.SENT
    assert len(shown(mika)) == 1


def test_a_message_that_cannot_be_opened_or_put_in_words_keeps_nobody_waiting(
    sender: Sender, mika: Citizen, line: SimulatorClient
) -> None:
    sealed_elsewhere = put(sender, line.add_citizen("健"), "開けない")
    wordless = put(sender, line.add_citizen("涼"), "x")
    with sender.database.write() as session:
        session.get_one(OutboundMessage, sealed_elsewhere).body_sealed = b"garbage"
        odd = b'[{"type": 3, "text": ["x"]}]'
        session.get_one(OutboundMessage, wordless).body_sealed = sender.keys.encrypt(odd, purpose=outbox.BODY)
    put(sender, mika, "回答です")
    sender.run_once()
    assert shown(mika) == [("回答です", "push")]
    for number, reason in ((sealed_elsewhere, "鍵"), (wordless, "送れない")):
        failed = row(sender, number)
        assert failed.state is OutboundState.FAILED
        assert reason in (failed.reason or "")
    assert sender.run_once() == 0


class Odd(BaseHTTPRequestHandler):
    """Answers with a status and a body that no client of LINE's can read."""

    status = 200

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b"\xff<html>"
        self.send_response(self.status)
        self.send_header("Content-Type", "text/html; charset=nonsense")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("x-line-request-id", "odd")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(params=[200, 500])
def odd_status(request: pytest.FixtureRequest) -> int:
    status: int = request.param
    return status


def test_what_line_took_counts_as_delivered_whatever_its_body_says(odd_status: int) -> None:
    handler = type("Handler", (Odd,), {"status": odd_status})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        api = LineApi(
            Settings(
                line_api_base_url=f"http://127.0.0.1:{server.server_port}",
                line_channel_access_token=SecretStr(TOKEN),
            )
        )
        answers = [
            api.reply("token", [{"type": "text", "text": "一"}]),
            api.push("U" + "0" * 32, [{"type": "text", "text": "二"}], retry_key=str(uuid.uuid4())),
            api.leave("C" + "0" * 32),
        ]
        server.shutdown()

    assert [(one.status, one.request_id, one.trouble) for one in answers] == [(odd_status, "odd", None)] * 3
