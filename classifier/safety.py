"""Words that must be noticed at once: danger to life, abuse, dangerous places, threats.

The model's probability decides, with points chosen for recall; plain phrases that leave no doubt add to it,
phrases that only sound dangerous (訓練, 死ぬほど暑い) take away, and a faint suspicion of the gravest matters is
believed only of a text with a sign of them: 「すべて消す」 has none.
"""

import re
from collections.abc import Mapping
from functools import reduce

from classifier.lexicon import word_lists
from classifier.normalise import normalise
from classifier.phrases import Phrases

LABELS = ("emergency", "self_harm", "threat", "abuse", "hazard")
NONE = "none"
_SURE = 0.9
# How far a phrase that only sounds dangerous lowers what the model thinks.
_LOWERED = {"emergency": 0.3, "self_harm": 0.3, "abuse": 0.8, "threat": 0.8, "hazard": 1.0}
# Of several matters the gravest is named unless another is far likelier.
_GRAVITY = {"emergency": 2.0, "self_harm": 2.0, "threat": 1.5, "abuse": 1.5, "hazard": 1.0}
# What an emergency, a wish to die or a threat must reach without any sign of it in the text.
_WITHOUT_SIGN = 0.3
# A few kanji alone are a word tapped or typed, not a Chinese sentence.
_JAPANESE = re.compile(r"[ぁ-んァ-ヶ]|^[一-龥]{1,6}$")
_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヴ"))}
_GROUP = "group_"


def _expressions(name: str) -> list[str]:
    lists = word_lists("safety")
    groups = {
        f"{{{key.removeprefix(_GROUP)}}}": f"(?:{'|'.join(members)})"
        for key, members in lists.items()
        if key.startswith(_GROUP)
    }
    return [reduce(lambda told, one: told.replace(*one), groups.items(), expression) for expression in lists[name]]


_ONLY_SOUNDS_SO = "only_sounds_so"
# All phrases by what they say: one look at a text's characters rules out nearly all of them.
_SAID = [
    (label, re.compile(one))
    for label in ("emergency", "self_harm", "abuse", "threat", _ONLY_SOUNDS_SO)
    for one in _expressions(label)
]
_PHRASES = Phrases([one for _, one in _SAID])
_SIGNS = {label: re.compile("|".join(_expressions(f"signs_{label}"))) for label in ("emergency", "self_harm", "threat")}


def _said(spelled: str) -> set[str]:
    """What the phrases of a text say."""
    found: set[str] = set()
    for n in _PHRASES.possible(spelled):
        label, expression = _SAID[n]
        if label not in found and expression.search(spelled):
            found.add(label)
    return found


def _without_sign(label: str, spellings: tuple[str, ...]) -> bool:
    signs = _SIGNS.get(label)
    if signs is None or not _JAPANESE.search(spellings[0]):
        return False
    return not any(signs.search(spelled) for spelled in spellings)


def decide_safety(text: str, probabilities: Mapping[str, float], points: Mapping[str, float]) -> str | None:
    """Return the gravest matter a text speaks of, or None.

    ``probabilities`` are the model's for each label, ``points`` from which probability a label counts.
    """
    return decide_spelled(normalise(text), probabilities, points)


def decide_spelled(spelled: str, probabilities: Mapping[str, float], points: Mapping[str, float]) -> str | None:
    """The same for a text that is normalised already."""
    hiragana = spelled.translate(_TO_HIRAGANA)
    spellings = (spelled,) if hiragana == spelled else (spelled, hiragana)
    said = _said(spelled)
    doubtful = _ONLY_SOUNDS_SO in said
    if len(spellings) > 1 and not doubtful:
        said |= _said(hiragana)
    found: dict[str, float] = {}
    for label in LABELS:
        probability = probabilities.get(label, 0.0) * (_LOWERED[label] if doubtful else 1.0)
        point = points.get(label, 0.5)
        if not doubtful and label in said:
            probability = max(probability, _SURE)
        elif point <= probability < _WITHOUT_SIGN and _without_sign(label, spellings):
            continue
        if probability >= point:
            found[label] = probability * _GRAVITY[label]
    return max(found, key=lambda label: found[label]) if found else None
