from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from feedback.db import Database
from feedback.errors import Invalid
from feedback.exchange import exporting, importing
from feedback.exchange.import_columns import guess
from feedback.exchange.import_rows import Cell
from feedback.exchange.importing import Import, Report
from feedback.opinions.models import Matter, Submission
from feedback.opinions.rules import Channel, Kind, MatterStatus, Source
from feedback.ports import Reading
from tests.feedback.conftest import a_reading

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


@dataclass
class MemoryTable:
    headings: Sequence[str]
    cells: list[Sequence[Cell]]

    def rows(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        yield from enumerate(self.cells, start=2)


@dataclass
class CountingReader:
    version: str = "test-1"
    seen: list[str] = field(default_factory=list)

    def read(self, texts: Sequence[str]) -> list[Reading]:
        self.seen += texts
        return [a_reading() for _ in texts]


def import_(database: Database, *cells: Sequence[Cell], headings: str = "受付番号 受付日 内容", **more: Any) -> Report:
    table = MemoryTable(headings.split(), list(cells))
    calls = {name: more.pop(name) for name in ("reject", "progress") if name in more}
    reader = more.pop("reader", None)
    task = Import(table, columns=guess(table.headings), **{"channel": Channel.PHONE, "now": NOW, **more})
    return importing.run(database, task, reader=reader, **calls)


def matters(database: Database) -> list[Matter]:
    loading = [selectinload(Matter.history), selectinload(Matter.labels), selectinload(Matter.submission)]
    with database.read() as session:
        return list(session.scalars(select(Matter).order_by(Matter.id).options(*loading)))


def test_rows_become_opinions_read_and_routed(database: Database) -> None:
    reader = CountingReader()

    report = import_(database, ["1", "R7.4.1", "穴がある"], ["2", "R7.4.2", "段差がある"], reader=reader)

    assert (report.rows, report.received, report.known, report.rejected) == (2, 2, 0, 0)
    first, second = matters(database)
    assert (first.text, first.channel, first.area_key, first.submission.source_id) == (
        "穴がある",
        "phone",
        "roads",
        "1",
    )
    assert second.status == MatterStatus.ROUTED
    assert reader.seen == ["穴がある", "段差がある"]


def test_the_same_table_again_changes_nothing_and_reads_nothing(database: Database) -> None:
    rows = [["1", "R7.4.1", "穴がある"], ["", "R7.4.2", "番号のない行"]]
    import_(database, *rows)
    reader = CountingReader()

    again = import_(database, *rows, reader=reader)

    assert (again.received, again.known) == (0, 2)
    assert len(matters(database)) == 2
    assert reader.seen == []


def test_the_same_number_over_another_channel_is_another_opinion(database: Database) -> None:
    import_(database, ["1", "R7.4.1", "電話"])

    assert import_(database, ["1", "R7.4.1", "手紙"], channel=Channel.LETTER).received == 1


def test_rows_that_cannot_be_taken_are_told_with_their_reason(database: Database) -> None:
    rejected: list[tuple[int, str]] = []

    report = import_(
        database,
        ["1", "R7.4.1", "よい"],
        ["2", "春", "日付なし"],
        ["1", "R7.4.2", "番号が同じ"],
        reject=lambda row, _cells, reason: rejected.append((row, reason)),
    )

    assert (report.received, report.rejected) == (1, 2)
    assert [row for row, _ in rejected] == [3, 4]
    assert "「1」" in rejected[1][1]
    assert sum(report.reasons.values()) == 2


def test_a_dry_run_writes_nothing(database: Database) -> None:
    report = import_(database, ["1", "R7.4.1", "穴がある"], ["2", "x", "y"], dry_run=True, reader=CountingReader())

    assert (report.received, report.rejected) == (1, 1)
    assert matters(database) == []


def test_progress_is_told_after_each_batch(database: Database) -> None:
    told: list[int] = []

    import_(
        database,
        *([str(n), "R7.4.1", f"意見{n}"] for n in range(importing.BATCH + 1)),
        progress=lambda report: told.append(report.rows),
    )

    assert told == [importing.BATCH, importing.BATCH + 1]


def test_area_department_and_state_of_a_row_hold(database: Database) -> None:
    headings = "受付番号 受付日 内容 分野 種別 担当課 回答日 対応区分"

    import_(
        database,
        ["1", "R7.4.1", "穴", "公園・緑地", "苦情", "図書館", "R7.4.9", "説明"],
        headings=headings,
        reader=CountingReader(),
    )

    [matter] = matters(database)
    assert (matter.area_key, matter.area_source, matter.kind) == ("parks", Source.STAFF, Kind.COMPLAINT)
    assert (matter.status, matter.outcome) == (MatterStatus.ANSWERED, "explained")
    assert matter.answered_at == datetime(2025, 4, 8, 15, 0, tzinfo=UTC)
    assert [one.action for one in matter.history] == ["received", "routed", "routed", "status"]
    with database.read() as session:
        [row] = exporting.records(database.read, exporting.Selection())
        assert session.scalar(select(func.count()).select_from(Submission)) == 1
    assert row["department"] == "図書館"


def test_an_own_export_comes_home_without_doubles(database: Database, receive: Callable[..., Submission]) -> None:
    receive("穴がある", channel=Channel.PHONE)
    rows = list(exporting.records(database.read, exporting.Selection()))
    table = MemoryTable(list(rows[0]), [list(row.values()) for row in rows])
    task = Import(table, columns=guess(table.headings), channel=Channel.PHONE, now=NOW)

    report = importing.run(database, task, reader=None)

    assert (report.received, report.known, report.rejected) == (0, 1, 0)


def test_a_table_without_needed_columns_is_refused(database: Database) -> None:
    with pytest.raises(Invalid, match="受付日"):
        import_(database, ["x"], headings="内容")
