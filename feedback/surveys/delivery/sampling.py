"""A random sample, stratified by age band and district in proportion. The same seed and frame give the same. Pure."""

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

Stratum = tuple[str, str]
"""Age band and district; "" where it is not known."""


@dataclass(frozen=True, slots=True)
class Sample:
    """``ids`` in ascending order. ``frame`` and ``drawn``: how many there are and were drawn in each stratum."""

    ids: tuple[int, ...]
    frame: dict[Stratum, int]
    drawn: dict[Stratum, int]


def draw(people: Iterable[tuple[int, Stratum]], *, size: int, seed: int) -> Sample:
    """Draw ``size`` people, of each stratum its share by largest remainders; all when there are fewer."""
    strata: dict[Stratum, list[int]] = defaultdict(list)
    for person, stratum in people:
        strata[stratum].append(person)
    frame = {one: len(strata[one]) for one in sorted(strata)}
    shares = _shares(frame, min(size, sum(frame.values())))
    chance = random.Random(seed)  # noqa: S311 (repeatable on purpose)
    ids = [one for stratum in frame for one in chance.sample(sorted(strata[stratum]), shares[stratum])]
    return Sample(tuple(sorted(ids)), frame, shares)


def _shares(frame: dict[Stratum, int], size: int) -> dict[Stratum, int]:
    total = sum(frame.values())
    if not total:
        return {}
    shares = {one: size * count // total for one, count in frame.items()}
    by_remainder = sorted(frame, key=lambda one: (-(size * frame[one] % total), one))
    for one in by_remainder[: size - sum(shares.values())]:
        shares[one] += 1
    return shares
