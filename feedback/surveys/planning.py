"""調査設計 of a survey: how people were asked, and the population its weights lead to."""

import csv
import io
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from feedback.audit import service as audit
from feedback.errors import Invalid, NotAllowed
from feedback.staff.rules import Actor, Permission
from feedback.surveys.models import Survey, SurveyPlan
from feedback.surveys.tallies import Known
from feedback.surveys.weights import Cell

_MOST_ROWS: Final = 5000
_MOST_PEOPLE: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """See `models.SurveyPlan`. ``cells``: people by (age, district), under the keys of the axes."""

    audience: str = ""
    drawing: str = ""
    way: str = ""
    random: bool = False
    population: int | None = None
    sample: int | None = None
    age_axis: str = Known.AGE.value
    district_axis: str = Known.DISTRICT.value
    cells: Mapping[Cell, int] | None = None

    @property
    def axes(self) -> tuple[str, str]:
        """The axes of the cells."""
        return self.age_axis, self.district_axis


def plan_of(session: Session, survey: Survey) -> Plan:
    """The plan of a survey; an empty one when nothing was entered."""
    row = session.get(SurveyPlan, survey.id)
    if row is None:
        return Plan()
    cells: dict[Cell, int] | None = {(age, place): people for age, place, people in row.cells} if row.cells else None
    return Plan(
        row.audience, row.drawing, row.way, row.random, row.population, row.sample, row.age_axis, row.district_axis,
        cells,
    )  # fmt: skip


def keep_plan(session: Session, survey: Survey, plan: Plan, *, actor: Actor, at: datetime) -> None:
    """Keep the plan. Invalid when words are too long or numbers cannot be."""
    if not actor.may(Permission.MANAGE_SURVEYS):
        raise NotAllowed("アンケートを作る権限がありません。")
    if any(len(one) > 200 for one in (plan.audience, plan.drawing, plan.way)):
        raise Invalid("対象・抽出法・方法は、それぞれ200文字までにしてください。")
    for number in (plan.population, plan.sample):
        if number is not None and not 0 < number <= _MOST_PEOPLE:
            raise Invalid("人数は1以上の整数で入力してください。")
    row = session.get(SurveyPlan, survey.id)
    if row is None:
        row = SurveyPlan(survey_id=survey.id)
        session.add(row)
    row.audience, row.drawing, row.way, row.random = plan.audience, plan.drawing, plan.way, plan.random
    row.population, row.sample = plan.population, plan.sample
    row.age_axis, row.district_axis = plan.axes
    row.cells = [[*cell, people] for cell, people in plan.cells.items()] if plan.cells else None
    session.flush()
    audit.record(
        session,
        at=at,
        staff_id=actor.id,
        action="survey.planned",
        subject_type="survey",
        subject_id=survey.key,
        detail={"random": plan.random, "population": plan.population, "sample": plan.sample},
    )


def read_cells(text: str, *, ages: Mapping[str, str], districts: Mapping[str, str]) -> dict[Cell, int]:
    """A population's table from CSV with the columns 年代, 地区, 人口; ``ages``/``districts``: keys → names.

    Names and keys are both understood; an axis without names takes what is written. Invalid tells the lines.
    """
    rows = list(csv.reader(io.StringIO(text)))
    if not rows or len(rows) > _MOST_ROWS:
        raise Invalid(f"年代・地区・人口の3列の CSV を選んでください（{_MOST_ROWS:,}行まで）。")
    heads = [unicodedata.normalize("NFKC", one).strip() for one in rows[0]]
    try:
        at = [heads.index(name) for name in ("年代", "地区", "人口")]
    except ValueError:
        raise Invalid("1行目に「年代」「地区」「人口」の見出しを入れてください。") from None
    found: dict[Cell, int] = {}
    problems: list[str] = []
    for line, row in enumerate(rows[1:], 2):
        if not any(one.strip() for one in row):
            continue
        read = _row(row, at, (ages, districts))
        if read is None:
            problems.append(f"{line}行目：年代・地区・人口を確かめてください。")
        else:
            cell, people = read
            found[cell] = found.get(cell, 0) + people
    if problems:
        raise Invalid("\n".join(problems[:20]))
    if not found:
        raise Invalid("人口が1行も書かれていません。")
    return found


def _row(row: list[str], at: list[int], names: tuple[Mapping[str, str], ...]) -> tuple[Cell, int] | None:
    if len(row) <= max(at):
        return None
    age, district, written = (unicodedata.normalize("NFKC", row[one]).strip() for one in at)
    keys = [_key(one, known) for one, known in zip((age, district), names, strict=True)]
    number = written.replace(",", "").removesuffix("人")
    if None in keys or not number.isascii() or not number.isdecimal() or len(number) > 9:
        return None
    return tuple(keys), int(number)


def _key(written: str, names: Mapping[str, str]) -> str | None:
    if not names or written in names:
        return written or None
    folded = {unicodedata.normalize("NFKC", name): key for key, name in names.items()}
    return folded.get(written)
