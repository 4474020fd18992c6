from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import select

from feedback.audit.models import AuditEntry
from feedback.citizens.models import Citizen, Consent
from feedback.db import Database
from feedback.departments.models import Department
from feedback.opinions import intake
from feedback.opinions.intake import NewPart, Sender
from feedback.opinions.models import Matter, Part
from feedback.opinions.rules import MatterStatus, PartKind
from feedback.outbox.models import OutboundMessage, OutboundState
from feedback.ports import PersonalDataSpan
from tests.admin.conftest import Person
from tests.admin.opinions import matter_of, write_opinion
from tests.conftest import Cast, Counted, FakeClock

AsPerson = Callable[[str], Person]


def audit(database: Database, staff_id: int) -> list[str]:
    with database.read() as session:
        return list(
            session.scalars(
                select(AuditEntry.action)
                .where(AuditEntry.staff_id == staff_id, AuditEntry.subject_type == "matter")
                .order_by(AuditEntry.id)
            )
        )


def test_the_original_words_stand_as_they_came(as_person: AsPerson, database: Database, clock: FakeClock) -> None:
    words = "ﾏﾝﾎｰﾙが①か所\n壊れて <b>います</b> 😢 & 危険"
    matter_id = write_opinion(database, clock(), text=words)
    page = as_person("tanaka").get(f"/matters/{matter_id}").text
    assert "ﾏﾝﾎｰﾙが①か所\n壊れて &lt;b&gt;います&lt;/b&gt; 😢 &amp; 危険" in page


def test_personal_data_is_covered_until_asked_for_and_that_is_kept(
    as_person: AsPerson, database: Database, cast: Cast, clock: FakeClock
) -> None:
    text = "私は山本五郎です。電話は090-1234-5678です。"
    matter_id = write_opinion(
        database,
        clock(),
        text=text,
        personal=(PersonalDataSpan(2, 6, "person_name"),),
        sender=Sender(name="山本 五郎", contact="yamamoto@example.jp"),
    )
    tanaka = as_person("tanaka")
    secrets = ("山本五郎", "090-1234-5678", "山本 五郎", "yamamoto@example.jp")
    covered = tanaka.get(f"/matters/{matter_id}").text
    assert not any(secret in covered for secret in secrets)
    shown = tanaka.get(f"/matters/{matter_id}?personal=1").text
    assert all(secret in shown for secret in secrets)
    assert audit(database, cast.tanaka.id) == ["matter.viewed", "matter.personal_data_shown"]
    assert not any(secret in tanaka.get("/?tab=all").text for secret in secrets)
    assert not any(secret in tanaka.get(f"/matters/{matter_id}/split").text for secret in secrets)


def test_a_message_the_citizen_took_back_is_said_so(as_person: AsPerson, database: Database, clock: FakeClock) -> None:
    parts = [NewPart(PartKind.TEXT, clock() + timedelta(seconds=3), text="あとの文", line_message_key=b"k" * 16)]
    matter_id = write_opinion(database, clock(), parts=parts)
    with database.write() as session:
        assert intake.unsend(session, line_message_key=b"k" * 16, at=clock())
    page = as_person("tanaka").get(f"/matters/{matter_id}").text
    assert "送信取消" in page
    assert "あとの文" not in page


def test_places_lead_to_maps_in_a_new_window(as_person: AsPerson, database: Database, clock: FakeClock) -> None:
    place = NewPart(PartKind.LOCATION, clock(), latitude=35.5, longitude=139.25)
    page = as_person("tanaka").get(f"/matters/{write_opinion(database, clock(), parts=[place])}").text
    assert 'href="https://maps.gsi.go.jp/#17/35.5/139.25/" target="_blank" rel="noopener noreferrer"' in page


def test_a_place_is_shown_with_its_name_and_address_masked(
    as_person: AsPerson, database: Database, clock: FakeClock
) -> None:
    place = NewPart(PartKind.LOCATION, clock(), place_title="みどり公園", place_address="〒999-0001 まちこえ市みどり町")
    matter_id = write_opinion(database, clock(), parts=[place])

    assert "みどり公園" in as_person("tanaka").get(f"/matters/{matter_id}").text
    assert "999-0001" not in as_person("suzuki").get(f"/matters/{matter_id}").text
    assert "999-0001" in as_person("tanaka").get(f"/matters/{matter_id}?personal=1").text


