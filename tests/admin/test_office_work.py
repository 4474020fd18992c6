"""What staff do on the pages of entry, export, import, master data, staff and operations."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from app.jobs.running import JobRunner
from app.reading import FixedReader
from feedback.audit.models import AuditEntry
from feedback.config import Settings
from feedback.db import Database
from feedback.departments.models import Department
from feedback.inbox.models import EventState, LineEvent
from feedback.jobs.models import Job, JobState
from feedback.opinions.models import Matter
from feedback.outbox.models import OutboundMessage, OutboundState
from feedback.routing.models import Area, RoutingRule
from feedback.staff.models import Staff
from tests.admin.conftest import Person
from tests.admin.opinions import write_opinion
from tests.conftest import NOW, FakeClock

AsPerson = Callable[[str], Person]


def actions(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def newest(database: Database) -> Matter:
    with database.read() as session:
        query = select(Matter).order_by(Matter.id.desc()).limit(1)
        return session.scalars(query.options(selectinload(Matter.submission), selectinload(Matter.labels))).one()


def entry(**more: Any) -> dict[str, Any]:
    return {"channel": "phone", "received_at": "2026-11-24T09:30", "text": "バスの本数が少ない", **more}


def test_an_opinion_is_entered_and_the_next_form_opens(as_person: AsPerson, database: Database) -> None:
    person = as_person("tanaka")

    response = person.post("/entry", entry(area="transport", kind="request", name="山田", wants_reply="y"))

    assert response.location == "/entry?channel=phone"
    assert "受付番号 R8-000001" in person.get(response.location).text
    matter = newest(database)
    assert (matter.text, matter.channel, matter.area_key, matter.kind) == (
        "バスの本数が少ない",
        "phone",
        "transport",
        "request",
    )
    assert matter.submission.sender_name == "山田"
    assert [label.value for label in matter.labels] == ["transport", "request"]
    assert "opinion.entered" in actions(database)


def test_what_is_left_open_the_reading_decides(as_person: AsPerson, database: Database) -> None:
    as_person("kochi").post("/entry", entry())

    assert newest(database).area_key == "roads"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"text": " "}, "内容を入力してください"),
        ({"received_at": "2027-01-01T00:00"}, "未来"),
        ({"received_at": ""}, "受付日時を入力してください"),
        ({"channel": "line"}, "Not a valid choice|選択肢|有効"),
    ],
)
def test_wrong_entries_are_explained(as_person: AsPerson, wrong: dict[str, str], words: str) -> None:
    response = as_person("kochi").post("/entry", entry(**wrong))

    assert response.status_code == 400
    assert re.search(words, response.text)


def test_suggestions_while_typing(as_person: AsPerson, database: Database, clock: FakeClock) -> None:
    write_opinion(database, clock(), area="roads", text="駅前の歩道のブロックが割れていて危ない")
    person = as_person("tanaka")

    response = person.post("/entry/suggestion", {"text": "駅前の歩道のブロックが割れていて、つまずきました"})

    assert "道路管理課" in response.text
    assert "書き出しが同じ意見" in response.text
    assert (
        "書き出しが同じ意見"
        not in as_person("sato")
        .post("/entry/suggestion", {"text": "駅前の歩道のブロックが割れていて、つまずきました"})
        .text
    )
    assert "もう少し入力" in person.post("/entry/suggestion", {"text": "駅"}).text


def exported(person: Person, query: str = "") -> list[dict[str, str]]:
    content = person.get(f"/export/file?format=csv&headings=en{query}").data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


def test_export_holds_what_one_may_see_masked(as_person: AsPerson, database: Database, clock: FakeClock) -> None:
    write_opinion(database, clock(), area="roads", text="電話は090-1234-5678です。")
    write_opinion(database, clock(), area="parks", text="公園のこと")

    assert [row["text"] for row in exported(as_person("tanaka"))] == ["電話は〔電話番号〕です。"]
    assert exported(as_person("sato")) == []
    assert len(exported(as_person("kochi"))) == 2
    assert exported(as_person("kochi"), "&area=parks")[0]["text"] == "公園のこと"
    assert "2</strong> 件" in as_person("kochi").get("/export?from=2020-01-01").text


def test_unmasked_export_needs_the_right_and_is_audited(
    as_person: AsPerson, database: Database, clock: FakeClock
) -> None:
    write_opinion(database, clock(), area="roads", text="電話は090-1234-5678です。")

    assert as_person("tanaka").get("/export/file?unmasked=1").status_code == 403
    assert "090-1234-5678" in exported(as_person("kochi"), "&unmasked=1")[0]["text"]
    with database.read() as session:
        query = select(AuditEntry.detail).where(AuditEntry.action == "opinions.exported")
        assert session.scalars(query).all()[-1]["unmasked"] is True


def test_a_mistaken_export_is_explained(as_person: AsPerson) -> None:
    response = as_person("kochi").get("/export/file?from=2026-05-02&to=2026-05-01")

    assert response.status_code == 400
    assert "期間" in response.text


TABLE = "整理番号,日,ご意見\r\n1,R7.4.1,側溝のふた\r\n2,春,いつか\r\n"


def upload(person: Person, content: bytes) -> Any:
    return person.post("/imports", {"file": (io.BytesIO(content), "声.csv")}, content_type="multipart/form-data")


def test_a_table_is_looked_at_tried_imported_and_its_rejects_fetched(
    as_person: AsPerson, database: Database, settings: Settings, clock: FakeClock
) -> None:
    person = as_person("kochi")
    address = upload(person, TABLE.encode("cp932")).location
    page = person.get(address).text
    assert "CP932" in page
    assert "側溝のふた" in page

    columns = "column-0=source_id&column-1=received_at&column-2=text&channel=letter"
    tried = person.get(f"{address}?{columns}&check=1").text
    assert "<strong>1</strong>件を取り込めます" in tried
    assert "3行目" in tried
    mapping = dict(one.split("=") for one in columns.split("&"))
    job = person.post(address, mapping).location
    assert "待機中" in person.get(job).text
    assert JobRunner(database, settings, FixedReader("roads"), clock=clock).run_once() == 1

    done = person.get(job, headers={"HX-Request": "true"}).text
    assert "1件を取り込みました" in done
    assert "every 2s" not in done
    with person.get(f"{job}/rejects") as rejects:
        assert "春" in rejects.data.decode("utf-8-sig")
    assert as_person("tanaka").get(f"{job}/rejects").status_code == 403
    assert newest(database).text == "側溝のふた"
    assert {"import.uploaded", "import.requested", "import.rejects_downloaded"} <= set(actions(database))


def test_uploads_that_cannot_be_read_are_explained(as_person: AsPerson) -> None:
    person = as_person("kochi")

    assert "空です" in upload(person, b"").text
    assert "ファイルを選んで" in person.post("/imports").text
    address = upload(person, "いつ,何\n春,x\n".encode()).location
    assert "受付日" in person.get(f"{address}?check=1").text
    assert person.post(address).status_code == 400


def department(**more: str) -> dict[str, str]:
    return {"name": "未来課", "bureau": "市長公室", "code": "future", "active": "y", **more}


def test_departments_are_added_changed_and_ordered(as_person: AsPerson, database: Database) -> None:
    person = as_person("kochi")
    assert person.post("/departments/new", department()).status_code == 302
    assert "ほかの課が使っています" in person.post("/departments/new", department()).text
    assert "半角" in person.post("/departments/new", department(code="未来")).text
    with database.read() as session:
        made = session.scalars(select(Department).where(Department.code == "future")).one()
    person.post(f"/departments/{made.id}", department(name="みらい課", is_desk="y"))
    person.post("/departments/move", {"id": str(made.id), "direction": "up"})

    with database.read() as session:
        found = list(session.scalars(select(Department).order_by(Department.position)))
    assert [one.name for one in found if one.is_desk] == ["みらい課"]
    assert found[-2].name == "みらい課"
    assert "窓口となる課がなくなります" in person.post(f"/departments/{made.id}", department()).text


def test_areas(as_person: AsPerson, database: Database) -> None:
    person = as_person("kochi")
    words = {"name": "宇宙", "short_name": "宇宙", "department": "1", "active": "y"}

    assert person.post("/areas/new", {"key": "space", **words}).status_code == 302
    assert "キーは" in person.post("/areas/new", {"key": "space", **words}).text
    assert person.post("/areas/space", {**words, "name": "宇宙開発", "department": ""}).status_code == 302
    assert person.post("/areas/move", {"id": "space", "direction": "up"}).status_code == 302
    assert person.post("/areas/move", {"id": "nothing"}).status_code == 404
    with database.read() as session:
        area = session.get_one(Area, "space")
    assert (area.name, area.department_id) == ("宇宙開発", None)


def test_rules_are_written_tried_moved_and_deleted(as_person: AsPerson, database: Database) -> None:
    person = as_person("kochi")
    rule = {"name": "雪は雪対策", "area": "roads", "words": "雪\n除雪", "department": "1", "active": "y"}
    assert person.post("/routes/new", rule).status_code == 302
    assert "条件を一つ以上" in person.post("/routes/new", {"name": "x", "department": "1", "active": "y"}).text
    with database.read() as session:
        made = session.scalars(select(RoutingRule).where(RoutingRule.name == "雪は雪対策")).one()
    assert made.words == ["雪", "除雪"]

    tried = person.post("/routes/try", {"text": "除雪が遅い"}).text
    assert "広報広聴課" in tried
    assert "雪は雪対策" in tried
    assert "道路管理課" in person.post("/routes/try", {"text": "穴がある"}).text
    assert person.post("/routes/try", {"text": ""}).status_code == 400
    person.post(f"/routes/{made.id}/move", {"direction": "up"})
    with database.read() as session:
        assert session.scalars(select(RoutingRule.id).order_by(RoutingRule.position)).all()[-2] == made.id
    person.post(f"/routes/{made.id}", {**rule, "name": "雪"})
    person.post(f"/routes/{made.id}/delete")
    with database.read() as session:
        assert session.get(RoutingRule, made.id) is None


def test_staff_are_registered_with_a_one_time_password(as_person: AsPerson, database: Database) -> None:
    admin = as_person("admin")
    form = {"name": "新人", "email": "shinjin@machikoe.example", "role": "staff", "department": "1"}

    page = admin.post("/staff/new", form).text
    password = re.search(r'one-time">([^<]+)<', page)
    assert password
    newcomer = Person(admin.client.application.test_client())
    assert newcomer.log_in("shinjin", password[1]).status_code == 302
    assert newcomer.get("/").location == "/password"
    assert "すでに使われています" in admin.post("/staff/new", form).text
    with database.read() as session:
        made = session.scalars(select(Staff).where(Staff.name == "新人")).one()
    assert "所属の部署が必要" in admin.post(f"/staff/{made.id}", {**form, "department": "", "active": "y"}).text
    assert admin.post(f"/staff/{made.id}", form).status_code == 302
    with database.read() as session:
        assert session.get_one(Staff, made.id).active is False
    assert "one-time" in admin.post(f"/staff/{made.id}/password").text


def test_a_locked_account_is_opened(as_person: AsPerson, database: Database) -> None:
    admin = as_person("admin")
    stranger = as_person("anonymous")
    for _ in range(5):
        stranger.log_in("tanaka", "wrong-password")
    assert "停止を解く" in admin.get("/staff").text
    with database.read() as session:
        staff_id = session.scalars(select(Staff.id).where(Staff.email == "tanaka@machikoe.example")).one()

    admin.post(f"/staff/{staff_id}/unlock")

    assert as_person("tanaka").get("/").status_code == 200


def test_the_audit_trail_is_filtered_and_exported(as_person: AsPerson) -> None:
    auditor = as_person("suzuki")
    as_person("kochi").get("/export/file?format=csv")

    assert "意見の書き出し" in auditor.get("/audit?action=opinions.exported&from=2026-11-24&to=2026-11-24").text
    assert "当てはまる記録はありません" in auditor.get("/audit?to=2020-01-01").text
    assert auditor.get("/audit?staff=1&subject_id=x&before=1").status_code == 200
    rows = list(csv.DictReader(io.StringIO(auditor.get("/audit/file").data.decode("utf-8-sig"))))
    assert {"ログイン", "意見の書き出し"} <= {row["操作"] for row in rows}


def dead_event(**more: Any) -> LineEvent:
    return LineEvent(
        webhook_event_id=uuid4().hex,
        type="message",
        shard=1,
        occurred_at=NOW,
        received_at=NOW,
        payload=b"sealed",
        state=EventState.DEAD,
        attempts=8,
        due_at=NOW,
        error="LINEの応答がありませんでした。",
        **more,
    )


def test_what_failed_is_seen_and_tried_again(as_person: AsPerson, database: Database) -> None:
    with database.write() as session:
        event = dead_event()
        message = OutboundMessage(
            citizen_key=b"k" * 16,
            purpose="receipt",
            recipient_sealed=b"x",
            body_sealed=b"x",
            retry_key=uuid4(),
            state=OutboundState.FAILED,
            attempts=3,
            created_at=NOW,
            due_at=NOW,
            settled_at=NOW,
            reason="今月の送信数の上限に達しました。",
        )
        job = Job(kind="import", payload={}, state=JobState.FAILED, attempts=5, progress_done=3, progress_total=10,
                  created_at=NOW, due_at=NOW, message="止まりました。")  # fmt: skip
        pending = dead_event()
        pending.state, pending.received_at = EventState.PENDING, NOW - timedelta(hours=1)
        session.add_all([event, message, job, pending])
        session.flush()
        ids = event.id, message.id, job.id
    admin = as_person("admin")

    page = admin.get("/operations").text
    for words in ("LINEの応答がありません", "上限に達しました", "止まりました", "処理が止まっているようです"):
        assert words in page
    for path, number in zip(("events", "messages", "jobs"), ids, strict=True):
        assert admin.post(f"/operations/{path}/{number}").status_code == 302
        assert admin.post(f"/operations/{path}/99999").status_code in {400, 404}
    with database.read() as session:
        assert session.get_one(LineEvent, ids[0]).state == EventState.PENDING
        assert session.get_one(OutboundMessage, ids[1]).state == OutboundState.PENDING
        assert session.get_one(Job, ids[2]).state == JobState.QUEUED
        assert (
            session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "event.revived"))
            == 1
        )
