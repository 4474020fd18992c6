"""The names and orders in which reports print areas, departments, channels, kinds and outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.departments.models import Department
from feedback.opinions.rules import AGE_BANDS, CHANNEL_NAMES, KIND_NAMES, OUTCOME_NAMES, Channel, Kind
from feedback.routing.models import Area
from feedback.taxonomy.mapping import area_mapping, names_of_areas

UNKNOWN = "不明"
UNCLASSIFIED = "未分類"
INDIVIDUAL, SURVEYS, GROUPS = "個別広聴", "調査広聴", "集団広聴"
SYSTEM: Mapping[str, tuple[Channel, ...]] = {
    INDIVIDUAL: tuple(one for one in Channel if one not in {Channel.MEETING, Channel.MONITOR}),
    SURVEYS: (Channel.MONITOR,),
    GROUPS: (Channel.MEETING,),
}
"""体系: which channels are listening to somebody, by asking, and in a meeting."""
INTERNET = frozenset({Channel.LINE, Channel.WEB, Channel.EMAIL})

KIND_MEANINGS = {
    Kind.REQUEST: "市に何かをしてほしい、またはしないでほしいというもの",
    Kind.COMPLAINT: "市の仕事や職員の対応への不満を述べるもの",
    Kind.PROPOSAL: "やり方を示して改善や新しい取組をすすめるもの",
    Kind.QUESTION: "制度や手続、予定などを尋ねるもの",
    Kind.THANKS: "市の仕事や職員へのお礼や励まし",
    Kind.REPORT: "道路の破損など、見つけたことを知らせるもの",
    Kind.OTHER: "上のいずれにも当たらないもの",
}

CHANNELS = list(CHANNEL_NAMES.items())
KINDS: list[tuple[Kind | None, str]] = [*KIND_NAMES.items(), (None, UNCLASSIFIED)]
OUTCOMES = list(OUTCOME_NAMES.items())
AGES: list[tuple[str | None, str]] = [*AGE_BANDS.items(), (None, UNKNOWN)]


@dataclass(frozen=True, slots=True)
class Names:
    """What the city calls its areas and departments, in its order."""

    areas: list[tuple[str | None, str]]
    departments: list[tuple[int, str]]
    bureaus: dict[int, str]

    def area(self, key: str | None) -> str:
        """An area's name."""
        return dict(self.areas).get(key, key or UNCLASSIFIED)

    def department(self, number: int) -> str:
        """A department's name."""
        return dict(self.departments).get(number, str(number))


def names(session: Session) -> Names:
    """The names of today."""
    mapping = area_mapping(session)
    called = names_of_areas(session, mapping)
    keys = session.scalars(select(Area.key).order_by(Area.position, Area.key))
    rows = session.execute(
        select(Department.id, Department.name, Department.bureau).order_by(Department.position, Department.id)
    ).all()
    return Names(
        areas=[*((key, called[key]) for key in keys), (None, UNCLASSIFIED)],
        departments=[(row.id, row.name) for row in rows],
        bureaus={row.id: row.bureau for row in rows},
    )