def test_what_the_model_thought_is_shown(as_person: AsPerson, database: Database, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock(), evidence=("白線", "横断歩道"))
    page = as_person("tanaka").get(f"/matters/{matter_id}").text
    assert '<span class="evidence">横断歩道</span>の<span class="evidence">白線</span>が' in page
    assert "80.0%" in page
    assert "モデル test-1" in page
    assert "自動分類が決定" in page


def test_deliveries_say_why_they_failed(as_person: AsPerson, database: Database, clock: FakeClock) -> None:
    import uuid

    matter_id = write_opinion(database, clock())
    with database.write() as session:
        session.add(
            OutboundMessage(
                citizen_key=b"c" * 16,
                matter_id=matter_id,
                purpose="receipt",
                retry_key=uuid.uuid4(),
                state=OutboundState.FAILED,
                attempts=1,
                created_at=clock(),
                due_at=clock(),
                reason="今月の送信上限に達しました。",
            )
        )
    page = as_person("tanaka").get(f"/matters/{matter_id}").text
    assert "送信できませんでした" in page
    assert "今月の送信上限に達しました。" in page


@pytest.mark.parametrize(("name", "sees"), [("kochi", True), ("tanaka", False), ("suzuki", False)])
def test_only_the_desk_sees_what_else_a_citizen_wrote(
    as_person: AsPerson, database: Database, clock: FakeClock, name: str, sees: bool
) -> None:
    citizen = Citizen(key=b"c" * 16, consent=Consent.GIVEN, reachable=True, language="ja", created_at=clock())
    with database.write() as session:
        session.add(citizen)
    write_opinion(database, clock() - timedelta(days=1), sender=Sender(citizen=citizen))
    matter_id = write_opinion(database, clock(), sender=Sender(citizen=citizen))
    assert ("同じ方のほかの意見" in as_person(name).get(f"/matters/{matter_id}").text) is sees


def test_a_change_by_somebody_else_is_noticed(as_person: AsPerson, database: Database, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock())
    tanaka, kochi = as_person("tanaka"), as_person("kochi")
    fields = {"version": "1", "status": "in_progress"}
    tanaka.post(f"/matters/{matter_id}/status", fields)
    response = kochi.post(f"/matters/{matter_id}/status", {"version": "1", "status": "closed"}, follow_redirects=True)
    assert "ほかの人が先に変更しました" in response.text
    assert matter_of(database, matter_id).status is MatterStatus.IN_PROGRESS


def test_a_refusal_says_why_and_changes_nothing(as_person: AsPerson, database: Database, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock())
    tanaka = as_person("tanaka")
    for path, fields, words in (
        ("status", {"version": "1", "status": "reopened"}, "今の状況からこの状況へは変更できません"),
        ("status", {"version": "1", "status": "nonsense"}, "選択肢の中から"),
        ("status", {"version": "1"}, "変更後の状況"),
        ("status", {"status": "closed"}, "画面の情報が足りません"),
        ("due", {"version": "1", "due_on": "x", "reason": "y"}, "日付を入力"),
        ("split", {"version": "1", "group": "x"}, "分け方を読み取れませんでした"),
        ("notes", {"text": " "}, "メモを入力"),
    ):
        assert words in tanaka.post(f"/matters/{matter_id}/{path}", fields, follow_redirects=True).text
    assert matter_of(database, matter_id).version == 1


def test_a_matter_passed_on_is_out_of_sight(as_person: AsPerson, database: Database, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock())
    with database.read() as session:
        environment = session.scalars(select(Department.id).where(Department.code == "environment")).one()
    tanaka = as_person("tanaka")
    fields = {"version": "1", "department_id": str(environment), "reason": "犬のふんの話です"}
    response = tanaka.post(f"/matters/{matter_id}/decline", fields)
    assert response.location == "/"
    assert "ほかの課に移りました" in tanaka.get("/").text
    assert tanaka.get(f"/matters/{matter_id}").status_code == 404
    page = as_person("sato").get(f"/matters/{matter_id}").text
    assert "道路管理課から環境課へ送りました" in page
    assert "当課ではない：犬のふんの話です" in page
    assert "差し戻し1回" in page


