import time

import pytest

from app.simulator.client import Citizen, SimulatorClient
from app.simulator.faults import Faults
from tests.app.simulator.echo_bot import EchoBot, silent

HELLO = [{"type": "text", "text": "こんにちは"}]


def push(bot: EchoBot, to: str) -> int:
    return bot.call("POST", "/v2/bot/message/push", {"to": to, "messages": HELLO})[0]


def test_counted_faults_run_out(tanaka: Citizen, bot: EchoBot, simulator: SimulatorClient) -> None:
    simulator.set_faults(rate_limited=1, server_errors=2)
    assert [push(bot, tanaka.id) for _ in range(4)] == [429, 500, 500, 200]
    assert simulator.call_counts()["push"] == {"200": 1, "429": 1, "500": 2}
    assert [call["status"] for call in simulator.calls("push", status=500)] == [500, 500]


def test_endless_faults_until_cleared(tanaka: Citizen, bot: EchoBot, simulator: SimulatorClient) -> None:
    simulator.set_faults(server_errors=-1)
    assert [push(bot, tanaka.id) for _ in range(3)] == [500] * 3
    simulator.clear_faults()
    assert push(bot, tanaka.id) == 200


def test_only_named_endpoints(tanaka: Citizen, bot: EchoBot, simulator: SimulatorClient) -> None:
    simulator.set_faults(server_errors=-1, only=["reply"])
    assert push(bot, tanaka.id) == 200
    tanaka.say("a")
    bot.settle()
    assert bot.replies == [500]


def test_quota_leaves_replies_free(tanaka: Citizen, bot: EchoBot, simulator: SimulatorClient) -> None:
    simulator.set_faults(quota_exhausted=True)
    assert push(bot, tanaka.id) == 429
    tanaka.say("a")
    assert tanaka.wait_for("「a」").via == "reply"


@pytest.mark.parametrize(("accepts", "status", "read"), [(True, 200, 1), (False, 500, 0)])
def test_late_answers(
    tanaka: Citizen, bot: EchoBot, simulator: SimulatorClient, *, accepts: bool, status: int, read: int
) -> None:
    simulator.set_faults(timeouts=1, timeout_seconds=0.3, timeout_accepts=accepts)
    started = time.perf_counter()
    assert push(bot, tanaka.id) == status
    assert time.perf_counter() - started >= 0.3
    assert len(tanaka.answers()) == read


def test_slow_answers(tanaka: Citizen, bot: EchoBot, simulator: SimulatorClient) -> None:
    simulator.set_faults(slow_seconds=0.2)
    started = time.perf_counter()
    assert push(bot, tanaka.id) == 200
    assert time.perf_counter() - started >= 0.2


def test_invalid_reply_tokens_and_missing_content(tanaka: Citizen, bot: EchoBot, simulator: SimulatorClient) -> None:
    simulator.set_faults(invalid_reply_tokens=1, missing_content=1)
    photo = tanaka.send_photo(b"\xff\xd8\xff")
    bot.settle()
    assert bot.replies == [400]
    path = f"/v2/bot/message/{photo.message_id}/content"
    assert [bot.call("GET", path)[0] for _ in range(2)] == [404, 200]


def test_duplicates(tanaka: Citizen, bot: EchoBot, simulator: SimulatorClient) -> None:
    bot.answer = silent
    simulator.set_faults(duplicates=4)
    tanaka.say("a")
    assert len(bot.events) == 5
    assert len({event["webhookEventId"] for event in bot.events}) == 1
    assert len(simulator.deliveries()) == 1
    simulator.clear_faults()
    event_id = bot.events[0]["webhookEventId"]
    assert simulator.redeliver(event_id, times=3) == [200] * 3


def test_disorder(tanaka: Citizen, bot: EchoBot, simulator: SimulatorClient) -> None:
    bot.answer = silent
    simulator.set_faults(shuffle=True, shuffle_seconds=0.3)
    assert [tanaka.say(str(n)).status for n in range(5)] == [None] * 5
    deadline = time.monotonic() + 5
    while len(bot.events) < 5 and time.monotonic() < deadline:
        time.sleep(0.02)
    words = [event["message"]["text"] for event in bot.events]
    assert sorted(words) == list("01234")
    assert words != list("01234")


def test_wrong_signature(tanaka: Citizen, bot: EchoBot, simulator: SimulatorClient) -> None:
    simulator.set_faults(wrong_signature=True)
    assert tanaka.say("a").status == 400
    assert bot.bad_signatures == 1


def test_redelivery_goes_on_until_the_bot_takes_it(tanaka: Citizen, bot: EchoBot, simulator: SimulatorClient) -> None:
    simulator.change_settings(redelivery=True, redelivery_delays=[0.1, 0.1, 5])
    bot.status = 500
    sent = tanaka.say("a")
    assert sent.status == 500
    bot.status = 200
    tanaka.wait_for("「a」")
    assert bot.events[0]["deliveryContext"] == {"isRedelivery": True}
    assert simulator.deliveries()[0]["accepted"]


def test_failed_events_can_be_sent_again_by_hand(tanaka: Citizen, bot: EchoBot, simulator: SimulatorClient) -> None:
    bot.status = 503
    tanaka.say("a")
    tanaka.say("b")
    assert [found["statuses"] for found in simulator.deliveries(failed_only=True)] == [[503], [503]]
    bot.status = 200
    assert simulator.redeliver_failed() == 2
    assert simulator.deliveries(failed_only=True) == []


def test_a_bot_that_is_not_there(tanaka: Citizen, simulator: SimulatorClient) -> None:
    simulator.change_settings(webhook_url="http://127.0.0.1:9/hook")
    assert tanaka.say("a").status == 0
    simulator.change_settings(webhook_url="")
    assert tanaka.say("b").status == 0


def test_any_payload(bot: EchoBot, simulator: SimulatorClient) -> None:
    assert simulator.send_webhook({"destination": "x", "events": [{"type": "future"}]}) == 200
    assert bot.events == [{"type": "future"}]


def test_switches_are_checked() -> None:
    faults = Faults()
    faults.change({"slow_seconds": 1, "only": ["push"]})
    assert (faults.slow_seconds, faults.touches("push"), faults.touches("reply")) == (1, True, False)
    for wrong in ({"duplicates": "many"}, {"shuffle": 1}, {"duplicates": True}, {"rain": 1}):
        with pytest.raises(ValueError, match=r"(fault|value)"):
            faults.change(wrong)
