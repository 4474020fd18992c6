"""Builds a report: reads the facts in one snapshot, makes its sections, reconciles them, stamps the whole."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback import __version__
from feedback.clock import era_date, fiscal_year, tokyo_date
from feedback.db import Database
from feedback.departments.models import Department
from feedback.errors import Invalid
from feedback.learning import queries as learning
from feedback.opinions.models import HistoryEntry, Submission
from feedback.reports import annual, monthly, reconciliation, standard_tables, themed
from feedback.reports.facts import STEPS, Facts, gather
from feedback.reports.figures import NOTE_SIGNS, share, shown
from feedback.reports.periods import Period, month_in_year, month_of, year_of
from feedback.reports.tables import KIND_NAMES, Figure, Report, ReportKind, Section, Stamp
from feedback.routing.models import Area
from feedback.statistics.queries import Scope
from feedback.taxonomy.mapping import area_mapping

TOTAL_STEPS = STEPS + 1
"""How often `build` calls ``step``."""
_FIRST_YEAR, _LAST_YEAR = 1990, 2099
SEED = "使用なし（集計に乱数を使いません）"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which report: of a fiscal year (by its first calendar year) or, with ``month`` (1 to 12), of one month of it."""

    kind: ReportKind
    year: int
    month: int | None = None
    department_id: int | None = None
    area: str | None = None

    @property
    def period(self) -> Period:
        """The days it is about."""
        return month_of(month_in_year(self.year, self.month)) if self.month else year_of(self.year)


def check(session: Session, wanted: Wanted, *, today: date) -> None:
    """Whether there can be such a report. Invalid says why not."""
    if not _FIRST_YEAR <= wanted.year <= _LAST_YEAR:
        raise Invalid("年度を確かめてください。")
    if wanted.kind is ReportKind.MONTHLY and wanted.month is None:
        raise Invalid("月次広聴報告には、月を指定してください。")
    if wanted.kind is ReportKind.ANNUAL and wanted.month is not None:
        raise Invalid("広聴年報は、年度ごとに作ります。月は指定できません。")
    if wanted.month is not None and not 1 <= wanted.month <= 12:
        raise Invalid("月は1から12で指定してください。")
    if wanted.period.first > today:
        raise Invalid("まだ始まっていない期間の報告は作れません。")
    if wanted.kind is ReportKind.DEPARTMENT and session.get(Department, wanted.department_id or 0) is None:
        raise Invalid("担当課を選んでください。")
    if wanted.kind is ReportKind.COUNCIL and session.get(Area, wanted.area or "") is None:
        raise Invalid("議会答弁資料には、分野を選んでください。")


def build(
    database: Database, wanted: Wanted, *, city: str, now: datetime, step: Callable[[], None] = lambda: None
) -> Report:
    """The report as the data stand, read in one snapshot. Invalid when there cannot be such a report."""
    with database.snapshot() as session:
        check(session, wanted, today=tokyo_date(now))
        stamp = _stamp(session, wanted.period)
        today = _as_of(wanted.period, stamp, tokyo_date(now))
        years = 10 if wanted.kind is ReportKind.ANNUAL else 5 if wanted.kind is ReportKind.COUNCIL else 2
        facts = gather(session, wanted.period, today=today, department_id=_department(wanted), step=step, years=years)
        sections = _sections(session, wanted, facts)
        name = _of_whom(session, wanted)
    step()
    made = [table for section in sections for table in section.tables]
    return Report(
        kind=wanted.kind,
        title=KIND_NAMES[wanted.kind],
        subtitle=name,
        city=city,
        period_name=wanted.period.name,
        first=wanted.period.first,
        last=wanted.period.last,
        complete=today > wanted.period.last,
        figures=_figures(facts),
        sections=sections,
        stamp=stamp,
        differences=reconciliation.checked(facts.reconciliation, made),
        notes=(NOTE_SIGNS, _period_note(wanted.period, today)),
    )


