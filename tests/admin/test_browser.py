"""The staff admin in Chromium: no serious axe finding, nothing refused by the content security policy, keyboard."""

import os
import shutil
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

from admin.app import create_staff_app
from feedback.config import Settings
from feedback.db import Database
from feedback.opinions.intake import NewPart
from feedback.opinions.rules import PartKind
from tests.admin.conftest import FakeMedia
from tests.admin.opinions import write_opinion
from tests.conftest import CHEAP_HASHER, PASSWORD, FakeClock

pytestmark = pytest.mark.browser
_CHROMIUM = "/usr/bin/chromium"


@pytest.fixture
def city(sqlite_templates: dict[str, Path], tmp_path: Path) -> Iterator[Database]:
    shutil.copy(sqlite_templates["city"], tmp_path / "browser.sqlite3")
    database = Database(f"sqlite:///{tmp_path / 'browser.sqlite3'}")
    yield database
    database.dispose()


@pytest.fixture
def address(settings: Settings, city: Database, clock: FakeClock) -> Iterator[str]:
    app: Flask = create_staff_app(settings, city, clock=clock, media=FakeMedia(), hasher=CHEAP_HASHER)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def complaints() -> list[str]:
    return []


@pytest.fixture(params=[1360, 390])
def page(request: pytest.FixtureRequest, address: str, complaints: list[str]) -> Iterator[Page]:
    """The desk, logged in, on a wide and on a narrow screen."""
    if not Path(_CHROMIUM).exists():
        reason = f"no Chromium at {_CHROMIUM}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_CHROMIUM, args=["--disable-dev-shm-usage", "--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": request.param, "height": 900}, locale="ja-JP")
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{address}/login")
        page.fill("[name=email]", "kochi@machikoe.example")
        page.fill("[name=password]", PASSWORD)
        page.click("main button")
        page.wait_for_selector("#tabs")
        yield page
        browser.close()


def test_pages_are_accessible_and_fit(
    page: Page, address: str, city: Database, clock: FakeClock, complaints: list[str]
) -> None:
    place = NewPart(PartKind.LOCATION, clock(), latitude=35.5, longitude=139.25)
    matter_id = write_opinion(city, clock(), text="白線が消えています。電話は090-1234-5678です。", parts=[place])
    write_opinion(city, clock() - timedelta(days=40), area=None, urgency="high")
    for path in (
        "/?tab=all",
        "/?tab=all&q=白線&media=1",
        f"/matters/{matter_id}",
        f"/matters/{matter_id}/split",
        "/password",
    ):
        page.goto(address + path)
        found = [(one["id"], one["nodes"][0]["html"]) for one in Axe().run(page).response["violations"]]
        assert not found, path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), path
    assert complaints == []


def test_the_keyboard_walks_the_list(page: Page, address: str, city: Database, clock: FakeClock) -> None:
    older = write_opinion(city, clock() - timedelta(hours=1))
    write_opinion(city, clock())
    page.goto(f"{address}/?tab=all")
    for key in ("j", "j", "x", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url(f"**/matters/{older}")
    page.keyboard.press("u")
    page.wait_for_url("**/?tab=all")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
