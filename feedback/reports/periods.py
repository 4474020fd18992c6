"""Pure: the periods that reports speak of, in days of Japan, and how they are printed."""

from dataclasses import dataclass
from datetime import date, timedelta

from feedback.clock import era_year, fiscal_year, fiscal_year_name

YEAR_MONTHS = (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)
QUARTER_NAMES = ("第1四半期", "第2四半期", "第3四半期", "第4四半期")


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``first`` to ``last``, both included."""

    first: date
    last: date
    name: str

    @property
    def year(self) -> int:
        """The fiscal year it lies in."""
        return fiscal_year(self.first)

    @property
    def name_before(self) -> str:
        """What the same time a year earlier is called beside it."""
        if (self.first, self.last) == (date(self.year, 4, 1), date(self.year + 1, 3, 31)):
            return fiscal_year_name(self.year - 1)
        return "前年同月" if self.first.month == self.last.month else "前年同期"

    @property
    def months(self) -> tuple[str, ...]:
        """Its calendar months, as 2026-11."""
        found, day = [], self.first.replace(day=1)
        while day <= self.last:
            found.append(month_key(day))
            day = next_month(day)
        return tuple(found)


def year_of(year: int) -> Period:
    """A fiscal year."""
    return Period(date(year, 4, 1), date(year + 1, 3, 31), fiscal_year_name(year))


def month_of(day: date) -> Period:
    """The month of a day."""
    first = day.replace(day=1)
    era, _, number = era_year(first)
    return Period(
        first, next_month(first) - timedelta(days=1), f"{era}{'元' if number == 1 else number}年{first.month}月"
    )


def months_of_year(year: int) -> tuple[date, ...]:
    """The first days of the months of a fiscal year, from April on."""
    return tuple(date(year if month >= 4 else year + 1, month, 1) for month in YEAR_MONTHS)


def month_in_year(year: int, month: int) -> date:
    """The first day of a month (1 to 12) of a fiscal year."""
    return date(year if month >= 4 else year + 1, month, 1)


def next_month(first: date) -> date:
    """The first day of the month after."""
    return (first + timedelta(days=32)).replace(day=1)


def year_before(day: date) -> date:
    """The first day of the same month a year earlier."""
    return date(day.year - 1, day.month, 1)


def month_key(day: date) -> str:
    """A month as the counting names it: 2026-11."""
    return f"{day:%Y-%m}"


def year_of_month(key: str) -> int:
    """The fiscal year of a month such as 2026-03."""
    year, month = int(key[:4]), int(key[5:7])
    return year if month >= 4 else year - 1


def quarter_of_month(key: str) -> int:
    """0 for April to June, and so on."""
    return (int(key[5:7]) - 4) % 12 // 3