def _as_of(period: Period, stamp: Stamp, today: date) -> date:
    """The day that the report speaks on: that of the last change, but after the end of a period that is over."""
    changed = min(tokyo_date(stamp.cut_off), today)
    return max(changed, period.last + timedelta(days=1)) if today > period.last else changed


def _department(wanted: Wanted) -> int | None:
    return wanted.department_id if wanted.kind in {ReportKind.DEPARTMENT, ReportKind.THEME, ReportKind.CASES} else None


def _of_whom(session: Session, wanted: Wanted) -> str:
    if _department(wanted) is not None:
        return session.get_one(Department, wanted.department_id).name
    if wanted.area is not None and wanted.kind in {ReportKind.COUNCIL, ReportKind.THEME}:
        return session.get_one(Area, wanted.area).name
    return ""


def _sections(session: Session, wanted: Wanted, facts: Facts) -> tuple[Section, ...]:
    if wanted.kind is ReportKind.ANNUAL:
        return annual.sections(facts)
    if wanted.kind is ReportKind.MONTHLY:
        return monthly.sections(facts)
    if wanted.kind is ReportKind.DEPARTMENT:
        return monthly.of_department(facts)
    if wanted.kind is ReportKind.CASES:
        table = standard_tables.case_table(facts.names, facts.cases, facts.cases_found)
        lead = "市民の声をきっかけに、市が変えたこと、変えると決めたことをまとめました。"
        checked = Section("reconciliation", "集計の範囲と照合", "", reconciliation.tables(facts.reconciliation))
        return (Section("cases", "反映した意見", lead, (table,)), checked)
    scope = Scope(facts.period.first, facts.period.last, _department(wanted))
    found = themed.themed(session, scope, area=wanted.area)
    if wanted.kind is ReportKind.THEME:
        return themed.sections(facts, found)
    return themed.council(facts, found, session, area=wanted.area or "")


def _stamp(session: Session, period: Period) -> Stamp:
    """The cut-off is the last change of the data, so that a second run on the same data is the same report."""
    newest = select(HistoryEntry.at).order_by(HistoryEntry.id.desc()).limit(1)
    moments = [session.scalar(newest), session.scalar(select(func.max(Submission.received_at)))]
    known = [one for one in moments if one is not None]
    return Stamp(
        cut_off=max(known) if known else Scope(period.first, period.first).start,
        taxonomy=f"第{area_mapping(session).number}版",
        model=learning.active(session).name,
        seed=SEED,
        software=f"machikoe {__version__}",
    )


def _figures(facts: Facts) -> tuple[Figure, ...]:
    found = facts.reconciliation
    sent = facts.sent.total(month=facts.period.months)
    answered = sum(one.matters for one in facts.days)
    reflected = sum(one.outcome == "reflected" for one in facts.cases)
    ten = sum(one.matters for one in facts.days if one.days <= 10)
    shares = share(ten, answered)
    return (
        Figure("受け付けた意見", f"{found.counted:,}件", f"{sent:,}通"),
        Figure("回答した意見", f"{answered:,}件", "この期間に受け付けたもの"),
        Figure("10営業日以内の回答", f"{shown(shares)}％" if shares.value is not None else "―", "回答したもののうち"),
        Figure("反映した意見", f"{reflected:,}件", f"反映予定を含めて{facts.cases_found:,}件"),
    )


def _period_note(period: Period, today: date) -> str:
    if today > period.last:
        return f"{era_date(period.first)}から{era_date(period.last)}までに受け付けた意見の集計です。"
    return (
        f"{era_date(period.first)}から{era_date(period.last)}までの期間の途中の集計（速報）です。"
        f"データは{era_date(today)}時点のものです。"
    )


def current_month(now: datetime) -> tuple[int, int]:
    """Fiscal year and month (1 to 12) of a moment."""
    return fiscal_year(now), tokyo_date(now).month
