"""The survey form in Chromium at the width of a telephone: no axe finding, by keyboard too, nothing sticks out."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect, sync_playwright
from werkzeug.serving import make_server

from bot.pages import create_pages
from feedback.config import Settings
from feedback.db import Database
from feedback.surveys import service
from feedback.surveys.models import LinkKind
from tests.conftest import NOW, FakeClock
from tests.feedback.surveys.definitions import every_type
from tests.needs import chromium

pytestmark = pytest.mark.browser


@pytest.fixture
def address(settings: Settings, database: Database) -> Iterator[str]:
    """The address of a link to a survey with every type of question."""
    with database.write() as session:
        service.save(session, replace(every_type(), key="seen"), actor=None, at=NOW)
        service.publish(session, "seen", actor=None, at=NOW)
        token = service.add_link(session, "seen", kind=LinkKind.PUBLIC, label="", actor=None, at=NOW).token
    server = make_server("127.0.0.1", 0, create_pages(settings, database, clock=FakeClock()), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/s/{token}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--disable-dev-shm-usage", "--no-sandbox"]
        )
        yield browser.new_page(viewport={"width": 390, "height": 844}, locale="ja-JP")
        browser.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_form_is_accessible_from_the_link_to_thanks(address: str, page: Page) -> None:
    page.goto(address)
    _check(page)
    page.get_by_role("button", name="回答をはじめる").click()
    page.get_by_role("button", name="次へ", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("この質問には、お答えが必要です。")
    _check(page)
    page.get_by_label("はい").check()
    page.keyboard.press("Enter")
    page.get_by_label("ごみの日").check()
    page.get_by_label("その他", exact=True).check()
    page.get_by_label("その他の内容").fill("駅前の掲示板")
    page.get_by_role("button", name="次へ", exact=True).click()
    for _ in range(3):
        _check(page)
        if page.get_by_role("button", name="送信する").count():
            break
        page.get_by_role("button", name="次へ", exact=True).click()
    expect(page.get_by_text("ごみの日、その他（駅前の掲示板）")).to_be_visible()
    page.get_by_role("button", name="送信する").click()
    expect(page.get_by_text("ご協力ありがとうございました")).to_be_visible()
    _check(page)


def _check(page: Page) -> None:
    findings = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in findings] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
