"""What the inside needs from the outside, as protocols that adapters in other packages satisfy."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Urgency = Literal["normal", "high"]


@dataclass(frozen=True, slots=True)
class AreaScore:
    """One policy area and its calibrated probability, 0 to 1."""

    key: str
    score: float


@dataclass(frozen=True, slots=True)
class PersonalDataSpan:
    """Where personal data stands in a text: characters ``start`` to ``end`` (exclusive), and of what type."""

    start: int
    end: int
    type: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of one text; ``None`` means "not known", never "no".

    ``area`` is None when the reader abstains; ``areas`` then still offers the best five, best first.
    ``chatter`` names small talk that is no opinion: greeting, thanks, test, spam.
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
    chatter: str | None = None


class TextReader(Protocol):
    """Reads opinions: policy area, kind, urgency, safety, language, personal data."""

    @property
    def version(self) -> str:
        """Name of the model, stored with every reading."""

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """Read texts in one batch; the result has the same length and order."""


class TermFinder(Protocol):
    """Finds what texts are about, in their own words."""

    def terms(self, texts: Sequence[str]) -> list[dict[str, str]]:
        """For each text its terms: a key that is the same for every spelling, and how the text writes it.

        Keys of terms of several words join them by ``|``.
        """


class TextEncoder(Protocol):
    """Turns texts into what they mean, so that texts about the same thing come out close to each other."""

    def encode(self, texts: Sequence[str]) -> list[bytes]:
        """One vector a text, in order: a signed byte for each dimension, of about equal length."""


class SimilarMatters(Protocol):
    """Finds matters whose texts mean something similar, in the index of likeness."""

    def nearest(self, matter_id: int, *, department_id: int | None, limit: int) -> list[tuple[int, float]]:
        """Ids of the nearest matters, of one department or of all, with their closeness (cosine), the nearest first.

        The matter itself is not among them. May name matters whose words have been taken back since: whoever asks
        looks them up in the database.
        """


class MediaStore(Protocol):
    """Keeps photos and other files outside the web root, by opaque key."""

    def put(self, key: str, content: bytes, *, content_type: str) -> None:
        """Keep the content under a key; the same key twice replaces."""

    def get(self, key: str) -> bytes | None:
        """The content, or None when there is none."""

    def delete(self, key: str) -> None:
        """Forget the content; unknown keys are fine."""


@dataclass(frozen=True, slots=True)
class AnswerNotice:
    """An answer (or guidance, without ``answer_id``) as the citizen is to read it. ``words``: their own."""

    answer_id: int | None
    submission_id: int
    receipt: str
    words: str
    body: str
    department: str


class CitizenMessages(Protocol):
    """Puts what staff tell a citizen into LINE's message objects."""

    def answer(self, notice: AnswerNotice) -> list[dict[str, Any]]:
        """The answer, with the buttons by which it is rated."""

    def transfer(self, notice: AnswerNotice) -> list[dict[str, Any]]:
        """Where the matter was handed on to."""
