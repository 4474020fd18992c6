"""Citizens, groups and what was said with them."""

from dataclasses import dataclass, field
from typing import Literal

from app.simulator.wire import Json

Via = Literal["webhook", "reply", "push", "multicast", "narrowcast", "broadcast"]
ChatKind = Literal["user", "group", "room"]


@dataclass(slots=True)
class Bubble:
    """One message as it stands in a chat; a multicast shares one bubble among all its readers.

    ``at`` is in milliseconds since 1970; ``webhook_status`` is what the bot answered, for citizens' messages.
    """

    id: str
    sender: str
    message: Json
    at: int
    via: Via
    revision: int
    request_id: str = ""
    event_id: str = ""
    unsent: bool = False
    webhook_status: int | None = None

    @property
    def from_bot(self) -> bool:
        """Tell whether the bot said it."""
        return self.sender == "bot"

    def as_json(self) -> Json:
        """Describe the bubble for the control API."""
        return {
            "id": self.id,
            "sender": self.sender,
            "message": {} if self.unsent else self.message,
            "at": self.at,
            "via": self.via,
            "revision": self.revision,
            "requestId": self.request_id,
            "eventId": self.event_id,
            "unsent": self.unsent,
            "webhookStatus": self.webhook_status,
        }


@dataclass(slots=True)
class Chat:
    """A citizen's one-to-one chat with the bot, or a group or room the bot is in."""

    id: str
    name: str
    kind: ChatKind = "user"
    friend: bool = True
    blocked: bool = False
    known: bool = False
    language: str = "ja"
    rich_menu_id: str | None = None
    typing_until: float = 0.0
    bubbles: list[Bubble] = field(default_factory=list)
    revision: int = 0

    @property
    def reachable(self) -> bool:
        """Tell whether a message sent now would arrive."""
        return not self.blocked and (self.kind != "user" or self.friend or self.known)

    def source(self, user_id: str | None = None) -> Json:
        """Give the event ``source``; in groups ``user_id`` is who spoke (LINE may leave it out)."""
        if self.kind == "user":
            return {"type": "user", "userId": self.id}
        source = {"type": self.kind, f"{self.kind}Id": self.id}
        return source | ({"userId": user_id} if user_id else {})

    def as_json(self) -> Json:
        """Describe the chat for the control API, without its bubbles."""
        last = self.bubbles[-1] if self.bubbles else None
        return {
            "id": self.id,
            "name": self.name,
            "kind": self.kind,
            "friend": self.friend,
            "blocked": self.blocked,
            "messages": len(self.bubbles),
            "revision": self.revision,
            "last": last.as_json() if last else None,
        }


@dataclass(slots=True)
class Content:
    """A photo, video, sound or file a citizen sent."""

    body: bytes
    content_type: str
    ready_at: float
    unsent: bool = False
