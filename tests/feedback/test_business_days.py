from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.business_days import (
    Calendar,
    add_business_days,
    business_days_between,
    holiday_name,
    is_business_day,
    previous_business_day,
    subtract_business_days,
)

DAYS = st.dates(min_value=date(2019, 1, 1), max_value=date(2035, 12, 31))
_OWN = st.sets(DAYS, max_size=40)
CALENDARS = st.builds(lambda closed, opened: Calendar(frozenset(closed), frozenset(opened)), _OWN, _OWN)


@pytest.mark.parametrize(
    ("day", "open_"),
    [
        (date(2026, 11, 20), True),  # Friday
        (date(2026, 11, 21), False),  # Saturday
        (date(2026, 11, 22), False),  # Sunday
        (date(2026, 11, 23), False),  # 勤労感謝の日
        (date(2026, 12, 28), True),  # 仕事納め
        (date(2026, 12, 29), False),
        (date(2026, 12, 31), False),
        (date(2027, 1, 1), False),
        (date(2028, 1, 3), False),
        (date(2027, 1, 4), True),  # 仕事始め
        (date(2026, 9, 22), False),  # 国民の休日, between two holidays
        (date(2026, 5, 6), False),  # 振替休日
    ],
)
def test_the_city_hall_keeps_the_calendar_of_municipalities(day: date, open_: bool) -> None:
    assert is_business_day(day) is open_


def test_a_promise_over_the_new_year_skips_the_holidays() -> None:
    assert add_business_days(date(2026, 12, 28), 1) == date(2027, 1, 4)
    assert add_business_days(date(2026, 11, 20), 10) == date(2026, 12, 7)


def test_no_days_are_no_days_even_on_a_holiday() -> None:
    assert add_business_days(date(2026, 11, 22), 0) == date(2026, 11, 22)


@given(DAYS, st.integers(min_value=1, max_value=60), CALENDARS)
def test_adding_and_counting_agree(start: date, days: int, calendar: Calendar) -> None:
    end = add_business_days(start, days, calendar)
    assert is_business_day(end, calendar)
    assert business_days_between(start, end, calendar) == days
    assert business_days_between(start, end - timedelta(days=1), calendar) == days - 1


@given(DAYS, st.integers(min_value=0, max_value=60), CALENDARS)
def test_subtracting_finds_the_latest_day_so_far_back(end: date, days: int, calendar: Calendar) -> None:
    start = subtract_business_days(end, days, calendar)
    assert business_days_between(start, end, calendar) == days
    assert days == 0 or business_days_between(start + timedelta(days=1), end, calendar) == days - 1


@given(DAYS, CALENDARS)
def test_the_previous_business_day_is_the_last_one_before(day: date, calendar: Calendar) -> None:
    before = previous_business_day(day, calendar)
    assert before < day
    assert is_business_day(before, calendar)
    assert business_days_between(before, day - timedelta(days=1), calendar) == 0


def test_the_citys_own_days_win_over_the_countrys() -> None:
    calendar = Calendar(closed=frozenset({date(2026, 11, 20)}), opened=frozenset({date(2026, 11, 22)}))
    assert not is_business_day(date(2026, 11, 20), calendar)
    assert is_business_day(date(2026, 11, 22), calendar)
    assert add_business_days(date(2026, 11, 19), 1, calendar) == date(2026, 11, 22)
    assert holiday_name(date(2026, 11, 23)) == "勤労感謝の日"
    assert holiday_name(date(2026, 11, 24)) is None


@given(DAYS, st.integers(min_value=0, max_value=40), st.integers(min_value=0, max_value=40))
def test_business_days_add_up_over_a_day_in_between(start: date, first: int, second: int) -> None:
    middle, end = start + timedelta(days=first), start + timedelta(days=first + second)
    whole = business_days_between(start, middle) + business_days_between(middle, end)
    assert business_days_between(start, end) == whole


def test_nothing_lies_between_a_day_and_an_earlier_one() -> None:
    assert business_days_between(date(2026, 11, 20), date(2026, 11, 1)) == 0
