"""Time: aware UTC inside, Asia/Tokyo, fiscal years (年度) and eras (和暦) only at display."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]

TOKYO = ZoneInfo("Asia/Tokyo")
_ERAS = ((date(2019, 5, 1), "令和", "R"), (date(1989, 1, 8), "平成", "H"), (date(1926, 12, 25), "昭和", "S"))


def utc_now() -> datetime:
    """Now, aware, in UTC."""
    return datetime.now(UTC)


def tokyo_date(at: datetime) -> date:
    """The calendar day in Japan at an aware moment."""
    return at.astimezone(TOKYO).date()


def fiscal_year(at: datetime | date) -> int:
    """The Japanese fiscal year (April to March) by its first calendar year: 2026-03-31 lies in 2025."""
    day = tokyo_date(at) if isinstance(at, datetime) else at
    return day.year if day.month >= 4 else day.year - 1


def fiscal_year_bounds(year: int) -> tuple[datetime, datetime]:
    """First moment of a fiscal year and of the next one, aware, in UTC."""
    return (
        datetime(year, 4, 1, tzinfo=TOKYO).astimezone(UTC),
        datetime(year + 1, 4, 1, tzinfo=TOKYO).astimezone(UTC),
    )


def era_year(day: date) -> tuple[str, str, int]:
    """Era of a day as (name, letter, year): 2026-11-22 → ("令和", "R", 8). Before 1926 raises ValueError."""
    for start, name, letter in _ERAS:
        if day >= start:
            return name, letter, day.year - start.year + 1
    raise ValueError("days before 1926-12-25 have no era here")


def fiscal_year_era(year: int) -> tuple[str, str, int]:
    """Era of a fiscal year by its first day, but 2019 is 令和元年度 as cities print it."""
    return era_year(date(year, 5, 1))


def fiscal_year_name(year: int) -> str:
    """How a fiscal year is printed: 2026 → 令和8年度, 2019 → 令和元年度."""
    name, _, number = fiscal_year_era(year)
    return f"{name}{'元' if number == 1 else number}年度"


def era_date(day: date) -> str:
    """A day as printed in official documents: 令和8年11月22日."""
    name, _, number = era_year(day)
    return f"{name}{'元' if number == 1 else number}年{day.month}月{day.day}日"
