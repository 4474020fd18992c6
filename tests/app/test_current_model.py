"""Which model reads: a change of the model in force takes over without a restart, a broken one never does."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from app.current_model import CurrentReader, load_now
from feedback.config import Settings
from feedback.db import Database
from feedback.learning import files, queries, service
from feedback.learning.rules import Basis, Comparison, Figures
from feedback.ports import AreaScore, Reading, TextReader
from feedback.taxonomy import service as taxonomy
from tests.conftest import NOW, Cast

SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
"""Of b"test"."""


class Named:
    """A reader that is only its name."""

    def __init__(self, version: str) -> None:
        self.version = version

    def read(self, texts: Sequence[str]) -> list[Reading]:
        return [Reading(model_version=self.version, areas=(), area=None) for _ in texts]


def load(folder: Path | None) -> TextReader:
    if folder is not None and (folder / "broken").exists():
        raise ValueError("not a model")
    return Named(folder.name if folder else "shipped")


@pytest.fixture
def reader(settings: Settings, database: Database) -> CurrentReader:
    return CurrentReader(settings, database, load=load)


@pytest.fixture
def put_into_force(settings: Settings, database: Database) -> Callable[[str], Path]:
    def put(version: str) -> Path:
        folder = files.folder(settings) / version
        folder.mkdir(parents=True)
        (folder / "model.skops").write_bytes(b"test")
        figures = Figures(0.8, 0.9, 0.7, 0.9, 0.8)
        with database.write() as session:
            service.keep(
                session,
                version=version,
                sha256=SHA,
                data_sha256=SHA,
                texts=1,
                corrections=1,
                learned_until=None,
                compared=Comparison(Basis.STARTER, 9, None, queries.active(session).version, figures, figures),
                at=NOW,
                staff_id=None,
            )
            service.activate(session, settings, version=version, at=NOW, staff_id=None, force=True)
        return folder

    return put


def trouble(database: Database) -> str | None:
    with database.read() as session:
        return queries.active(session).trouble


def test_the_model_in_force_reads_and_a_new_one_takes_over(
    reader: CurrentReader, put_into_force: Callable[[str], Path], settings: Settings, database: Database
) -> None:
    assert reader.read(["a"])[0].model_version == "shipped"
    put_into_force("city-1")
    assert reader.version == "shipped"
    reader.refresh()
    assert reader.version == "city-1"
    with database.write() as session:
        service.roll_back(session, settings, at=NOW, staff_id=None)
    reader.refresh()
    assert reader.version == "shipped"


def test_the_first_text_is_read_by_the_model_in_force(
    reader: CurrentReader, put_into_force: Callable[[str], Path]
) -> None:
    put_into_force("city-1")
    assert reader.read(["a"])[0].model_version == "city-1"


def test_readers_look_by_themselves_and_never_wait(
    reader: CurrentReader, put_into_force: Callable[[str], Path]
) -> None:
    reader.read(["a"])
    put_into_force("city-1")
    reader._look_at = 0.0
    assert reader.read(["a"])[0].model_version in {"shipped", "city-1"}
    end = time.monotonic() + 20
    while reader.version != "city-1" and time.monotonic() < end:
        time.sleep(0.02)
    assert reader.version == "city-1"


def test_a_broken_model_leaves_the_old_one_and_is_told(
    reader: CurrentReader, put_into_force: Callable[[str], Path], database: Database
) -> None:
    put_into_force("city-1")
    reader.refresh()
    folder = put_into_force("city-2")
    (folder / "broken").touch()
    reader.refresh()
    assert reader.version == "city-1"
    assert trouble(database) == "読み込めません（ValueError）。"

    (folder / "broken").unlink()
    reader.refresh()
    assert reader.version == "city-1"
    reader._failed = None
    reader.refresh()
    assert reader.version == "city-2"
    assert trouble(database) is None


def test_a_changed_file_is_not_loaded(
    reader: CurrentReader, put_into_force: Callable[[str], Path], database: Database
) -> None:
    (put_into_force("city-1") / "model.skops").write_bytes(b"somebody else's")
    assert reader.read(["a"])[0].model_version == "shipped"
    reader.refresh()
    assert "登録したときの内容と違います" in (trouble(database) or "")


def test_without_a_database_the_shipped_model_reads(settings: Settings) -> None:
    nowhere = Database("sqlite://")
    lost = CurrentReader(settings, nowhere, load=load)
    assert lost.read(["a"])[0].model_version == "shipped"
    lost.refresh()
    assert lost.version == "shipped"
    nowhere.dispose()


def test_the_shipped_model_is_loaded_as_the_first() -> None:
    assert load_now(None).version.startswith("starter-")


class OfOldAreas:
    """A reader whose model learnt the areas of before."""

    version = "old"

    def read(self, texts: Sequence[str]) -> list[Reading]:
        scores = (AreaScore("parks", 0.5), AreaScore("roads", 0.4), AreaScore("never_known", 0.1))
        return [Reading(model_version="old", areas=scores, area="parks") for _ in texts]


def test_what_the_model_says_is_told_in_todays_areas(settings: Settings, database: Database, cast: Cast) -> None:
    reader = CurrentReader(settings, database, load=lambda _folder: OfOldAreas())
    (before,) = reader.read(["公園"])
    assert [one.key for one in before.areas] == ["parks", "roads"]
    with database.write() as session:
        taxonomy.merge(session, sources=["parks", "roads"], into="roads", reroute=True, actor=cast.kochi, at=NOW)
    reader.refresh()
    (after,) = reader.read(["公園"])
    assert [(one.key, round(one.score, 2)) for one in after.areas] == [("roads", 0.9)]
    assert after.area == "roads"
    with database.write() as session:
        taxonomy.retire(session, key="roads", actor=cast.kochi, at=NOW)
    reader.refresh()
    (retired,) = reader.read(["公園"])
    assert (retired.areas, retired.area) == ((), None)
