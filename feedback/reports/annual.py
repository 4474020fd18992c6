"""Pure: the annual listening report (広聴年報), with the tables that published reports print."""

from collections import Counter
from typing import Any

from feedback.opinions.rules import Channel
from feedback.reports import naming, reconciliation, standard_tables
from feedback.reports.breakdowns import TOTAL, absent, compared, crossed, noted, over_years, sized
from feedback.reports.facts import AREA_YEARS, TREND_YEARS, Facts, counted_by, is_known
from feedback.reports.figures import Cell, count, difference, rate, ratio, share, text
from feedback.reports.periods import (
    QUARTER_NAMES,
    Period,
    month_of,
    months_of_year,
    quarter_of_month,
    year_of,
    year_of_month,
)
from feedback.reports.tables import Chart, ChartKind, Column, Row, Section, Table

_KIND_YEARS = 3
NO_SURVEYS = "アンケートの集計は、このシステムにまだ登録されていません。"
NO_PUBLICATION = (
    "意見と回答の公表は、このシステムではまだ行われていません。公表件数・非公表理由別件数は集計できません。"
)


def sections(facts: Facts) -> tuple[Section, ...]:
    """All parts of the report."""
    return (
        Section(
            "overview", "広聴の概要", standard_tables.counted_note(facts), (system(facts), totals(facts), trend(facts))
        ),
        Section("ways", "受付方法と種別", "", (standard_tables.channels(facts), kinds(facts), ways_by_kind(facts))),
        Section("time", "受付の時期", "", (standard_tables.months(facts, _months(facts)), quarters(facts))),
        Section("areas", "分野別の状況", "", (areas(facts), areas_by_kind(facts), areas_over_years(facts))),
        Section(
            "offices",
            "担当と対応",
            "",
            (standard_tables.departments(facts), standard_tables.outcomes(facts), standard_tables.response_days(facts)),
        ),
        Section("contents", "意見の内容", "", (standard_tables.contents(facts),)),
        Section("people", "年代と地区", "", (ages(facts), districts(facts))),
        Section(
            "cases",
            "市政への反映",
            "",
            (standard_tables.case_table(facts.names, facts.cases, facts.cases_found), surveys(), publication()),
        ),
        Section("reconciliation", "集計の範囲と照合", "", reconciliation.tables(facts.reconciliation)),
    )


def _months(facts: Facts) -> list[Period]:
    return [month_of(day) for day in months_of_year(facts.period.year)]


def system(facts: Facts) -> Table:
    """体系: listening to individuals, by asking, in meetings; by channel."""
    months = facts.period.months
    matters, sent = counted_by(facts.voices, months, "channel"), facts.sent.by("channel", month=months)
    rows: list[Row] = []
    for name, channels in naming.SYSTEM.items():
        both = (sum(sent[one] for one in channels), sum(matters[one] for one in channels))
        rows.append(Row(_line(f"{name} 計", *both, matters.total()), total=True))
        rows += [
            Row(_line(f"　{called}", sent[one], matters[one], matters.total()))
            for one, called in naming.CHANNELS
            if one in channels and matters[one]
        ]
    rows.append(Row(_line(TOTAL, sent.total(), matters.total(), matters.total()), total=True))
    table = Table(
        key="system",
        title="広聴の体系",
        unit="通・件",
        columns=(Column("体系・受付方法"), Column("通"), Column("件"), Column("構成比（％）")),
        rows=tuple(rows),
        notes=("個別広聴は一人ひとりから届く声、調査広聴はモニターやアンケート、集団広聴は懇談会などで聴く声です。",),
        sums_to=2,
    )
    return noted(table)


def _line(name: str, sent: int, matters: int, whole: int) -> tuple[Cell, ...]:
    return (text(name), count(sent), count(matters), share(matters, whole))


def totals(facts: Facts) -> Table:
    """総件数と前年度比較."""
    now, past = facts.period.months, facts.past
    known = is_known(facts, past)
    matters = (counted_by(facts.voices, now, "month").total(), counted_by(facts.voices, past, "month").total())
    sent = (facts.sent.total(month=now), facts.sent.total(month=past))
    online = (_online(facts, now), _online(facts, past))

    def line(name: str, pair: tuple[int, int]) -> Row:
        before = pair[1] if known else None
        return Row((text(name), count(pair[0]), count(before), difference(pair[0], before), rate(pair[0], before)))

    per = Row(
        (
            text("1通当たりの件数"),
            ratio(matters[0], sent[0]),
            ratio(matters[1] if known else None, sent[1] if known else None),
            text(""),
            text(""),
        )
    )
    table = Table(
        key="totals",
        title="総件数と前年度比較",
        unit="通・件",
        columns=(
            Column("区分"),
            Column(facts.period.name),
            Column(facts.past_name),
            Column("増減"),
            Column("増減率（％）"),
        ),
        rows=(line("受付通数", sent), line("受付件数", matters), line("うちインターネット（件）", online), per),
    )
    return noted(table)


def _online(facts: Facts, months: tuple[str, ...]) -> int:
    return counted_by(facts.voices, months, "month", channel=naming.INTERNET).total()


def _by_year(counts: Counter[Any]) -> Counter[Any]:
    """Counts by (month, key) as counts by (key, fiscal year)."""
    found: Counter[Any] = Counter()
    for (month, key), number in counts.items():
        found[key, year_of_month(month)] += number
    return found


def _years(facts: Facts, many: int) -> list[tuple[int, str]]:
    last = facts.period.year
    return [
        (year, year_of(year).name) for year in range(last - many + 1, last + 1) if facts.known(year) or year == last
    ]


