"""From a citizen's words to an answer that does not help: corrected, re-routed, given back, decided, reopened."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select

from feedback.db import Database
from feedback.departments.models import Department
from feedback.opinions.models import Matter
from feedback.staff.rules import Role
from tests.conftest import PASSWORD
from tests.feedback.answers.desk import hire
from tests.journeys.city import City, wait_until
from tests.needs import chromium

pytestmark = [pytest.mark.journey, pytest.mark.browser]
BODY = "現地を確認しました。12月10日までに座席を増やします。"


@pytest.fixture
def log_in(city: City) -> Iterator[Callable[[str], Any]]:
    """``log_in("mori")`` is that person's browser; what its console complains about fails the test."""
    from playwright.sync_api import sync_playwright

    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--disable-dev-shm-usage", "--no-sandbox"]
        )

        def opened(name: str) -> Any:
            page = browser.new_context(viewport={"width": 1360, "height": 900}, locale="ja-JP").new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
            page.goto(f"http://127.0.0.1:{city.staff_port}/login")
            page.locator("input[name=email]").fill(f"{name}@machikoe.example")
            page.locator("input[name=password]").fill(PASSWORD)
            page.get_by_role("button", name="ログイン").click()
            page.wait_for_url(f"http://127.0.0.1:{city.staff_port}/")
            return page

        yield opened
        browser.close()
    assert complaints == []


def staffed(city: City, at: Any) -> None:
    """The desk, a clerk of another department, and a clerk and an approver of 図書館."""
    database = Database(city.database_url)
    with database.write() as session:
        hire(session, "kochi", Role.DESK, "kocho", at=at)
        hire(session, "nakamura", Role.STAFF, "parks", at=at)
        hire(session, "murakami", Role.STAFF, "library", at=at)
        hire(session, "mori", Role.APPROVER, "library", at=at)
    database.dispose()


def first_matter(city: City) -> Matter:
    database = Database(city.database_url)
    with database.read() as session:
        matter = session.scalars(select(Matter)).one()
        session.expunge_all()
    database.dispose()
    return matter


def library(city: City) -> str:
    database = Database(city.database_url)
    with database.read() as session:
        name = session.scalars(select(Department.name).where(Department.code == "library")).one()
    database.dispose()
    return name


def test_an_answer_reaches_the_citizen_and_does_not_help(city: City, log_in: Callable[[str], Any]) -> None:
    from playwright.sync_api import expect

    from feedback.clock import utc_now

    city.start_public()
    city.start_staff()
    city.start_worker()
    staffed(city, utc_now())
    mika = city.consenting_citizen("美香")
    mika.say("図書館の児童書コーナーに、もっと座れる場所を増やしてほしいです。")
    receipt = "R8-" + mika.wait_for("R8-", timeout=90).text.split("R8-")[1][:6]
    matter = f"http://127.0.0.1:{city.staff_port}/matters/{first_matter(city).id}"

    kochi = log_in("kochi")
    kochi.goto(matter)
    kochi.get_by_label("種別", exact=True).select_option("proposal")
    kochi.get_by_label("分野", exact=True).select_option("education")
    kochi.get_by_role("button", name="訂正する").click()
    kochi.get_by_label("振り分け先の課").select_option(label=library(city))
    kochi.get_by_role("button", name="振り分ける", exact=True).click()
    expect(kochi.get_by_text("振り分けました。").first).to_be_visible()

    clerk = log_in("murakami")
    clerk.goto(matter)
    clerk.get_by_role("link", name="回答案を書く").click()
    clerk.get_by_label("回答の文章").fill("貴重なご意見をありがとうございます。")
    clerk.get_by_role("button", name="保存して決裁に出す").click()
    expect(clerk.get_by_text("決裁に出しました。")).to_be_visible()

    chief = log_in("mori")
    chief.goto(f"http://127.0.0.1:{city.staff_port}/approvals")
    chief.get_by_role("link", name=receipt).click()
    chief.get_by_label("コメント").fill("いつ、何をするかを書いてください。")
    chief.get_by_role("button", name="差し戻す").click()
    expect(chief.get_by_text("差し戻しました。")).to_be_visible()

    clerk.reload()
    expect(clerk.get_by_text("いつ、何をするかを書いてください。").first).to_be_visible()
    clerk.get_by_label("回答の文章").fill(BODY)
    clerk.get_by_role("button", name="保存して決裁に出す").click()
    expect(clerk.get_by_text("決裁に出しました。")).to_be_visible()
    chief.goto(f"{matter}/answer")
    chief.get_by_role("button", name="決裁して送る").click()
    expect(chief.get_by_text("決裁しました。")).to_be_visible()

    assert receipt in mika.wait_for("12月10日までに", timeout=90).text
    wait_until(lambda: "役に立たなかった" in mika.offered())
    mika.tap("役に立たなかった")
    mika.wait_for("足りなかったこと", timeout=90)
    mika.say("座席の数が分かりませんでした。")
    mika.wait_for("担当課に伝えます", timeout=90)
    wait_until(lambda: "もう一度相談する" in mika.offered())
    mika.tap("もう一度相談する")
    mika.wait_for("もう一度担当課に届けました", timeout=90)

    clerk.goto(f"{matter}/answer")
    expect(clerk.get_by_text("座席の数が分かりませんでした。")).to_be_visible()
    expect(clerk.get_by_text("送信済")).to_be_visible()
    clerk.goto(matter)
    expect(clerk.locator(".status-reopened").first).to_be_visible()
    other = log_in("nakamura")
    status = other.request.get(f"{matter}/answer").status
    assert status == 404
