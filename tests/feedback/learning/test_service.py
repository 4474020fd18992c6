from pathlib import Path

import pytest
from sqlalchemy import select

from feedback.audit.models import AuditEntry
from feedback.config import Settings
from feedback.db import Database
from feedback.errors import Invalid, NotFound
from feedback.learning import files, queries, service
from feedback.learning.queries import ModelState
from feedback.learning.rules import Basis, Comparison, Figures
from feedback.opinions.models import Label
from feedback.opinions.rules import Source
from feedback.routing.models import Area
from tests.conftest import NOW, Cast
from tests.feedback.learning.city import DAY, receive

GOOD, BAD = Figures(0.84, 0.97, 0.7, 0.93, 0.8), Figures(0.6, 0.9, 0.7, 0.8, 0.8)
SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
"""Of b"test"."""


@pytest.fixture(autouse=True)
def folders(settings: Settings) -> Path:
    models = files.folder(settings)
    for version in ("city-1", "city-2"):
        (models / version).mkdir(parents=True)
        (models / version / "model.skops").write_bytes(b"test")
    return models


def keep(database: Database, version: str, *, champion: str | None = None, after: Figures = GOOD) -> None:
    with database.write() as session:
        service.keep(
            session,
            version=version,
            sha256=SHA,
            data_sha256=SHA,
            texts=300,
            corrections=120,
            learned_until=NOW,
            compared=Comparison(Basis.LATER, 60, NOW, champion, GOOD, after),
            at=NOW,
            staff_id=None,
        )


def activate(database: Database, settings: Settings, version: str, *, force: bool = False) -> None:
    with database.write() as session:
        service.activate(session, settings, version=version, at=NOW, staff_id=None, force=force)


def active(database: Database) -> str | None:
    with database.read() as session:
        return queries.active(session).version


def states(database: Database) -> dict[str, ModelState]:
    with database.read() as session:
        return {one.version: one.state for one in queries.models(session)}


def test_a_good_model_comes_into_force_and_goes_again(database: Database, settings: Settings) -> None:
    assert active(database) is None
    keep(database, "city-1")
    activate(database, settings, "city-1")
    keep(database, "city-2", champion="city-1")
    activate(database, settings, "city-2")
    assert active(database) == "city-2"
    assert states(database) == {"city-2": ModelState.ACTIVE, "city-1": ModelState.RETIRED}

    with database.write() as session:
        assert service.roll_back(session, settings, at=NOW + DAY, staff_id=None) == "city-1"
    assert active(database) == "city-1"
    with database.read() as session:
        assert [one.name for one in queries.history(session)] == ["city-1", "city-2", "city-1"]
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions[-2:] == ["model.activated", "model.rolled_back"]


def test_the_first_way_back_leads_to_the_shipped_model(database: Database, settings: Settings) -> None:
    with database.write() as session, pytest.raises(Invalid, match="まだ一度も"):
        service.roll_back(session, settings, at=NOW, staff_id=None)
    keep(database, "city-1")
    activate(database, settings, "city-1")
    with database.write() as session:
        assert service.roll_back(session, settings, at=NOW, staff_id=None) == "付属のモデル"
    assert active(database) is None


def test_what_is_worse_is_refused_unless_forced(database: Database, settings: Settings) -> None:
    keep(database, "city-1", after=BAD)
    with pytest.raises(Invalid, match=r"60件で比較.*分野の正解率 84\.0% → 60\.0%"):
        activate(database, settings, "city-1")
    assert active(database) is None
    activate(database, settings, "city-1", force=True)
    with database.read() as session:
        assert [one.forced for one in queries.history(session)] == [True]


def test_what_was_compared_with_another_model_is_refused(database: Database, settings: Settings) -> None:
    keep(database, "city-1")
    keep(database, "city-2")
    activate(database, settings, "city-1")
    with pytest.raises(Invalid, match="比べた結果がありません"):
        activate(database, settings, "city-2")
    with pytest.raises(Invalid, match="すでに使われて"):
        activate(database, settings, "city-1")
    with pytest.raises(NotFound):
        activate(database, settings, "city-9")


def test_a_file_that_is_not_the_one_kept_is_refused(database: Database, settings: Settings, folders: Path) -> None:
    keep(database, "city-1")
    (folders / "city-1" / "model.skops").write_bytes(b"other")
    with pytest.raises(Invalid, match="登録したときの内容"):
        activate(database, settings, "city-1")
    (folders / "city-1" / "model.skops").unlink()
    with pytest.raises(Invalid, match="読めません"):
        activate(database, settings, "city-1", force=True)


def test_trouble_is_noted_and_taken_back(database: Database, settings: Settings) -> None:
    keep(database, "city-1")
    activate(database, settings, "city-1")
    for words in ("読めません" * 200, None):
        with database.write() as session:
            service.note_trouble(session, queries.active(session).id or 0, words)
        with database.read() as session:
            assert queries.active(session).trouble == (words[:300] if words else None)


def test_corrections_since_the_last_learning_are_counted(database: Database) -> None:
    with database.write() as session:
        matter = receive(session, NOW)
        for at in (NOW - DAY, NOW + DAY):
            Label(matter=matter, source=Source.STAFF, field="area", value="parks", at=at)
        Label(matter=matter, source=Source.STAFF, field="department", value="3", at=NOW + DAY)
    with database.read() as session:
        assert queries.new_corrections(session) == 2
    keep(database, "city-1")
    with database.read() as session:
        assert queries.new_corrections(session) == 1


def test_a_model_of_other_areas_is_outdated(database: Database) -> None:
    keep(database, "city-1")
    with database.write() as session:
        assert [one.is_outdated for one in queries.models(session)] == [False]
        session.get_one(Area, "parks").active = False
    with database.read() as session:
        assert [one.is_outdated for one in queries.models(session)] == [True]


def test_one_learning_at_a_time(database: Database, cast: Cast) -> None:
    with database.write() as session:
        service.request(session, kind="learn", at=NOW, staff_id=cast.kochi.id)
        service.request(session, kind="reread", at=NOW, staff_id=cast.kochi.id)
        with pytest.raises(Invalid, match="すでに進んで"):
            service.request(session, kind="learn", at=NOW, staff_id=cast.kochi.id)
