"""Entry, export, import, master data, staff, operations, audit, dashboard: who may open them."""

from collections.abc import Callable

import pytest

from tests.admin.conftest import Person

AsPerson = Callable[[str], Person]
ALL = ("tanaka", "sato", "suzuki", "kochi", "admin", "anonymous")
PAGES = {
    "/entry": {"tanaka", "sato", "kochi", "admin"},
    "/export": {"tanaka", "sato", "kochi", "admin"},
    "/export/file?format=csv": {"tanaka", "sato", "kochi", "admin"},
    "/export/file?format=csv&unmasked=1": {"kochi", "admin"},
    "/imports": {"kochi", "admin"},
    "/dashboard": {"tanaka", "sato", "suzuki", "kochi", "admin"},
    "/representativeness": {"tanaka", "sato", "suzuki", "kochi", "admin"},
    "/population": {"kochi", "admin"},
    "/district-map": {"kochi", "admin"},
    "/district-map/shapes": {"tanaka", "sato", "suzuki", "kochi", "admin"},
    "/dashboard/topics": {"tanaka", "sato", "suzuki", "kochi", "admin"},
    "/cross-tables": {"tanaka", "sato", "suzuki", "kochi", "admin"},
    "/cross-tables/file": {"tanaka", "sato", "suzuki", "kochi", "admin"},
    "/departments": {"kochi", "admin"},
    "/departments/new": {"kochi", "admin"},
    "/departments/1": {"kochi", "admin"},
    "/areas": {"kochi", "admin"},
    "/areas/new": {"kochi", "admin"},
    "/areas/roads": {"kochi", "admin"},
    "/routes": {"kochi", "admin"},
    "/routes/new": {"kochi", "admin"},
    "/routes/1": {"kochi", "admin"},
    "/staff": {"admin"},
    "/staff/new": {"admin"},
    "/staff/1": {"admin"},
    "/operations": {"admin"},
    "/audit": {"suzuki", "admin"},
    "/audit/file": {"suzuki", "admin"},
}


@pytest.mark.parametrize("name", ALL)
def test_who_may_open_which_page(as_person: AsPerson, name: str) -> None:
    person = as_person(name)
    for path, allowed in PAGES.items():
        response = person.get(path)
        expected = 200 if name in allowed else 302 if name == "anonymous" else 403
        assert response.status_code == expected, path
        assert response.data is not None


@pytest.mark.parametrize("name", ["tanaka", "suzuki"])
@pytest.mark.parametrize(
    "path",
    [
        "/departments/new",
        "/areas/roads",
        "/routes/1/move",
        "/routes/1/delete",
        "/routes/try",
        "/staff/1/password",
        "/staff/1/unlock",
        "/operations/events/1",
        "/operations/messages/1",
        "/operations/jobs/1",
        "/operations/notices/1",
        "/imports",
    ],
)
def test_nothing_changes_by_those_who_may_not(as_person: AsPerson, name: str, path: str) -> None:
    assert as_person(name).post(path).status_code == 403


@pytest.mark.parametrize(
    "path", ["/departments/999", "/areas/none", "/routes/999", "/staff/999", "/imports/jobs/999", "/imports/xyz"]
)
def test_what_does_not_exist_is_not_found(as_person: AsPerson, path: str) -> None:
    assert as_person("admin").get(path).status_code == 404
