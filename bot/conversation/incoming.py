"""What may come in from a citizen, stripped of LINE's form."""

from dataclasses import dataclass
from typing import Literal

from bot.conversation.words import Word

MediaKind = Literal["image", "video", "audio", "file"]


@dataclass(frozen=True, slots=True)
class Words:
    """A text message. ``word``: what it is when it is short enough to be an answer or a command."""

    text: str
    word: Word


@dataclass(frozen=True, slots=True)
class Media:
    """A photo, video, voice message or file. ``album`` is the same for photos sent together, else "".

    ``name``: a name of its own, that leads nobody to LINE.
    """

    kind: MediaKind
    album: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A location: degrees, when they are on earth, and its address."""

    latitude: float | None = None
    longitude: float | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Sticker:
    """A sticker."""


@dataclass(frozen=True, slots=True)
class Press:
    """A button of ours: its verb, the submission it is about, and one argument. ``day``: picked in a calendar."""

    verb: str
    about: int | None = None
    argument: str = ""
    day: str = ""


@dataclass(frozen=True, slots=True)
class Follow:
    """The citizen added the account as a friend, or unblocked it."""

    unblocked: bool = False


@dataclass(frozen=True, slots=True)
class Unfollow:
    """The citizen blocked the account."""


@dataclass(frozen=True, slots=True)
class Unsend:
    """The citizen took one message back; ``message_key`` is the hex of its keyed hash."""

    message_key: str


@dataclass(frozen=True, slots=True)
class Group:
    """Somebody speaks in a group or room, or took the account into one."""


Incoming = Words | Media | Place | Sticker | Press | Follow | Unfollow | Unsend | Group
