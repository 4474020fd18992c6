"""What a step wants said, and the step itself. Rendering happens later, when receipt numbers exist."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from bot.conversation.actions import Action
from bot.conversation.state import State


@dataclass(frozen=True, slots=True)
class Choice:
    """A button. ``label``: a text key (or, with ``literal``, the words themselves).

    With a verb it presses ``verb`` about the reply's submission; without one it types its label, or opens the
    camera, the photo roll, the map (``opens``).
    """

    label: str
    verb: str = ""
    argument: str = ""
    about: bool = False
    literal: bool = False
    opens: str = ""


@dataclass(frozen=True, slots=True)
class Say:
    """Sentences by their text keys, one a line, and buttons below."""

    keys: tuple[str, ...]
    choices: tuple[Choice, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The receipt of a submission. ``candidates``: areas offered because the reader abstained.

    ``gentle``: to somebody in distress, for whom areas and working days are no comfort.
    """

    candidates: tuple[str, ...] = ()
    gentle: bool = False


@dataclass(frozen=True, slots=True)
class Receipts:
    """A receipt for each submission that waited for consent."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """The telephone numbers for one kind of emergency, with its careful words."""

    safety: str


@dataclass(frozen=True, slots=True)
class Notice:
    """The short privacy notice with its buttons. ``waiting``: words wait to be sent with the consent."""

    waiting: bool = False
    lead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AreaMenu:
    """Areas to choose from: ``keys[start:start + PAGE]``, numbered from the first of all."""

    keys: tuple[str, ...]
    start: int = 0
    everything: bool = False


@dataclass(frozen=True, slots=True)
class OpinionList:
    """The citizen's last submissions."""


@dataclass(frozen=True, slots=True)
class OpinionDetail:
    """One submission with what can be done about it."""

    open: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept about the citizen."""


Reply = Say | Receipt | Receipts | Numbers | Notice | AreaMenu | OpinionList | OpinionDetail | Kept


class Fate(StrEnum):
    """What becomes of the event's words once it is worked."""

    CLEAR = "clear"
    KEEP = "keep"
    HOLD = "hold"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Step:
    """What the machine decided. ``about``: the submission that actions and replies are about (0: the newest)."""

    state: State
    replies: tuple[Reply, ...] = ()
    actions: tuple[Action, ...] = ()
    about: int | None = None
    fate: Fate = Fate.CLEAR
    purpose: str = "answer"


AREA_PAGE: Final = 11
"""Areas on one page of the menu: with 前へ and 次へ they are LINE's thirteen."""
