from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.business_days import add_business_days, business_days_between, is_business_day

DAYS = st.dates(min_value=date(2019, 1, 1), max_value=date(2035, 12, 31))


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


@given(DAYS, st.integers(min_value=1, max_value=60))
def test_adding_and_counting_agree(start: date, days: int) -> None:
    end = add_business_days(start, days)
    assert is_business_day(end)
    assert business_days_between(start, end) == days
    assert business_days_between(start, end - timedelta(days=1)) == days - 1


@given(DAYS, st.integers(min_value=0, max_value=40), st.integers(min_value=0, max_value=40))
def test_business_days_add_up_over_a_day_in_between(start: date, first: int, second: int) -> None:
    middle, end = start + timedelta(days=first), start + timedelta(days=first + second)
    whole = business_days_between(start, middle) + business_days_between(middle, end)
    assert business_days_between(start, end) == whole


def test_nothing_lies_between_a_day_and_an_earlier_one() -> None:
    assert business_days_between(date(2026, 11, 20), date(2026, 11, 1)) == 0
