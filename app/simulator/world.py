"""Everything the simulator knows, behind one lock."""

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from app.simulator import limits
from app.simulator.chats import Bubble, Chat, ChatKind, Content, Via
from app.simulator.faults import Faults
from app.simulator.settings import SimulatorSettings
from app.simulator.wire import Json, new_chat_id, new_message_id, new_token, now_ms

_CALLS_KEPT = 20_000


@dataclass(slots=True)
class ReplyToken:
    """A single-use token; times are ``time.monotonic()`` seconds."""

    chat_id: str
    expires_at: float
    last_chance: float
    used: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """A request accepted under a retry key."""

    request_id: str
    answer: Json
    forget_at: float


@dataclass(slots=True)
class ApiCall:
    """One Messaging API call the bot made."""

    number: int
    at: int
    method: str
    path: str
    endpoint: str
    status: int
    milliseconds: float
    request_id: str
    body: Json | None
    message: str

    def as_json(self) -> Json:
        """Describe the call for the control API."""
        return {
            "number": self.number,
            "at": self.at,
            "method": self.method,
            "path": self.path,
            "endpoint": self.endpoint,
            "status": self.status,
            "milliseconds": round(self.milliseconds, 1),
            "requestId": self.request_id,
            "body": self.body,
            "message": self.message,
        }


@dataclass(slots=True)
class RichMenu:
    """A rich menu and, once uploaded, its picture."""

    id: str
    menu: Json
    image: bytes = b""
    content_type: str = ""


@dataclass(slots=True)
class RichMenus:
    """All rich menus of the account."""

    menus: dict[str, RichMenu] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    default_id: str | None = None


class World:
    """State shared by API, webhook sender, control API and page; ``lock`` guards reads that must agree."""

    def __init__(self, settings: SimulatorSettings) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.bot_user_id = new_chat_id()
        self.forget()

    def forget(self) -> None:
        """Start anew: nobody, nothing said, no faults."""
        with self.lock:
            self.faults = Faults()
            self.chats: dict[str, Chat] = {}
            self.contents: dict[str, Content] = {}
            self.messages: dict[str, tuple[Chat, Bubble]] = {}
            self.reply_tokens: dict[str, ReplyToken] = {}
            self.retry_keys: dict[str, Accepted] = {}
            self.rich_menus = RichMenus()
            self.calls: deque[ApiCall] = deque(maxlen=_CALLS_KEPT)
            self.call_counts: Counter[tuple[str, int]] = Counter()
            self.narrowcasts: dict[str, int] = {}
            self.sent = Counter[str]()
            self.consumed = 0
            self.revision = getattr(self, "revision", 0) + 1
            self.born = self.revision
            self.changed.notify_all()

    def touch(self) -> int:
        """Note a change, wake those who wait for one, and give its number."""
        with self.lock:
            self.revision += 1
            self.changed.notify_all()
            return self.revision

    def wait_until(self, found: "Callable[[], object]", timeout_seconds: float) -> bool:
        """Wait until ``found()`` is true; false when the time is up."""
        deadline = time.monotonic() + timeout_seconds
        with self.changed:
            while not found():
                left = deadline - time.monotonic()
                if left <= 0 or not self.changed.wait(left):
                    return bool(found())
            return True

    def add_chat(self, name: str, *, kind: ChatKind = "user", friend: bool = True) -> Chat:
        """Invent a citizen (or a group or room)."""
        prefix = {"user": "U", "group": "C", "room": "R"}[kind]
        with self.lock:
            chat = Chat(id=new_chat_id(prefix), name=name, kind=kind, friend=friend)
            chat.revision = self.touch()
            self.chats[chat.id] = chat
            return chat

    def add_chats(self, names: Iterable[str]) -> list[Chat]:
        """Invent many citizens at once, all friends."""
        with self.lock:
            revision = self.touch()
            made = [Chat(id=new_chat_id(), name=name, revision=revision) for name in names]
            self.chats.update((chat.id, chat) for chat in made)
            return made

    def hear(self, chat: Chat, sender_id: str, message: Json, *, event_id: str, at: int) -> Bubble:
        """Put a citizen's message into a chat."""
        with self.lock:
            bubble = Bubble(
                id=message.get("id") or new_message_id(),
                sender=sender_id,
                message=message,
                at=at,
                via="webhook",
                revision=self.touch(),
                event_id=event_id,
            )
            chat.bubbles.append(bubble)
            chat.known = True
            chat.revision = bubble.revision
            self.messages[bubble.id] = (chat, bubble)
            return bubble

    def speak(self, chats: Iterable[Chat], messages: list[Json], *, via: Via, request_id: str) -> list[Bubble]:
        """Deliver the bot's messages to those whom they reach; the bubbles are shared by all of them."""
        with self.lock:
            revision, at = self.touch(), now_ms()
            bubbles = [Bubble(new_message_id(), "bot", message, at, via, revision, request_id) for message in messages]
            readers = [chat for chat in chats if chat.reachable]
            for chat in readers:
                chat.bubbles.extend(bubbles)
                chat.revision = revision
                chat.typing_until = 0.0
            if len(readers) == 1:
                self.messages.update((bubble.id, (readers[0], bubble)) for bubble in bubbles)
            self.sent[via] += len(readers)
            return bubbles

    def issue_reply_token(self, chat: Chat) -> str:
        """Make a token; it only starts to count once the webhook is on its way."""
        token = new_token()
        with self.lock:
            now = time.monotonic()
            last_chance = now + limits.REPLY_AFTER_EVENT_SECONDS
            self.reply_tokens[token] = ReplyToken(chat.id, now + self.settings.reply_token_seconds, last_chance)
        return token

    def renew_reply_token(self, token: str) -> None:
        """Give a token its full time again, because its event is delivered (again) now."""
        with self.lock:
            known = self.reply_tokens.get(token)
            if known is not None:
                known.expires_at = min(time.monotonic() + self.settings.reply_token_seconds, known.last_chance)

    def take_reply_token(self, token: str) -> Chat | None:
        """Use up a token; None when it is unknown, used or too old."""
        with self.lock:
            known = self.reply_tokens.get(token)
            if known is None or known.used or time.monotonic() > known.expires_at:
                return None
            known.used = True
            return self.chats.get(known.chat_id)

    def rich_menu_of(self, chat: Chat) -> RichMenu | None:
        """Give the menu a citizen sees: the personal one before the default."""
        with self.lock:
            menus = self.rich_menus
            for menu_id in (chat.rich_menu_id, menus.default_id):
                menu = menus.menus.get(menu_id or "")
                if menu is not None and menu.image:
                    return menu
            return None

    def record_call(self, call: ApiCall) -> None:
        """Keep a call for the operator's log and the counts."""
        with self.lock:
            self.call_counts[(call.endpoint, call.status)] += 1
            call.number = self.touch()
            self.calls.append(call)