def test_a_matter_passed_on_by_mistake_can_be_taken_back(
    as_person: AsPerson, database: Database, clock: FakeClock
) -> None:
    matter_id = write_opinion(database, clock())
    tanaka = as_person("tanaka")
    tanaka.post(f"/matters/{matter_id}/decline", {"version": "1", "reason": "押し間違い"})
    assert f'action="/matters/{matter_id}/take-back"' in tanaka.get("/").text
    assert "/take-back" not in as_person("sato").get("/").text
    page = tanaka.post(f"/matters/{matter_id}/take-back", follow_redirects=True).text
    assert "取り消しました" in page
    assert "「当課ではない」の取り消し" in page
    assert "/take-back" not in tanaka.get("/").text


def test_a_matter_somebody_has_begun_with_is_not_offered_and_not_taken_back(
    as_person: AsPerson, database: Database, clock: FakeClock
) -> None:
    matter_id = write_opinion(database, clock())
    tanaka = as_person("tanaka")
    tanaka.post(f"/matters/{matter_id}/decline", {"version": "1", "reason": "公園の話です"})
    as_person("kochi").post(f"/matters/{matter_id}/notes", {"text": "確認します"})
    assert "/take-back" not in tanaka.get("/").text
    assert "もう取り消せません" in tanaka.post(f"/matters/{matter_id}/take-back", follow_redirects=True).text


def test_splitting_merging_and_undoing_by_hand(as_person: AsPerson, database: Database, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock(), text="一つ目です。二つ目です。")
    kochi = as_person("kochi")
    assert (
        "2件に分けました"
        in kochi.post(f"/matters/{matter_id}/split", {"version": "1", "group": ["1", "2"]}, follow_redirects=True).text
    )
    with database.read() as session:
        other = session.scalars(select(Matter).where(Matter.id != matter_id)).one()
        fields = {
            "version": str(matter_of(database, matter_id).version),
            "other_id": str(other.id),
            "other_version": str(other.version),
        }
    page = kochi.post(f"/matters/{matter_id}/merge", fields, follow_redirects=True).text
    assert "一つの件にまとめました" in page
    assert matter_of(database, matter_id).text == "一つ目です。二つ目です。"
    kochi.post(f"/matters/{matter_id}/urgent", {"version": str(matter_of(database, matter_id).version), "urgent": "1"})
    page = kochi.get(f"/matters/{matter_id}").text
    entry = page.split('name="entry_id" value="')[1].split('"')[0]
    version = str(matter_of(database, matter_id).version)
    page = kochi.post(f"/matters/{matter_id}/undo", {"version": version, "entry_id": entry}, follow_redirects=True).text
    assert "変更を元に戻しました" in page
    assert not matter_of(database, matter_id).urgent


def test_the_words_of_parts_never_change(as_person: AsPerson, database: Database, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock(), text="一つ目です。二つ目です。")
    as_person("kochi").post(f"/matters/{matter_id}/split", {"version": "1", "group": ["1", "2"]})
    with database.read() as session:
        assert session.scalars(select(Part.text)).all() == ["一つ目です。二つ目です。"]


def test_a_page_that_fails_to_write_its_audit_is_not_sent(
    as_person: AsPerson, database: Database, clock: FakeClock
) -> None:
    from sqlalchemy import text

    matter_id = write_opinion(database, clock(), text="秘密のことば")
    tanaka = as_person("tanaka")
    with database.write() as session:
        session.execute(text("ALTER TABLE audit_entries RENAME TO audit_gone"))
    try:
        response = tanaka.get(f"/matters/{matter_id}")
    finally:
        with database.write() as session:
            session.execute(text("ALTER TABLE audit_gone RENAME TO audit_entries"))
    assert response.status_code == 500
    assert "秘密のことば" not in response.text


def test_few_queries_a_page(
    as_person: AsPerson,
    database: Database,
    clock: FakeClock,
    count_queries: Callable[[], AbstractContextManager[Counted]],
) -> None:
    matter_id = write_opinion(database, clock())
    kochi = as_person("kochi")
    kochi.post(f"/matters/{matter_id}/notes", {"text": "メモにだけある言葉"})
    stale = {"matter": [f"{matter_id}:77"], "action": "assign", "assignee_id": "1", "confirmed": "1"}
    kochi.post("/inbox/bulk?tab=all", stale)
    for path in (
        "/",
        "/?tab=all&q=白線&area=roads",
        "/?tab=all&q=メモにだけ&area=roads",
        "/?tab=all&status=routed&area=roads",
        f"/matters/{matter_id}",
    ):
        with count_queries() as counted:
            assert kochi.get(path).status_code == 200
        assert len(counted) <= 15, path
