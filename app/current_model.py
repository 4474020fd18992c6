"""Reads with the model in force: a change of it reaches every process within seconds, without a restart."""

import threading
import time
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path

import structlog
from sqlalchemy import select

from app.reading import ClassifierReader
from feedback.config import Settings
from feedback.db import Database
from feedback.errors import FeedbackError
from feedback.learning import files, queries, service
from feedback.learning.queries import ActiveModel
from feedback.ports import Reading, TextReader
from feedback.routing.models import Area
from feedback.taxonomy.mapping import area_mapping
from feedback.taxonomy.rules import AreaMapping, translate

log = structlog.get_logger()

_LOOK_SECONDS = 5.0
_AGAIN_SECONDS = 60.0
"""A model that could not be read is tried again after so long: its file may still be on its way."""

Load = Callable[[Path | None], TextReader]


class Origin(StrEnum):
    """Where the model at work comes from: learnt by the city, a folder of the settings, or shipped."""

    CITY = "city"
    FOLDER = "folder"
    SHIPPED = "shipped"


def load_now(folder: Path | None) -> TextReader:
    """A reader with its model in memory. Raises ModelError, or whatever else is wrong with the file."""
    reader = ClassifierReader(folder)
    reader.read(["はじめに一度だけ読み込む"])
    return reader


class CurrentReader:
    """`feedback.ports.TextReader` over the model in force.

    Texts are never kept waiting for a new model: when one has come into force, it is loaded in a thread of its own,
    outside any transaction, and takes over when it is there. One that cannot be read leaves the old one at work, and
    its row says why. ``settings.model_dir`` takes the place of the model that ships.

    With ``once`` it looks a single time and tells nobody; that is for commands, which say `trouble` themselves.
    """

    def __init__(self, settings: Settings, database: Database, *, load: Load = load_now, once: bool = False) -> None:
        self._settings = settings
        self._database = database
        self._load = load
        self._once = once
        self._trouble: str | None = None
        self._lock = threading.Lock()
        self._reader: TextReader | None = None
        self._model_id: int | None = None
        self._look_at = 0.0
        self._failed: tuple[int, float] | None = None
        self._mapping = AreaMapping()
        self._active: frozenset[str] = frozenset()

    @property
    def version(self) -> str:
        """Name of the model at work."""
        return self._at_work().version

    @property
    def origin(self) -> Origin:
        """Where the model at work comes from."""
        self._at_work()
        if self._model_id is not None:
            return Origin.CITY
        return Origin.FOLDER if self._settings.model_dir else Origin.SHIPPED

    @property
    def trouble(self) -> str | None:
        """Why the model in force is not at work; None when it is."""
        return self._trouble

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """Read texts in one batch; in today's areas, whichever areas the model learnt."""
        readings = self._at_work().read(texts)
        if not self._active:
            return readings
        return [translate(one, self._mapping, self._active) for one in readings]

    def refresh(self) -> None:
        """Look which model is in force, and load it if it is not at work yet. Not within a transaction."""
        with self._lock:
            self._look_at = time.monotonic() + _LOOK_SECONDS
            wanted = self._wanted()
            if wanted is None or self._is_at_work(wanted) or self._failed_lately(wanted):
                return
            trouble = self._take(wanted)
            if wanted.id is not None and trouble != wanted.trouble:
                with self._database.write() as session:
                    service.note_trouble(session, wanted.id, trouble)

    def _at_work(self) -> TextReader:
        if self._reader is None:
            self._begin()
        elif not self._once and time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + _LOOK_SECONDS
            threading.Thread(target=self._refresh_quietly, name="model", daemon=True).start()
        assert self._reader is not None  # noqa: S101 (for the type checker: `_begin` loads one or raises)
        return self._reader

    def _begin(self) -> None:
        """The first model. Its trouble is told by the next look: whoever reads may have the one write lock."""
        with self._lock:
            if self._reader is not None:
                return
            self._look_at = time.monotonic() + _LOOK_SECONDS
            wanted = self._wanted()
            if wanted is not None and wanted.id is not None and self._take(wanted) is not None:
                self._look_at, self._failed = 0.0, None
            if self._reader is None:
                self._reader, self._model_id = self._load(self._settings.model_dir), None

    def _refresh_quietly(self) -> None:
        try:
            self.refresh()
        except Exception as error:  # the database may be away; the model at work goes on
            log.warning("model.not_looked_up", error=type(error).__name__)

    def _wanted(self) -> ActiveModel | None:
        """The model in force; None when the database cannot say."""
        try:
            with self._database.read() as session:
                self._mapping = area_mapping(session)
                self._active = frozenset(session.scalars(select(Area.key).where(Area.active)))
                return queries.active(session)
        except Exception as error:
            self._trouble = f"データベースを読めません（{type(error).__name__}）。"
            if not self._once:
                log.warning("model.not_looked_up", error=type(error).__name__)
            return None

    def _is_at_work(self, wanted: ActiveModel) -> bool:
        return self._reader is not None and self._model_id == wanted.id

    def _failed_lately(self, wanted: ActiveModel) -> bool:
        return self._failed is not None and self._failed[0] == wanted.id and time.monotonic() < self._failed[1]

    def _take(self, wanted: ActiveModel) -> str | None:
        """Load a model and put it to work; on failure the old one stays, and the reason is returned."""
        try:
            loaded = self._load(self._folder(wanted))
        except Exception as error:
            words = str(error) if isinstance(error, FeedbackError) else f"読み込めません（{type(error).__name__}）。"
            self._trouble = words
            if not self._once:
                log.warning("model.not_loaded", version=wanted.version, error=type(error).__name__)
            if wanted.id is not None:
                self._failed = (wanted.id, time.monotonic() + _AGAIN_SECONDS)
            return words
        self._reader, self._model_id, self._failed, self._trouble = loaded, wanted.id, None, None
        if not self._once:
            log.info("model.loaded", version=loaded.version)
        return None

    def _folder(self, wanted: ActiveModel) -> Path | None:
        if wanted.version is None or wanted.sha256 is None:
            return self._settings.model_dir
        return files.check(self._settings, version=wanted.version, sha256=wanted.sha256)
