"""Models of a city that were learnt, for tests of listing and activating them."""

import hashlib
from datetime import datetime
from pathlib import Path

from feedback.db import Database
from feedback.learning import service
from feedback.learning.rules import Basis, Comparison, Figures
from tests.conftest import NOW

GOOD = Figures(0.8, 0.9, 0.7, 0.9, 0.8)


def keep(
    database: Database, models: Path, version: str, after: Figures = GOOD, *, since: datetime | None = None
) -> None:
    """A model in the folder ``models`` whose file is not one, compared with one as good as ``GOOD``."""
    folder = models / version
    folder.mkdir(parents=True)
    (folder / "model.skops").write_bytes(b"test")
    with database.write() as session:
        service.keep(
            session,
            version=version,
            sha256=hashlib.sha256(b"test").hexdigest(),
            data_sha256="",
            texts=9,
            corrections=9,
            learned_until=None,
            compared=Comparison(Basis.LATER, 60, since, None, GOOD, after),
            at=NOW,
            staff_id=None,
        )
