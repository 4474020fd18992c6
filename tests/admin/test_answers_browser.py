"""The pages of answers in a real browser: accessible, fitting, hints while typing."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from feedback.answers import service
from feedback.answers.sending import Post
from feedback.db import Database
from tests.admin.answering import approver, line_matter
from tests.admin.test_office_browser import address, log_in, open_page
from tests.conftest import Cast, FakeClock
from tests.feedback.answers.desk import POST, drafted

pytestmark = pytest.mark.browser
__all__ = ["address", "open_page"]


@pytest.fixture
def matters(staff_app: Flask, database: Database, cast: Cast, clock: FakeClock) -> dict[str, int]:
    """One matter with a draft, one being approved, one answered."""
    chief = approver(database, clock())
    made = {name: line_matter(staff_app, database, clock()) for name in ("draft", "approving", "answered")}
    keys = staff_app.extensions["machikoe"].settings.key_ring()
    with database.write() as session:
        for name, matter_id in made.items():
            answer = drafted(session, matter_id, actor=cast.tanaka, at=clock())
            common: dict[str, Any] = {"at": clock()}
            if name != "draft":
                route = [cast.kochi.id, chief.id] if name == "approving" else [chief.id]
                service.submit(session, answer.id, actor=cast.tanaka, version=answer.version, reviewers=route, **common)
            if name == "answered":
                post = Post(keys, POST.messages)
                service.approve(session, answer.id, actor=chief, version=answer.version, post=post, **common)
    return made


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("width", [1360, 390])
def test_pages_are_accessible_and_fit(
    matters: dict[str, int],
    address: str,
    open_page: Callable[[int], Any],
    width: int,
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = open_page(width)
    log_in(page, address, "kochi")
    answered = matters["answered"]
    paths = [
        *(f"/matters/{one}/answer" for one in matters.values()),
        f"/matters/{answered}/answer/3/letter",
        f"/matters/{answered}/answer/3/approval",
        f"/matters/{answered}",
        f"/matters/{matters['draft']}/transfer",
        "/approvals",
        "/answer-templates",
        "/answer-templates/new",
        "/transfer-guides",
    ]
    for path in paths:
        page.goto(address + path)
        findings = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in findings] == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), path


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_hints_appear_while_typing(
    matters: dict[str, int],
    address: str,
    open_page: Callable[[int], Any],
) -> None:
    from playwright.sync_api import expect

    page = open_page(1360)
    log_in(page, address, "tanaka")
    page.goto(f"{address}/matters/{matters['draft']}/answer")
    expect(page.locator("#hints")).to_contain_text("気になるところはありません")
    page.get_by_label("回答の文章").press_sequentially("貴重なご意見をありがとうございます。")
    expect(page.locator("#hints")).to_contain_text("決まり文句")
