"""Pure: tables that several reports have, made from `Facts`."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import median

from feedback.clock import era_date, tokyo_date
from feedback.opinions.rules import KIND_NAMES, OUTCOME_NAMES, Outcome
from feedback.reports import naming
from feedback.reports.breakdowns import TOTAL, absent, noted, ranking
from feedback.reports.cases import Case
from feedback.reports.counting import Standing
from feedback.reports.facts import Days, Facts, counted_by, earlier, is_known
from feedback.reports.figures import count, difference, quote, rate, ratio, share, text
from feedback.reports.naming import INTERNET, Names
from feedback.reports.periods import Period
from feedback.reports.tables import Chart, ChartKind, Column, Row, Table
from feedback.statistics.answering import BANDS

TOP, FEWEST = 10, 3
LATE_NOTE = "期限超過は、期限を過ぎて対応中のものと、期限のあとに回答したものの合計です。"
_UNDECIDED, _OPEN = "区分未設定（回答済・完了）", "対応中"

KIND_NOTE = "種別の定義：" + "／".join(f"{KIND_NAMES[one]}＝{words}" for one, words in naming.KIND_MEANINGS.items())


def channels(facts: Facts) -> Table:
    """手段別 通・件."""
    period = facts.period
    now, past = period.months, facts.past
    matters, sent = counted_by(facts.voices, now, "channel"), facts.sent.by("channel", month=now)
    known = is_known(facts, past)
    matters_before = counted_by(facts.voices, past, "channel")
    sent_before = facts.sent.by("channel", month=past)
    rows = []
    labels = [(key, name) for key, name in naming.CHANNELS if matters[key] or matters_before[key]]
    for key, name in [*labels, (None, TOTAL)]:

        def of(counter: Counter[object], key: object = key) -> int:
            return counter[key] if key is not None else counter.total()

        cells = (
            text(name),
            count(of(sent)),
            share(of(sent), sent.total()),
            count(of(matters)),
            share(of(matters), matters.total()),
            ratio(of(matters), of(sent)),
            count(of(sent_before) if known else None),
            count(of(matters_before) if known else None),
        )
        rows.append(Row(cells, total=key is None))
    table = Table(
        key="channels",
        title="受付方法別の通数と件数",
        unit="通・件",
        columns=(
            Column("受付方法"),
            Column("通", period.name),
            Column("構成比（％）", period.name),
            Column("件", period.name),
            Column("構成比（％）", period.name),
            Column("1通当たり件数", period.name),
            Column("通", facts.past_name),
            Column("件", facts.past_name),
        ),
        rows=tuple(rows),
        chart=Chart(ChartKind.BARS, (1, 3), "受付方法別の通数と件数。") if labels else None,
        notes=("通は受け付けた送信の数、件はその中の用件の数です。一つの通に複数の件があることがあります。",),
        sums_to=3,
    )
    return noted(table)


def outcomes(facts: Facts) -> Table:
    """対応区分."""
    now, past = facts.period.months, facts.past
    known = is_known(facts, past)
    current, before = _by_outcome(facts, now), _by_outcome(facts, past)
    labels: list[tuple[object, str]] = [*naming.OUTCOMES, (_UNDECIDED, _UNDECIDED), (_OPEN, _OPEN)]

    def cells(name: str, number: int, earlier_number: int) -> tuple[object, ...]:
        last = earlier_number if known else None
        return (text(name), count(number), share(number, current.total()), count(last), difference(number, last))

    rows = [Row(cells(name, current[key], before[key])) for key, name in labels]  # type: ignore[arg-type]
    rows.append(Row(cells(TOTAL, current.total(), before.total()), total=True))  # type: ignore[arg-type]
    table = Table(
        key="outcomes",
        title="対応区分別の件数",
        unit="件",
        columns=(
            Column("対応区分"),
            Column("件数", facts.period.name),
            Column("構成比（％）", facts.period.name),
            Column("件数", facts.past_name),
            Column("増減"),
        ),
        rows=tuple(rows),
        chart=Chart(ChartKind.BARS, (1,), "対応区分別の件数。"),
        notes=("移送したもの、対象外のものは、この表に含みません。件数は「照合」の表にあります。",),
        sums_to=1,
    )
    return noted(table)


def _by_outcome(facts: Facts, months: tuple[str, ...]) -> Counter[object]:
    found: Counter[object] = Counter()
    for (outcome, is_open), number in counted_by(facts.offices, months, "outcome", "open").items():
        found[Outcome(outcome) if outcome else _OPEN if is_open else _UNDECIDED] += number
    return found


def response_days(facts: Facts) -> Table:
    """対応日数の分布, in business days."""
    total = sum(one.matters for one in facts.days)
    rows, so_far = [], 0
    for _, name, least, most in BANDS:
        inside = _inside(facts.days, least, most)
        so_far += inside
        rows.append(Row((text(name), count(inside), share(inside, total), share(so_far, total))))
    rows.append(Row((text(TOTAL), count(total), share(total, total), text("")), total=True))
    bound = sum(one.matters for one in facts.days if one.in_time is not None)
    kept = sum(one.matters for one in facts.days if one.in_time)
    middle = median([one.days for one in facts.days for _ in range(one.matters)]) if total else None
    words = "―" if middle is None else f"{middle:g}営業日"
    table = Table(
        key="days",
        title="回答までの日数の分布",
        unit="件",
        columns=(Column("営業日数"), Column("件数"), Column("構成比（％）"), Column("累計（％）")),
        rows=tuple(rows),
        chart=Chart(ChartKind.COLUMNS, (1,), "回答までの営業日数ごとの件数。"),
        notes=(
            f"受付の翌日から回答の日までの営業日（土日・祝日・12月29日から1月3日・市の休みを除く）。中央値は{words}。",
            f"回答期限のある{bound:,}件のうち、期限内に回答したものは{kept:,}件です。",
        ),
    )
    return (
        noted(table) if total else absent("days", table.title, "この期間に受け付けて回答したものは、まだありません。")
    )


def _inside(days: Iterable[Days], least: int, most: int | None) -> int:
    return sum(one.matters for one in days if one.days >= least and (most is None or one.days <= most))


def contents(facts: Facts) -> Table:
    """内容上位10項目と所管 (同数は同順位)."""
    totals: Counter[int] = Counter()
    offices: dict[int, Counter[int]] = {}
    themes = {one.theme_id: one for one in facts.contents}
    for one in facts.contents:
        totals[one.theme_id] += one.matters
        offices.setdefault(one.theme_id, Counter())[one.department_id] += one.matters
    ordered = sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))
    items = [
        (
            number,
            (
                text("・".join(themes[theme].words[:3])),
                text(facts.names.area(themes[theme].area_key)),
                text(_departments(facts.names, offices[theme])),
                count(number),
                share(number, facts.counted),
            ),
        )
        for theme, number in ordered
        if number >= FEWEST
    ]
    columns = (
        Column("内容（話題の言葉）", wide=True),
        Column("分野"),
        Column("主な所管"),
        Column("件数"),
        Column("集計対象に占める割合（％）"),
    )
    return ranking(
        "contents",
        f"内容の上位{TOP}項目と所管",
        columns,
        items,
        most=TOP,
        absence="話題としてまとまった意見が、この期間にはありません。三件以上になった話題を載せます。",
    )


def _departments(names: Names, counts: Counter[int]) -> str:
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = "、".join(names.department(number) for number, _ in ordered[:2])
    return shown + (f" ほか{len(ordered) - 2}課" if len(ordered) > 2 else "")


def case_table(
    names: Names, found: Sequence[Case], total: int, *, title: str = "反映した意見・反映を予定する意見"
) -> Table:
    """反映事例: what was said and what changed."""
    rows = tuple(
        Row(
            (
                text(one.receipt),
                text(f"{names.area(one.area_key)}\n{one.department}"),
                quote(one.words, matter_id=one.matter_id),
                text(f"{OUTCOME_NAMES[one.outcome]}{_when(one)}"),
                text(one.what),
            )
        )
        for one in found
    )
    columns = (
        Column("受付番号"),
        Column("分野・担当課"),
        Column("声（個人情報を伏せた冒頭）", wide=True),
        Column("対応"),
        Column("市が変えたこと・変えること", wide=True),
    )
    notes = (f"該当する{total:,}件のうち、{len(found):,}件を掲載しています。",) if total > len(found) else ()
    absence = "" if rows else "該当する意見は、この期間にはありません。"
    return Table(key="cases", title=title, unit="", columns=columns, rows=rows, notes=notes, absence=absence)


def _when(one: Case) -> str:
    if one.reflected_on is not None:
        return f"\n{era_date(one.reflected_on)}"
    if one.planned_month is not None:
        return f"\n{era_date(one.planned_month).rsplit('月', 1)[0]}月予定"
    return f"\n{era_date(tokyo_date(one.received_at))}受付"


def months(facts: Facts, of: Sequence[Period]) -> Table:
    """月別 (うちLINE・インターネット)."""
    by_month = counted_by(
        facts.voices, tuple(key for one in of for key in (*one.months, *earlier(one))), "month", "channel"
    )

    def total(keys: Iterable[str], among: frozenset[object] | None = None) -> int:
        wanted = set(keys)
        return sum(n for (key, channel), n in by_month.items() if key in wanted and (among is None or channel in among))

    line = frozenset({"line"})
    rows = []
    for one in [*of, Period(of[0].first, of[-1].last, TOTAL)]:
        is_total = one.name == TOTAL
        done = facts.today >= one.first
        keys, past = one.months, earlier(one)
        now = total(keys) if done else None
        if is_total:  # a year that goes on is compared with the months that have begun
            past = tuple(key for part in of if facts.today >= part.first for key in earlier(part))
        before = total(past) if done and is_known(facts, past) else None
        rows.append(
            Row(
                (
                    text(one.name if is_total else f"{one.first.month}月"),
                    count(now),
                    count(total(keys, line) if done else None),
                    count(total(keys, INTERNET) if done else None),
                    count(before),
                    difference(now, before),
                    rate(now, before),
                ),
                total=is_total,
            )
        )
    name = facts.period.name
    table = Table(
        key="months",
        title="月別の件数（うち LINE・インターネット）",
        unit="件",
        columns=(
            Column("月"),
            Column("件数", name),
            Column("うち LINE", name),
            Column("うちインターネット", name),
            Column("前年同月"),
            Column("増減"),
            Column("増減率（％）"),
        ),
        rows=tuple(rows),
        chart=Chart(ChartKind.COLUMNS, (1, 4), "月別の件数を前年同月と比べます。")
        if is_known(facts, earlier(of[0]))
        else Chart(ChartKind.COLUMNS, (1, 2), "月別の件数と、そのうちの LINE の件数。"),
        notes=("「インターネット」は、LINE・Webフォーム・電子メールです。",),
        sums_to=1,
    )
    return noted(table)


def departments(facts: Facts, *, workload: bool = False) -> Table:
    """部局別件数 (うち匿名). ``workload``: also what is still open and what is late."""
    now, past = facts.period.months, facts.past
    by = counted_by(facts.offices, now, "department", "anonymous")
    before = counted_by(facts.offices, past, "department") if is_known(facts, past) else None
    totals: Counter[object] = Counter()
    nameless: Counter[object] = Counter()
    for (department, hidden), number in by.items():
        totals[department] += number
        nameless[department] += number if hidden else 0
    open_ = counted_by(facts.offices, now, "department", open=1)
    known = {key for key, number in totals.items() if number} | set(before or ())
    rows = []
    for key, name in [*((one, name) for one, name in facts.names.departments if one in known), (None, TOTAL)]:
        number = totals.total() if key is None else totals[key]
        hidden = nameless.total() if key is None else nameless[key]
        last = None if before is None else before.total() if key is None else before[key]
        cells = (
            text(facts.names.bureaus.get(key, "") if key is not None else name),
            text(name if key is not None else ""),
            count(number),
            share(number, totals.total()),
            count(hidden),
            share(hidden, number),
            count(last),
            difference(number, last),
        )
        more = (
            count(open_.total() if key is None else open_[key]),
            count(facts.late.total() if key is None else facts.late[key]),
        )
        rows.append(Row(cells + more if workload else cells, total=key is None))
    table = Table(
        key="departments",
        title="部局別の件数（うち匿名）",
        unit="件",
        columns=(
            Column("部局"),
            Column("担当課"),
            Column("件数", facts.period.name),
            Column("構成比（％）", facts.period.name),
            Column("うち匿名", facts.period.name),
            Column("匿名の割合（％）", facts.period.name),
            Column(facts.past_name),
            Column("増減"),
            *((Column("うち対応中"), Column("うち期限超過")) if workload else ()),
        ),
        rows=tuple(rows),
        notes=(
            "担当課は、この報告を作った時点のものです。",
            "匿名は、氏名も連絡先も書かれていないもの（LINE を除く）で、消去の申し出があったものを含みます。",
            *((LATE_NOTE,) if workload else ()),
        ),
        sums_to=2,
    )
    return noted(table)


def counted_note(facts: Facts) -> str:
    """What the tables of the report count."""
    parts = [
        f"{naming_of} {facts.reconciliation.matters[one]:,}件"
        for one, naming_of in ((Standing.TRANSFERRED, "移送"), (Standing.OUT_OF_SCOPE, "対象外"))
    ]
    return f"集計対象は{facts.counted:,}件です（別に、{'、'.join(parts)}など）。"


def stated(table: Table, *notes: str) -> Table:
    """The table with further notes at the end."""
    return replace(table, notes=(*table.notes, *notes))
