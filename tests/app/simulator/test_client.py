import time

import pytest

from app.simulator.client import Citizen, SimulatorClient, SimulatorError, UnansweredError
from app.simulator.server import SimulatorServer
from tests.app.simulator.echo_bot import EchoBot, silent

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


def test_a_citizen_speaks_and_reads_the_answer(tanaka: Citizen, bot: EchoBot) -> None:
    sent = tanaka.say("街灯が消えています")
    answer = tanaka.wait_for("街灯が消えています")
    assert sent.status == 200
    assert (answer.via, answer.type, answer.quick_replies) == ("reply", "text", ["はい", "いいえ"])
    said = tanaka.transcript()
    assert [(message.sender == tanaka.id, message.text) for message in said] == [
        (True, "街灯が消えています"),
        (False, "「街灯が消えています」ですね"),
    ]
    assert said[0].webhook_status == 200
    assert said[1].request_id


def test_waiting_looks_only_at_what_was_said_since(tanaka: Citizen, bot: EchoBot) -> None:
    first = tanaka.say("一")
    tanaka.wait_for("「一」")
    bot.answer = silent
    tanaka.say("二")
    with pytest.raises(UnansweredError, match="「一」ですね"):
        tanaka.wait_for("「一」", timeout=0.2)
    assert tanaka.wait_for("「一」", timeout=0.2, after=first.mark).text == "「一」ですね"


def test_quick_replies_are_there_until_the_next_message(tanaka: Citizen, bot: EchoBot) -> None:
    tanaka.say("こんにちは")
    tanaka.wait_for()
    tanaka.tap("はい")
    tanaka.wait_for("「はい」")
    bot.answer = silent
    tanaka.say("もう一度")
    with pytest.raises(SimulatorError, match="no 「はい」"):
        tanaka.tap("はい")


def test_template_and_flex_buttons(tanaka: Citizen, bot: EchoBot) -> None:
    postback = {"type": "postback", "label": "同意する", "data": "consent=yes", "displayText": "同意します"}
    picker = {"type": "datetimepicker", "label": "日付", "data": "day", "mode": "date"}
    link = {"type": "uri", "label": "開く", "uri": "https://example.jp/"}
    confirm = {"type": "confirm", "text": "よろしいですか", "actions": [postback, link]}
    box = {"type": "box", "layout": "vertical", "contents": [{"type": "button", "action": picker}]}
    messages = [
        {"type": "template", "altText": "確認", "template": confirm},
        {"type": "flex", "altText": "日付", "contents": {"type": "bubble", "body": box}},
    ]
    assert bot.call("POST", "/v2/bot/message/push", {"to": tanaka.id, "messages": messages})[0] == 200
    assert tanaka.offered() == ["日付", "同意する", "開く"]
    assert tanaka.answers()[0].buttons == ["同意する", "開く"]

    tanaka.tap("同意する")
    tanaka.wait_for("consent=yes")
    assert tanaka.transcript()[2].text == "同意します"
    tanaka.tap("日付", params={"date": "2026-12-01"})
    tanaka.wait_for("2026-12-01")
    assert bot.events[-1]["postback"] == {"data": "day", "params": {"date": "2026-12-01"}}
    assert tanaka.tap("開く").result == {"open": "https://example.jp/"}


def test_album(tanaka: Citizen, bot: EchoBot) -> None:
    sent = tanaka.send_photos([PNG, PNG + b"2", PNG + b"3"])
    sets = [event["message"]["imageSet"] for event in bot.events]
    assert len({entry["id"] for entry in sets}) == 1
    assert [(entry["index"], entry["total"]) for entry in sets] == [(1, 3), (2, 3), (3, 3)]
    assert len(bot.bodies) == 3
    assert bot.call("GET", f"/v2/bot/message/{sent.message_ids[1]}/content")[1] == {"body": PNG + b"2"}
    assert bot.last_headers["Content-Type"] == "image/png"
    tanaka.send_photos([PNG, PNG], one_body=True)
    assert len(bot.bodies[-1]["events"]) == 2
    tanaka.send_photo(PNG)
    assert "imageSet" not in bot.events[-1]["message"]


def test_every_kind_of_message(tanaka: Citizen, bot: EchoBot) -> None:
    tanaka.send_location(35.68, 139.76, title="公園", address="まちこえ市1-1")
    tanaka.sticker(["ありがとう"])
    tanaka.send_audio(b"sound")
    tanaka.send_video()
    tanaka.send_file("図面.pdf", b"%PDF-1.7")
    tanaka.say("$ ok", emojis=[{"index": 0, "length": 1, "productId": "p", "emojiId": "e"}])
    kinds = [event["message"]["type"] for event in bot.events]
    assert kinds == ["location", "sticker", "audio", "video", "file", "text"]
    assert bot.events[4]["message"]["fileSize"] == 8
    assert bot.events[5]["message"]["emojis"]
    for event in bot.events:
        assert len(event["webhookEventId"]) == 26
        assert abs(event["timestamp"] - time.time() * 1000) < 10_000


def test_sound_is_processed_before_it_can_be_fetched(tanaka: Citizen, bot: EchoBot) -> None:
    path = f"/v2/bot/message/{tanaka.send_audio(b'sound').message_id}/content"
    assert bot.call("GET", f"{path}/transcoding")[1] == {"status": "processing"}
    assert bot.call("GET", path)[0] == 202
    time.sleep(0.25)
    assert bot.call("GET", f"{path}/transcoding")[1] == {"status": "succeeded"}
    assert bot.call("GET", path) == (200, {"body": b"sound"})


