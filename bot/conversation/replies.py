"""What a step wants said, and the step itself. Rendering happens later, when receipt numbers exist."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from bot.conversation.actions import Action
from bot.conversation.state import State
from feedback.surveys.definition import Choice as SurveyChoice
from feedback.surveys.definition import Question
from feedback.surveys.rules import Progress


@dataclass(frozen=True, slots=True)
class Choice:
    """A button. ``label``: a text key (or, with ``literal``, the words themselves).

    With a verb it presses ``verb`` about the reply's submission; without one it types its label, or opens the
    camera, the photo roll, the map (``opens``; a ``date`` is picked for the verb). ``shows``: what the citizen is seen
    to say, where that is more than the label.
    """

    label: str
    verb: str = ""
    argument: str = ""
    about: bool = False
    literal: bool = False
    opens: str = ""
    shows: str = ""


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


@dataclass(frozen=True, slots=True)
class OfferedSurvey:
    """A survey that may be answered now. ``closes``: epoch second, None without a deadline."""

    id: int
    title: str
    closes: int | None = None
    begun: bool = False


@dataclass(frozen=True, slots=True)
class SurveyList:
    """The surveys to choose from."""

    surveys: tuple[OfferedSurvey, ...]


@dataclass(frozen=True, slots=True)
class SurveyIntro:
    """What a survey is about, before its first question. ``form``: the address of the page, when one is offered."""

    survey: int
    title: str
    description: str
    questions: int
    anonymous: bool
    closes: int | None = None
    done: int = 0
    form: str = ""


@dataclass(frozen=True, slots=True)
class SurveyQuestion:
    """One question. ``picks``: keys tapped so far; ``row`` (number ``row_number``): the row of a table.

    ``other``: the choice whose words are asked. ``given``: the answer from before, in words;
    ``keepable``: it may stand. ``compact``: only what was tapped is told, since the question stands right above.
    """

    survey: int
    question: Question
    progress: Progress
    sections: tuple[Question, ...] = ()
    picks: tuple[str, ...] = ()
    row: SurveyChoice | None = None
    row_number: int = 0
    other: SurveyChoice | None = None
    given: str = ""
    keepable: bool = False
    first: bool = False
    compact: bool = False


@dataclass(frozen=True, slots=True)
class SurveyReview:
    """All that was answered, (question, answer) each, before it is sent. ``change``: ask which to change."""

    survey: int
    lines: tuple[tuple[str, str], ...]
    sections: tuple[Question, ...] = ()
    change: bool = False


@dataclass(frozen=True, slots=True)
class Plain:
    """Words that are no text of ours: what is wrong with an answer."""

    words: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class SurveyThanks:
    """The answers were sent; ``words`` are the survey's own thanks."""

    words: str
    anonymous: bool


Reply = (
    Say
    | Receipt
    | Receipts
    | Numbers
    | Notice
    | AreaMenu
    | OpinionList
    | OpinionDetail
    | Kept
    | SurveyList
    | SurveyIntro
    | SurveyQuestion
    | SurveyReview
    | SurveyThanks
    | Plain
)


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
