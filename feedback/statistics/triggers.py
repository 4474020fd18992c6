"""Database triggers that note which days' matters changed, in the transaction of the change and whoever makes it.

SQLite has one writer at a time, so a day without a sheet need not be noted, and new opinions cost a look-up each.
PostgreSQL notes every day, once a statement for new rows: a sheet may be in the making that does not see them.
"""

# ruff: noqa: S608 (statements of our own words)

from sqlalchemy import Connection, inspect
from sqlalchemy import text as sql

_COUNTED = (
    "received_at",
    "area_key",
    "kind",
    "department_id",
    "channel",
    "status",
    "outcome",
    "urgent",
    "answered_at",
    "due_on",
    "submission_id",
)
_OF_SENDER = ("age_band", "district")
_NAMES = ("figures_added", "figures_changed", "figures_removed", "figures_sender")
_CITY_DAYS = ("figures_city_day_added", "figures_city_day_changed", "figures_city_day_removed")
_FUNCTIONS = ("figures_of_rows", "figures_of_change", "figures_of_sender", "figures_of_city_day")
_EARLIER = "INSERT INTO changed_days (day) SELECT day FROM day_sheets WHERE day < {row}.day;"
"""A closing day changes the business days of what was received before it."""


def install(connection: Connection) -> None:
    """Make the triggers, where the tables are there. SQLite loses them when a migration builds a table anew."""
    if "changed_days" not in inspect(connection).get_table_names():
        return
    if connection.dialect.name == "sqlite":
        remove(connection)
        for statement in _sqlite():
            connection.execute(sql(statement))
        return
    known = set(connection.scalars(sql("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")))
    for statement in _POSTGRES_FUNCTIONS:
        connection.execute(sql(statement))
    for name, statement in _postgres():
        if name not in known:
            connection.execute(sql(statement))


def remove(connection: Connection) -> None:
    """Take them away."""
    if connection.dialect.name == "sqlite":
        for name in (*_NAMES, *_CITY_DAYS):
            connection.execute(sql(f"DROP TRIGGER IF EXISTS {name}"))
        return
    for name in _FUNCTIONS:
        connection.execute(sql(f"DROP FUNCTION IF EXISTS {name}() CASCADE"))


def _differs(names: tuple[str, ...], operator: str) -> str:
    return " OR ".join(f"OLD.{name} {operator} NEW.{name}" for name in names)


def _sqlite() -> list[str]:
    def note(row: str) -> str:
        day = f"date({row}.received_at, '+9 hours')"
        return f"INSERT INTO changed_days (day) SELECT {day} WHERE EXISTS (SELECT 1 FROM day_sheets WHERE day = {day});"

    of_sender = (
        "INSERT INTO changed_days (day) SELECT DISTINCT date(received_at, '+9 hours') FROM matters"
        " WHERE submission_id = NEW.id;"
    )
    old, new = _EARLIER.format(row="OLD"), _EARLIER.format(row="NEW")
    return [
        f"CREATE TRIGGER figures_city_day_added AFTER INSERT ON city_days BEGIN {new} END",
        f"CREATE TRIGGER figures_city_day_changed AFTER UPDATE ON city_days BEGIN {old} {new} END",
        f"CREATE TRIGGER figures_city_day_removed AFTER DELETE ON city_days BEGIN {old} END",
        f"CREATE TRIGGER figures_added AFTER INSERT ON matters BEGIN {note('NEW')} END",
        f"CREATE TRIGGER figures_removed AFTER DELETE ON matters BEGIN {note('OLD')} END",
        (
            f"CREATE TRIGGER figures_changed AFTER UPDATE OF {', '.join(_COUNTED)} ON matters"
            f" WHEN {_differs(_COUNTED, 'IS NOT')} BEGIN {note('OLD')} {note('NEW')} END"
        ),
        (
            f"CREATE TRIGGER figures_sender AFTER UPDATE OF {', '.join(_OF_SENDER)} ON submissions"
            f" WHEN {_differs(_OF_SENDER, 'IS NOT')} BEGIN {of_sender} END"
        ),
    ]


def _day(row: str) -> str:
    return f"({row}received_at AT TIME ZONE 'Asia/Tokyo')::date"


def _function(name: str, body: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"
    )


_POSTGRES_FUNCTIONS = (
    _function("figures_of_rows", f"INSERT INTO changed_days (day) SELECT DISTINCT {_day('')} FROM counted_rows;"),
    _function(
        "figures_of_change",
        f"INSERT INTO changed_days (day) VALUES ({_day('OLD.')});"
        f" IF {_day('OLD.')} <> {_day('NEW.')} THEN INSERT INTO changed_days (day) VALUES ({_day('NEW.')}); END IF;",
    ),
    _function(
        "figures_of_sender",
        f"INSERT INTO changed_days (day) SELECT DISTINCT {_day('')} FROM matters WHERE submission_id = NEW.id;",
    ),
    _function(
        "figures_of_city_day",
        f"IF TG_OP <> 'DELETE' THEN {_EARLIER.format(row='NEW')} END IF;"
        f" IF TG_OP <> 'INSERT' THEN {_EARLIER.format(row='OLD')} END IF;",
    ),
)


def _postgres() -> list[tuple[str, str]]:
    statements = (
        (
            "AFTER INSERT ON matters REFERENCING NEW TABLE AS counted_rows FOR EACH STATEMENT EXECUTE FUNCTION"
            " figures_of_rows()"
        ),
        (
            f"AFTER UPDATE OF {', '.join(_COUNTED)} ON matters FOR EACH ROW"
            f" WHEN ({_differs(_COUNTED, 'IS DISTINCT FROM')}) EXECUTE FUNCTION figures_of_change()"
        ),
        (
            "AFTER DELETE ON matters REFERENCING OLD TABLE AS counted_rows FOR EACH STATEMENT EXECUTE FUNCTION"
            " figures_of_rows()"
        ),
        (
            f"AFTER UPDATE OF {', '.join(_OF_SENDER)} ON submissions FOR EACH ROW"
            f" WHEN ({_differs(_OF_SENDER, 'IS DISTINCT FROM')}) EXECUTE FUNCTION figures_of_sender()"
        ),
    )
    of_days = (
        f"AFTER {event} ON city_days FOR EACH ROW EXECUTE FUNCTION figures_of_city_day()"
        for event in ("INSERT", "UPDATE", "DELETE")
    )
    named = zip((*_NAMES, *_CITY_DAYS), (*statements, *of_days), strict=True)
    return [(name, f"CREATE TRIGGER {name} {words}") for name, words in named]
