"""Saved views in the inbox, and personal settings."""

from collections.abc import Callable

import pytest

from feedback.db import Database
from tests.admin.conftest import Person
from tests.admin.opinions import matter_of, write_opinion
from tests.admin.test_pages import expected
from tests.conftest import FakeClock

AsPerson = Callable[[str], Person]
HERE = "/views?tab=all&kind=complaint"


@pytest.mark.parametrize(("name", "code"), expected(others=302))
def test_everybody_keeps_views(as_person: AsPerson, name: str, code: int) -> None:
    assert as_person(name).post(HERE, {"name": "苦情"}).status_code == code


@pytest.mark.parametrize("name", ["sato", "suzuki", "kochi"])
@pytest.mark.parametrize("path", ["", "/remove", "/bring-back"])
def test_a_view_is_nobody_elses(as_person: AsPerson, name: str, path: str) -> None:
    as_person("tanaka").post(HERE, {"name": "わたしの苦情"})
    assert as_person(name).post(f"/views/1{path}", {"name": "別の名"}).status_code == 404
    assert "わたしの苦情" not in as_person(name).get("/?tab=all").text


def test_a_view_stands_in_the_address_and_opens_first(
    as_person: AsPerson, database: Database, clock: FakeClock
) -> None:
    write_opinion(database, clock())
    tanaka = as_person("tanaka")
    page = tanaka.post(HERE, {"name": "苦情", "first": "1"}, follow_redirects=True)
    assert "この条件を保存しました" in page.text
    first = tanaka.get("/")
    assert first.status_code == 302
    assert "kind=complaint" in first.location
    assert "view=1" in first.location
    assert 'aria-current="true"' in tanaka.get(first.location).text


def test_a_removed_view_comes_back(as_person: AsPerson) -> None:
    tanaka = as_person("tanaka")
    tanaka.post(HERE, {"name": "苦情の一覧"})
    page = tanaka.post("/views/1/remove?tab=all", follow_redirects=True).text
    assert "保存した条件を削除しました" in page
    assert "苦情の一覧" not in page
    assert "苦情の一覧" in tanaka.post("/views/1/bring-back?tab=all", follow_redirects=True).text


def test_only_the_desk_shares(as_person: AsPerson) -> None:
    refused = as_person("tanaka").post(HERE, {"name": "苦情", "shared": "1"}, follow_redirects=True).text
    assert "広聴担当だけができます" in refused
    as_person("kochi").post(HERE, {"name": "全員の苦情", "shared": "1"})
    assert "全員の苦情" in as_person("sato").get("/?tab=all").text


@pytest.mark.parametrize(("name", "code"), expected(others=200))
def test_personal_settings(as_person: AsPerson, name: str, code: int) -> None:
    assert as_person(name).get("/preferences").status_code == code


def test_shortcuts_are_switched_off_and_on(as_person: AsPerson) -> None:
    suzuki = as_person("suzuki")
    suzuki.post("/preferences")
    assert 'data-shortcuts="off"' in suzuki.get("/?tab=all").text
    suzuki.post("/preferences", {"shortcuts": "1"})
    assert "data-shortcuts" not in suzuki.get("/?tab=all").text


@pytest.mark.parametrize(("name", "code"), expected(others=302))
@pytest.mark.parametrize("path", ["", "/remove", "/bring-back"])
def test_who_keeps_a_view_changes_and_removes_it(as_person: AsPerson, name: str, code: int, path: str) -> None:
    person = as_person(name)
    person.post(HERE, {"name": "苦情"})
    if path == "/bring-back":
        person.post("/views/1/remove?tab=all")
    response = person.post(f"/views/1{path}", {"name": "直した名"})
    assert response.status_code == code
    away = response.headers.get("Location", "").startswith("/login")
    assert away is (name == "anonymous")


@pytest.mark.parametrize(("name", "code"), expected(others=302))
def test_personal_settings_are_kept_for_oneself(as_person: AsPerson, name: str, code: int) -> None:
    response = as_person(name).post("/preferences", {"shortcuts": "1"})
    assert response.status_code == code
    assert (response.location == "/preferences") is (name != "anonymous")


@pytest.mark.parametrize(
    ("name", "code"), [("tanaka", 302), ("sato", 404), ("kochi", 404), ("admin", 404), ("suzuki", 403)]
)
def test_only_who_changed_many_matters_takes_it_back(
    as_person: AsPerson, database: Database, clock: FakeClock, name: str, code: int
) -> None:
    matter_id = write_opinion(database, clock())
    fields = {"matter": [f"{matter_id}:1"], "action": "assign", "assignee_id": "1", "confirmed": "1"}
    as_person("tanaka").post("/inbox/bulk?tab=department", fields)
    assert matter_of(database, matter_id).assignee_id == 1
    assert as_person("anonymous").post("/inbox/bulk/1/undo").location.startswith("/login")
    assert as_person(name).post("/inbox/bulk/1/undo").status_code == code
    assert (matter_of(database, matter_id).assignee_id is None) is (name == "tanaka")
