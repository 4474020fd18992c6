"""Words that must be noticed at once: danger to life, abuse, dangerous places, threats.

The model's probability decides, with points chosen for recall; plain phrases that leave no doubt add to it,
and phrases that only sound dangerous (訓練, 死ぬほど暑い) take away.
"""

import re
from collections.abc import Mapping

from classifier.lexicon import word_lists
from classifier.normalise import normalise

LABELS = ("emergency", "self_harm", "abuse", "threat", "hazard")
NONE = "none"
_SURE = 0.9
# How far a phrase that only sounds dangerous lowers what the model thinks.
_LOWERED = {"emergency": 0.3, "self_harm": 0.3, "abuse": 0.8, "threat": 0.8, "hazard": 1.0}
_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヴ"))}


def _expression(name: str) -> re.Pattern[str]:
    return re.compile("|".join(word_lists("safety")[name]))


_PLAIN = {label: _expression(label) for label in ("emergency", "self_harm")}
_ONLY_SOUNDS_SO = _expression("only_sounds_so")


def _plain(label: str, spelled: str) -> bool:
    expression = _PLAIN.get(label)
    return bool(expression and (expression.search(spelled) or expression.search(spelled.translate(_TO_HIRAGANA))))


def decide_safety(text: str, probabilities: Mapping[str, float], points: Mapping[str, float]) -> str | None:
    """Return the gravest matter a text speaks of, or None.

    ``probabilities`` are the model's for each label, ``points`` from which probability a label counts.
    """
    spelled = normalise(text)
    doubtful = bool(_ONLY_SOUNDS_SO.search(spelled))
    found: dict[str, float] = {}
    for label in LABELS:
        probability = probabilities.get(label, 0.0) * (_LOWERED[label] if doubtful else 1.0)
        if not doubtful and _plain(label, spelled):
            probability = max(probability, _SURE)
        strength = probability / points.get(label, 0.5)
        if strength >= 1:
            found[label] = strength
    return max(found, key=lambda label: found[label]) if found else None
