"""Pure: the monthly listening report, and the report of one department."""

from datetime import timedelta
from typing import Any

from feedback.reports import naming, reconciliation, standard_tables
from feedback.reports.breakdowns import compared, crossed, noted, sized
from feedback.reports.facts import Facts, counted_by, earlier, is_known
from feedback.reports.figures import count, difference, rate, text
from feedback.reports.periods import Period, month_of, months_of_year, year_of
from feedback.reports.tables import ChartKind, Column, Row, Section, Table


def sections(facts: Facts) -> tuple[Section, ...]:
    """All parts of the monthly report."""
    return (
        Section("overview", "今月の概要", standard_tables.counted_note(facts), (summary(facts), *_channels(facts))),
        Section("kinds", "種別と分野", "", (kinds(facts), areas(facts), areas_by_kind(facts))),
        Section(
            "offices",
            "担当と対応",
            "",
            (
                standard_tables.departments(facts, workload=True),
                standard_tables.outcomes(facts),
                standard_tables.response_days(facts),
            ),
        ),
        Section("contents", "意見の内容", "", (standard_tables.contents(facts),)),
        Section(
            "cases", "市政への反映", "", (standard_tables.case_table(facts.names, facts.cases, facts.cases_found),)
        ),
        Section("reconciliation", "集計の範囲と照合", "", reconciliation.tables(facts.reconciliation)),
    )


def of_department(facts: Facts) -> tuple[Section, ...]:
    """All parts of the report of one department and fiscal year."""
    months = [month_of(day) for day in months_of_year(facts.period.year)]
    return (
        Section(
            "overview",
            "受付の状況",
            standard_tables.counted_note(facts),
            (standard_tables.months(facts, months), *_channels(facts)),
        ),
        Section("kinds", "種別と分野", "", (kinds(facts), areas(facts), areas_by_kind(facts))),
        Section("answers", "対応の状況", "", (standard_tables.outcomes(facts), standard_tables.response_days(facts))),
        Section("contents", "意見の内容", "", (standard_tables.contents(facts),)),
        Section(
            "cases", "市政への反映", "", (standard_tables.case_table(facts.names, facts.cases, facts.cases_found),)
        ),
        Section("reconciliation", "集計の範囲と照合", "", reconciliation.tables(facts.reconciliation)),
    )


def _channels(facts: Facts) -> tuple[Table]:
    return (standard_tables.channels(facts),)


def summary(facts: Facts) -> Table:
    """The month beside the month before, the same month a year earlier, and the fiscal year so far."""
    period = facts.period
    last_month = month_of(period.first - timedelta(days=1))
    begun = year_of(period.year).first
    year = Period(begun, period.last, "年度累計")
    rows = []
    for name, now, past in (
        (f"{period.name}（前月比）", period.months, last_month.months),
        (f"{period.name}（前年同月比）", period.months, earlier(period)),
        (f"{year_of(period.year).name}累計（前年度比）", year.months, earlier(year)),
    ):
        known = is_known(facts, past)
        for unit, cube in (("通", facts.sent), ("件", facts.voices)):
            current = counted_by(cube, now, "month").total()
            before = counted_by(cube, past, "month").total() if known else None
            rows.append(
                Row(
                    (
                        text(name),
                        text(unit),
                        count(current),
                        count(before),
                        difference(current, before),
                        rate(current, before),
                    )
                )
            )
    table = Table(
        key="summary",
        title="受け付けた意見",
        unit="通・件",
        columns=(
            Column("期間"),
            Column("単位"),
            Column("受付"),
            Column("比べる期間"),
            Column("増減"),
            Column("増減率（％）"),
        ),
        rows=tuple(rows),
    )
    return noted(table)


def kinds(facts: Facts) -> Table:
    """種別, beside the year before."""
    return standard_tables.stated(
        _compared(facts, "kinds", "種別", facts.voices, "kind", naming.KINDS), standard_tables.KIND_NOTE
    )


def areas(facts: Facts) -> Table:
    """分野, the largest first, beside the year before."""
    counts = counted_by(facts.areas, facts.period.months, "area")
    return _compared(facts, "areas", "分野", facts.areas, "area", sized(facts.names.areas, counts), ranked=True)


def areas_by_kind(facts: Facts) -> Table:
    """分野 × 種別."""
    counts = counted_by(facts.areas, facts.period.months, "area", "kind")
    return crossed("areas_by_kind", "分野別・種別の件数", "分野", facts.names.areas, naming.KINDS, counts)


def _compared(
    facts: Facts, key: str, heading: str, cube: Any, dimension: str, labels: Any, *, ranked: bool = False
) -> Table:
    now, past = facts.period.months, facts.past
    return compared(
        key,
        f"{heading}別の件数",
        heading,
        labels,
        now=counted_by(cube, now, dimension),
        before=counted_by(cube, past, dimension) if is_known(facts, past) else None,
        names=(facts.period.name, facts.past_name),
        ranked=ranked,
        chart=ChartKind.BARS,
    )
