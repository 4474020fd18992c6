from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback import clock

DAYS = st.dates(min_value=date(1927, 1, 1), max_value=date(2200, 1, 1))


def test_now_is_aware_utc() -> None:
    assert clock.utc_now().utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 3, 31, 14, 59, tzinfo=UTC), date(2026, 3, 31)),
        (datetime(2026, 3, 31, 15, 0, tzinfo=UTC), date(2026, 4, 1)),
    ],
)
def test_the_day_turns_at_midnight_in_japan(at: datetime, day: date) -> None:
    assert clock.tokyo_date(at) == day


@pytest.mark.parametrize(
    ("at", "year"),
    [
        (date(2026, 3, 31), 2025),
        (date(2026, 4, 1), 2026),
        (date(2026, 12, 31), 2026),
        (datetime(2026, 3, 31, 14, 59, tzinfo=UTC), 2025),
        (datetime(2026, 3, 31, 15, 0, tzinfo=UTC), 2026),
    ],
)
def test_the_fiscal_year_turns_on_the_first_of_april_in_japan(at: date, year: int) -> None:
    assert clock.fiscal_year(at) == year


@given(st.integers(min_value=1930, max_value=2200))
def test_a_fiscal_year_runs_from_its_first_moment_to_just_before_the_next(year: int) -> None:
    first, end = clock.fiscal_year_bounds(year)
    assert clock.fiscal_year(first) == clock.fiscal_year(end - timedelta(microseconds=1)) == year
    assert clock.fiscal_year(first - timedelta(microseconds=1)) == year - 1
    assert clock.fiscal_year(end) == year + 1


@pytest.mark.parametrize(
    ("day", "printed"),
    [
        (date(2026, 11, 22), "令和8年11月22日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1926, 12, 25), "昭和元年12月25日"),
    ],
)
def test_days_are_printed_in_their_era(day: date, printed: str) -> None:
    assert clock.era_date(day) == printed


def test_days_before_the_known_eras_are_refused() -> None:
    with pytest.raises(ValueError, match="no era"):
        clock.era_year(date(1926, 12, 24))


@given(DAYS)
def test_the_era_year_counts_from_the_year_of_its_start(day: date) -> None:
    name, letter, number = clock.era_year(day)
    assert number >= 1
    assert letter == {"令和": "R", "平成": "H", "昭和": "S"}[name]
    assert day.year - number + 1 == {"R": 2019, "H": 1989, "S": 1926}[letter]


@pytest.mark.parametrize(
    ("year", "name"),
    [(2026, "令和8年度"), (2019, "令和元年度"), (2018, "平成30年度"), (1989, "平成元年度"), (1988, "昭和63年度")],
)
def test_fiscal_years_are_printed_as_cities_do(year: int, name: str) -> None:
    assert clock.fiscal_year_name(year) == name
