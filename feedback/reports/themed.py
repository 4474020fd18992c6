"""The theme report (per theme: size, change, quotes, outcome) and the sheet for answering the council.

Both read themes as the page 声のまとめ shows them; quotes are citizens' own words, masked.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from feedback.opinions.models import Matter
from feedback.opinions.rules import OUTCOME_NAMES, MatterStatus, Outcome
from feedback.reports import annual, naming, reconciliation, standard_tables
from feedback.reports.breakdowns import absent, compared, noted
from feedback.reports.cases import cases
from feedback.reports.facts import Facts, counted_by
from feedback.reports.figures import count, difference, quote, text
from feedback.reports.tables import Column, Row, Section, Table
from feedback.staff.rules import Actor, Role
from feedback.statistics.queries import Scope
from feedback.taxonomy.mapping import area_mapping
from feedback.themes.membership import of_its_area
from feedback.themes.models import Theme, ThemeMember
from feedback.themes.queries import AreaView, ThemeView, Wanted, voices

_THEMES_AN_AREA = 8
_THEMES_TOLD = 20
FEWEST = 3
"""People behind a theme; what fewer wrote is not told as one."""
_SYSTEM = Actor(id=0, name="", email="", role=Role.DESK, department_id=None)
"""Themes are read for whoever the report is for; who may read the report is decided there."""
_DIFFICULT = (Outcome.REFLECTED, Outcome.PLANNED, Outcome.CONSIDERING, Outcome.DIFFICULT)


@dataclass(frozen=True, slots=True)
class Themed:
    """The themes of a period and what became of their matters."""

    areas: tuple[AreaView, ...]
    outcomes: dict[int, Counter[Outcome | None]]


def themed(session: Session, scope: Scope, *, area: str | None = None) -> Themed:
    """Read them."""
    found = voices(session, Wanted(scope, area=area), actor=_SYSTEM)
    rows = session.execute(
        select(ThemeMember.theme_id, Matter.outcome, func.count())
        .select_from(Matter)
        .join(ThemeMember, ThemeMember.matter_id == Matter.id)
        .join(Theme, and_(Theme.id == ThemeMember.theme_id, of_its_area(area_mapping(session))))
        .where(*scope.conditions(), Matter.status.not_in([MatterStatus.WITHDRAWN, MatterStatus.SPAM]))
        .group_by(ThemeMember.theme_id, Matter.outcome)
    )
    outcomes: dict[int, Counter[Outcome | None]] = {}
    for theme, outcome, number in rows:
        outcomes.setdefault(theme, Counter())[outcome] += number
    return Themed(found.areas, outcomes)


def sections(facts: Facts, found: Themed) -> tuple[Section, ...]:
    """The theme report: all themes at a glance, then area by area with the citizens' words."""
    areas = [one for one in found.areas if any(theme.size.people >= FEWEST for theme in one.themes)]
    return (
        Section("overview", "話題の一覧", _lead(), (_overview(areas, found),)),
        *(Section(f"area_{one.key}", one.name, _size(one), _tables(one, found)) for one in areas),
        Section("reconciliation", "集計の範囲と照合", "", reconciliation.tables(facts.reconciliation)),
    )


def council(facts: Facts, found: Themed, session: Session, *, area: str) -> tuple[Section, ...]:
    """The sheet for an answer to the council about one area: figures, what is said, what the city did."""
    mapping = area_mapping(session)
    scope = Scope(facts.period.first, facts.period.last)
    listed, total = cases(session, scope, outcomes=_DIFFICULT, area_keys=mapping.then(area), limit=40)
    ours = [one for one in found.areas if one.key == area]
    return (
        Section(
            "question", "想定される質問と答弁の要旨", "所見の欄に、想定される質問と答弁の要旨を書いてください。", ()
        ),
        Section("figures", "件数の推移", "", (_years(facts, area), _kinds(facts, area))),
        Section("voices", "主な意見", "", _tables(ours[0], found) if ours else (_none(),)),
        Section(
            "actions",
            "市の対応",
            "",
            (standard_tables.case_table(facts.names, listed, total, title="市の対応（反映・予定・検討・困難）"),),
        ),
        Section("reconciliation", "集計の範囲と照合", "", reconciliation.tables(facts.reconciliation)),
    )


