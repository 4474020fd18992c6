from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.business_days import Calendar, add_business_days, business_days_between, is_business_day
from feedback.deadlines.rules import (
    DEFAULT_DAYS,
    Deadlines,
    Discipline,
    Level,
    is_open_for_notices,
    left_in_words,
    reached,
)

DAYS = st.dates(min_value=date(2024, 1, 1), max_value=date(2030, 12, 31))
NEAR = st.sets(st.dates(min_value=date(2025, 1, 1), max_value=date(2027, 12, 31)), max_size=40)
CALENDARS = st.builds(lambda closed, opened: Calendar(frozenset(closed - opened), frozenset(opened)), NEAR, NEAR)
TUESDAY = date(2026, 11, 24)


def deadlines(calendar: Calendar = Calendar(), **standards: int) -> Deadlines:  # noqa: B008 (it cannot change)
    named = {tuple(None if one == "any" else one for one in key.split("_")): days for key, days in standards.items()}
    return Deadlines({(area, kind): days for (area, kind), days in named.items()}, calendar)


def test_the_most_specific_standard_wins() -> None:
    city = deadlines(roads_question=3, roads_any=7, any_question=5, any_any=14)
    assert city.days("roads", "question") == 3
    assert city.days("roads", "request") == 7
    assert city.days("parks", "question") == 5
    assert city.days("parks", None) == 14
    assert city.days(None, None) == 14
    assert Deadlines().days("roads", "question") == DEFAULT_DAYS


def revised(
    city: Deadlines,
    present: date | None,
    *,
    received: date,
    routed: date,
    today: date | None = None,
    area: str = "roads",
) -> date:
    return city.revised(present, received=received, routed=routed, today=today or routed, area_key=area, kind=None)


def test_rerouting_early_moves_nothing() -> None:
    due = Deadlines().due_on(TUESDAY, None, None)
    assert due == date(2026, 12, 8)
    assert revised(Deadlines(), due, received=TUESDAY, routed=date(2026, 11, 26)) == due


def test_rerouting_late_leaves_three_business_days_but_no_more_than_five_over_all() -> None:
    due = date(2026, 12, 8)
    assert revised(Deadlines(), due, received=TUESDAY, routed=date(2026, 12, 7)) == date(2026, 12, 10)
    assert revised(Deadlines(), date(2026, 12, 10), received=TUESDAY, routed=date(2026, 12, 25)) == date(2026, 12, 15)


def test_a_shorter_standard_leaves_time_to_keep_it() -> None:
    city = deadlines(roads_any=2)
    present, today = date(2026, 12, 8), date(2026, 12, 2)
    assert revised(city, present, received=TUESDAY, routed=TUESDAY, today=today) == date(2026, 12, 7)
    assert revised(city, date(2026, 12, 4), received=TUESDAY, routed=TUESDAY, today=today) == date(2026, 12, 4)


@given(DAYS, st.integers(0, 60), st.integers(0, 60), CALENDARS)
def test_rerouting_never_restarts_the_clock(received: date, first: int, second: int, calendar: Calendar) -> None:
    city = Deadlines({}, calendar)
    base = city.due_on(received, None, None)
    latest = add_business_days(base, city.discipline.most_extension, calendar)
    present = base
    for gone in sorted((first, second)):
        routed = received + timedelta(days=gone)
        after = city.revised(present, received=received, routed=routed, today=routed, area_key=None, kind=None)
        assert present <= after <= latest
        assert is_business_day(after, calendar)
        present = after


@given(DAYS, st.integers(1, 40), CALENDARS)
def test_a_deadline_is_a_business_day_and_the_standard_away(received: date, days: int, calendar: Calendar) -> None:
    due = Deadlines({(None, None): days}, calendar).due_on(received, "roads", "question")
    assert is_business_day(due, calendar)
    assert business_days_between(received, due, calendar) == days


@pytest.mark.parametrize(
    ("due_on", "levels"),
    [
        (date(2026, 11, 30), set()),
        (date(2026, 11, 27), {Level.SOON}),
        (date(2026, 11, 25), {Level.SOON}),
        (TUESDAY, {Level.TODAY}),
        (date(2026, 11, 20), {Level.OVERDUE}),
        (date(2026, 11, 19), {Level.OVERDUE, Level.APPROVER}),
        (date(2026, 11, 17), {Level.OVERDUE, Level.APPROVER}),
        (date(2026, 11, 16), {Level.OVERDUE, Level.APPROVER, Level.DESK}),
    ],
)
def test_levels_of_due_dates(due_on: date, levels: set[Level]) -> None:
    assert reached(due_on, TUESDAY, Deadlines()) == levels


@given(DAYS, DAYS, CALENDARS)
def test_levels_are_reached_in_order(due_on: date, today: date, calendar: Calendar) -> None:
    found = reached(due_on, today, Deadlines({}, calendar))
    late = business_days_between(due_on, today, calendar)
    assert (Level.OVERDUE in found) == (due_on < today)
    assert (Level.APPROVER in found) == (due_on < today and late >= Discipline().approver_after)
    assert (Level.DESK in found) == (due_on < today and late >= Discipline().desk_after)
    assert len(found & {Level.SOON, Level.TODAY, Level.OVERDUE}) <= 1


def test_notices_go_out_on_business_days_in_the_day() -> None:
    closed = Deadlines({}, Calendar(closed=frozenset({TUESDAY})))
    assert is_open_for_notices(TUESDAY, 8, Deadlines())
    assert not is_open_for_notices(TUESDAY, 7, Deadlines())
    assert not is_open_for_notices(TUESDAY, 20, Deadlines())
    assert not is_open_for_notices(date(2026, 11, 22), 9, Deadlines())
    assert not is_open_for_notices(TUESDAY, 9, closed)


def test_words_are_business_days() -> None:
    calendar = Calendar(closed=frozenset({date(2026, 11, 25)}))
    assert left_in_words(date(2026, 11, 27), TUESDAY, calendar) == "あと2営業日"
    assert left_in_words(TUESDAY, TUESDAY, calendar) == "本日まで"
    assert left_in_words(date(2026, 11, 20), TUESDAY, calendar) == "1営業日超過"
    assert left_in_words(date(2026, 11, 21), date(2026, 11, 22), calendar) == "期限超過"
