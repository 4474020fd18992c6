"""What the demonstration city is told: opinions picked from the starter corpus, and some written for it."""

import random
import tomllib
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

from app.demo.people import DISTRICTS
from classifier import corpus
from feedback.opinions.rules import Channel

_MESSAGES_AT_MOST = 4
_CLERKS = (Channel.PHONE, Channel.COUNTER, Channel.LETTER, Channel.FAX, Channel.MEETING)
_HABITS: dict[str, tuple[tuple[Channel, int], ...]] = {
    "w1": ((Channel.LINE, 7), (Channel.WEB, 3), (Channel.PHONE, 1), (Channel.MONITOR, 1)),
    "w2": ((Channel.PHONE, 5), (Channel.LETTER, 4), (Channel.COUNTER, 4), (Channel.LINE, 3), (Channel.MEETING, 2)),
    "w3": ((Channel.LINE, 8), (Channel.WEB, 2), (Channel.MONITOR, 1)),
    "w4": ((Channel.EMAIL, 5), (Channel.WEB, 4), (Channel.LETTER, 2), (Channel.FAX, 1), (Channel.TRANSFER, 1)),
    "w5": ((Channel.LINE, 4), (Channel.PHONE, 3), (Channel.COUNTER, 2), (Channel.WEB, 2), (Channel.MONITOR, 1)),
}
"""Which channels each writer of the corpus takes, and how often."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """One submission to come: its messages, what a clerk would make of it (area, kind), and what becomes of it.

    ``ago``: hours before now; ``aged``: business days before now; without either the ``season`` says when.
    """

    text: tuple[str, ...]
    area: str
    kind: str
    channel: Channel | None = None
    voice: str = ""
    person: int | None = None
    season: str = "any"
    ago: float | None = None
    aged: int | None = None
    course: str = ""
    split: tuple[int, ...] = ()
    to: str = ""
    later: str = ""
    urgent: bool = False
    photo: str = ""
    place: tuple[float, float] | None = None
    name: str | None = None
    contact: str | None = None
    district: str | None = None

    @property
    def taken_down(self) -> bool:
        """Whether a clerk writes it down during office hours."""
        return self.channel in {*_CLERKS, Channel.TRANSFER, Channel.MONITOR}


def opinions() -> list[Opinion]:
    """All of them, in no order of time."""
    return [*_written(), *_picked()]


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(files("app.demo").joinpath(name).read_text("utf-8"))


def _written() -> list[Opinion]:
    rows = []
    for row in _toml("opinions.toml")["opinions"]:
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in row.items()
        }
        rows.append(Opinion(**(values | {"channel": Channel(row["channel"])})))
    return rows


def _picked() -> list[Opinion]:
    known = {one.id: one for one in corpus.opinions()}
    return [
        Opinion(
            text=(found.text,),
            area=found.area,
            kind=found.kind,
            voice=found.writer,
            season=season,
            district=next((name for name in DISTRICTS if name in found.text), None),
        )
        for season, ids in _toml("picked.toml").items()
        for found in (known[one] for one in ids)
    ]


def with_channel(opinion: Opinion, *, progress: float, chance: random.Random) -> Opinion:
    """The opinion with a channel that suits its writer; LINE grows with ``progress`` (0 to 1) of the two years."""
    if opinion.channel is not None:
        return opinion
    [text] = opinion.text
    if any(ord(letter) > 0xFFFF for letter in text):
        channel = Channel.LINE
    elif text.startswith("件名"):
        channel = chance.choice([Channel.EMAIL, Channel.WEB])
    else:
        habits = [(one, n * (0.5 + progress) if one is Channel.LINE else n) for one, n in _HABITS[opinion.voice]]
        channel = chance.choices([one for one, _ in habits], [weight for _, weight in habits])[0]
    lines = tuple(line for line in text.split("\n") if line.strip())
    if channel is Channel.LINE and 1 < len(lines) <= _MESSAGES_AT_MOST:
        return replace(opinion, channel=channel, text=lines)
    return replace(opinion, channel=channel)
