"""The phone page in Chromium, as a citizen and as the operator."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.simulator.server import SimulatorServer
from tests.app.simulator.echo_bot import EchoBot, Json, echo
from tests.needs import chromium

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--disable-dev-shm-usage", "--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture(params=[(1360, 860), (390, 844)], ids=["1360", "390"])
def page(browser: Any, server: SimulatorServer, request: pytest.FixtureRequest) -> Iterator[Any]:
    """Open the page; any script error or policy violation fails the test."""
    width, height = request.param
    page = browser.new_page(viewport={"width": width, "height": height}, locale="ja-JP")
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.goto(server.url)
    yield page
    page.close()
    assert complaints == []


def talk_of(page: Any) -> Any:
    return page.get_by_role("log", name="トーク")


def test_a_citizen_talks_with_the_bot(page: Any, bot: EchoBot) -> None:
    from playwright.sync_api import expect

    page.get_by_role("button", name="友だちに追加する").click()
    talk = talk_of(page)
    expect(talk.get_by_text("follow", exact=True)).to_be_visible()

    field = page.get_by_label("メッセージ", exact=True)
    field.fill("街灯が")
    field.press("Shift+Enter")
    field.press_sequentially("消えています")
    field.press("Enter")
    expect(talk.get_by_text("「街灯が\n消えています」ですね")).to_be_visible(timeout=1500)
    expect(talk.get_by_text("既読")).to_be_visible()

    page.get_by_role("group", name="クイックリプライ").get_by_role("button", name="はい").click()
    expect(talk.get_by_text("「はい」ですね")).to_be_visible(timeout=1500)
    assert [event["message"]["text"] for event in bot.events[1:]] == ["街灯が\n消えています", "はい"]


def test_enter_during_composition_does_not_send(page: Any, bot: EchoBot) -> None:
    from playwright.sync_api import expect

    page.get_by_role("button", name="友だちに追加する").click()
    field = page.get_by_label("メッセージ", exact=True)
    field.fill("かんじ")
    field.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    expect(field).to_have_value("かんじ")
    field.press("Enter")
    expect(field).to_have_value("")
    expect(talk_of(page).get_by_text("「かんじ」ですね")).to_be_visible()
    assert len(bot.events) == 2


def test_stickers_photos_unsending_and_blocking(page: Any, bot: EchoBot) -> None:
    from playwright.sync_api import expect

    page.get_by_role("button", name="友だちに追加する").click()
    page.get_by_role("button", name="スタンプを選ぶ").click()
    page.get_by_role("button", name="ありがとう").click()
    expect(talk_of(page).get_by_text("message sticker")).to_be_visible()
    page.get_by_role("button", name="写真・位置情報などを送る").click()
    page.get_by_role("button", name="見本3枚").click()
    expect(page.get_by_alt_text("送った写真")).to_have_count(3)
    expect(talk_of(page).get_by_text("message image")).to_have_count(3)
    page.get_by_role("button", name="写真・位置情報などを送る").click()
    page.get_by_role("button", name="位置情報", exact=True).click()
    page.get_by_label("中央公園").check()
    page.get_by_role("button", name="送る", exact=True).click()
    expect(talk_of(page).get_by_text("message location")).to_be_visible()
    assert bot.events[-1]["message"]["title"] == "中央公園"

    page.get_by_role("button", name="このメッセージの操作").last.click()
    page.get_by_role("menuitem", name="送信取消").click()
    expect(talk_of(page).get_by_text("送信を取り消しました").last).to_be_visible()
    page.get_by_role("button", name="ブロック", exact=True).click()
    expect(page.get_by_role("button", name="ブロックを解除する")).to_be_visible()
    for _ in range(30):
        page.wait_for_timeout(100)
        if bot.events[-1]["type"] == "unfollow":
            break
    assert [event["type"] for event in bot.events[-2:]] == ["unsend", "unfollow"]


def test_cards_can_be_tapped(page: Any, bot: EchoBot) -> None:
    from playwright.sync_api import expect

    bot.answer = cards
    page.get_by_role("button", name="友だちに追加する").click()
    page.get_by_role("button", name="同意する", exact=True).click()
    expect(talk_of(page).get_by_text("consent=1")).to_be_visible()
    page.get_by_role("button", name="日付", exact=True).click()
    page.get_by_role("dialog").get_by_label("日付").fill("2026-12-24")
    page.get_by_role("button", name="決定").click()
    expect(talk_of(page).get_by_text("2026-12-24")).to_be_visible()


def cards(event: Json) -> list[Json]:
    if event["type"] != "follow":
        return echo(event)
    agree = {"type": "postback", "label": "同意する", "data": "consent=1", "displayText": "同意します"}
    picker = {"type": "datetimepicker", "label": "日付", "data": "day", "mode": "date"}
    body = {
        "type": "box",
        "layout": "vertical",
        "contents": [
            {"type": "text", "text": "見出し", "weight": "bold", "wrap": True, "maxLines": 2},
            {"type": "separator", "margin": "md"},
            {"type": "button", "style": "primary", "action": picker},
        ],
    }
    confirm = {"type": "confirm", "text": "?", "actions": [agree, agree | {"label": "しない"}]}
    return [
        {"type": "template", "altText": "a", "template": confirm},
        {"type": "flex", "altText": "a", "contents": {"type": "bubble", "body": body}},
    ]


def test_the_operator_sees_and_breaks_things(page: Any, server: SimulatorServer) -> None:
    from playwright.sync_api import expect

    page.get_by_role("button", name="友だちに追加する").click()
    opener = page.get_by_role("button", name="操作パネルを開く")
    if opener.is_visible():
        opener.click()
        page.get_by_text("わざと不具合を起こす").click()
    panel = page.get_by_role("complementary", name="操作パネル")
    expect(panel.get_by_text("友だち追加")).to_be_visible()
    panel.get_by_label("月の送信枠を使い切った").check()
    expect(panel.get_by_label("月の送信枠を使い切った")).to_be_checked()
    assert server.world.faults.quota_exhausted
    panel.get_by_role("button", name="すべて元に戻す").click()
    expect(panel.get_by_label("月の送信枠を使い切った")).not_to_be_checked()


def test_no_serious_accessibility_violation(page: Any, bot: EchoBot) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import expect

    page.get_by_role("button", name="友だちに追加する").click()
    page.get_by_label("メッセージ", exact=True).fill("こんにちは")
    page.get_by_label("メッセージ", exact=True).press("Enter")
    expect(talk_of(page).get_by_text("「こんにちは」ですね")).to_be_visible()
    page.wait_for_timeout(400)
    results = Axe().run(page).response["violations"]
    assert [
        (found["id"], found["nodes"][0]["html"]) for found in results if found["impact"] in {"serious", "critical"}
    ] == []
    assert bot.events
