"""Pure: how much a label teaches, where the past ends for a comparison, what is worse, what has moved."""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from feedback.opinions.rules import Source

WEIGHTS = {Source.STAFF: 1.0, Source.CITIZEN: 0.7}
"""How much a person's label teaches, beside 1.0 for a text of the starter corpus."""
ACCEPTED_WEIGHT = 0.3
"""How much the model's own answer teaches when the matter was answered with it and nobody objected."""
MOST_LESSONS = 20_000
"""A city's newest opinions that a model learns from, corrected ones first."""
FEWEST_JUDGED = 50
"""With fewer later opinions two models are compared on the starter corpus instead."""
JUDGED_SHARE = 0.2
"""The newest part of the city's opinions is kept out of the learning and judged."""
WORSE_BY = 0.01
"""A figure that is lower by more than this counts as worse."""
SUGGESTED_AFTER = 50
"""So many new corrections make another learning worth while."""


class Basis(StrEnum):
    """What two models were compared on."""

    LATER = "later"
    STARTER = "starter"


@dataclass(frozen=True, slots=True)
class Figures:
    """How good a model is: first answer right, among the first three, decided by itself, right of those, kind."""

    top1: float
    top3: float
    coverage: float
    precision: float | None
    kind: float | None


FIGURE_NAMES = {
    "top1": "分野の正解率",
    "top3": "候補3つまでに正解",
    "coverage": "自動で決める割合",
    "precision": "自動で決めたものの正解率",
    "kind": "種別の正解率",
}
_MAY_NOT_FALL = ("top1", "top3", "precision", "kind")


@dataclass(frozen=True, slots=True)
class Comparison:
    """The model in use (``champion``, None: the one that ships) and a new one, on the same ``n`` texts.

    ``since``: the texts judged are those settled after this moment, of which the new model had learnt nothing.
    """

    basis: Basis
    n: int
    since: datetime | None
    champion: str | None
    before: Figures
    after: Figures

    def as_json(self) -> dict[str, Any]:
        """What the table keeps."""
        return asdict(self) | {"since": self.since.isoformat() if self.since else None}


def comparison(kept: Mapping[str, Any]) -> Comparison | None:
    """The comparison a table row keeps; None when there is none."""
    if not kept:
        return None
    return Comparison(
        basis=Basis(kept["basis"]),
        n=kept["n"],
        since=datetime.fromisoformat(kept["since"]) if kept["since"] else None,
        champion=kept["champion"],
        before=Figures(**kept["before"]),
        after=Figures(**kept["after"]),
    )


def worse(found: Comparison) -> list[str]:
    """Every figure in which the new model is worse, in words."""
    told = []
    for name in _MAY_NOT_FALL:
        before, after = getattr(found.before, name), getattr(found.after, name)
        if before is not None and after is not None and after < before - WORSE_BY:
            told.append(f"{FIGURE_NAMES[name]} {before * 100:.1f}% → {after * 100:.1f}%")
    return told


def cut_off(moments: Sequence[datetime], *, not_before: datetime | None = None) -> datetime | None:
    """The moment after which the newest fifth was settled, never before ``not_before``.

    None when fewer than ``FEWEST_JUDGED`` come after it, or nothing before: then nothing later can be judged.
    """
    ordered = sorted(moments)
    if not ordered:
        return None
    place = min(len(ordered) - 1, math.floor(len(ordered) * (1 - JUDGED_SHARE)))
    moment = ordered[max(place - 1, 0)]
    if not_before is not None and not_before > moment:
        moment = not_before
    later = sum(one > moment for one in ordered)
    return moment if later >= FEWEST_JUDGED and later < len(ordered) else None


def taxonomy(area_keys: Iterable[str]) -> str:
    """A short name for a set of areas: another set, another name."""
    return hashlib.sha256("\n".join(sorted(set(area_keys))).encode()).hexdigest()[:12]


FEWEST_MOVED = 50
"""With fewer matters on either side, a change of distribution says nothing."""
MOVED, MOVED_FAR = 0.1, 0.25
CONFIDENCE_FELL = 0.05
_PART_OF_ONE = 0.5


@dataclass(frozen=True, slots=True)
class Drift:
    """How far what is read now differs from before: ``index`` is the PSI less what chance alone would give."""

    n: int
    n_before: int
    index: float
    confidence: float | None
    confidence_before: float | None

    @property
    def is_known(self) -> bool:
        """Whether there are enough matters to say anything."""
        return min(self.n, self.n_before) >= FEWEST_MOVED

    @property
    def moved(self) -> bool:
        """Whether the distribution of areas moved."""
        return self.is_known and self.index >= MOVED

    @property
    def moved_far(self) -> bool:
        """Whether it moved far."""
        return self.is_known and self.index >= MOVED_FAR

    @property
    def less_sure(self) -> bool:
        """Whether the model is markedly less sure of its answers than before."""
        if not self.is_known or self.confidence is None or self.confidence_before is None:
            return False
        return self.confidence < self.confidence_before - CONFIDENCE_FELL


def drift(
    now: Mapping[str | None, int],
    before: Mapping[str | None, int],
    *,
    confidence: float | None = None,
    confidence_before: float | None = None,
) -> Drift:
    """Compare two distributions of areas by the population stability index.

    PSI = Σ (p − q) ln(p ⁄ q), an empty class counting as half a matter. Two draws from one distribution of k classes
    have about (k − 1)(1 ⁄ n + 1 ⁄ m) of it by chance, which is taken off.
    """
    n, m = sum(now.values()), sum(before.values())
    classes = sorted(set(now) | set(before), key=str)
    if not n or not m:
        return Drift(n, m, 0.0, confidence, confidence_before)
    psi = 0.0
    for key in classes:
        p = max(now.get(key, 0), _PART_OF_ONE) / n
        q = max(before.get(key, 0), _PART_OF_ONE) / m
        psi += (p - q) * math.log(p / q)
    chance = (len(classes) - 1) * (1 / n + 1 / m)
    return Drift(n, m, max(0.0, psi - chance), confidence, confidence_before)
