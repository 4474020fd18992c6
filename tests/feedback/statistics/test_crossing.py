from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, update

from feedback.clock import TOKYO
from feedback.db import Database
from feedback.errors import Invalid, NotAllowed, NotFound
from feedback.notices.models import Notice
from feedback.opinions.intake import Sender
from feedback.opinions.models import Matter, Submission
from feedback.opinions.rules import Channel
from feedback.statistics import cross_tables, posting
from feedback.statistics.cross_tables import Wish, read_wish
from feedback.statistics.crossing import Dimension, Grid, Show, cross
from feedback.statistics.filters import FigureFilter
from tests.conftest import Cast
from tests.feedback.conftest import a_reading

TODAY = date(2026, 11, 24)
YEAR = FigureFilter(date(2026, 4, 1), TODAY)
MONDAY = datetime(2026, 11, 30, 9, tzinfo=TOKYO)


def day(month: int, number: int, *, year: int = 2026) -> datetime:
    return datetime(year, month, number, 10, tzinfo=TOKYO)


@pytest.fixture
def city(database: Database, receive: Callable[..., Submission]) -> Database:
    for number in range(6):
        receive(at=day(5, 11 + number), sender=Sender(age_band="30s"))
    receive(at=day(6, 1), channel=Channel.PHONE)
    receive(at=day(6, 2), reading=a_reading(None))
    receive(at=day(5, 11, year=2025), sender=Sender(age_band="30s"))
    with database.write() as session:
        first = session.scalars(select(Matter.id).order_by(Matter.id)).first()
        session.execute(update(Matter).where(Matter.id == first).values(answered_at=day(5, 20)))
    return database


def grid(database: Database, rows: Dimension, columns: Dimension, **more: Any) -> Grid:
    with database.read() as session:
        return cross(session, YEAR, rows, columns, **more)


def test_areas_by_month_beside_the_year_before(city: Database) -> None:
    found = grid(city, Dimension.AREA, Dimension.MONTH)
    assert [key for key, _ in found.rows] == ["roads", "none"]
    assert found.columns == (("2026-05", "2026年5月"), ("2026-06", "2026年6月"))
    assert [[cell.count for cell in row] for row in found.cells] == [[6, 1, 7], [0, 1, 1], [6, 2, 8]]
    assert [[cell.change for cell in row] for row in found.cells] == [[5, 1, 6], [0, 1, 1], [5, 2, 7]]
    assert found.cells[0][0].of_row == pytest.approx(6 / 7)
    assert found.cells[0][1].of_column == 0.5
    assert found.submissions == 8


@pytest.mark.parametrize("rows", list(Dimension))
def test_every_pair_adds_up_to_all_matters(city: Database, rows: Dimension) -> None:
    for columns in Dimension:
        if columns is not rows:
            found = grid(city, rows, columns)
            assert found.total.count == 8
            assert sum(row[-1].count or 0 for row in found.cells[:-1]) == 8
            assert all(sum(c.count or 0 for c in row[:-1]) == row[-1].count for row in found.cells)


def test_days_until_the_answer(city: Database) -> None:
    found = grid(city, Dimension.DAYS, Dimension.YEAR)
    assert found.rows == (("6-10", "6～10日"), ("unanswered", "回答の記録なし"))
    assert [row[0].count for row in found.cells] == [1, 7, 8]


def test_small_cells_are_not_published(city: Database) -> None:
    found = grid(city, Dimension.AREA, Dimension.MONTH, published=True)
    assert found.hides
    shown = [cell.count for row in found.cells for cell in row if cell.count is not None]
    assert all(count == 0 or count >= 5 for count in shown)


def test_a_wish_survives_its_address(cast: Cast) -> None:
    fixed = Wish(Dimension.AGE, Dimension.CHANNEL, Show.ROW, True, "", YEAR)
    assert read_wish(fixed.address(), today=TODAY) == fixed
    moving = read_wish({"period": "month", "rows": "kind", "columns": "kind", "show": "?"}, today=TODAY)
    assert (moving.rows, moving.columns, moving.show) == (Dimension.KIND, Dimension.MONTH, Show.COUNT)
    assert (moving.wanted.first, moving.wanted.last) == (date(2026, 10, 1), date(2026, 10, 31))
    assert read_wish(moving.address(), today=date(2027, 1, 5)).wanted.first == date(2026, 12, 1)
    assert read_wish({"period": "last_year"}, today=TODAY).wanted.last == date(2026, 3, 31)


def test_who_keeps_shares_and_removes(database: Database, cast: Cast) -> None:
    wish = read_wish({}, today=TODAY)
    at = day(11, 24)
    with database.write() as session:
        own = cross_tables.save(session, wish, name=" 自分用 ", shared=False, actor=cast.tanaka, at=at)
        common = cross_tables.save(session, wish, name="共通", shared=True, actor=cast.kochi, at=at)
        for refused in ({"name": " "}, {"name": "長" * 61}):
            with pytest.raises(Invalid):
                cross_tables.save(session, wish, shared=False, actor=cast.tanaka, at=at, **refused)
        with pytest.raises(NotAllowed):
            cross_tables.save(session, wish, name="皆へ", shared=True, actor=cast.tanaka, at=at)
        assert [one.name for one in cross_tables.listed(session, actor=cast.tanaka)] == ["共通", "自分用"]
        assert [one.name for one in cross_tables.listed(session, actor=cast.sato)] == ["共通"]
        with pytest.raises(NotFound):
            cross_tables.subscribe(session, own, every="weekly", actor=cast.sato, at=at)
        with pytest.raises(NotAllowed):
            cross_tables.remove(session, common, actor=cast.sato, at=at)
        cross_tables.subscribe(session, common, every="weekly", actor=cast.sato, at=at)
        cross_tables.remove(session, common, actor=cast.kochi, at=at)
        cross_tables.remove(session, own, actor=cast.tanaka, at=at)
        assert cross_tables.listed(session, actor=cast.tanaka) == []


def test_each_reader_gets_their_own_figures_once(city: Database, cast: Cast) -> None:
    with city.write() as session:
        table = cross_tables.save(
            session, read_wish({}, today=TODAY), name="分野と月", shared=True, actor=cast.kochi, at=day(11, 24)
        )
        for reader in (cast.kochi, cast.sato):
            cross_tables.subscribe(session, table, every="weekly", actor=reader, at=day(11, 24))
        cross_tables.subscribe(session, table, every="monthly", actor=cast.tanaka, at=day(11, 24))
        assert posting.write_due(session, now=day(11, 25)) == 0
        assert posting.write_due(session, now=MONDAY) == 2
        assert posting.write_due(session, now=MONDAY) == 0
        bodies = dict(iter(session.execute(select(Notice.staff_id, Notice.body))))
        assert "合計：8件（前年同期 1件）" in bodies[cast.kochi.id]
        assert "合計：0件" in bodies[cast.sato.id]
        assert "道路に穴" not in bodies[cast.kochi.id]
        assert posting.write_due(session, now=day(12, 1)) == 1
        assert session.scalar(select(func.count()).select_from(Notice)) == 3
