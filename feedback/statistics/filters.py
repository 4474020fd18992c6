"""What is counted: a period and what narrows it, in the words of the address, and as conditions on matters."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date

from feedback.opinions.narrowing import UNKNOWN
from feedback.opinions.rules import AGE_BANDS, Channel, Kind, Outcome
from feedback.statistics.queries import Scope
from feedback.statistics.sheets import Codes, Field
from feedback.taxonomy.rules import AreaMapping

_LONGEST = 64
_ONE_OF = {"kind": frozenset(Kind), "channel": frozenset(Channel), "outcome": frozenset(Outcome)}
_MAY_BE_UNKNOWN = frozenset({"area", "kind", "outcome", "district", "age"})


@dataclass(frozen=True, slots=True)
class FigureFilter:
    """Matters received from ``first`` to ``last`` (days in Japan, both included); what is None does not narrow.

    `UNKNOWN` asks for those without an area, kind, outcome, district or age.
    """

    first: date
    last: date
    area: str | None = None
    kind: str | None = None
    department_id: int | None = None
    channel: str | None = None
    outcome: str | None = None
    district: str | None = None
    age: str | None = None

    @property
    def scope(self) -> Scope:
        """Period and department alone."""
        return Scope(self.first, self.last, self.department_id)

    @property
    def year_before(self) -> "FigureFilter":
        """The same of the same days a year earlier (前年同期)."""
        return replace(self, first=a_year_before(self.first), last=a_year_before(self.last))

    @property
    def narrowed(self) -> dict[str, str]:
        """What narrows it beside the period, as the address says it."""
        values = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in {"first", "last"}}
        return {name.removesuffix("_id"): str(value) for name, value in values.items() if value is not None}

    def address(self) -> dict[str, str]:
        """Arguments of an address; `read` makes the same filter of them."""
        return {"from": self.first.isoformat(), "to": self.last.isoformat(), **self.narrowed}

    def characters(self, codes: Codes, mapping: AreaMapping) -> dict[Field, set[str]]:
        """What columns of facts have to hold."""
        found: dict[Field, set[str]] = {}
        for name, value in self.narrowed.items():
            known = codes.known(Field(name))
            values = [None] if value == UNKNOWN and name in _MAY_BE_UNKNOWN else _values(name, value, mapping)
            found[Field(name)] = {known[one] for one in values if one in known}
        return found


def _values(name: str, value: str, mapping: AreaMapping) -> list[str | None]:
    return list(mapping.then(value)) if name == "area" else [value]


def read(arguments: Mapping[str, str], *, first: date, last: date) -> FigureFilter:
    """The filter in an address; what means nothing is left out. Without a period it is from ``first`` to ``last``."""
    days = sorted((_day(arguments.get("from")) or first, _day(arguments.get("to")) or last))
    given: dict[str, str | None] = {}
    for name in ("area", "kind", "channel", "outcome", "district", "age"):
        value = arguments.get(name, "").strip()[:_LONGEST]
        allowed = _ONE_OF.get(name, frozenset(AGE_BANDS) if name == "age" else None)
        unknown = value == UNKNOWN and name in _MAY_BE_UNKNOWN
        given[name] = value if value and (unknown or allowed is None or value in allowed) else None
    department = arguments.get("department", "")
    whole = department.isascii() and department.isdecimal() and len(department) < 10
    return FigureFilter(days[0], days[1], department_id=int(department) if whole else None, **given)


def _day(value: str | None) -> date | None:
    try:
        found = date.fromisoformat(value or "")
    except ValueError:
        return None
    return found if 1926 < found.year < 2999 else None


def a_year_before(day: date) -> date:
    """The same day a year earlier; of 29 February the 28th."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
