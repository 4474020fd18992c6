"""The inbox folds a text sent many times; the page of a matter names its copies and earlier opinions like it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from feedback.audit.models import AuditEntry
from feedback.db import Database
from tests.admin.conftest import Person
from tests.conftest import NOW
from tests.feedback.likeness.index import index_all, receive_of

AsPerson = Callable[[str], Person]
TEXT = "市立中央図書館の夜間開館を続けてください。仕事帰りに寄れる場所がなくなると困ります。"


@pytest.fixture
def copies(database: Database) -> list[int]:
    people = ["a", "a", "b", None]
    ids = [receive_of(database, TEXT, person=who, at=NOW - timedelta(hours=9 - n)) for n, who in enumerate(people)]
    index_all(database)
    return ids


def test_the_inbox_folds_copies_into_a_line_and_unfolds_them(copies: list[int], as_person: AsPerson) -> None:
    kochi = as_person("kochi")
    folded = kochi.get("/?tab=all").text
    assert "同じ文面がほか3件（あわせて3人）" in folded
    assert folded.count("data-row-link") == 1
    assert f"group={copies[0]}" in folded
    opened = kochi.get(f"/?tab=all&group={copies[0]}").text
    assert opened.count("data-row-link") == 4
    assert "同じ文面の意見だけを表示しています" in opened
    assert "該当 <strong>4</strong> 件" in opened


def test_copies_may_stand_side_by_side(copies: list[int], as_person: AsPerson) -> None:
    page = as_person("kochi").get("/?tab=all&copies=all").text
    assert page.count("data-row-link") == len(copies)
    assert "同じ文面がほか" not in page


def test_the_page_of_a_matter_lists_its_copies(copies: list[int], as_person: AsPerson, database: Database) -> None:
    tanaka = as_person("tanaka")
    assert f'hx-get="/matters/{copies[0]}/like"' in tanaka.get(f"/matters/{copies[0]}").text
    page = tanaka.get(f"/matters/{copies[0]}/like").text
    assert "この件を含めて 4件・3人" in page
    assert f"/matters/{copies[3]}" in page
    with database.read() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "matter.similar_viewed")).one()
    assert set((entry.detail or {})["shown"]) == set(copies[1:])


@pytest.mark.parametrize("who", ["sato"])
def test_another_department_sees_nothing_of_it(copies: list[int], as_person: AsPerson, who: str) -> None:
    person = as_person(who)
    assert person.get(f"/matters/{copies[0]}/like").status_code == 404
    assert "図書館" not in person.get("/?tab=all").text


def test_nobody_without_logging_in(copies: list[int], as_person: AsPerson) -> None:
    assert as_person("anonymous").get(f"/matters/{copies[0]}/like").status_code == 302
