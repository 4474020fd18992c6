"""Addresses, filters and forms with values that no screen of ours would send: an explanation, never a breakdown."""

from collections.abc import Callable

import pytest
from flask import Flask

from feedback.db import Database
from tests.admin.conftest import Person
from tests.admin.opinions import write_opinion
from tests.conftest import FakeClock

TOO_LARGE = "99999999999999999999"
ADDRESSES_WITH_AN_ID = [
    "/matters/{id}",
    "/matters/{id}/split",
    "/matters/{id}/files/{id}",
    "/departments/{id}",
    "/staff/{id}",
    "/imports/jobs/{id}",
]


@pytest.mark.parametrize("number", ["2147483648", "99999999999999", TOO_LARGE])
@pytest.mark.parametrize("address", ADDRESSES_WITH_AN_ID)
def test_a_number_that_is_no_id_is_no_page(as_person: Callable[[str], Person], address: str, number: str) -> None:
    assert as_person("admin").get(address.format(id=number)).status_code == 404


@pytest.mark.parametrize("query", ["q=a%00b", "area=%00", "tab=%00", "cursor=%00"])
def test_a_nul_in_a_query_is_refused(as_person: Callable[[str], Person], query: str) -> None:
    assert as_person("tanaka").get(f"/?{query}").status_code == 400


@pytest.mark.parametrize("address", ["/areas/a%00b", "/imports/a%00b"])
def test_a_nul_in_an_address_is_no_page(as_person: Callable[[str], Person], address: str) -> None:
    assert as_person("admin").get(address).status_code == 404


@pytest.mark.parametrize("field", ["text", "name", "contact", "district"])
def test_a_nul_in_a_form_is_refused(as_person: Callable[[str], Person], field: str) -> None:
    form = {"channel": "phone", "received_at": "2026-11-20T10:00", "text": "話"}
    assert as_person("kochi").post("/entry", {**form, field: "a\0b"}).status_code == 400


def test_a_nul_at_the_login_is_refused(as_person: Callable[[str], Person]) -> None:
    assert as_person("anonymous").log_in("a\0b").status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        f"/?department={TOO_LARGE}",
        "/?since=0001-01-01",
        "/?until=9999-12-31",
        "/?cursor=n5-99999999999999999999",
        f"/dashboard?department={TOO_LARGE}",
        "/dashboard?from=0001-01-01",
        "/dashboard?to=9999-12-31",
        "/export?from=0001-01-01",
        "/export?to=9999-12-31",
        "/export/file?format=csv&from=0001-01-01",
        "/export/file?format=csv&to=9999-12-31",
    ],
)
def test_filters_out_of_reach_are_left_out(as_person: Callable[[str], Person], address: str) -> None:
    assert as_person("kochi").get(address, follow_redirects=True).status_code == 200


@pytest.mark.parametrize(
    ("work", "values"),
    [
        ("assign", {"assignee_id": TOO_LARGE}),
        ("assign", {"assignee_id": "1", "version": TOO_LARGE}),
        ("due", {"due_on": "0001-01-01", "reason": "都合"}),
        ("decline", {"department_id": TOO_LARGE, "reason": "当課ではない"}),
        ("route", {"department_id": TOO_LARGE}),
        ("merge", {"other_id": TOO_LARGE, "other_version": "1"}),
        ("undo", {"entry_id": TOO_LARGE}),
        ("split", {"group": TOO_LARGE}),
    ],
)
def test_work_with_numbers_out_of_reach_is_explained(
    as_person: Callable[[str], Person], database: Database, clock: FakeClock, work: str, values: dict[str, str]
) -> None:
    matter_id = write_opinion(database, clock())
    answer = as_person("kochi").post(f"/matters/{matter_id}/{work}", {"version": "1", **values})
    assert answer.status_code == 302


def test_bulk_work_with_a_number_out_of_reach_is_explained(as_person: Callable[[str], Person]) -> None:
    form = {"matter": f"{TOO_LARGE}:1", "action": "route", "department_id": "1"}
    answer = as_person("kochi").post("/inbox/bulk", form, follow_redirects=True)
    assert answer.status_code == 200
    assert "読み取れませんでした" in answer.text


def test_a_time_of_receipt_in_the_year_one_is_explained(as_person: Callable[[str], Person]) -> None:
    form = {"channel": "phone", "received_at": "0001-01-01T00:00", "text": "道路の穴について"}
    answer = as_person("kochi").post("/entry", form)
    assert answer.status_code < 500
    assert "年を確かめて" in answer.text


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "/\t/evil.example", "//[x", "https://[x", "/a\r\nb"]
)
def test_after_the_login_nobody_is_sent_elsewhere(staff_app: Flask, target: str) -> None:
    person = Person(staff_app.test_client())
    data = {"email": "tanaka@machikoe.example", "password": "correct-horse-battery", "next": target}
    answer = person.post("/login", data)
    assert answer.status_code == 302
    assert "evil" not in answer.headers["Location"]
    assert "\n" not in answer.headers["Location"]
