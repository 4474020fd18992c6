"""The population by district and age, and how the voices of a period stand against it.

Voices that come by themselves are no sample: they say what was said, not how many think so.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import sqrt

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from feedback.audit import service as audit
from feedback.errors import Invalid, NotAllowed
from feedback.opinions.narrowing import UNKNOWN
from feedback.opinions.rules import AGE_BANDS
from feedback.rejects import Reject
from feedback.staff.rules import Actor, Permission
from feedback.statistics import keeping
from feedback.statistics.dashboard import Names
from feedback.statistics.filters import FigureFilter
from feedback.statistics.models import Population
from feedback.statistics.queries import SMALL_BASE
from feedback.statistics.sheets import Field
from feedback.taxonomy.mapping import area_mapping

MOST_ROWS = 20_000
_LONGEST_DISTRICT = 64
_MOST_PEOPLE = 20_000_000
_HEADS = frozenset({"地区", "地区名", "町名", "district"})
_Z = 1.96
"""For 95 % confidence."""


@dataclass(frozen=True, slots=True)
class Census:
    """What was read: people by district and age band, and the rows that could not be."""

    people: Mapping[tuple[str, str], int]
    rejects: tuple[Reject, ...]

    @property
    def total(self) -> int:
        """All people."""
        return sum(self.people.values())


@dataclass(frozen=True, slots=True)
class Line:
    """Voices of an age or a district beside its people. Shares are of those known; None without people.

    ``per_thousand``: voices for 1,000 people. ``index``: 1 when the share of voices is that of the people.
    """

    key: str
    name: str
    voices: int
    share: float
    people: int | None
    people_share: float | None

    @property
    def per_thousand(self) -> float | None:
        """Voices for 1,000 people."""
        return self.voices * 1000 / self.people if self.people else None

    @property
    def index(self) -> float | None:
        """How the share of voices stands to that of the people."""
        return self.share / self.people_share if self.people_share else None

    @property
    def is_small(self) -> bool:
        """Whether there are too few voices for more than a reference value."""
        return self.voices < SMALL_BASE


@dataclass(frozen=True, slots=True)
class Profile:
    """Whose voices a period's are, as far as they told; ``as_of`` is the day of the population, None: there is none."""

    ages: tuple[Line, ...]
    districts: tuple[Line, ...]
    matters: int
    age_unknown: int
    district_unknown: int
    people: int
    as_of: date | None


def read_census(text: str) -> Census:
    """Read lines of 地区, 年齢, 人口, separated by commas or tabs. Ages may be finer than bands: they are added up."""
    people: Counter[tuple[str, str]] = Counter()
    rejects: list[Reject] = []
    seen: dict[tuple[str, str], int] = {}
    for number, line in _lines(text):
        try:
            district, age, count = _row(line)
            if (district, age) in seen:
                raise ValueError(f"{seen[district, age]}行目と同じ地区・年齢です。")
        except ValueError as error:
            rejects.append(Reject(number, line[:100], str(error)))
        else:
            seen[district, age] = number
            people[district, _band(age)] += count
    return Census(people, tuple(rejects))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        folded = unicodedata.normalize("NFKC", line).strip().strip("\ufeff")
        first = re.split(r"[,\t]", folded)[0].strip().strip('"').casefold()
        if folded and not (number == 1 and first in _HEADS):
            yield number, folded


def _row(line: str) -> tuple[str, str, int]:
    # A number such as "1,234" is one cell when it stands in quotation marks.
    cells = [one.strip().strip('"') for one in re.split(r'[,\t](?=(?:[^"]*"[^"]*")*[^"]*$)', line)]
    if len(cells) != 3 or not all(cells):
        raise ValueError("「地区, 年齢, 人口」の3つの項目にしてください。")
    district, age, people = cells
    if len(district) > _LONGEST_DISTRICT:
        raise ValueError(f"地区の名前は{_LONGEST_DISTRICT}文字までにしてください。")
    _band(age)
    written = people.replace(",", "").removesuffix("人").strip()
    if not written.isdecimal() or int(written) > _MOST_PEOPLE:
        raise ValueError("人口を0以上の整数で書いてください。")
    return district, age, int(written)


def _band(age: str) -> str:
    """The age band of an age as people write it: 30s, 30代, 35～39歳, 85歳以上."""
    if age in AGE_BANDS:
        return age
    number = re.match(r"\D{0,3}(\d{1,3})", age)
    if number is None:
        raise ValueError("年齢が読めません。「30代」「35～39歳」「80歳以上」のように書いてください。")
    return f"{min(max(int(number[1]) // 10 * 10, 10), 80)}s"


def keep(session: Session, census: Census, *, as_of: date, actor: Actor, at: datetime) -> None:
    """Use this population from now on, in place of the former."""
    if not actor.may(Permission.MANAGE_MASTER):
        raise NotAllowed("この操作をする権限がありません。")
    if not census.people or len(census.people) > MOST_ROWS:
        raise Invalid("登録できる行がありません。" if not census.people else "行が多すぎます。")
    session.execute(delete(Population))
    session.add_all(
        Population(district=district, age=age, people=people, as_of=as_of)
        for (district, age), people in sorted(census.people.items())
    )
    session.flush()
    audit.record(
        session,
        at=at,
        staff_id=actor.id,
        action="population.saved",
        subject_type="population",
        subject_id=as_of.isoformat(),
        detail={"rows": len(census.people), "people": census.total},
    )


def profile(session: Session, wanted: FigureFilter) -> Profile:
    """Voices of a period by age and district, beside the population."""
    loaded = keeping.load(session, wanted.first, wanted.last)
    mapping = area_mapping(session)
    facts = loaded.facts.only(wanted.characters(loaded.codes, mapping))
    names = Names(session, loaded.codes, mapping)
    ages, districts = names.counted(Field.AGE, facts), names.counted(Field.DISTRICT, facts)
    rows = session.execute(select(Population.district, Population.age, Population.people)).all()
    people_of_age, people_of_district = Counter[str](), Counter[str]()
    for district, age, people in rows:
        people_of_age[age] += people
        people_of_district[district] += people
    return Profile(
        ages=_lines_of(ages, people_of_age, {key: (key, name) for key, name in AGE_BANDS.items()}),
        districts=_lines_of(
            districts, people_of_district, {key: (key, key) for key in sorted({*districts, *people_of_district})}
        ),
        matters=facts.matters,
        age_unknown=ages[UNKNOWN],
        district_unknown=districts[UNKNOWN],
        people=people_of_age.total(),
        as_of=session.scalar(select(func.max(Population.as_of))),
    )


def _lines_of(voices: Counter[str], people: Counter[str], names: Mapping[str, tuple[str, str]]) -> tuple[Line, ...]:
    known = sum(count for key, count in voices.items() if key != UNKNOWN)
    everybody = people.total()
    return tuple(
        Line(
            key=key,
            name=name,
            voices=voices[key],
            share=voices[key] / known if known else 0.0,
            people=people[key] if everybody else None,
            people_share=people[key] / everybody if everybody else None,
        )
        for key, (_, name) in names.items()
        if key != UNKNOWN
    )


def sampling_error(share: float, sample: int, population: int) -> float:
    """Half the width of the 95 % interval of a share, as a share: ±1.96·√((N−n)/(N−1)·p(1−p)/n).

    Only for a sample drawn at random. ValueError: the sample is empty or larger than the population.
    """
    if not 0 < sample <= population or not 0 <= share <= 1:
        raise ValueError("a sample has members, and no more than its population")
    if population == 1:
        return 0.0
    return _Z * sqrt((population - sample) / (population - 1) * share * (1 - share) / sample)
