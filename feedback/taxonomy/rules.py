"""Pure: operations on the taxonomy, the mapping from areas of then to areas of now, readings put into today's areas."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from feedback.ports import AreaScore, Reading
from feedback.routing.rules import folded


class Operation(StrEnum):
    """What happened to areas."""

    ADD = "add"
    RENAME = "rename"
    RETIRE = "retire"
    RESTORE = "restore"
    MERGE = "merge"
    SPLIT = "split"


OPERATION_NAMES = {
    Operation.ADD: "追加",
    Operation.RENAME: "名前の変更",
    Operation.RETIRE: "廃止",
    Operation.RESTORE: "再開",
    Operation.MERGE: "統合",
    Operation.SPLIT: "分割",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One operation: from which areas to which, by key."""

    operation: Operation
    sources: tuple[str, ...]
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AreaMapping:
    """Which area an area of then counts as now. ``number``: of how many changes it is made (the taxonomy's version).

    What was split stays itself, since nobody knows which part its past belongs to; ``split_into`` names the parts.
    """

    number: int = 0
    successors: Mapping[str, str] = field(default_factory=dict)
    split_into: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def now(self, key: str | None) -> str | None:
        """The area that counts today; unknown keys and None stay themselves."""
        return None if key is None else self.successors.get(key, key)

    def then(self, key: str) -> tuple[str, ...]:
        """All areas that count as this one today, itself among them when it still counts as itself."""
        own = (key,) if self.now(key) == key else ()
        return own + tuple(sorted(old for old, new in self.successors.items() if new == key and old != key))

    def belongs(self, then: str | None, key: str | None) -> bool:
        """Whether what was made for an area of then is meant for an area of today: for itself, or for a part of it."""
        if then is None or key is None:
            return False
        parts = {self.now(part) for part in self.split_into.get(then, ())}
        return self.now(key) in {self.now(then), *parts}


def mapping_of(changes: Iterable[tuple[int, Change]]) -> AreaMapping:
    """The mapping after these changes (numbered, in order)."""
    successors: dict[str, str] = {}
    split: dict[str, tuple[str, ...]] = {}
    number = 0
    for number, change in changes:  # noqa: B007 (the last number is the mapping's)
        if change.operation is Operation.MERGE:
            _merge(successors, change.sources, change.targets[0])
        elif change.operation is Operation.SPLIT:
            split[change.sources[0]] = change.targets
        elif change.operation is Operation.RESTORE:
            for key in change.sources:
                successors.pop(key, None)
                split.pop(key, None)
    return AreaMapping(number, successors, split)


def _merge(successors: dict[str, str], sources: Sequence[str], target: str) -> None:
    successors.pop(target, None)
    gone = set(sources) - {target}
    for old, new in successors.items():
        if new in gone:
            successors[old] = target
    successors.pop(target, None)
    successors.update(dict.fromkeys(gone, target))


def names_now(names: Mapping[str, str], short: Mapping[str, str], mapping: AreaMapping) -> dict[str, str]:
    """What areas are called in figures: a split one by its parts (「公園・緑化（分割前）」), others by their names."""
    found = dict(names)
    for key, parts in mapping.split_into.items():
        today = dict.fromkeys(mapping.now(part) or part for part in parts)
        found[key] = "・".join(short.get(part, part) for part in today) + "（分割前）"
    return found


def translate(reading: Reading, mapping: AreaMapping, active: frozenset[str]) -> Reading:
    """A reading of a model made for older areas, in today's: merged scores add up, areas no longer used drop out.

    The area it decided on stays decided only while it is still used and still the likeliest.
    """
    if not mapping.successors and all(score.key in active for score in reading.areas):
        return reading
    sums: dict[str, float] = {}
    for score in reading.areas:
        key = mapping.now(score.key) or score.key
        if key in active:
            sums[key] = sums.get(key, 0.0) + score.score
    areas = tuple(
        AreaScore(key, min(score, 1.0)) for key, score in sorted(sums.items(), key=lambda one: (-one[1], one[0]))
    )
    decided = mapping.now(reading.area)
    area = decided if areas and areas[0].key == decided else None
    also = dict.fromkeys(key for key in map(mapping.now, reading.also) if key in active and key != area)
    return replace(reading, areas=areas, area=area, also=tuple(key for key in also if key is not None))


def part_of(text: str, words: Sequence[tuple[str, Sequence[str]]]) -> str | None:
    """Which part of a split area a text belongs to: the first of whose words it has one; None when it has none."""
    written = folded(text)
    return next((key for key, told in words if any(folded(word) in written for word in told if word)), None)
