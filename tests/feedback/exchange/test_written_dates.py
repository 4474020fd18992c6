from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.clock import TOKYO, era_date, era_year
from feedback.exchange.written_dates import parse_moment


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("令和7年4月1日", date(2025, 4, 1)),
        ("令和元年５月１日", date(2019, 5, 1)),
        ("平成31年4月30日（火）", date(2019, 4, 30)),
        ("R7.4.1", date(2025, 4, 1)),
        ("r7/4/1", date(2025, 4, 1)),
        ("Ｒ７．４．１", date(2025, 4, 1)),
        ("H30-12-31", date(2018, 12, 31)),
        ("2025/4/1", date(2025, 4, 1)),
        ("2025年4月1日(火)", date(2025, 4, 1)),
        ("2025-04-01", date(2025, 4, 1)),
        ("2025.4.1", date(2025, 4, 1)),
        ("20250401", date(2025, 4, 1)),
        ("45748", date(2025, 4, 1)),
        (45748, date(2025, 4, 1)),
        (45748.0, date(2025, 4, 1)),
        (date(2025, 4, 1), date(2025, 4, 1)),
    ],
)
def test_a_day_is_its_first_moment_in_japan(written: str | float | date, day: date) -> None:
    assert parse_moment(written) == datetime(day.year, day.month, day.day, tzinfo=TOKYO)


@pytest.mark.parametrize(
    ("written", "hour", "minute"),
    [
        ("2025/4/1 9:05", 9, 5),
        ("2025/4/1 午後3時20分", 15, 20),
        ("令和7年4月1日（火）13時", 13, 0),
        ("2025-04-01T09:05:00+09:00", 9, 5),
        ("2025-04-01T00:05:00Z", 9, 5),
        ("2025-04-01 09:05:30", 9, 5),
        ("午前", None, None),
        (45748.378472222, 9, 5),
        (datetime(2025, 4, 1, 9, 5), 9, 5),  # noqa: DTZ001
    ],
)
def test_times(written: str | float | datetime, hour: int | None, minute: int | None) -> None:
    if hour is None:
        with pytest.raises(ValueError, match="日付"):
            parse_moment(written)
        return
    at = parse_moment(written)
    assert at is not None
    local = at.astimezone(TOKYO)
    assert (local.date(), local.hour, local.minute) == (date(2025, 4, 1), hour, minute)


@pytest.mark.parametrize(
    "written", ["昨日", "2025/2/30", "令和7年13月1日", "4/1", "R7", "2025/4/1 あさ", "2025/4/1 25:00", 5, 1e9]
)
def test_what_is_no_date_is_refused(written: str | float) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (messages of the standard library among them)
        parse_moment(written)


@pytest.mark.parametrize("written", [None, "", "　 "])
def test_nothing_is_nothing(written: str | None) -> None:
    assert parse_moment(written) is None


_DAYS = st.dates(date(1926, 12, 25), date(2099, 12, 31))


@given(_DAYS, st.sampled_from(("long", "short", "slashes", "iso", "kanji", "compact")))
def test_every_way_of_writing_a_day_is_read_back(day: date, way: str) -> None:
    _, letter, year = era_year(day)
    written = {
        "long": era_date(day),
        "short": f"{letter}{year}.{day.month}.{day.day}",
        "slashes": f"{day.year}/{day.month}/{day.day}",
        "iso": day.isoformat(),
        "kanji": f"{day.year}年{day.month}月{day.day}日",
        "compact": f"{day:%Y%m%d}",
    }[way]

    at = parse_moment(written)

    assert at is not None
    assert at.astimezone(TOKYO).date() == day


@given(st.integers(700_000_000, 4_000_000_000))
def test_own_times_are_read_back(seconds: int) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    assert parse_moment(at.astimezone(TOKYO).isoformat(timespec="seconds")) == at.replace(microsecond=0)


@given(st.text(max_size=20))
def test_any_text_is_a_moment_or_refused(words: str) -> None:
    try:
        at = parse_moment(words)
    except ValueError:
        return
    assert at is None or at.tzinfo is not None
