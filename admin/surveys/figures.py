"""Results as tables of words and as charts: the same for the screen, printed reports and workbooks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from admin.charts import BLUE, INK, bars, base
from feedback.surveys.definition import QuestionType
from feedback.surveys.marks import PASSED
from feedback.surveys.reporting import QuestionResult, Row
from feedback.surveys.tables import (
    HIDDEN,
    NOT_ANSWERED,
    SMALL_CELLS,
    Base,
    Line,
    count_words,
    hidden_cells,
    n_words,
    share_words,
)

_PALETTE = (
    "#0017c1",
    "#4979f5",
    "#9db7f9",
    "#f2b880",
    "#c16800",
    "#8a3b00",
    "#5a5f6a",
    "#1d7c4d",
    "#8a2be2",
    "#b00064",
)
_GREY = "#c8cdd6"
_LIGHT = frozenset({"#9db7f9", "#f2b880", _GREY})


@dataclass(frozen=True, slots=True)
class Table:
    """A table of words. ``sums``: rows in bold; ``bars``: widths of bars in twentieths, beside the rows."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sums: tuple[int, ...] = ()
    bars: tuple[int, ...] = ()
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A question with its tables, in words. ``facts``: mean, NPS."""

    result: QuestionResult
    n: str
    simple: Table
    crossed: Table | None
    facts: tuple[str, ...]
    kind: str


_KINDS = {QuestionType.MULTIPLE: "MA（いくつでも）", QuestionType.RANKING: "順位"}


def block_of(result: QuestionResult, *, outside: bool = False) -> Block:
    """A question in words. ``outside``: small cells are hidden."""
    question = result.question
    simple = _matrix(result, outside) if question.rows else _simple(result, outside)
    return Block(
        result,
        n_words(result.base.n),
        simple,
        None if question.rows else _crossed(result, outside),
        _facts(result),
        _KINDS.get(question.type, "SA" if question.picks_one else ""),
    )


def _simple(result: QuestionResult, outside: bool) -> Table:
    ranked = result.question.type is QuestionType.RANKING
    weighted = None if outside else result.weighted
    head = ["選択肢", "件数", "％", *(["補正後％"] if weighted else []), *(["平均順位"] if ranked else [])]
    hidden = _hidden([result.base], outside)[0]
    rows = []
    for line, covered in zip(result.base.lines, hidden, strict=True):
        cells = [line.text, HIDDEN if covered else count_words(line.count)]
        cells.append(HIDDEN if covered else share_words(line.count, result.base.n))
        if weighted:
            cells.append(HIDDEN if covered else _weighted_share(weighted, line))
        if ranked:
            cells.append(f"{line.mean_rank:.2f}" if line.mean_rank is not None else "")
        rows.append(tuple(cells))
    sums = tuple(place for place, line in enumerate(result.base.lines) if line.is_sum)
    widths = tuple(
        0 if covered else round(line.share * 20) for line, covered in zip(result.base.lines, hidden, strict=True)
    )
    return Table(tuple(head), tuple(rows), sums, widths, f"問{result.number}の単純集計")


def _weighted_share(weighted: Base, line: Line) -> str:
    found = weighted.line(line.key)
    return share_words(found.count, weighted.n) if found else ""


def _hidden(bases: Sequence[Base], outside: bool) -> list[list[bool]]:
    """Which cells are hidden; sums of choices go with what they would give away."""
    width = len(bases[0].lines)
    if not outside:
        return [[False] * width for _ in bases]
    plain = [place for place, line in enumerate(bases[0].lines) if not line.is_sum]
    found = hidden_cells([[base.lines[place].count for place in plain] for base in bases])
    whole = []
    for row in found:
        covered = dict(zip(plain, row, strict=True))
        whole.append([covered.get(place, any(row)) for place in range(width)])
    return whole


def _matrix(result: QuestionResult, outside: bool) -> Table:
    columns = [one.text for one in result.question.choices]
    texts = {one.key: one.text for one in result.question.rows}
    bases = list(result.base.rows.items())
    hidden = _hidden([one for _, one in bases], outside) if bases else []
    rows = []
    for (key, one), covered in zip(bases, hidden, strict=True):
        cells = [
            HIDDEN if off else share_words(line.count, one.n) for line, off in zip(one.lines, covered, strict=True)
        ]
        rows.append((texts[key], _n(one, outside), *cells))
    sums = ["計"] if result.question.positive else []
    return Table(
        ("項目", "n", *columns, NOT_ANSWERED, *sums), tuple(rows), caption=f"問{result.number}の項目別の割合（％）"
    )


def _crossed(result: QuestionResult, outside: bool) -> Table | None:
    if not result.rows:
        return None
    bases = [result.base, *(row.base for row in result.rows)]
    names = ["全体", *(row.name for row in result.rows)]
    lines = [line.text for line in result.base.lines]
    hidden = _hidden([_aligned(one, result.base) for one in bases], outside)
    rows = [
        (f"{name}（参考値）" if one.is_small else name, _n(one, outside), *_cells(_aligned(one, result.base), covered))
        for name, one, covered in zip(names, bases, hidden, strict=True)
    ]
    caption = f"問{result.number}のクロス集計（％）"
    # Weighted figures and means give away what was hidden, so they do not leave the office.
    if outside:
        return Table(("", "n", *lines), tuple(rows), (0,), caption=caption)
    rows += _weighted_rows(result)
    shown = zip(rows, [*bases, *_weighted_bases(result)], strict=True)
    cells = tuple((*row, *_more_cells(one, result.base)) for row, one in shown)
    return Table(("", "n", *lines, *_more_heads(result.base)), cells, (0,), caption=caption)


def _n(one: Base, outside: bool) -> str:
    return HIDDEN if outside and round(one.n) in SMALL_CELLS else count_words(one.n)


def _aligned(one: Base, whole: Base) -> Base:
    """With a line for each line of the whole, in its order."""
    lines = tuple(one.line(line.key) or Line(line.key, line.text, 0.0, 0.0, line.is_sum) for line in whole.lines)
    return Base(one.n, one.answered, lines, one.mean, one.nps)


def _cells(one: Base, covered: Sequence[bool]) -> list[str]:
    return [HIDDEN if off else share_words(line.count, one.n) for line, off in zip(one.lines, covered, strict=True)]


def _weighted_bases(result: QuestionResult) -> list[Base]:
    if result.weighted is None:
        return []
    return [result.weighted, *(row.weighted for row in result.rows if row.weighted)]


def _weighted_rows(result: QuestionResult) -> list[tuple[str, ...]]:
    if result.weighted is None:
        return []
    names = ["全体（補正後）", *(f"{row.name}（補正後）" for row in result.rows if row.weighted)]
    return [
        (name, count_words(one.n), *_cells(_aligned(one, result.base), [False] * len(result.base.lines)))
        for name, one in zip(names, _weighted_bases(result), strict=True)
    ]


def _more_heads(one: Base) -> list[str]:
    return [*(["平均"] if one.mean is not None else []), *(["NPS"] if one.nps is not None else [])]


def _more_cells(one: Base, whole: Base) -> list[str]:
    """Mean and NPS, where the whole has them."""
    mean = [f"{one.mean:.2f}" if one.mean is not None else "-"] if whole.mean is not None else []
    nps = [f"{one.nps:.1f}" if one.nps is not None else "-"] if whole.nps is not None else []
    return [*mean, *nps]


def _facts(result: QuestionResult) -> tuple[str, ...]:
    said = []
    for name, one in (("", result.base), ("補正後の", result.weighted)):
        if one is not None and one.mean is not None:
            said.append(f"{name}平均 {one.mean:.2f}{result.question.unit}")
        if one is not None and one.nps is not None:
            said.append(f"{name}NPS {one.nps:+.1f}")
    return tuple(said)


def has_band(result: QuestionResult) -> bool:
    """Whether the shares add up to a whole that a band (帯グラフ) can show."""
    return (result.question.picks_one and bool(result.question.choices)) or bool(result.question.rows)


def band_option(result: QuestionResult) -> dict[str, Any]:
    """帯グラフ: the whole and each segment, or each row of a matrix, as a band of a hundred."""
    bands: list[tuple[str, Base]] = [(f"全体（{n_words(result.base.n)}）", result.base)]
    if result.question.rows:
        texts = {one.key: one.text for one in result.question.rows}
        bands = [(texts[key], one) for key, one in result.base.rows.items()]
    bands += [(f"{row.name}（{n_words(row.base.n)}）", row.base) for row in result.rows if row.base.n]
    return _bands(bands, f"問{result.number}の帯グラフ")


def _bands(bands: Sequence[tuple[str, Base]], description: str) -> dict[str, Any]:
    shown = list(reversed(bands))
    keys = [(line.key, line.text) for line in bands[0][1].lines if not line.is_sum]
    lines_of_legend = 1 + sum(len(text) + 4 for _, text in keys) // 46
    top = 28 + 22 * lines_of_legend
    axis = {"width": 150, "overflow": "truncate"}
    return base(description) | {
        "legend": {"type": "plain", "top": 0, "itemWidth": 12, "itemHeight": 12},
        "grid": {"left": 8, "right": 24, "top": top, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "item"},
        "xAxis": {"type": "value", "max": 100, "axisLabel": {"formatter": "{value}%"}},
        "yAxis": {"type": "category", "data": [name for name, _ in shown], "axisLabel": axis},
        "series": [_band(place, key, text, [one for _, one in shown]) for place, (key, text) in enumerate(keys)],
    }


def _band(place: int, key: str, text: str, bases: Sequence[Base]) -> dict[str, Any]:
    colour = _GREY if key == PASSED else _PALETTE[place % len(_PALETTE)]
    ink = INK if colour in _LIGHT else "#fff"
    return {
        "name": text,
        "type": "bar",
        "stack": "all",
        "barMaxWidth": 30,
        "itemStyle": {"color": colour},
        "data": [
            {"value": one, "label": {"show": one >= 5, "formatter": f"{one:.1f}", "color": ink}}
            for one in (_hundredths(base_, key) for base_ in bases)
        ],
    }


def _hundredths(one: Base, key: str) -> float:
    line = one.line(key)
    return round(line.count / one.n * 100, 1) if line and one.n else 0.0


def days_option(days: Sequence[tuple[date, int]]) -> dict[str, Any]:
    """Responses by day, as bars, and their sum so far as a line."""
    so_far, total = [], 0
    for _, count in days:
        total += count
        so_far.append(total)
    whole = {"type": "value", "minInterval": 1}
    return base("日ごとの回答数と累計") | {
        "legend": {"data": ["その日", "累計"], "top": 0},
        "xAxis": {"type": "category", "data": [f"{day.month}/{day.day}" for day, _ in days]},
        "yAxis": [whole, whole | {"splitLine": {"show": False}}],
        "series": [
            {"name": "その日", "type": "bar", "data": [count for _, count in days], "itemStyle": {"color": BLUE}},
            {"name": "累計", "type": "line", "yAxisIndex": 1, "data": so_far, "itemStyle": {"color": "#c16800"}},
        ],
    }  # fmt: skip


def choice_bars(result: QuestionResult) -> dict[str, Any]:
    """Lying bars of the choices' shares, for answers that may exceed a hundred together."""
    lines = [line for line in result.base.lines if not line.is_sum]
    return bars([(line.text, round(line.share * 100, 1)) for line in lines], f"問{result.number}の割合（％）")


__all__ = ["Block", "Row", "Table", "band_option", "block_of", "choice_bars", "days_option", "has_band"]
