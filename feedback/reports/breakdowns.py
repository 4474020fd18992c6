"""Pure: the shapes that tables of reports have. Counts go in by key, finished tables come out."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from feedback.reports import figures
from feedback.reports.figures import Cell, count, difference, leading, rank, ranks, rate, share, text
from feedback.reports.tables import Chart, ChartKind, Column, Row, Table

Labels = Sequence[tuple[Any, str]]
"""What rows or columns stand for, in order: a key and its name."""
TOTAL = "合計"


def noted(table: Table, *more: str) -> Table:
    """The table with the notes that its cells ask for, after its own."""
    cells = [cell for row in table.rows for cell in row.cells]
    own = [*more, *table.notes]
    return replace(table, notes=(*own, *(one for one in figures.notes_for(cells) if one not in own)))


def sized(labels: Labels, counts: Mapping[Any, int]) -> list[tuple[Any, str]]:
    """The labels with the largest counts first; what is not known (None) comes last."""
    return sorted(labels, key=lambda one: (one[0] is None, -counts.get(one[0], 0)))


def present(labels: Labels, *counts: Mapping[Any, int]) -> list[tuple[Any, str]]:
    """The labels that have anything to count; names for keys that none has."""
    known = {key for key, _ in labels}
    used = {key for one in counts for key, number in one.items() if number}
    extra = sorted((key for key in used - known), key=str)
    return [(key, name) for key, name in labels if key in used] + [(key, str(key)) for key in extra]


def compared(
    key: str,
    title: str,
    heading: str,
    labels: Labels,
    *,
    now: Mapping[Any, int],
    before: Mapping[Any, int] | None,
    names: tuple[str, str],
    unit: str = "件",
    chart: ChartKind | None = ChartKind.BARS,
    ranked: bool = False,
) -> Table:
    """A breakdown of a period beside the period before: count, share, before, difference, rate.

    ``before`` None: nothing is known of it. ``names`` are those of the two periods.
    """
    whole, earlier = sum(now.values()), sum(before.values()) if before is not None else None
    shown = present(labels, now, before or {})
    places = ranks([now.get(one, 0) for one, _ in shown])

    def cells(name: str, number: int, past: int | None, place: int | None) -> tuple[Cell, ...]:
        first = (rank(place) if place is not None else text(""),) if ranked else ()
        return (
            text(name),
            *first,
            count(number),
            share(number, whole),
            count(past),
            difference(number, past),
            rate(number, past),
        )

    rows = [
        Row(cells(name, now.get(one, 0), None if before is None else before.get(one, 0), place))
        for (one, name), place in zip(shown, places, strict=True)
    ]
    columns = (
        Column(heading),
        *((Column("順位"),) if ranked else ()),
        Column("件数" if unit == "件" else unit, names[0]),
        Column("構成比（％）", names[0]),
        Column("件数" if unit == "件" else unit, names[1]),
        Column("増減"),
        Column("増減率（％）"),
    )
    place = 2 if ranked else 1
    table = Table(
        key=key,
        title=title,
        unit=unit,
        columns=columns,
        rows=(*rows, Row(cells(TOTAL, whole, earlier, None), total=True)),
        chart=_beside(chart, title, names, place, known=before is not None) if rows else None,
        sums_to=place if unit == "件" else None,
    )
    return noted(table)


def _beside(chart: ChartKind | None, title: str, names: tuple[str, str], place: int, *, known: bool) -> Chart | None:
    if chart is None:
        return None
    if not known:
        return Chart(chart, (place,), f"{title}。{names[0]}の件数。")
    return Chart(chart, (place, place + 2), f"{title}。{names[0]}と{names[1]}の件数。")


def crossed(
    key: str,
    title: str,
    heading: str,
    rows: Labels,
    columns: Labels,
    counts: Mapping[tuple[Any, Any], int],
    *,
    chart: ChartKind | None = ChartKind.STACKED,
) -> Table:
    """Two dimensions with totals of rows and columns, and the share of each row."""
    by_row: Counter[Any] = Counter()
    by_column: Counter[Any] = Counter()
    for (row, column), number in counts.items():
        by_row[row] += number
        by_column[column] += number
    whole = by_row.total()
    across, down = present(columns, by_column), present(rows, by_row)

    def line(name: str, number: int, parts: Sequence[int]) -> tuple[Cell, ...]:
        return (text(name), *map(count, parts), count(number), share(number, whole))

    body = [Row(line(name, by_row[one], [counts.get((one, other), 0) for other, _ in across])) for one, name in down]
    body.append(Row(line(TOTAL, whole, [by_column[other] for other, _ in across]), total=True))
    shares = (text("構成比（％）"), *(share(by_column[one], whole) for one, _ in across), share(whole, whole), text(""))
    body.append(Row(shares, total=True))
    series = tuple(range(1, len(across) + 1))
    table = Table(
        key=key,
        title=title,
        unit="件",
        columns=(Column(heading), *(Column(name) for _, name in across), Column(TOTAL), Column("構成比（％）")),
        rows=tuple(body),
        chart=Chart(chart, series, f"{title}。") if chart and down else None,
        sums_to=len(across) + 1,
    )
    return noted(table)


def over_years(
    key: str,
    title: str,
    heading: str,
    labels: Labels,
    counts: Mapping[tuple[Any, int], int],
    years: Sequence[tuple[int, str]],
    *,
    since: int | None,
    shares: bool = True,
) -> Table:
    """A breakdown year by year, the newest last. Before ``since`` nothing is known."""
    wholes: dict[int, int] = {year: sum(n for (_, of), n in counts.items() if of == year) for year, _ in years}
    used: Counter[Any] = Counter()
    for (one, year), number in counts.items():
        if year in wholes:
            used[one] += number

    def known(year: int, number: int) -> int | None:
        return number if since is not None and year >= since else None

    def line(name: str, numbers: Sequence[int | None]) -> tuple[Cell, ...]:
        cells: list[Cell] = [text(name)]
        for (year, _), number in zip(years, numbers, strict=True):
            cells.append(count(number))
            if shares:
                cells.append(share(number, known(year, wholes[year])))
        last = numbers[-1]
        before = numbers[-2] if len(numbers) > 1 else None
        return (*cells, difference(last, before))

    rows = [
        Row(line(name, [known(year, counts.get((one, year), 0)) for year, _ in years]))
        for one, name in present(labels, used)
    ]
    rows.append(Row(line(TOTAL, [known(year, wholes[year]) for year, _ in years]), total=True))
    columns = [Column(heading)]
    for _, name in years:
        columns += [Column("件数", name), Column("構成比（％）", name)] if shares else [Column(name)]
    step = 2 if shares else 1
    series = tuple(range(1, len(years) * step + 1, step))
    table = Table(
        key=key,
        title=title,
        unit="件",
        columns=(*columns, Column("前年度からの増減")),
        rows=tuple(rows),
        chart=Chart(ChartKind.BARS, series, f"{title}。年度ごとの件数。") if len(rows) > 1 else None,
        sums_to=series[-1],
    )
    return noted(table)


def ranking(
    key: str,
    title: str,
    columns: tuple[Column, ...],
    items: Sequence[tuple[int, tuple[Cell, ...]]],
    *,
    most: int,
    absence: str,
) -> Table:
    """The first places: a number (falling) and the other cells each, with ties beyond ``most`` kept."""
    numbers = [number for number, _ in items]
    kept = leading(numbers, most) if numbers else 0
    places = ranks(numbers)
    rows = tuple(Row((rank(place), *cells)) for place, (_, cells) in zip(places[:kept], items[:kept], strict=True))
    table = Table(
        key=key, title=title, unit="件", columns=(Column("順位"), *columns), rows=rows, absence="" if rows else absence
    )
    return noted(table)


def absent(key: str, title: str, why: str) -> Table:
    """A table of which there is nothing to show, and why."""
    return Table(key=key, title=title, columns=(), rows=(), absence=why)


def keyed(counts: Mapping[Hashable, int], names: Mapping[Any, str]) -> list[tuple[Any, str]]:
    """Labels in the order of ``names``, then what has no name."""
    return present([*names.items()], counts)
