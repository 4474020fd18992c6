"""From a citizen's phone to the export, through real processes: nothing lost, nothing twice, in order."""

import signal
import time
from collections import Counter
from itertools import pairwise

import pytest

from tests.journeys.city import City, wait_until

pytestmark = pytest.mark.journey


def test_a_message_becomes_a_routed_opinion_and_is_answered(city: City) -> None:
    city.start_public()
    city.start_worker()
    mika = city.consenting_citizen("美香")
    mika.say("桜通りの道路に大きな穴があいていて、自転車が転びそうで危ないです。早く直してください。")
    receipt = mika.wait_for("R8-")
    assert "道路" in receipt.text
    (opinion,) = city.opinions()
    assert opinion["receipt_number"] in receipt.text
    assert opinion["channel"] == "line"
    assert opinion["area"] == "roads"
    assert "大きな穴" in opinion["text"]
    assert opinion["status"] in {"routed", "received"}
    assert {event["state"] for event in city.events()} <= {"done", "ignored"}
    mika.say("追加です。場所は桜通り2丁目の角です。")
    mika.wait_for("追加しました")
    (added,) = city.opinions()
    assert "2丁目の角" in added["text"]
    assert city.count("parts") == 2
    assert city.count("history_entries") >= 3
    assert city.count("matter_readings") == 2
    assert "Warning" not in (city.folder / "worker.log").read_text()


def test_the_same_event_five_times_at_once_is_one_opinion(city: City) -> None:
    city.start_public()
    city.start_worker()
    mika = city.consenting_citizen("美香")
    sent = mika.say("図書館の開館時間をもう少し遅くまで延ばしてほしいです。")
    assert city.simulator.redeliver(sent.event_ids[0], times=5) == [200] * 5
    mika.wait_for("R8-")
    city.command("worker", "--drain")
    assert len(city.opinions()) == 1
    assert sum("R8-" in answer.text for answer in mika.answers()) == 1
    assert Counter(event["webhook_event_id"] for event in city.events())[sent.event_ids[0]] == 1


def test_before_consent_nothing_but_the_event_is_kept_and_consent_brings_the_words_in(city: City) -> None:
    city.start_public()
    city.start_worker()
    ken = city.simulator.add_citizen("健", friend=False)
    ken.follow()
    ken.say("バスの本数を増やしてほしいです。通院に使っています。")
    wait_until(lambda: any("同意" in label for label in ken.offered()))
    assert city.opinions() == []
    ken.tap(next(label for label in ken.offered() if "同意" in label and "ない" not in label))
    ken.wait_for("R8-")
    (opinion,) = city.opinions()
    assert "バスの本数" in opinion["text"]


@pytest.mark.parametrize("victim", ["worker", "public"])
def test_kill_9_in_the_middle_of_500_events_loses_and_repeats_nothing(city: City, victim: str) -> None:
    city.settings["MACHIKOE_SUBMISSION_QUIET_SECONDS"] = "0"
    city.start_public()
    city.start_worker()
    people = [city.consenting_citizen(f"市民{n}") for n in range(50)]
    wait_until(lambda: all(event["state"] != "pending" for event in city.events()))
    before = {person.id: len(person.answers()) for person in people}
    run = city.simulator.start_bulk(
        500, 50, citizen_ids=[person.id for person in people], concurrency=8, insist_seconds=240
    )
    for _ in range(2):
        time.sleep(0.4)
        city.stop(victim, signal.SIGKILL)
        time.sleep(0.2)
        if victim == "worker":
            city.start_worker()
        else:
            city.start_public()
    report = city.simulator.bulk_report(run, wait_seconds=240)
    assert report.finished
    assert report.failed_event_ids == ()
    city.command("worker", "--drain")

    bulk_events = [event for event in city.events() if event["type"] == "message"]
    assert len(bulk_events) == 500
    assert {event["state"] for event in bulk_events} == {"done"}
    opinions = city.opinions()
    assert len(opinions) == len({opinion["receipt_number"] for opinion in opinions}) == 500
    for person in people:
        _check_order_and_single_answers(person, before[person.id])


def _check_order_and_single_answers(person: object, before: int) -> None:
    """Every message answered at most once, and the receipt numbers rise in the order of the messages."""
    answers = person.answers()[before:]  # type: ignore[attr-defined]
    receipts = [answer.text.split("R8-")[1][:6] for answer in answers if "R8-" in answer.text]
    assert len(receipts) == len(set(receipts)) == 10
    assert all(int(a) < int(b) for a, b in pairwise(receipts))
