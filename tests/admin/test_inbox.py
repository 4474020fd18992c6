from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from feedback.db import Database
from feedback.departments.models import Department
from feedback.opinions import queries
from feedback.opinions.models import Matter
from tests.admin.conftest import Person
from tests.admin.opinions import matter_of, write_opinion
from tests.conftest import Cast, FakeClock

AsPerson = Callable[[str], Person]


def test_a_row_says_what_matters(as_person: AsPerson, database: Database, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock() - timedelta(days=30), urgency="high")
    page = as_person("tanaka").get("/?tab=department").text
    for words in ("R8-", "横断歩道の白線", "道路管理課", "担当者未定", "振分済", "営業日超過", "緊急", "LINE"):
        assert words in page
    assert f'href="/matters/{matter_id}"' in page


def test_search_marks_what_was_found_and_keeps_it_in_links(
    as_person: AsPerson, database: Database, clock: FakeClock
) -> None:
    write_opinion(database, clock(), text="バス停の屋根をつけてください。")
    page = as_person("kochi").get("/?tab=all&q=ﾊﾞｽ停").text
    assert "<mark>バス停</mark>の屋根" in page
    assert "該当 <strong>1</strong> 件" in page
    assert "条件に合う案件はありません" in as_person("kochi").get("/?tab=all&q=存在しない").text


def test_nonsense_in_the_address_is_ignored(as_person: AsPerson) -> None:
    address = "/?tab=nonsense&status=x&area=x&kind=x&department=²&channel=x&since=x&until=9999-99-99&sort=x"
    assert as_person("kochi").get(address).status_code == 200


def test_a_broken_page_position_is_said(as_person: AsPerson) -> None:
    response = as_person("kochi").get("/?tab=all&cursor=nonsense", follow_redirects=True)
    assert "ページの位置を読み取れませんでした" in response.text


def test_pages_are_linked(
    as_person: AsPerson, database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(queries.PAGE + 1):
        write_opinion(database, clock() - timedelta(minutes=number))
    kochi = as_person("kochi")
    first = kochi.get("/?tab=all&q=白線").text
    link = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "q=" in link
    second = kochi.get(link).text
    assert second.count("data-row-link") == 1
    assert 'rel="prev"' in second


def test_the_inbox_opens_on_the_first_tab_that_has_something(
    as_person: AsPerson, database: Database, cast: Cast, clock: FakeClock
) -> None:
    kochi, tanaka = as_person("kochi"), as_person("tanaka")
    assert 'aria-current="page">すべて' in tanaka.get("/").text
    matter_id = write_opinion(database, clock())
    assert 'aria-current="page">自課' in tanaka.get("/").text
    write_opinion(database, clock(), area=None)
    assert 'aria-current="page">自課' in kochi.get("/").text
    assert 'aria-current="page">自分の担当' in tanaka.get("/?tab=mine").text, "what was asked for stays, empty or not"
    with database.write() as session:
        session.get_one(Matter, matter_id).assignee_id = cast.tanaka.id
    assert 'aria-current="page">自分の担当' in tanaka.get("/").text


def test_counts_refresh_alone(as_person: AsPerson, database: Database, clock: FakeClock) -> None:
    write_opinion(database, clock(), area=None)
    fragment = as_person("kochi").get("/inbox/counts?tab=unrouted", headers={"HX-Request": "true"}).text
    assert "<html" not in fragment
    assert 'aria-current="page">振り分け待ち' in fragment
    assert 'class="tab-count ">1<' in fragment


def test_a_poll_after_the_session_ended_leaves_the_page(as_person: AsPerson) -> None:
    response = as_person("anonymous").get("/inbox/counts", headers={"HX-Request": "true"})
    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == "/login"


def test_bulk_assignment(as_person: AsPerson, database: Database, cast: Cast, clock: FakeClock) -> None:
    ours = [write_opinion(database, clock()) for _ in range(2)]
    theirs = write_opinion(database, clock(), area="parks")
    fields = {
        "matter": [f"{one}:1" for one in (*ours, theirs)],
        "action": "assign",
        "assignee_id": str(cast.tanaka.id),
        "confirmed": "1",
    }
    page = as_person("tanaka").post("/inbox/bulk?tab=department", fields, follow_redirects=True).text
    assert "2件を変更しました。" in page
    assert "1件は変更できませんでした。" in page
    assert "<strong>見られない案件</strong>　案件が見つかりません。" in page
    assert [matter_of(database, one).assignee_id for one in ours] == [cast.tanaka.id] * 2
    assert matter_of(database, theirs).assignee_id is None


def test_bulk_routing_is_for_the_desk(as_person: AsPerson, database: Database, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock())
    with database.read() as session:
        parks = session.scalars(select(Department.id).where(Department.code == "parks")).one()
    fields = {"matter": f"{matter_id}:1", "action": "route", "department_id": str(parks), "confirmed": "1"}
    assert "権限がありません" in as_person("tanaka").post("/inbox/bulk", fields, follow_redirects=True).text
    assert "1件を変更しました。" in as_person("kochi").post("/inbox/bulk", fields, follow_redirects=True).text
    assert matter_of(database, matter_id).department_id == parks


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "担当者を選んでください"),
        ({"assignee_id": "1"}, "一つ以上選んで"),
        ({"assignee_id": "1", "matter": "x"}, "読み取れませんでした"),
        ({"action": "route"}, "振り分け先の課を選んでください"),
        ({"assignee_id": "1", "matter": [f"{n}:1" for n in range(201)]}, "200件まで"),
    ],
)
def test_bulk_says_what_is_missing(as_person: AsPerson, fields: dict[str, str], words: str) -> None:
    data = {"action": "assign", **fields}
    if "matter" not in fields and "assignee_id" not in fields:
        data["matter"] = "1:1"
    assert words in as_person("kochi").post("/inbox/bulk", data, follow_redirects=True).text