def test_follow_block_and_back(simulator: SimulatorClient, bot: EchoBot) -> None:
    sakura = simulator.add_citizen("鈴木 さくら", friend=False)
    push = {"to": sakura.id, "messages": [{"type": "text", "text": "お知らせ"}]}
    assert bot.call("POST", "/v2/bot/message/push", push)[0] == 200
    assert sakura.answers() == []
    sakura.follow()
    sakura.block()
    assert bot.call("POST", "/v2/bot/message/push", push)[0] == 200
    assert bot.call("GET", f"/v2/bot/profile/{sakura.id}")[0] == 404
    sakura.follow()
    sakura.wait_for("follow")
    assert [event["type"] for event in bot.events] == ["follow", "unfollow", "follow"]
    assert [event["follow"]["isUnblocked"] for event in bot.events[::2]] == [False, True]
    assert "replyToken" not in bot.events[1]
    assert bot.call("GET", f"/v2/bot/profile/{sakura.id}")[1]["displayName"] == "鈴木 さくら"


def test_unsend_takes_words_and_media_back(tanaka: Citizen, bot: EchoBot) -> None:
    photo = tanaka.send_photo(PNG)
    tanaka.unsend(photo.message_id)
    assert bot.events[-1]["unsend"] == {"messageId": photo.message_id}
    assert bot.call("GET", f"/v2/bot/message/{photo.message_id}/content")[0] == 410
    assert tanaka.transcript()[0].unsent
    with pytest.raises(SimulatorError, match="404"):
        tanaka.unsend("12345")


def test_groups_and_events_of_any_type(simulator: SimulatorClient, tanaka: Citizen, bot: EchoBot) -> None:
    group = simulator.add_group("自治会")
    group.event("join")
    group.say("みなさん", as_user=tanaka)
    group.event("messageEdited", {"message": {"id": "1", "text": "x"}}, as_user=tanaka)
    tanaka.event("beacon", {"beacon": {"hwid": "0123456789", "type": "enter"}})
    assert [event["type"] for event in bot.events] == ["join", "message", "messageEdited", "beacon"]
    assert bot.events[1]["source"] == {"type": "group", "groupId": group.id, "userId": tanaka.id}
    assert bot.call("GET", f"/v2/bot/group/{group.id}/summary")[1]["groupName"] == "自治会"
    assert bot.call("POST", f"/v2/bot/group/{group.id}/leave")[0] == 200
    assert bot.call("POST", f"/v2/bot/group/{group.id}/leave")[0] == 404


def test_postback_without_a_button(tanaka: Citizen, bot: EchoBot) -> None:
    tanaka.postback("action=1", display_text="押しました")
    tanaka.postback("action=2", params={"time": "10:00"})
    assert [event["postback"]["data"] for event in bot.events] == ["action=1", "action=2"]


def test_bulk_keeps_each_citizens_order(simulator: SimulatorClient, bot: EchoBot) -> None:
    bot.answer = silent
    report = simulator.bulk(120, 10, concurrency=8)
    assert (report.sent, report.accepted, report.failed_event_ids) == (120, 120, ())
    assert report.per_second > 0
    per_citizen: dict[str, list[int]] = {}
    for event in bot.events:
        per_citizen.setdefault(event["source"]["userId"], []).append(event["timestamp"])
    assert [len(times) for times in per_citizen.values()] == [12] * 10
    assert all(times == sorted(times) for times in per_citizen.values())


def test_bulk_insists_until_the_bot_is_back(simulator: SimulatorClient, bot: EchoBot) -> None:
    bot.answer, bot.status = silent, 503
    run_id = simulator.start_bulk(20, 4, events_per_body=5, insist_seconds=10)
    assert not simulator.bulk_report(run_id, wait_seconds=0.2).finished
    bot.status = 200
    report = simulator.bulk_report(run_id, wait_seconds=10)
    assert (report.finished, report.accepted) == (True, 20)
    assert {len(body["events"]) for body in bot.bodies} == {5}
    with pytest.raises(SimulatorError, match="needed"):
        simulator.start_bulk(1, 1, colour="red")


def test_mistakes_are_explained(simulator: SimulatorClient, server: SimulatorServer) -> None:
    with pytest.raises(SimulatorError, match="no such citizen"):
        simulator.call("GET", "/citizens/U1/transcript")
    with pytest.raises(SimulatorError, match="name is needed"):
        simulator.add_citizen(" ")
    with pytest.raises(SimulatorError, match="unknown fault"):
        simulator.set_faults(thunder=True)
    with pytest.raises(SimulatorError, match="no simulator"):
        SimulatorClient("http://127.0.0.1:9").wait_until_ready(0.1)
    simulator.wait_until_ready()


def test_reset_forgets_everything(simulator: SimulatorClient, tanaka: Citizen) -> None:
    tanaka.say("a")
    tanaka.wait_for()
    simulator.set_faults(server_errors=3)
    simulator.reset()
    assert simulator.citizens() == []
    assert simulator.calls() == []
    assert simulator.deliveries() == []
    assert simulator.faults()["server_errors"] == 0
