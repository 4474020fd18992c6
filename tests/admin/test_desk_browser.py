"""The desk in a real browser: its pages accessible and without sideways scrolling, its keys, its mentions."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from feedback.db import Database
from tests.admin.opinions import matter_of, write_opinion
from tests.conftest import PASSWORD, Cast, FakeClock
from tests.needs import chromium

pytestmark = pytest.mark.browser
OpenPage = Callable[[int], Any]


@pytest.fixture
def address(staff_app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, staff_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def open_page(address: str) -> Iterator[OpenPage]:
    """``open_page(width)`` is the desk's window, logged in; what its console complains about fails the test."""
    from playwright.sync_api import sync_playwright

    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--disable-dev-shm-usage", "--no-sandbox"]
        )

        def enter(width: int) -> Any:
            page = browser.new_page(viewport={"width": width, "height": 900}, locale="ja-JP")
            page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto(f"{address}/login")
            page.fill("[name=email]", "tanaka@machikoe.example")
            page.fill("[name=password]", PASSWORD)
            page.click("main button")
            page.wait_for_selector("#tabs")
            return page

        yield enter
        browser.close()
    assert complaints == []


def check(page: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = [(one["id"], one["nodes"][0]["html"]) for one in Axe().run(page).response["violations"]]
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")


@pytest.mark.parametrize("width", [1360, 390])
def test_views_a_batch_and_a_matter(
    open_page: OpenPage, address: str, database: Database, clock: FakeClock, width: int
) -> None:
    matters = [write_opinion(database, clock() - timedelta(hours=n)) for n in range(2)]
    page = open_page(width)
    page.goto(f"{address}/?tab=all&q=白線")
    page.click(".view-edit summary")
    check(page)
    page.fill("#view-name", "白線の件")
    page.click(".view-form button")
    page.wait_for_selector(".view-link[aria-current]")
    page.goto(f"{address}/?tab=department")
    for box in page.query_selector_all("[data-row] input[type=checkbox]"):
        box.check()
    page.click("button[value=assign]")
    page.wait_for_selector(".confirm-rows")
    check(page)
    page.click("main .btn-primary")
    page.wait_for_selector(".batch")
    check(page)
    page.goto(f"{address}/matters/{matters[0]}")
    page.wait_for_selector("#links-title")
    check(page)
    page.goto(f"{address}/preferences")
    check(page)


def test_keys_take_a_matter_and_lead_to_its_fields(
    open_page: OpenPage, address: str, database: Database, clock: FakeClock, cast: Cast
) -> None:
    matter_id = write_opinion(database, clock())
    page = open_page(1360)
    page.goto(f"{address}/?tab=department")
    for key in ("j", "e"):
        page.keyboard.press(key)
    page.wait_for_selector(".batch")
    assert matter_of(database, matter_id).assignee_id == cast.tanaka.id
    for key in ("j", "a"):
        page.keyboard.press(key)
    page.wait_for_url(f"**/matters/{matter_id}*")
    assert page.evaluate("document.activeElement.id") == "area"
    page.evaluate("document.activeElement.blur()")
    for key in ("g", "i"):
        page.keyboard.press(key)
    page.wait_for_selector("#tabs")


def test_a_name_is_completed(open_page: OpenPage, address: str, database: Database, clock: FakeClock) -> None:
    page = open_page(1360)
    page.goto(f"{address}/matters/{write_opinion(database, clock())}")
    page.focus("#note-text")
    page.keyboard.type("@河内")
    page.wait_for_selector("#mention-list:not([hidden]) [aria-selected=true]")
    page.keyboard.press("Enter")
    assert page.input_value("#note-text") == "@河内 聴子 "
