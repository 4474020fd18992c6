"""What the classifier says about one text. Attribute for attribute the reading the rest of machikoe expects."""

from dataclasses import dataclass
from typing import Literal

Urgency = Literal["normal", "high"]


@dataclass(frozen=True, slots=True)
class AreaScore:
    """One policy area and its calibrated probability, 0 to 1."""

    key: str
    score: float


@dataclass(frozen=True, slots=True)
class PersonalDataSpan:
    """Personal data in the original text: characters ``start`` to ``end`` (exclusive), and of what type."""

    start: int
    end: int
    type: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model made of one text; ``None`` means "not known", never "no".

    ``area`` is None when the model abstains; ``areas`` then still offers the best five, best first.
    """

    model_version: str
    areas: tuple[AreaScore, ...]
    area: str | None
    also: tuple[str, ...] = ()
    kind: str | None = None
    urgency: Urgency = "normal"
    safety: str | None = None
    language: str | None = None
    personal_data: tuple[PersonalDataSpan, ...] = ()
    evidence: tuple[str, ...] = ()