def _lead() -> str:
    return "話題は、同じ分野の意見に繰り返し現れる言葉からまとめています。人数は、同じ方を一人と数えたものです。"


def _size(area: AreaView) -> str:
    size = area.size
    return f"{size.matters:,}件・{size.people:,}人。このうち、どの話題にも入らないものが{area.unthemed:,}件あります。"


def _none() -> Table:
    return absent("themes", "話題", "話題としてまとまった意見が、この期間にはありません。")


def _overview(areas: Sequence[AreaView], found: Themed) -> Table:
    every = [(area, theme) for area in areas for theme in area.themes if theme.size.people >= FEWEST]
    every.sort(key=lambda pair: (-pair[1].size.people, -pair[1].size.matters, pair[1].id))
    rows = tuple(
        Row(
            (
                text("・".join(theme.words[:3])),
                text(area.name),
                count(theme.size.matters),
                count(theme.size.people),
                difference(theme.size.matters, theme.before.matters),
                text(_done(found.outcomes.get(theme.id, Counter()))),
            )
        )
        for area, theme in every[:_THEMES_TOLD]
    )
    if not rows:
        return _none()
    columns = (
        Column("話題", wide=True),
        Column("分野"),
        Column("件数"),
        Column("人数"),
        Column("前の期間からの増減"),
        Column("市の対応", wide=True),
    )
    notes = (f"人数の多い順に{len(rows)}の話題を掲載しています（全{len(every)}）。",) if len(every) > len(rows) else ()
    return noted(Table(key="themes", title="話題と件数", unit="件・人", columns=columns, rows=rows, notes=notes))


def _tables(area: AreaView, found: Themed) -> tuple[Table, ...]:
    themes = [one for one in area.themes if one.size.people >= FEWEST][:_THEMES_AN_AREA]
    return tuple(_theme(one, found) for one in themes) or (_none(),)


def _theme(theme: ThemeView, found: Themed) -> Table:
    rows = tuple(Row((text(one.receipt), quote(one.text, matter_id=one.matter_id))) for one in theme.quotes)
    change = theme.change
    changed = "増減なし" if not change else f"{'△' if change < 0 else '＋'}{abs(change):,}件"
    return Table(
        key=f"theme_{theme.id}",
        title=f"{'・'.join(theme.words[:4])}（{theme.size.matters:,}件・{theme.size.people:,}人）",
        columns=(Column("受付番号"), Column("主な意見（個人情報を伏せた冒頭）", wide=True)),
        rows=rows,
        notes=(f"前の期間から{changed}。市の対応：{_done(found.outcomes.get(theme.id, Counter()))}",),
        absence="" if rows else "掲載できる意見がありません。",
    )


def _done(outcomes: Counter[Outcome | None]) -> str:
    told = [f"{name} {outcomes[one]:,}件" for one, name in OUTCOME_NAMES.items() if outcomes[one]]
    rest = outcomes[None]
    return "、".join([*told, *([f"区分未設定 {rest:,}件"] if rest else [])]) or "記録なし"


def _years(facts: Facts, area: str) -> Table:
    table = annual.areas_over_years(facts)
    rows = tuple(row for row in table.rows if row.total or row.cells[0].value == facts.names.area(area))
    return Table(
        key="area_years",
        title=f"{facts.names.area(area)}の件数の推移",
        unit="件",
        columns=table.columns,
        rows=rows,
        notes=("合計は、すべての分野の件数です。", *table.notes),
    )


def _kinds(facts: Facts, area: str) -> Table:
    counts = counted_by(facts.areas, facts.period.months, "kind", area=area)
    table = compared(
        "kinds",
        f"{facts.names.area(area)}の種別",
        "種別",
        naming.KINDS,
        now=counts,
        before=None,
        names=(facts.period.name, facts.period.name_before),
    )
    return replace(table, sums_to=None)
