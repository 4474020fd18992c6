"""How figures are rounded, ranked and printed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.reports import figures
from feedback.reports.figures import Cell, CellKind, shown


@pytest.mark.parametrize(
    ("part", "whole", "printed"),
    [
        (1, 3, "33.3＊"),
        (2, 3, "66.7＊"),
        (1, 32, "3.1"),
        (5, 10_000, "0.1"),
        (4, 10_000, "0.0"),
        (0, 10_000, "-"),
        (0, 0, "-"),
        (None, 5, "…"),
        (125, 1000, "12.5"),
        (1, 800, "0.1"),
        (45, 1000, "4.5"),
        (25, 2000, "1.3"),
    ],
)
def test_shares(part: int | None, whole: int | None, printed: str) -> None:
    assert shown(figures.share(part, whole)) == printed


def test_halves_are_rounded_away_from_zero_as_statistics_do() -> None:
    assert figures.rounded(Decimal("0.25")) == Decimal("0.3")
    assert figures.rounded(Decimal("-0.25")) == Decimal("-0.3")
    assert figures.rounded(Decimal("2.45")) == Decimal("2.5")


@pytest.mark.parametrize(
    ("now", "before", "difference", "rate"),
    [
        (1234, 2468, "△1,234", "△50.0"),
        (2468, 1234, "1,234", "100.0"),
        (50, 50, "0", "0.0"),
        (3, 0, "3", "-"),
        (3, None, "…", "…"),
        (11, 10, "1", "10.0＊"),
    ],
)
def test_changes(now: int, before: int | None, difference: str, rate: str) -> None:
    assert shown(figures.difference(now, before)) == difference
    assert shown(figures.rate(now, before)) == rate


def test_equal_numbers_share_a_place_and_the_next_is_skipped() -> None:
    assert figures.ranks([9, 7, 7, 7, 3, 3, 1]) == [1, 2, 2, 2, 5, 5, 7]
    assert figures.leading([9, 7, 7, 7, 3], 3) == 4
    assert figures.leading([], 3) == 0


@given(st.lists(st.integers(0, 50)))
def test_a_place_is_one_more_than_how_many_are_larger(numbers: list[int]) -> None:
    assert figures.ranks(numbers) == [1 + sum(other > one for other in numbers) for one in numbers]


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_a_share_is_never_off_by_more_than_half_of_its_unit(part: int, whole: int) -> None:
    cell = figures.share(part, whole)
    if isinstance(cell.value, Decimal):
        assert abs(cell.value - Decimal(100) * part / whole) <= Decimal("0.05")
    else:
        assert not part or not whole


def test_excel_prints_the_same() -> None:
    assert figures.number_format(figures.difference(1, 4)) == '#,##0;"△"#,##0;0'
    assert figures.number_format(figures.share(1, 3)) == '0.0"＊"'
    assert figures.number_format(figures.rate(1, 3)) == '#,##0.0"＊";"△"#,##0.0"＊";0.0"＊"'


def test_a_quote_without_its_words_says_so() -> None:
    cell = figures.quote("声", matter_id=3)
    assert shown(figures.withheld(cell)) == "（本人の申し出などにより、掲載していません。）"
    assert figures.withheld(cell) == Cell(CellKind.QUOTE, None, cell.absent, matter_id=3)
