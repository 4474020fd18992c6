"""Learning, quality and checking: who may open them, what they show, what they change."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from feedback.audit.models import AuditEntry
from feedback.config import Settings
from feedback.db import Database
from feedback.jobs.models import Job
from feedback.learning import files, queries, service
from feedback.learning.rules import Figures
from feedback.opinions import service as opinions
from feedback.opinions.models import Label
from feedback.opinions.rules import Kind, Source
from feedback.routing.service import load_router
from feedback.staff.models import Staff
from feedback.staff.rules import Role
from tests.admin.conftest import Person
from tests.admin.opinions import matter_of, write_opinion
from tests.conftest import NOW, Cast, FakeClock
from tests.feedback.learning import models
from tests.feedback.learning.models import GOOD

AsPerson = Callable[[str], Person]
BAD = Figures(0.5, 0.9, 0.7, None, 0.8)
PAGES = {
    "/learning": {"kochi", "admin"},
    "/learning/jobs": {"kochi", "admin"},
    "/checking": {"kochi", "admin"},
    "/quality": {"kochi", "admin", "suzuki"},
    "/quality/matters": {"kochi", "admin", "suzuki"},
}


def keep(database: Database, settings: Settings, version: str, after: Figures = GOOD) -> None:
    models.keep(database, files.folder(settings), version, after, since=NOW)


def active(database: Database) -> str | None:
    with database.read() as session:
        return queries.active(session).version


@pytest.mark.parametrize("name", ["tanaka", "sato", "suzuki", "kochi", "admin", "anonymous"])
def test_who_may_open_which_page(as_person: AsPerson, name: str) -> None:
    person = as_person(name)
    for path, allowed in PAGES.items():
        expected = 200 if name in allowed else 302 if name == "anonymous" else 403
        assert person.get(path).status_code == expected, path


def test_pr_sees_the_quality_and_changes_nothing(database: Database, as_person: AsPerson) -> None:
    with database.write() as session:
        session.scalars(select(Staff).where(Staff.email.startswith("suzuki"))).one().role = Role.PR
    person = as_person("suzuki")
    assert person.get("/quality").status_code == 200
    assert person.get("/learning").status_code == 403


@pytest.mark.parametrize("name", ["tanaka", "suzuki"])
def test_nothing_changes_by_those_who_may_not(
    as_person: AsPerson, database: Database, clock: FakeClock, name: str
) -> None:
    matter_id = write_opinion(database, clock())
    person = as_person(name)
    for path in ("/learning/start", "/learning/activate", "/learning/rollback", f"/checking/{matter_id}"):
        assert person.post(path).status_code == 403, path


def test_learning_is_started_once(as_person: AsPerson, database: Database) -> None:
    kochi = as_person("kochi")
    assert "始めました" in kochi.post("/learning/start", {"kind": "learn"}, follow_redirects=True).text
    assert "すでに進んで" in kochi.post("/learning/start", {"kind": "learn"}, follow_redirects=True).text
    assert "開き直して" in kochi.post("/learning/start", {"kind": "import"}, follow_redirects=True).text
    with database.read() as session:
        assert session.scalars(select(Job.kind)).all() == ["learn"]
    assert "待機中" in kochi.get("/learning/jobs").text


def test_a_model_is_put_into_force_and_taken_back(as_person: AsPerson, database: Database, settings: Settings) -> None:
    keep(database, settings, "city-good")
    keep(database, settings, "city-worse", BAD)
    kochi = as_person("kochi")
    page = kochi.get("/learning").text
    assert "それでもこのモデルに切り替える" in page
    assert "分野の正解率 80.0% → 50.0%" in page

    refused = kochi.post("/learning/activate", {"version": "city-worse"}, follow_redirects=True)
    assert "今のモデルより悪くなるため" in refused.text
    assert active(database) is None
    kochi.post("/learning/activate", {"version": "city-good"})
    assert active(database) == "city-good"
    kochi.post("/learning/activate", {"version": "city-worse", "force": "1"})
    assert active(database) == "city-worse"
    back = kochi.post("/learning/rollback", follow_redirects=True).text
    assert "city-good に戻しました" in back
    assert "比較で悪い点があったまま切り替え" in back
    with database.read() as session:
        kept = session.scalars(select(AuditEntry).where(AuditEntry.subject_type == "model")).all()
        assert {one.action for one in kept} == {"model.learnt", "model.activated", "model.rolled_back"}


def test_operations_tell_of_a_model_that_cannot_be_read(
    as_person: AsPerson, database: Database, settings: Settings
) -> None:
    keep(database, settings, "city-1")
    with database.write() as session:
        service.activate(session, settings, version="city-1", at=NOW, staff_id=None)
        service.note_trouble(session, queries.active(session).id or 0, "ファイルを読めません。")
    assert "city-1 を読み込めないため、前のモデルで分類を続けています" in as_person("admin").get("/operations").text


def test_many_new_corrections_suggest_a_learning(as_person: AsPerson, database: Database, clock: FakeClock) -> None:
    matter_id = write_opinion(database, clock())
    assert "件の訂正が増えました" not in as_person("kochi").get("/learning").text
    with database.write() as session:
        for _ in range(50):
            session.add(Label(matter_id=matter_id, source=Source.STAFF, field="area", value="parks", at=NOW))
    assert "前回の学習から 50 件の訂正が増えました" in as_person("kochi").get("/learning").text


def test_a_confusion_leads_to_its_matters(
    as_person: AsPerson, database: Database, clock: FakeClock, cast: Cast
) -> None:
    matter_id = write_opinion(database, clock(), text="池の水が濁っています")
    with database.write() as session:
        opinions.correct(
            session,
            matter_id,
            actor=cast.kochi,
            version=1,
            at=NOW,
            router=load_router(session),
            area_key="parks",
            kind=Kind.REQUEST,
        )
    suzuki = as_person("suzuki")
    page = suzuki.get("/quality").text
    assert "read=roads&amp;true=parks" in page
    assert "池の水が濁っています" in suzuki.get("/quality/matters?read=roads&true=parks").text
    assert "案件はありません" in suzuki.get("/quality/matters?read=roads&true=none").text
    assert suzuki.get("/quality?from=x&to=0001-01-01").status_code == 200
    with database.read() as session:
        assert "matters.listed" in session.scalars(select(AuditEntry.action)).all()


def test_what_is_unsure_is_confirmed_or_corrected(as_person: AsPerson, database: Database, clock: FakeClock) -> None:
    right, wrong, open_ = (write_opinion(database, clock(), area=area) for area in ("roads", "roads", None))
    kochi = as_person("kochi")
    assert kochi.get("/checking").text.count("data-agree") == 2

    done = kochi.post(f"/checking/{right}", {"version": "1", "area": "roads"}, headers={"HX-Request": "true"})
    assert "確かめました" in done.text
    assert f'id="check-{right}"' in done.text
    moved = kochi.post(f"/checking/{wrong}", {"version": "1", "area": "parks"}, follow_redirects=True)
    assert "訂正し、担当課へ送りました" in moved.text
    stale = kochi.post(f"/checking/{wrong}", {"version": "1", "area": "water"}, follow_redirects=True)
    assert "変更は保存していません" in stale.text
    assert "分野を選んで" in kochi.post(f"/checking/{open_}", {"version": "1"}, follow_redirects=True).text
    assert "足りません" in kochi.post(f"/checking/{open_}", {"version": "x"}, follow_redirects=True).text
    assert matter_of(database, right).area_source is Source.STAFF
    assert matter_of(database, wrong).area_key == "parks"
    assert "合っていることを確かめました" in kochi.get(f"/matters/{right}").text


def test_the_menu_leads_there(as_person: AsPerson, staff_app: Flask) -> None:
    assert 'href="/learning"' in as_person("kochi").get("/").text
    auditor = as_person("suzuki").get("/").text
    assert 'href="/quality"' in auditor
    assert 'href="/learning"' not in auditor
    assert "learning.index" in staff_app.view_functions
