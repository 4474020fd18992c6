"""What the state machine may know of the world when it decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.conversation.replies import OfferedSurvey
from bot.conversation.sheet import Sheet
from feedback.ports import Reading


@dataclass(frozen=True, slots=True)
class Opinion:
    """One submission as the conversation sees it. ``candidates``: area keys a reader thought likely, best first."""

    id: int | None
    open: bool
    area: str | None = None
    withdrawn: bool = False
    wordless: bool = False
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SentAnswer:
    """An answer the citizen received. ``open``: its matter is being worked; ``reopenable``: it can be asked again."""

    id: int
    open: bool = False
    reopenable: bool = True


@dataclass(frozen=True, slots=True)
class Facts:
    """``at``: epoch second of the event. ``joinable``: the newest submission's quiet window still runs.

    ``consented``: to the notice in force. ``referred``: the submission the event or the state names, if it is
    the citizen's own. ``areas``: typed name → key. ``held``: how many submissions the words waiting for consent
    would make. ``answer``: the one the event or the state names, if it went to ``referred``. ``sheet``: the survey the
    event or the state names; ``titled``: by typing its title. ``surveys``: those that may be answered now.
    """

    at: int
    consented: bool = True
    refused: bool = False
    before: bool = False
    reading: Reading | None = None
    newest: Opinion | None = None
    joinable: bool = False
    referred: Opinion | None = None
    answer: SentAnswer | None = None
    listed: tuple[int, ...] = ()
    held: int = 0
    area_keys: tuple[str, ...] = ()
    area_names: Mapping[str, str] = field(default_factory=dict)
    districts: tuple[str, ...] = ()
    notice_version: str = ""
    sheet: Sheet | None = None
    titled: bool = False
    surveys: tuple[OfferedSurvey, ...] = ()
