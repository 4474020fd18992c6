"""Business days from receipt to answer: the one definition for dashboard, tables and lists."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

from feedback.statistics.queries import SMALL_BASE
from feedback.statistics.sheets import NOTHING, Facts, Field, answered_days

BANDS: tuple[tuple[str, str, int, int | None], ...] = (
    ("0-2", "2日以内", 0, 2),
    ("3-5", "3～5日", 3, 5),
    ("6-10", "6～10日", 6, 10),
    ("11-14", "11～14日", 11, 14),
    ("15-30", "15～30日", 15, 30),
    ("31-", "31日以上", 31, None),
)
"""Key, name, and the business days from and to (both included), as cities publish them."""


@dataclass(frozen=True, slots=True)
class Band:
    """How many answers took so many business days. ``within``: of all, so many took this long at most."""

    key: str
    name: str
    count: int
    ratio: float
    within: float


@dataclass(frozen=True, slots=True)
class Answers:
    """How many matters were answered, the median of their business days, and how many lie in each band."""

    count: int
    median: float | None
    bands: tuple[Band, ...]

    @property
    def is_small(self) -> bool:
        """Whether there are too few for more than a reference value."""
        return self.count < SMALL_BASE


def answers(facts: Facts) -> Answers:
    """Of all matters that were answered."""
    return _summed(facts.count(Field.ANSWERED))


def answers_by(facts: Facts, field: Field) -> dict[str, Answers]:
    """The same for each character of a field."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for (value, character), count in facts.cross(field, Field.ANSWERED).items():
        found[value][character] += count
    return {value: _summed(counts) for value, counts in found.items()}


def _summed(characters: Mapping[str, int]) -> Answers:
    counts = {answered_days(one): count for one, count in characters.items() if one != NOTHING}
    total = sum(counts.values())
    bands, so_far = [], 0
    for key, name, lowest, highest in BANDS:
        inside = sum(n for days, n in counts.items() if days >= lowest and (highest is None or days <= highest))
        so_far += inside
        bands.append(Band(key, name, inside, _of(inside, total), _of(so_far, total)))
    return Answers(total, _median(counts), tuple(bands))


def _of(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _median(counts: Mapping[int, int]) -> float | None:
    ordered = sorted(counts)
    reached = list(accumulate(counts[days] for days in ordered))
    if not reached:
        return None
    low, high = (reached[-1] - 1) // 2, reached[-1] // 2
    return (ordered[bisect_right(reached, low)] + ordered[bisect_right(reached, high)]) / 2
