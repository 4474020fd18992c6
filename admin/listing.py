"""The inbox's address: which tab, filter, order and page a URL asks for, and the URL of a changed wish."""

from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from werkzeug.datastructures import MultiDict

from admin.choices import day, whole
from feedback.opinions.narrowing import UNKNOWN, Narrowing
from feedback.opinions.queries import Filter, Sort, Tab
from feedback.opinions.rules import AGE_BANDS, Channel, Kind, MatterStatus, Outcome
from feedback.statistics.answering import BANDS

E = TypeVar("E", bound=StrEnum)
_LONGEST_SEARCH = 200
_OPEN = "open"
_EVERY_COPY = "all"
_DUE_FIRST = frozenset({Tab.MINE, Tab.DEPARTMENT, Tab.OVERDUE, Tab.URGENT})


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to see, as it stands in the URL. Values that mean nothing are left out."""

    tab: Tab
    status: str = ""
    area: str = ""
    kind: str = ""
    department: str = ""
    channel: str = ""
    since: str = ""
    until: str = ""
    urgent: str = ""
    media: str = ""
    q: str = ""
    group: str = ""
    theme: str = ""
    outcome: str = ""
    district: str = ""
    age: str = ""
    days: str = ""
    late: str = ""
    copies: str = ""
    sort: str = ""
    view: str = ""
    cursor: str = ""

    @property
    def order(self) -> Sort:
        """The order in force: the one asked for, else the tab's own."""
        return _member(Sort, self.sort) or (Sort.DUE if self.tab in _DUE_FIRST else Sort.NEW)

    @property
    def words(self) -> list[str]:
        """The words searched for, one by one."""
        return self.q.split()

    def filter(self, today: date) -> Filter:
        """The same for the query. What is overdue depends on ``today``."""
        return Filter(
            status=_member(MatterStatus, self.status),
            open_only=self.status == _OPEN,
            area=self.area if self.area and self.area != UNKNOWN else None,
            no_area=self.area == UNKNOWN,
            kind=_member(Kind, self.kind),
            department_id=whole(self.department),
            channel=_member(Channel, self.channel),
            received_from=day(self.since),
            received_to=day(self.until),
            urgent=bool(self.urgent),
            media=bool(self.media),
            words=self.q,
            group=whole(self.group),
            theme=whole(self.theme),
            folded=self.folded,
            further=self._further(today),
        )

    def _further(self, today: date) -> Narrowing:
        return Narrowing(
            outcome=_member(Outcome, self.outcome),
            no_outcome=self.outcome == UNKNOWN,
            no_kind=self.kind == UNKNOWN,
            district=self.district,
            age=self.age if self.age in {*AGE_BANDS, UNKNOWN} else "",
            overdue=today if self.late else None,
            answered_in=next(((least, most) for key, _, least, most in BANDS if key == self.days), None),
        )

    @property
    def folded(self) -> bool:
        """Whether a text sent many times is one line; not where its copies were asked for."""
        return self.copies != _EVERY_COPY and not self.group

    @property
    def narrowed(self) -> dict[str, str]:
        """The filters in use, by name."""
        names = (
            "status",
            "area",
            "kind",
            "department",
            "channel",
            "since",
            "until",
            "urgent",
            "media",
            "q",
            "group",
            "theme",
            "outcome",
            "district",
            "age",
            "days",
            "late",
        )
        return {name: getattr(self, name) for name in names if getattr(self, name)}

    def arguments(self, **changes: str) -> dict[str, Any]:
        """Arguments of the URL of a changed wish; any change but the page begins at the first page."""
        changed = replace(self, **{"cursor": "", **changes})  # type: ignore[arg-type]  # the names are our own fields
        return {one.name: str(getattr(changed, one.name)) for one in fields(changed) if getattr(changed, one.name)}


def read_wish(arguments: MultiDict[str, str], *, tabs: list[Tab], otherwise: Tab | None = None) -> Wish:
    """The wish in a URL. What cannot be understood is ignored.

    Where no tab of the person's is asked for it is ``otherwise``, else the first.
    """
    tab = _member(Tab, arguments.get("tab", ""))
    given: dict[str, Any] = {
        one.name: arguments.get(one.name, "").strip()[:_LONGEST_SEARCH] for one in fields(Wish) if one.name != "tab"
    }
    return Wish(tab=tab if tab in tabs else otherwise or tabs[0], **given)


def _member(kind: type[E], value: str) -> E | None:
    return kind(value) if value in set(kind) else None
