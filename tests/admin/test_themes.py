"""声のまとめ: who may read it, what it says, where its figures lead."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from feedback.audit.models import AuditEntry
from feedback.db import Database
from tests.admin.conftest import Person
from tests.conftest import NOW
from tests.feedback.themes.test_service import DRAIN, LIGHT, make, write

AsPerson = Callable[[str], Person]


@pytest.fixture
def ids(database: Database) -> list[int]:
    found = write(database, LIGHT, "abcd", NOW - timedelta(days=100))
    found += write(database, LIGHT, "abc", NOW - timedelta(days=5))
    found += write(database, DRAIN, "xyzxy", NOW - timedelta(days=4))
    make(database)
    return found


@pytest.mark.parametrize("name", ["kochi", "suzuki", "tanaka", "admin"])
def test_who_may_read_the_matters_reads_their_themes(ids: list[int], as_person: AsPerson, name: str) -> None:
    page = as_person(name).get("/voices").text
    assert "側溝" in page
    assert "△1件" in page
    assert "＋5件" in page
    assert "（前の期間になし）" in page
    assert f"/matters/{ids[-1]}" in page or f"/matters/{ids[-3]}" in page


def test_a_department_reads_nothing_of_others(ids: list[int], as_person: AsPerson) -> None:
    page = as_person("sato").get("/voices").text
    assert "側溝" not in page
    assert not [one for one in ids if f"/matters/{one}" in page]
    assert "担当課</label>" not in page


def test_nobody_without_logging_in(ids: list[int], as_person: AsPerson) -> None:
    assert as_person("anonymous").get("/voices").status_code == 302


def test_a_figure_leads_to_its_opinions(ids: list[int], as_person: AsPerson) -> None:
    kochi = as_person("kochi")
    page = kochi.get("/voices?from=2026-11-01&to=2026-11-30&area=roads").text
    link = next(part.split('"')[0] for part in page.split('href="') if "theme=" in part.split('"')[0])
    listed = kochi.get(link.replace("&amp;", "&") + "&copies=all").text
    assert listed.count("data-row-link") in {3, 5}
    assert "一つの話題の意見だけを表示しています" in listed


@pytest.mark.parametrize(
    "query", ["from=x&to=y", "area=nowhere&kind=none&department=z", "from=2026-12-01&to=2026-01-01"]
)
def test_odd_addresses_are_answered(ids: list[int], as_person: AsPerson, query: str) -> None:
    assert as_person("kochi").get(f"/voices?{query}").status_code == 200


def test_reading_it_is_written_down(ids: list[int], as_person: AsPerson, database: Database) -> None:
    as_person("suzuki").get("/voices")
    with database.read() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "themes.viewed")).one()
    assert set((entry.detail or {})["quoted"]) <= set(ids)
    assert (entry.detail or {})["quoted"]
