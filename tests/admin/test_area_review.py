"""分野の見直し: who may, what is shown before, what happens, and the way back."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from feedback.audit.models import AuditEntry
from feedback.db import Database
from feedback.opinions.models import Matter
from feedback.ports import PersonalDataSpan
from feedback.routing.models import Area
from tests.admin.conftest import Person
from tests.admin.opinions import matter_of, write_opinion
from tests.conftest import FakeClock

AsPerson = Callable[[str], Person]
PATHS = ("/areas/review", "/areas/review/merge", "/areas/review/split", "/areas/review/retire")
MERGE = {"source": ["parks", "roads"], "into": "roads", "reroute": "1"}
SPLIT = {
    "source": "parks",
    "part0": "new",
    "part0_name": "みどり",
    "part0_short": "みどり",
    "part0_key": "green_space",
    "part0_words": "街路樹、花壇",
    "part1": "roads",
}


@pytest.mark.parametrize("name", ["tanaka", "sato", "suzuki", "kochi", "admin", "anonymous"])
def test_who_may_review_the_areas(as_person: AsPerson, name: str) -> None:
    person = as_person(name)
    expected = 200 if name in {"kochi", "admin"} else 302 if name == "anonymous" else 403
    for path in PATHS:
        assert person.get(path).status_code == expected, path
    if name in {"tanaka", "suzuki"}:
        for path in (*PATHS[1:], "/areas/review/undo", "/areas/review/1/sorting"):
            assert person.post(path, {**MERGE, "confirmed": "1"}).status_code == 403, path
        assert person.get("/areas/review/1/sorting").status_code == 403


def test_a_merge_is_looked_at_made_and_taken_back(as_person: AsPerson, database: Database, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock(), area="parks")
    kochi = as_person("kochi")
    preview = kochi.post("/areas/review/merge", MERGE)
    assert preview.status_code == 200
    assert "1件（うち対応中 1件）" in preview.text
    assert matter_of(database, matter_id).area_key == "parks"
    with database.read() as session:
        assert session.get_one(Area, "parks").active
        assert session.scalar(select(AuditEntry.id).where(AuditEntry.action == "taxonomy.merge")) is None
    done = kochi.post("/areas/review/merge", {**MERGE, "confirmed": "1"}, follow_redirects=True)
    assert "分野を見直しました（統合）。" in done.text
    assert "第1版" in done.text
    assert matter_of(database, matter_id).area_key == "roads"
    page = kochi.get(f"/matters/{matter_id}").text
    assert "分野の見直し（統合）" in page
    back = kochi.post("/areas/review/undo", {"number": "1"}, follow_redirects=True)
    assert "最後の見直しを元に戻しました。" in back.text
    assert matter_of(database, matter_id).area_key == "parks"
    again = kochi.post("/areas/review/undo", {"number": "1"}, follow_redirects=True)
    assert "元に戻せる" in again.text


def test_what_a_split_leaves_is_sorted_in_bulk(as_person: AsPerson, database: Database, clock: FakeClock) -> None:
    trees = write_opinion(database, clock(), area="parks", text="街路樹の毛虫")
    text = "山本五郎です。遊具のペンキがはげています"
    rest = [
        write_opinion(database, clock(), area="parks", text=text, personal=(PersonalDataSpan(0, 4, "person_name"),))
        for _ in range(2)
    ]
    kochi = as_person("kochi")
    assert "案件 2件は、このあと一覧から分けます。" in kochi.post("/areas/review/split", SPLIT).text
    listed = kochi.post("/areas/review/split", {**SPLIT, "confirmed": "1"}, follow_redirects=True)
    assert matter_of(database, trees).area_key == "green_space"
    assert "遊具のペンキ" in listed.text
    assert "山本五郎" not in listed.text
    assert "対応中の案件が2件残っています" in kochi.get("/areas/review").text
    chosen = [f"{one}-{matter_of(database, one).version}" for one in rest]
    wrong = kochi.post("/areas/review/1/sorting", {"matter": chosen, "area": "water"}, follow_redirects=True)
    assert "移す先の分野を選んでください" in wrong.text
    done = kochi.post(
        "/areas/review/1/sorting", {"matter": [*chosen, f"{trees}-99"], "area": "green_space"}, follow_redirects=True
    )
    assert "2件を「みどり」に移しました。" in done.text
    assert "1件は移せませんでした。" in done.text
    assert "分ける案件はありません" in done.text
    with database.read() as session:
        assert set(session.scalars(select(Matter.area_key))) == {"green_space"}
        actions = set(session.scalars(select(AuditEntry.action)))
    assert {"taxonomy.split", "matter.corrected", "matters.listed"} <= actions


def test_what_cannot_be_is_explained_and_changes_nothing(as_person: AsPerson, database: Database) -> None:
    kochi = as_person("kochi")
    bad: list[tuple[str, dict[str, Any]]] = [
        ("merge", {"source": ["parks"], "into": "parks"}),
        ("merge", {}),
        ("merge", {**MERGE, "into": "new", "into_key": "ROADS!", "into_name": "x", "into_short": "x"}),
        ("split", {**SPLIT, "part1": ""}),
        ("split", {**SPLIT, "part0_key": "roads"}),
        ("retire", {"source": "none"}),
    ]
    for path, form in bad:
        for confirmed in ("", "1"):
            response = kochi.post(f"/areas/review/{path}", {**form, "confirmed": confirmed})
            assert response.status_code == 400, (path, form)
            assert 'role="alert"' in response.text
    with database.read() as session:
        assert session.scalar(select(AuditEntry.id).where(AuditEntry.subject_type == "taxonomy")) is None
        assert session.get(Area, "green_space") is None
    assert kochi.get("/areas/review/1/sorting").status_code == 404


def test_a_retired_area_is_no_longer_offered(as_person: AsPerson, database: Database) -> None:
    kochi = as_person("kochi")
    assert "影響の確認" in kochi.post("/areas/review/retire", {"source": "parks"}).text
    done = kochi.post("/areas/review/retire", {"source": "parks", "confirmed": "1"}, follow_redirects=True)
    assert "（廃止）" in done.text
    assert 'value="parks"' not in kochi.get("/areas/review/merge").text
    with database.read() as session:
        assert not session.get_one(Area, "parks").active


def test_the_desk_is_told_what_the_model_cannot_know_yet(as_person: AsPerson, database: Database) -> None:
    kochi = as_person("kochi")
    kochi.post(
        "/areas/new", {"key": "space", "name": "宇宙開発", "short_name": "宇宙", "department": "", "active": "y"}
    )
    assert "「宇宙開発」は、まだ学習していないため" in kochi.get("/areas/review").text
    with database.read() as session:
        assert session.scalar(select(AuditEntry.id).where(AuditEntry.action == "taxonomy.add"))
