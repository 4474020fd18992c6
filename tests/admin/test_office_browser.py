"""The office pages in a real browser: no axe findings, no sideways scrolling, no complaints on the console."""

import base64
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from feedback.db import Database
from feedback.staff import totp
from tests.admin.opinions import write_opinion
from tests.conftest import PASSWORD, FakeClock
from tests.feedback.themes.test_service import LIGHT, make, write
from tests.needs import chromium

pytestmark = pytest.mark.browser

PAGES = (
    "/dashboard",
    "/voices",
    "/entry",
    "/export",
    "/imports",
    "/checking",
    "/quality",
    "/quality/matters",
    "/learning",
    "/departments",
    "/departments/new",
    "/areas",
    "/areas/roads",
    "/areas/review",
    "/areas/review/merge",
    "/areas/review/split",
    "/routes",
    "/routes/new",
    "/standards",
    "/calendar",
    "/calendar/paste",
    "/notices",
    "/notices/rooms",
    "/performance",
    "/ratings",
    "/staff",
    "/staff/new",
    "/operations",
    "/audit",
)


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
def open_page() -> Iterator[Callable[[int], Any]]:
    """``open_page(width)`` opens a browser window; what its console complains about fails the test."""
    from playwright.sync_api import sync_playwright

    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--disable-dev-shm-usage", "--no-sandbox"]
        )

        def opened(width: int) -> Any:
            page = browser.new_page(viewport={"width": width, "height": 900}, locale="ja-JP")
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
            return page

        yield opened
        browser.close()
    assert complaints == []


def log_in(page: Any, address: str, name: str) -> None:
    page.goto(f"{address}/login")
    page.locator("input[name=email]").fill(f"{name}@machikoe.example")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="ログイン").click()
    page.wait_for_url(f"{address}/")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("width", [1360, 390])
def test_pages_are_accessible_and_fit(
    database: Database, clock: FakeClock, address: str, open_page: Callable[[int], Any], width: int
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    write_opinion(database, clock())
    write(database, LIGHT, "abc", clock())
    make(database)
    page = open_page(width)
    log_in(page, address, "admin")

    def check(what: str) -> None:
        findings = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in findings] == [], what
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), what

    for path in PAGES:
        page.goto(address + path)
        check(path)
    page.goto(f"{address}/second-factor")
    check("second factor, off")
    secret = base64.b32decode((page.locator(".one-time").text_content() or "").replace(" ", ""))
    page.get_by_label("確認コード").fill(totp.code(secret, totp.counter_at(clock())))
    page.get_by_role("button", name="使い始める").click()
    page.get_by_text("二度と表示できません").wait_for()
    check("second factor, recovery codes")
    page.goto(f"{address}/second-factor")
    check("second factor, on")
    page.context.clear_cookies()
    page.goto(f"{address}/login")
    page.locator("input[name=email]").fill("admin@machikoe.example")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="ログイン").click()
    page.get_by_label("確認コード").wait_for()
    check("second factor, log-in")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_opinion_is_entered_by_keyboard_with_a_suggestion(
    database: Database, address: str, open_page: Callable[[int], Any]
) -> None:
    from playwright.sync_api import expect

    page = open_page(1360)
    log_in(page, address, "kochi")
    page.goto(f"{address}/entry")
    page.keyboard.type("駅前の歩道のブロックが割れています")
    page.locator("[data-choose=area]").first.click()
    expect(page.get_by_label("分野", exact=True)).to_have_value("roads")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("受付番号 R8-000001 で登録し、道路管理課に届けました。")).to_be_visible()
    expect(page.get_by_label("内容")).to_be_focused()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_areas_are_checked_by_keyboard(
    database: Database, clock: FakeClock, address: str, open_page: Callable[[int], Any]
) -> None:
    from playwright.sync_api import expect

    for _ in range(2):
        write_opinion(database, clock())
    page = open_page(1360)
    log_in(page, address, "kochi")
    page.goto(f"{address}/checking")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="R8-000002")).to_be_focused()
    page.keyboard.press("y")
    expect(page.get_by_text("確かめました。")).to_be_visible()
    expect(page.get_by_role("link", name="R8-000001")).to_be_focused()
    page.keyboard.press("e")
    expect(page.get_by_label("R8-000001の正しい分野")).to_be_focused()
    page.get_by_label("R8-000001の正しい分野").select_option("parks")
    page.get_by_role("button", name="訂正する").click()
    expect(page.get_by_text("訂正し、担当課へ送りました。")).to_be_visible()
