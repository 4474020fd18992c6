"""From a citizen's words to the staff's screen and the Excel file, in a real browser."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.journeys.city import City
from tests.needs import chromium

pytestmark = [pytest.mark.journey, pytest.mark.browser]

ADMINISTRATOR = "admin@machikoe.local"
NEW_PASSWORD = "hibari-dai-no-asa-2026"


@pytest.fixture
def page() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--disable-dev-shm-usage", "--no-sandbox"]
        )
        opened = browser.new_page(viewport={"width": 1360, "height": 900}, locale="ja-JP")
        complaints: list[str] = []
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        yield opened
        browser.close()
        assert complaints == []


def test_a_message_is_seen_corrected_and_exported(city: City, page: Any, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    city.start_public()
    city.start_staff()
    city.start_worker()
    mika = city.consenting_citizen("美香")
    mika.say("図書館の児童書コーナーに、もっと座れる場所を増やしてほしいです。")
    receipt = "R8-" + mika.wait_for("R8-").text.split("R8-")[1][:6]

    page.goto(f"http://127.0.0.1:{city.staff_port}/")
    page.locator("input[name=email]").fill(ADMINISTRATOR)
    page.locator("input[name=password]").fill(city.password)
    page.get_by_role("button", name="ログイン").click()
    page.locator("input[name=current]").fill(city.password)
    page.locator("input[name=new]").fill(NEW_PASSWORD)
    page.locator("input[name=repeated]").fill(NEW_PASSWORD)
    page.get_by_role("button", name="変更する").click()

    page.goto(f"http://127.0.0.1:{city.staff_port}/?tab=all")
    page.get_by_role("row").filter(has_text=receipt).get_by_role("link").first.click()
    expect(page.get_by_text("児童書コーナー").first).to_be_visible()
    page.get_by_label("分野", exact=True).select_option("education")
    page.get_by_role("button", name="訂正する").click()
    expect(page.get_by_text("職員が決定")).to_be_visible()
    expect(page.get_by_label("分野", exact=True)).to_have_value("education")

    page.goto(f"http://127.0.0.1:{city.staff_port}/export")
    page.get_by_label("Excel").first.check()
    with page.expect_download() as download:
        page.get_by_role("button", name="書き出す").first.click()
    sheet = load_workbook(BytesIO(Path(download.value.path()).read_bytes())).active
    assert isinstance(sheet, Worksheet)
    rows = list(sheet.iter_rows(values_only=True))
    assert any(receipt in (cell or "") for row in rows[1:] for cell in row if isinstance(cell, str))
    (opinion,) = city.opinions()
    assert (opinion["receipt_number"], opinion["area"]) == (receipt, "education")
