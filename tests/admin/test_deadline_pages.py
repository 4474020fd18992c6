"""Pages of deadlines, the city's days, notices and departments' figures: who may open them, and what they do."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from feedback.audit.models import AuditEntry
from feedback.db import Database
from feedback.deadlines import service
from feedback.deadlines.models import CityDay
from feedback.notices.models import Notice, NoticeChoice, NoticeHook
from feedback.opinions.models import HistoryEntry, Label, Matter
from tests.admin.conftest import Person
from tests.admin.opinions import matter_of, write_opinion
from tests.conftest import Cast, FakeClock

AsPerson = Callable[[str], Person]
ALL = ("tanaka", "sato", "suzuki", "kochi", "admin", "anonymous")
EVERYBODY = frozenset(ALL) - {"anonymous"}
DESK = frozenset({"kochi", "admin"})
PAGES = {
    "/standards": DESK,
    "/standards/preview?area=roads": DESK,
    "/calendar": DESK,
    "/calendar?year=2027": DESK,
    "/calendar/paste": DESK,
    "/notices": EVERYBODY,
    "/notices/rooms": DESK,
    "/performance": EVERYBODY,
}
CHANGES: dict[str, tuple[dict[str, Any], frozenset[str]]] = {
    "/standards": ({"area": "roads", "kind": "", "business_days": "5"}, DESK),
    "/standards/rules": (
        {
            "soon_days": "4",
            "approver_after": "2",
            "desk_after": "5",
            "notice_hour": "9",
            "least_after_reroute": "3",
            "most_extension": "5",
            "bounces_before_desk": "2",
        },
        DESK,
    ),
    "/calendar": ({"day": "2026-12-28", "open": "0", "name": "点検"}, DESK),
    "/calendar/paste": ({"text": "2026/12/28 点検", "save": "1"}, DESK),
    "/notices": ({"kind": ["digest"]}, EVERYBODY),
    "/notices/rooms": (
        {"department": "1", "name": "部屋", "style": "slack", "url": "https://hooks.slack.com/services/T/B/x"},
        DESK,
    ),
}


@pytest.mark.parametrize("name", ALL)
def test_who_may_open_which_page(as_person: AsPerson, name: str) -> None:
    person = as_person(name)
    for path, allowed in PAGES.items():
        expected = 200 if name in allowed else 302 if name == "anonymous" else 403
        assert person.get(path).status_code == expected, path


@pytest.mark.parametrize("name", ALL)
def test_who_may_change_what(as_person: AsPerson, name: str) -> None:
    person = as_person(name)
    for path, (fields, allowed) in CHANGES.items():
        response = person.post(path, fields)
        if name in allowed or name == "anonymous":
            assert response.status_code == 302, path
            assert response.location.startswith("/login") == (name == "anonymous")
        else:
            assert response.status_code == 403, path


@pytest.mark.parametrize("name", ["tanaka", "sato", "suzuki"])
@pytest.mark.parametrize("path", ["/standards/1/delete", "/calendar/delete", "/notices/rooms/1/delete"])
def test_nothing_is_taken_away_by_those_who_may_not(as_person: AsPerson, name: str, path: str) -> None:
    assert as_person(name).post(path, {"day": "2026-12-28"}).status_code == 403


def test_a_standard_is_set_previewed_and_taken_away(as_person: AsPerson, database: Database) -> None:
    kochi = as_person("kochi")
    kochi.post("/standards", {"area": "", "kind": "", "business_days": "12"})
    kochi.post("/standards", CHANGES["/standards"][0])
    assert "<strong>5営業日</strong>" in kochi.get("/standards/preview?area=roads&received=2026-11-24").text
    assert "令和8年12月1日（火）" in kochi.get("/standards/preview?area=roads&received=2026-11-24").text
    assert kochi.post("/standards", {"area": "roads", "business_days": "x"}).status_code == 400
    assert "1～90営業日" in kochi.post("/standards", {"area": "", "kind": "", "business_days": "99"}).text
    assert kochi.post("/standards/2/delete").status_code == 302
    assert "全体のめやすは削除できません" in kochi.post("/standards/1/delete", follow_redirects=True).text
    assert kochi.post("/standards/99/delete").status_code == 404
    with database.read() as session:
        assert service.load(session).days("roads", None) == 12


def test_rules_are_checked(as_person: AsPerson, database: Database) -> None:
    kochi = as_person("kochi")
    fields = CHANGES["/standards/rules"][0]
    assert kochi.post("/standards/rules", fields | {"soon_days": "0"}).status_code == 400
    assert kochi.post("/standards/rules", fields | {"soon_days": ""}).status_code == 400
    assert kochi.post("/standards/rules", fields).status_code == 302
    with database.read() as session:
        assert service.load(session).discipline.notice_hour == 9


def test_a_list_is_looked_at_before_it_is_kept(as_person: AsPerson, database: Database) -> None:
    kochi = as_person("kochi")
    text = "2026/12/28 閉庁 点検\n2026/2/30\n令和9年3月28日 開庁 臨時窓口"
    seen = kochi.post("/calendar/paste", {"text": text}).text
    assert "読み取れた2日を登録する" in seen
    assert "読み取れない行が1行あります" in seen
    with database.read() as session:
        assert session.scalars(select(CityDay)).all() == []
    kochi.post("/calendar/paste", {"text": text, "save": "1"})
    kochi.post("/calendar", {"day": "2026-10-14", "open": "0", "name": "市制記念日"})
    page = kochi.get("/calendar?year=2026").text
    assert all(words in page for words in ("点検", "臨時窓口", "市制記念日", "勤労感謝の日"))
    kochi.post("/calendar/delete", {"day": "2026-10-14"})
    assert "市制記念日</td>" not in kochi.get("/calendar?year=2026").text
    for fields in ({"day": "x"}, {"day": "1950-01-01"}):
        assert "日付を入力してください" in kochi.post("/calendar", fields, follow_redirects=True).text
    assert kochi.post("/calendar/delete", {"day": "2026-10-14"}).status_code == 404


def test_the_inbox_counts_the_citys_business_days(as_person: AsPerson, database: Database, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock(), area="roads")
    assert "あと10営業日" in as_person("tanaka").get("/?tab=department").text
    as_person("kochi").post("/calendar", {"day": "2026-12-01", "open": "0", "name": ""})
    assert "あと9営業日" in as_person("tanaka").get("/?tab=department").text
    assert "あと9営業日" in as_person("tanaka").get(f"/matters/{matter_id}").text


def test_staff_choose_what_they_are_told(as_person: AsPerson, database: Database, cast: Cast) -> None:
    tanaka = as_person("tanaka")
    page = tanaka.get("/notices").text
    assert "朝のまとめ" in page
    assert "広聴担当が担当課を決める案件" not in page
    tanaka.post("/notices", {"kind": ["today", "nonsense", "desk"]})
    with database.read() as session:
        choice = session.get_one(NoticeChoice, cast.tanaka.id)
        muted = ["asked", "decided", "digest", "given_back", "mention", "overdue", "result", "soon", "table"]
        assert choice.muted == muted
    page = as_person("suzuki").get("/notices").text
    assert "内部メモで呼ばれたとき" in page
    assert "朝のまとめ" not in page, "who belongs to no department hears only of what is about themselves"


def test_a_rooms_address_is_never_shown_again(as_person: AsPerson, database: Database) -> None:
    kochi = as_person("kochi")
    fields = CHANGES["/notices/rooms"][0]
    page = kochi.post("/notices/rooms", fields, follow_redirects=True).text
    assert "部屋" in page
    assert "T/B/x" not in page
    with database.read() as session:
        assert b"hooks" not in session.scalars(select(NoticeHook.url_sealed)).one()
        assert "hooks" not in str(session.scalars(select(AuditEntry.detail)).all())
    refused = kochi.post("/notices/rooms", fields | {"url": "http://169.254.169.254/"})
    assert refused.status_code == 400
    assert "この送り先は使えません" in refused.text
    assert kochi.post("/notices/rooms/1/delete").status_code == 302
    assert kochi.post("/notices/rooms/1/delete").status_code == 404


def test_departments_see_their_own_row_only(
    as_person: AsPerson, database: Database, clock: FakeClock, cast: Cast
) -> None:
    first = write_opinion(database, clock() - timedelta(days=30), area="roads")
    write_opinion(database, clock() - timedelta(days=30), area="roads")
    target = str(cast.sato.department_id)
    as_person("tanaka").post(
        f"/matters/{first}/decline", {"version": "1", "reason": "別の課です", "department_id": target}
    )
    assert "環境政策課" not in as_person("tanaka").get("/performance").text
    page = as_person("kochi").get("/performance").text
    assert "道路管理課" in page
    own = as_person("tanaka").get("/performance").text
    assert '<td class="number">50.0%</td>' in own
    assert "この期間の案件はありません" in as_person("tanaka").get("/performance?from=2025-04-01&to=2025-05-01").text


def test_passing_on_late_leaves_time_and_says_so(
    as_person: AsPerson, database: Database, clock: FakeClock, cast: Cast
) -> None:
    matter_id = write_opinion(database, clock(), area="roads")
    assert matter_of(database, matter_id).due_on == date(2026, 12, 8)
    clock.advance(days=13)
    fields = {"version": "1", "reason": "別の課です", "department_id": str(cast.sato.department_id)}
    as_person("tanaka").post(f"/matters/{matter_id}/decline", fields)
    assert matter_of(database, matter_id).due_on == date(2026, 12, 10)
    assert "担当課の変更による見直し" in as_person("sato").get(f"/matters/{matter_id}").text
    as_person("tanaka").post(f"/matters/{matter_id}/take-back")
    assert matter_of(database, matter_id).due_on == date(2026, 12, 8)


def test_corrections_move_the_deadline_until_staff_set_it_by_hand(
    as_person: AsPerson, database: Database, clock: FakeClock
) -> None:
    kochi = as_person("kochi")
    kochi.post("/standards", {"area": "parks", "kind": "", "business_days": "20"})
    matter_id = write_opinion(database, clock(), area="roads")

    def send(action: str, **fields: str) -> date | None:
        version = str(matter_of(database, matter_id).version)
        kochi.post(f"/matters/{matter_id}/{action}", {"version": version, **fields})
        return matter_of(database, matter_id).due_on

    assert send("correct", area="parks") == date(2026, 12, 22)
    assert send("due", due_on="2026-12-25", reason="現地調査のため") == date(2026, 12, 25)
    assert matter_of(database, matter_id).due_fixed
    assert send("correct", area="roads") == date(2026, 12, 25)
    with database.read() as session:
        entry = session.scalars(
            select(HistoryEntry.id).where(HistoryEntry.action == "due").order_by(HistoryEntry.id.desc())
        ).first()
    assert send("undo", entry_id=str(entry)) == date(2026, 12, 22)
    assert not matter_of(database, matter_id).due_fixed
    assert send("correct", area="parks", kind="question") == date(2026, 12, 22)


def test_what_the_desk_decided_stands(as_person: AsPerson, database: Database, clock: FakeClock, cast: Cast) -> None:
    matter_id = write_opinion(database, clock(), area="roads")
    with database.write() as session:
        session.execute(update(Matter).where(Matter.id == matter_id).values(bounces=2))
    fields = {"version": "1", "reason": "別の課です", "department_id": str(cast.sato.department_id)}
    as_person("tanaka").post(f"/matters/{matter_id}/decline", fields)
    assert matter_of(database, matter_id).department_id == cast.kochi.department_id
    kochi = as_person("kochi")
    page = kochi.get(f"/matters/{matter_id}").text
    assert "これまでの振り分け（差し戻し3回）" in page
    with database.read() as session:
        assert len(session.scalars(select(Notice)).all()) == 1
        labels = session.execute(select(Label.field, Label.value)).all()
        assert ("not_department", str(cast.tanaka.department_id)) in labels
    version = str(matter_of(database, matter_id).version)
    kochi.post(f"/matters/{matter_id}/route", {"version": version, "department_id": str(cast.tanaka.department_id)})
    tanaka = as_person("tanaka")
    page = tanaka.get(f"/matters/{matter_id}").text
    assert "広聴担当が担当課を決めました" in page
    assert "別の課へ送る</button>" not in page
    version = str(matter_of(database, matter_id).version)
    tanaka.post(f"/matters/{matter_id}/decline", fields | {"version": version})
    tanaka.post(f"/matters/{matter_id}/correct", {"version": version, "area": "parks", "reroute": "1"})
    assert matter_of(database, matter_id).department_id == cast.tanaka.department_id
