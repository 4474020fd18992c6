"""Writes the next migration: what the models have and the migrated tables have not.

    python scripts/new_migration.py "add surveys"

Read what it wrote before you commit it: it cannot see renames, and the search index is not a model.
"""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from alembic import command  # noqa: E402 (the path comes first, so that a worktree finds its own packages)
from alembic.config import Config  # noqa: E402

from app import migrating  # noqa: E402
from feedback.db import Database  # noqa: E402


def next_number(versions: Path) -> str:
    """The number after the highest one in use: 0002 after 0001."""
    return f"{max((int(path.name[:4]) for path in versions.glob('[0-9][0-9][0-9][0-9]_*.py')), default=0) + 1:04d}"


def main(message: str) -> None:
    """Migrate an empty database to the head and let Alembic compare."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/empty.sqlite3")
        migrating.upgrade(database)
        config = Config(ROOT / "alembic.ini")
        with database.engine.begin() as connection:
            config.attributes["connection"] = connection
            number = next_number(ROOT / "migrations" / "versions")
            command.revision(config, message=message, autogenerate=True, rev_id=number)
        database.dispose()


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].strip():
        sys.exit('usage: make migration m="what changes"')
    main(sys.argv[1])
