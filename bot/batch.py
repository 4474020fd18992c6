"""What one transaction of the worker has in hand while it works a batch of events.

Everything a conversation needs is loaded for all citizens of the batch at once, and changed in memory, so that
the second message of a citizen sees the first without another query; one flush at the end writes it all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.inbound import Inbound
from feedback.citizens.models import Citizen
from feedback.config import Settings
from feedback.keys import KeyRing
from feedback.opinions.intake import IntakeRules
from feedback.opinions.models import Submission
from feedback.ports import Reading

Messages = Callable[[], list[dict[str, Any]]]
"""Builds the LINE message objects of a reply, after the flush has given out receipt numbers."""


@dataclass(frozen=True, slots=True)
class AreaName:
    """A policy area as citizens read it."""

    key: str
    name: str
    short_name: str


@dataclass(slots=True)
class Batch:
    """One transaction's working set. ``latest``: each citizen's newest submission, its matters loaded.

    ``held``: events of this batch whose words wait for consent, by citizen. ``amended``: event id → what a later
    event of the same batch made of it (consent, refusal, unsend), in place of what `handle` returned for it.
    ``titles``: of the surveys open now, once somebody's words were compared with them.
    """

    session: Session
    now: datetime
    settings: Settings
    keys: KeyRing
    rules: IntakeRules
    areas: Mapping[str, AreaName]
    departments: Mapping[int, str]
    citizens: dict[bytes, Citizen]
    latest: dict[bytes, Submission]
    read: Callable[[str], Reading]
    outbound: list["Draft"] = field(default_factory=list)
    held: dict[bytes, list[Inbound]] = field(default_factory=dict)
    amended: dict[int, "Handled"] = field(default_factory=dict)
    titles: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to a citizen that is decided but not yet written, since its receipt number comes with the flush."""

    citizen: Citizen
    line_user_id: str
    messages: Messages
    purpose: str
    reply_token: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of an event: its words may go now, stay for the retention time, or wait for consent."""

    ignored: bool = False
    keep_words: bool = False
    hold_words: bool = False