def _since(facts: Facts, many: int) -> tuple[str, ...]:
    """A note about years that cannot be shown."""
    if facts.known(facts.period.year - many + 1) or facts.since is None:
        return _unfinished(facts)
    return (f"このシステムに記録のある{year_of(facts.since).name}からを載せています。", *_unfinished(facts))


def _unfinished(facts: Facts) -> tuple[str, ...]:
    return () if facts.complete else (f"{facts.period.name}は途中の値です。",)


def _all_months(years: list[tuple[int, str]]) -> tuple[str, ...]:
    return tuple(key for year, _ in years for key in year_of(year).months)


def kinds(facts: Facts) -> Table:
    """種別 × 3年."""
    years = _years(facts, _KIND_YEARS)
    counts = _by_year(counted_by(facts.voices, _all_months(years), "month", "kind"))
    table = over_years("kinds", "種別の件数の推移", "種別", naming.KINDS, counts, years, since=facts.since)
    return standard_tables.stated(table, *_since(facts, _KIND_YEARS), standard_tables.KIND_NOTE)


def ways_by_kind(facts: Facts) -> Table:
    """受付方法 × 種別."""
    counts = counted_by(facts.voices, facts.period.months, "channel", "kind")
    return crossed("ways_by_kind", "受付方法別・種別の件数", "受付方法", naming.CHANNELS, naming.KINDS, counts)


def quarters(facts: Facts) -> Table:
    """四半期 × 分野, 合計, %."""
    counts: Counter[Any] = Counter()
    for (month, area), number in counted_by(facts.areas, facts.period.months, "month", "area").items():
        counts[area, quarter_of_month(month)] += number
    return crossed(
        "quarters", "四半期別・分野別の件数", "分野", facts.names.areas, list(enumerate(QUARTER_NAMES)), counts
    )


def areas(facts: Facts) -> Table:
    """分野別構成比."""
    now, past = facts.period.months, facts.past
    counts = counted_by(facts.areas, now, "area")
    before = counted_by(facts.areas, past, "area") if is_known(facts, past) else None
    return compared(
        "areas",
        "分野別の件数と構成比",
        "分野",
        sized(facts.names.areas, counts),
        now=counts,
        before=before,
        names=(facts.period.name, facts.past_name),
        ranked=True,
    )


def areas_by_kind(facts: Facts) -> Table:
    """分野 × 種別."""
    counts = counted_by(facts.areas, facts.period.months, "area", "kind")
    return crossed("areas_by_kind", "分野別・種別の件数", "分野", facts.names.areas, naming.KINDS, counts)


def areas_over_years(facts: Facts) -> Table:
    """分野の5年推移."""
    years = _years(facts, AREA_YEARS)
    counts = _by_year(counted_by(facts.areas, _all_months(years), "month", "area"))
    table = over_years(
        "areas_over_years",
        "分野別の件数の推移",
        "分野",
        facts.names.areas,
        counts,
        years,
        since=facts.since,
        shares=False,
    )
    return standard_tables.stated(table, *_since(facts, AREA_YEARS))


def ages(facts: Facts) -> Table:
    """年代別 (不明を含む)."""
    return _of_people(facts, "age", "年代別の件数", naming.AGES)


def districts(facts: Facts) -> Table:
    """地区別 (不明を含む)."""
    keys = counted_by(facts.people, facts.period.months, "district")
    labels = [(key, key) for key in sorted(one for one in keys if one is not None)]
    return _of_people(facts, "district", "地区別の件数", [*labels, (None, naming.UNKNOWN)])


def _of_people(facts: Facts, dimension: str, title: str, labels: list[tuple[str | None, str]]) -> Table:
    now, past = facts.period.months, facts.past
    table = compared(
        "ages" if dimension == "age" else "districts",
        title,
        "年代" if dimension == "age" else "地区",
        labels,
        now=counted_by(facts.people, now, dimension),
        before=counted_by(facts.people, past, dimension) if is_known(facts, past) else None,
        names=(facts.period.name, facts.past_name),
    )
    return standard_tables.stated(
        table, "本人が答えたものだけを数えています。自ら声を寄せた方の内訳であり、市民全体の割合ではありません。"
    )


def trend(facts: Facts) -> Table:
    """10年推移."""
    years = _years(facts, TREND_YEARS)
    by_year = _by_year(counted_by(facts.voices, _all_months(years), "month", "channel"))
    sent: Counter[int] = Counter()
    for month, number in facts.sent.by("month").items():
        sent[year_of_month(month)] += number
    matters: Counter[int] = Counter()
    for (_, year), number in by_year.items():
        matters[year] += number
    rows = []
    for year, name in years:
        now = matters[year] if facts.known(year) else None
        before = matters[year - 1] if facts.known(year - 1) and year > years[0][0] else None
        cells = (
            text(name),
            count(sent[year] if facts.known(year) else None),
            count(now),
            difference(now, before),
            rate(now, before),
            count(by_year[Channel.LINE, year] if facts.known(year) else None),
        )
        rows.append(Row(cells))
    table = Table(
        key="trend",
        title="受付件数の推移",
        unit="通・件",
        columns=(
            Column("年度"),
            Column("通"),
            Column("件"),
            Column("前年度からの増減"),
            Column("増減率（％）"),
            Column("うち LINE（件）"),
        ),
        rows=tuple(rows),
        chart=Chart(ChartKind.LINES, (2, 5), "年度ごとの受付件数と、そのうちの LINE の件数。")
        if len(rows) > 2
        else None,
        notes=_since(facts, TREND_YEARS),
    )
    return noted(table)


def surveys() -> Table:
    """アンケートと反映状況."""
    return absent("surveys", "アンケートと反映の状況", NO_SURVEYS)


def publication() -> Table:
    """公表件数と非公表理由別件数."""
    return absent("publication", "公表件数と非公表の理由別件数", NO_PUBLICATION)
