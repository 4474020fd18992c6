"""How long the dashboard takes with many matters, beside plain SQL and pandas over the same rows.

    python -m benchmarks.reports [--matters N] [--times N] [--url URL] [--filled]

Fills an empty database (`benchmarks.admin_city`) and asks for the dashboard with different filters. Prints in
milliseconds the median and the 95th percentile of the server's time for the page, of its figures alone, of the same
figures by group-bys of the database, and by pandas, which has the rows in memory already; and what keeping the sheets
costs: seconds to make all of them, and milliseconds a matter changed. On a machine that others load, medians count.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import SecretStr
from sqlalchemy import func, select, update

from admin.app import create_staff_app
from app import migrating
from benchmarks.admin import log_in
from benchmarks.admin_city import HASHER, NOW, fill
from feedback import keys
from feedback.clock import tokyo_date
from feedback.config import Settings
from feedback.db import Database
from feedback.opinions.models import Matter, Submission
from feedback.opinions.rules import OPEN_STATUSES
from feedback.statistics import keeping
from feedback.statistics.dashboard import dashboard
from feedback.statistics.filters import FigureFilter
from feedback.statistics.queries import as_day, day_of

TODAY = tokyo_date(NOW)
TARGETS = {"sqlite": 500, "postgresql": 300}
"""Wanted, p95 in milliseconds."""
_YEAR = (date(2025, 4, 1), date(2026, 3, 31))
FILTERS = {
    "this fiscal year so far": FigureFilter(date(2026, 4, 1), TODAY),
    "a whole fiscal year": FigureFilter(*_YEAR),
    "… of a department": FigureFilter(*_YEAR, department_id=5),
    "… of an area": FigureFilter(*_YEAR, area="roads"),
    "… of a channel": FigureFilter(*_YEAR, channel="line"),
    "… of a district and an age": FigureFilter(*_YEAR, district="第3地区", age="30s"),
    "… of a kind and an outcome": FigureFilter(*_YEAR, kind="request", outcome="done"),
    "one month": FigureFilter(date(2026, 10, 1), date(2026, 10, 31)),
}
_GROUPED = ("area_key", "kind", "department_id", "channel", "status", "outcome", "district", "age_band")


def timed(work: Callable[[], object], times: int) -> tuple[float, float]:
    """Median and p95 in milliseconds."""
    work()
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken), sorted(taken)[min(int(times * 0.95), times - 1)]


def by_sql(database: Database, wanted: FigureFilter) -> list[Any]:
    """The same figures by plain group-bys: what everybody would write first."""
    columns = {**{name: getattr(Matter, name) for name in _GROUPED[:6]}}
    columns |= {"district": Submission.district, "age_band": Submission.age_band}
    names = {"area": "area_key", "age": "age_band", "department": "department_id"}
    with database.read() as session:
        month = func.substr(_text(session), 1, 7)
        found = []
        for one in (wanted, wanted.year_before):
            conditions = [
                *one.scope.conditions(),
                *(columns[names.get(name, name)] == value for name, value in one.narrowed.items()),
            ]
            for by in [*([column] for column in columns.values()), [Matter.area_key, month], [month]]:
                query = (
                    select(*by, func.count())
                    .select_from(Matter)
                    .join(Submission, Submission.id == Matter.submission_id)
                )
                found.append(session.execute(query.where(*conditions).group_by(*by)).all())
            days = [day_of(session, Matter.received_at), day_of(session, Matter.answered_at)]
            query = (
                select(*days, func.count()).select_from(Matter).join(Submission, Submission.id == Matter.submission_id)
            )
            found.append(session.execute(query.where(*conditions).group_by(*days)).all())
            query = (
                select(func.count(func.distinct(Matter.submission_id)), func.count())
                .select_from(Matter)
                .join(Submission, Submission.id == Matter.submission_id)
            )
            found.append(session.execute(query.where(*conditions)).all())
        return found


def _text(session: Any) -> Any:
    from sqlalchemy import String, cast

    return cast(day_of(session, Matter.received_at), String)


def in_memory(database: Database) -> pd.DataFrame:
    """All rows, as an analyst would load them once."""
    with database.read() as session:
        day = day_of(session, Matter.received_at)
        columns = [getattr(Matter, name) for name in _GROUPED[:6]]
        query = select(Matter.submission_id, day, *columns, Submission.district, Submission.age_band).join(
            Submission, Submission.id == Matter.submission_id
        )
        rows = session.execute(query).all()
    frame = pd.DataFrame.from_records([tuple(row) for row in rows], columns=["submission_id", "day", *_GROUPED])
    frame["day"] = pd.to_datetime([as_day(one) for one in frame["day"]])
    for name in _GROUPED:
        frame[name] = frame[name].astype("category")
    return frame


def by_pandas(frame: pd.DataFrame, wanted: FigureFilter) -> list[Any]:
    names = {"area": "area_key", "age": "age_band", "department": "department_id"}
    found: list[Any] = []
    for one in (wanted, wanted.year_before):
        part = frame[(frame["day"] >= pd.Timestamp(one.first)) & (frame["day"] <= pd.Timestamp(one.last))]
        for name, value in one.narrowed.items():
            part = part[part[names.get(name, name)].astype(str) == value]
        found.extend(part[name].value_counts() for name in _GROUPED)
        found.append(part.groupby(["area_key", part["day"].dt.to_period("M")], observed=True).size())
        found.append(part["submission_id"].nunique())
    return found


def report(database: Database, folder: Path, times: int) -> None:
    key = SecretStr(keys.new_key())
    settings = Settings(data_dir=folder, secret_key=key, data_key=key, lookup_key=key)
    client = create_staff_app(settings, database, clock=lambda: NOW, hasher=HASHER).test_client()
    log_in(client, "kochi")
    target = TARGETS[database.engine.dialect.name]
    frame = in_memory(database)
    print(f"\nmedian / p95 in ms {'':14} the page  its figures    plain SQL       pandas   (page wanted: p95 {target})")

    def figures(wanted: FigureFilter) -> None:
        with database.read() as session:
            dashboard(session, wanted, today=TODAY)

    for name, wanted in FILTERS.items():
        page = timed(partial(client.get, "/dashboard", query_string=wanted.address()), times)
        own = timed(partial(figures, wanted), times)
        plain = timed(partial(by_sql, database, wanted), 3)
        pandas = timed(partial(by_pandas, frame, wanted), 3)
        shown = "".join(f"{median:8.0f}{p95:5.0f}" for median, p95 in (page, own, plain, pandas))
        print(f"{name:28} {shown}{'  over' if page[1] > target else ''}", flush=True)


def keep(database: Database) -> None:
    """Make all sheets, and those that a day's work changes."""
    begun, made = time.perf_counter(), 0
    while some := _catch_up(database):
        made += some
    print(f"sheets of {made:,} days made in {time.perf_counter() - begun:.1f} s", flush=True)
    with database.write() as session:
        ids = session.scalars(
            select(Matter.id).where(Matter.status.in_(OPEN_STATUSES)).order_by(Matter.id.desc()).limit(1000)
        ).all()
        begun = time.perf_counter()
        for matter_id in ids:
            session.execute(update(Matter).where(Matter.id == matter_id).values(urgent=Matter.urgent.is_(False)))
        changing = time.perf_counter() - begun
    begun, made = time.perf_counter(), 0
    while some := _catch_up(database):
        made += some
    print(f"{len(ids):,} matters of {made} days changed in {changing:.2f} s, and their sheets made anew in", end=" ")
    print(f"{time.perf_counter() - begun:.2f} s", flush=True)


def _catch_up(database: Database) -> int:
    with database.write() as session:
        return keeping.catch_up(session, today=TODAY)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--matters", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--url", default="", help="an empty database; default: a temporary SQLite file")
    parser.add_argument("--filled", action="store_true", help="the database was filled by an earlier run")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(wanted.url or f"sqlite:///{folder}/reports.sqlite3")
        migrating.upgrade(database)
        begun = time.perf_counter()
        if not wanted.filled:
            fill(database, wanted.matters, lean=True)
        seconds = time.perf_counter() - begun
        print(f"{database.engine.dialect.name}, {wanted.matters:,} matters, filled in {seconds:.0f} s", flush=True)
        keep(database)
        report(database, Path(folder), wanted.times)
        database.dispose()


if __name__ == "__main__":
    main()
