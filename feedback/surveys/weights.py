"""Weights that bring those who answered to the population's make-up: post-stratification, raking. Pure.

A cell is a tuple of keys, one an axis (age, district). Weights average 1 over those they are for, so weighted counts
add up to the same number of people.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from feedback.errors import Invalid

Cell = tuple[str | None, ...]
_ROUNDS: Final = 200
_EXACT: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Weights:
    """``by_cell``: what a response of the cell counts as; cells the population does not name count as 1.

    ``missing``: cells of the population nobody answered for. ``effective``: size of an unweighted sample as exact
    (Kish). ``outside``: responses of cells the population does not name.
    """

    by_cell: Mapping[Cell, float]
    missing: tuple[Cell, ...]
    effective: float
    outside: int


def post_stratify(sample: Mapping[Cell, int], population: Mapping[Cell, int]) -> Weights:
    """Each cell gets its share of the population. Invalid when no cell is in both."""
    known, missing = _overlap(sample, population)
    n, total = sum(known.values()), sum(population[cell] for cell in known)
    found = {cell: (population[cell] / total) / (count / n) for cell, count in known.items()}
    return _weights(sample, found, missing)


def rake(sample: Mapping[Cell, int], margins: Sequence[Mapping[str, int]]) -> Weights:
    """Each axis by itself gets the population's shares (iterative proportional fitting); cells may be empty.

    ``margins``: for each axis, people by key. Invalid when the margins cannot be met.
    """
    inside = {cell: count for cell, count in sample.items() if count and _is_inside(cell, margins)}
    if not inside:
        raise Invalid("人口の表と回答に共通する区分がありません。区分の名前を確かめてください。")
    n = sum(inside.values())
    found = dict.fromkeys(inside, 1.0)
    targets = [_targets(inside, axis, margin, n) for axis, margin in enumerate(margins)]
    for _ in range(_ROUNDS):
        worst = max(_fit(found, inside, axis, target) for axis, target in enumerate(targets))
        if worst < _EXACT:
            break
    else:
        raise Invalid("年代と地区の割合を同時に合わせられませんでした。回答のない区分をまとめてください。")
    missing = [
        tuple(key if place == axis else None for place in range(len(margins)))
        for axis, margin in enumerate(margins)
        for key, people in margin.items()
        if people and key not in targets[axis]
    ]
    return _weights(sample, found, missing)


def margins_of(population: Mapping[Cell, int]) -> list[dict[str, int]]:
    """The sums of a population's table along each axis."""
    count = len(next(iter(population), ()))
    found: list[dict[str, int]] = [defaultdict(int) for _ in range(count)]
    for cell, people in population.items():
        for axis, key in enumerate(cell):
            if key is not None:
                found[axis][key] += people
    return [dict(one) for one in found]


def _is_inside(cell: Cell, margins: Sequence[Mapping[str, int]]) -> bool:
    return all(key is not None and margin.get(key, 0) > 0 for key, margin in zip(cell, margins, strict=True))


def _targets(sample: Mapping[Cell, int], axis: int, margin: Mapping[str, int], n: int) -> dict[str, float]:
    present = {str(cell[axis]) for cell in sample}
    total = sum(people for key, people in margin.items() if key in present)
    return {key: people / total * n for key, people in margin.items() if key in present and people}


def _fit(found: dict[Cell, float], sample: Mapping[Cell, int], axis: int, target: Mapping[str, float]) -> float:
    """Bring one axis to its target; the largest relative correction that was needed."""
    sums: dict[str, float] = defaultdict(float)
    for cell, weight in found.items():
        sums[str(cell[axis])] += weight * sample[cell]
    worst = max(abs(target[key] / total - 1) for key, total in sums.items())
    for cell in found:
        found[cell] *= target[str(cell[axis])] / sums[str(cell[axis])]
    return worst


def _overlap(sample: Mapping[Cell, int], population: Mapping[Cell, int]) -> tuple[dict[Cell, int], list[Cell]]:
    known = {cell: count for cell, count in sample.items() if count and population.get(cell, 0) > 0}
    if not known:
        raise Invalid("人口の表と回答に共通する区分がありません。区分の名前を確かめてください。")
    return known, [cell for cell, people in population.items() if people and not sample.get(cell)]


def _weights(sample: Mapping[Cell, int], found: Mapping[Cell, float], missing: Sequence[Cell]) -> Weights:
    outside = sum(count for cell, count in sample.items() if cell not in found)
    whole = [(found.get(cell, 1.0), count) for cell, count in sample.items() if count]
    squares = sum(weight * weight * count for weight, count in whole)
    total = sum(weight * count for weight, count in whole)
    return Weights(found, tuple(missing), total * total / squares if squares else 0.0, outside)
