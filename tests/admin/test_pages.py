"""Every page opened by every member of the cast: allowed, refused, or sent to the login page."""

from collections.abc import Callable
from typing import Any

import pytest

from feedback.db import Database
from tests.admin.conftest import Person
from tests.admin.opinions import write_opinion
from tests.conftest import FakeClock

AsPerson = Callable[[str], Person]
ALL = ("tanaka", "sato", "suzuki", "kochi", "admin", "anonymous")


def expected(**codes: int) -> list[tuple[str, int]]:
    """Codes of the whole cast: those not named get ``others``; anonymous is sent to the login page."""
    others = codes.pop("others")
    return [(name, codes.get(name, 302 if name == "anonymous" else others)) for name in ALL]


def check(as_person: AsPerson, name: str, path: str, code: int) -> None:
    response = as_person(name).get(path)
    assert response.status_code == code
    if name == "anonymous":
        assert response.location.startswith("/login")


@pytest.mark.parametrize(("name", "code"), expected(others=200))
@pytest.mark.parametrize("path", ["/", "/?tab=all", "/inbox/counts"])
def test_inbox(as_person: AsPerson, name: str, code: int, path: str) -> None:
    check(as_person, name, path, code)


@pytest.mark.parametrize(("name", "code"), expected(others=200, sato=404))
def test_matter(as_person: AsPerson, database: Database, clock: FakeClock, name: str, code: int) -> None:
    matter_id = write_opinion(database, clock(), area="roads")
    check(as_person, name, f"/matters/{matter_id}", code)


@pytest.mark.parametrize(("name", "code"), expected(others=200, sato=404, suzuki=403))
def test_personal_data(as_person: AsPerson, database: Database, clock: FakeClock, name: str, code: int) -> None:
    matter_id = write_opinion(database, clock(), area="roads", text="電話は090-1234-5678です。")
    check(as_person, name, f"/matters/{matter_id}?personal=1", code)
    response = as_person(name).get(f"/matters/{matter_id}")
    assert "090-1234-5678" not in response.text


@pytest.mark.parametrize(("name", "code"), expected(others=200, sato=404, suzuki=403))
def test_split_page(as_person: AsPerson, database: Database, clock: FakeClock, name: str, code: int) -> None:
    matter_id = write_opinion(database, clock(), area="roads", text="一つ目です。二つ目です。")
    check(as_person, name, f"/matters/{matter_id}/split", code)


@pytest.mark.parametrize(("name", "code"), expected(others=200))
def test_password_page(as_person: AsPerson, name: str, code: int) -> None:
    check(as_person, name, "/password", code)


@pytest.mark.parametrize("name", ALL)
def test_unknown_pages_are_not_found(as_person: AsPerson, name: str) -> None:
    response = as_person(name).get("/no-such-page")
    assert response.status_code == 404
    assert "ページが見つかりません" in response.text


ACTIONS: dict[str, dict[str, Any]] = {
    "correct": {"area": "parks"},
    "status": {"status": "in_progress"},
    "outcome": {"outcome": "done"},
    "assign": {"assignee_id": ""},
    "due": {"due_on": "2026-12-25", "reason": "確認のため"},
    "urgent": {"urgent": "1"},
    "note": {"text": "確認済み"},
    "decline": {"reason": "公園の話です"},
    "split": {"group": ["1", "2"]},
}
PATHS = {"note": "notes"}


@pytest.mark.parametrize(("name", "code"), expected(others=302, sato=404, suzuki=403))
@pytest.mark.parametrize("action", ACTIONS)
def test_actions(as_person: AsPerson, database: Database, clock: FakeClock, name: str, code: int, action: str) -> None:
    matter_id = write_opinion(database, clock(), area="roads", text="一つ目です。二つ目です。")
    fields = {"version": "1", **ACTIONS[action]}
    response = as_person(name).post(f"/matters/{matter_id}/{PATHS.get(action, action)}", fields)
    assert response.status_code == code
    if name == "anonymous":
        assert response.location.startswith("/login")


@pytest.mark.parametrize(("name", "code"), expected(others=403, kochi=302, admin=302))
def test_only_the_desk_routes(as_person: AsPerson, database: Database, clock: FakeClock, name: str, code: int) -> None:
    matter_id = write_opinion(database, clock(), area="roads")
    assert (
        as_person(name).post(f"/matters/{matter_id}/route", {"version": "1", "department_id": "5"}).status_code == code
    )


@pytest.mark.parametrize(("name", "code"), expected(others=404, tanaka=302, suzuki=403))
def test_only_who_declined_takes_back(
    as_person: AsPerson, database: Database, clock: FakeClock, name: str, code: int
) -> None:
    matter_id = write_opinion(database, clock(), area="roads")
    as_person("tanaka").post(f"/matters/{matter_id}/decline", {"version": "1", "reason": "公園の話です"})
    assert as_person(name).post(f"/matters/{matter_id}/take-back").status_code == code


@pytest.mark.parametrize(("name", "code"), expected(others=302, suzuki=403))
def test_bulk(as_person: AsPerson, database: Database, clock: FakeClock, name: str, code: int) -> None:
    matter_id = write_opinion(database, clock(), area="roads")
    fields = {"matter": f"{matter_id}:1", "action": "assign", "assignee_id": "1", "confirmed": "1"}
    assert as_person(name).post("/inbox/bulk", fields).status_code == code
