"""A typed client of the control API, for journey tests and benchmarks."""

import base64
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import urllib3

from app.simulator import reading
from app.simulator.wire import Json


class SimulatorError(RuntimeError):
    """The simulator refused a request; the message says why."""


class UnansweredError(AssertionError):
    """The bot did not say what was waited for in time; the message shows what was said instead."""


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One bubble of a transcript. ``via`` is webhook, reply, push, multicast, narrowcast or broadcast."""

    id: str
    sender: str
    type: str
    text: str
    via: str
    at: int
    request_id: str
    event_id: str
    unsent: bool
    webhook_status: int | None
    revision: int
    raw: Json

    @property
    def from_bot(self) -> bool:
        """Tell whether the bot said it."""
        return self.sender == "bot"

    @property
    def quick_replies(self) -> list[str]:
        """List the labels of its quick replies."""
        return [str(action.get("label")) for action in reading.quick_replies(self.raw)]

    @property
    def buttons(self) -> list[str]:
        """List the labels of its buttons."""
        return [str(action.get("label")) for action in reading.buttons(self.raw)]


@dataclass(frozen=True, slots=True)
class Sent:
    """What a citizen's action became; ``status`` is the bot's answer, None if nobody waited for it."""

    event_ids: tuple[str, ...]
    message_ids: tuple[str, ...]
    status: int | None
    mark: int
    result: Json

    @property
    def message_id(self) -> str:
        """Give the id of the (first) message."""
        return self.message_ids[0]


@dataclass(frozen=True, slots=True)
class BulkReport:
    """Progress of a bulk run; ``failed_event_ids`` were never taken by the bot."""

    id: int
    finished: bool
    sent: int
    accepted: int
    seconds: float
    per_second: float
    p50_milliseconds: float
    p99_milliseconds: float
    failed_event_ids: tuple[str, ...]


class SimulatorClient:
    """Talks to one simulator; safe to share between threads."""

    def __init__(self, base_url: str, *, timeout_seconds: float = 30.0) -> None:
        self._base_url = base_url.rstrip("/")
        self._timeout = timeout_seconds
        self._pool = urllib3.PoolManager(maxsize=32, retries=False)

    def close(self) -> None:
        """Let go of the connections."""
        self._pool.clear()

    def wait_until_ready(self, timeout_seconds: float = 15.0) -> None:
        """Wait until the simulator answers; raises :class:`SimulatorError`."""
        deadline = time.monotonic() + timeout_seconds
        while True:
            try:
                self.call("GET", "/health")
            except (SimulatorError, urllib3.exceptions.HTTPError) as error:
                if time.monotonic() > deadline:
                    raise SimulatorError(f"no simulator at {self._base_url}") from error
                time.sleep(0.05)
            else:
                return

    def add_citizen(self, name: str, *, friend: bool = True) -> "Citizen":
        """Invent a citizen; with ``friend=False`` push reaches them only after :meth:`Citizen.follow`."""
        return Citizen(self, self.call("POST", "/citizens", {"name": name, "friend": friend}))

    def add_citizens(self, count: int) -> list[str]:
        """Invent many citizens at once; their user ids."""
        return [str(user_id) for user_id in self.call("POST", "/citizens/bulk", {"count": count})["ids"]]

    def add_group(self, name: str, *, kind: str = "group") -> "Citizen":
        """Invent a group (or ``kind="room"``); speak in it with ``say(..., as_user=citizen)``."""
        return Citizen(self, self.call("POST", "/citizens", {"name": name, "kind": kind}))

    def citizens(self) -> "list[Citizen]":
        """List everyone (premade ones too)."""
        return [Citizen(self, found) for found in self._items("/citizens")]

    def faults(self) -> Json:
        """Read the fault switches."""
        switches: Json = self.call("GET", "/faults")
        return switches

    def set_faults(self, **switches: object) -> None:
        """Set some fault switches (fields of :class:`app.simulator.faults.Faults`)."""
        self.call("PUT", "/faults", switches)

    def clear_faults(self) -> None:
        """Switch all faults off."""
        self.call("DELETE", "/faults")

    def change_settings(self, **settings: object) -> None:
        """Change e.g. ``webhook_url``, ``redelivery``, ``monthly_quota``, ``reply_token_seconds``."""
        self.call("PUT", "/settings", settings)

    def calls(self, endpoint: str | None = None, *, status: int | None = None, after: int = 0) -> list[Json]:
        """List Messaging API calls, oldest first (at most the latest 20,000)."""
        query = {"endpoint": endpoint, "status": status, "after": after, "limit": 20_000}
        return self._items("/calls", query)

    def call_counts(self) -> dict[str, dict[str, int]]:
        """Count all Messaging API calls: endpoint → status → count."""
        counts: dict[str, dict[str, int]] = self.call("GET", "/calls/counts")
        return counts

    def deliveries(self, *, failed_only: bool = False, limit: int = 200_000) -> list[Json]:
        """List webhook events with the bot's answers (``statuses``, ``milliseconds``, ``accepted``)."""
        return self._items("/deliveries", {"failed": int(failed_only), "limit": limit})

    def redeliver(self, event_id: str, *, times: int = 1) -> list[int]:
        """Deliver an event again, ``times`` times at once; the bot's answers."""
        return [int(s) for s in self.call("POST", f"/deliveries/{event_id}/redeliver", {"times": times})["statuses"]]

    def redeliver_failed(self) -> int:
        """Deliver again what the bot has not taken; how many it took now."""
        return int(self.call("POST", "/deliveries/redeliver")["accepted"])

    def send_webhook(self, payload: Json) -> int:
        """Sign and send any payload; the bot's status, 0 for no answer."""
        return int(self.call("POST", "/webhook", payload)["status"])

    def start_bulk(self, events: int, citizens: int, **order: object) -> int:
        """Begin a bulk run (fields of :class:`app.simulator.bulk.BulkOrder`); its id."""
        return int(self.call("POST", "/bulk", {"events": events, "citizens": citizens, **order})["id"])

    def bulk_report(self, run_id: int, *, wait_seconds: float = 0.0) -> BulkReport:
        """Report on a bulk run, waiting up to ``wait_seconds`` for its end."""
        found = self.call("GET", f"/bulk/{run_id}", query={"timeout": wait_seconds})
        return BulkReport(
            id=found["id"],
            finished=found["finished"],
            sent=found["sent"],
            accepted=found["accepted"],
            seconds=found["seconds"],
            per_second=found["perSecond"],
            p50_milliseconds=found["p50Milliseconds"],
            p99_milliseconds=found["p99Milliseconds"],
            failed_event_ids=tuple(found["failedEventIds"]),
        )

    def bulk(self, events: int, citizens: int, *, timeout_seconds: float = 60.0, **order: object) -> BulkReport:
        """Run a bulk order to its end; raises :class:`SimulatorError` when it takes too long."""
        run_id = self.start_bulk(events, citizens, **order)
        report = self.bulk_report(run_id, wait_seconds=timeout_seconds)
        if not report.finished:
            raise SimulatorError(f"bulk run still at {report.sent} of {events} after {timeout_seconds} s")
        return report

    def reset(self) -> None:
        """Forget everybody and everything, faults too."""
        self.call("POST", "/reset")

    def call(self, method: str, path: str, body: object = None, *, query: Mapping[str, object] | None = None) -> Any:
        """Call the control API; raises :class:`SimulatorError` when it refuses."""
        asked = {key: value for key, value in (query or {}).items() if value is not None}
        url = f"{self._base_url}/_sim{path}{'?' + urlencode(asked) if asked else ''}"
        content = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if content is not None else {}
        seconds = self._timeout + float(str(asked.get("timeout", 0)))
        answer = self._pool.request(method, url, body=content, headers=headers, timeout=seconds)
        if answer.status == 204:
            return None
        if answer.status >= 400:
            raise SimulatorError(f"{method} {path}: {answer.status} {answer.data[:500].decode(errors='replace')}")
        return json.loads(answer.data)

    def _items(self, path: str, query: Mapping[str, object] | None = None) -> list[Json]:
        items: list[Json] = self.call("GET", path, query=query)["items"]
        return items


class Citizen:
    """One citizen's phone (or a group). Actions return once the bot answered the webhook."""

    def __init__(self, client: SimulatorClient, described: Json) -> None:
        self._client = client
        self.id: str = described["id"]
        self.name: str = described["name"]
        self._path = f"/citizens/{self.id}"
        self._mark = 0

    def say(self, text: str, *, as_user: "Citizen | None" = None, wait: bool = True, **more: object) -> Sent:
        """Send a text."""
        return self._message({"type": "text", "text": text, "userId": as_user.id if as_user else None, **more}, wait)

    def send_photo(self, photo: bytes) -> Sent:
        """Send one photo."""
        return self.send_photos([photo])

    def send_photos(self, photos: Sequence[bytes], *, one_body: bool = False) -> Sent:
        """Send photos together: an album."""
        encoded = [base64.b64encode(photo).decode() for photo in photos]
        return self._do("photos", {"photos": encoded, "oneBody": one_body})

    def send_location(self, latitude: float, longitude: float, *, title: str = "", address: str = "") -> Sent:
        """Send a place."""
        place = {"latitude": latitude, "longitude": longitude, "title": title, "address": address}
        return self._message({"type": "location", **place})

    def sticker(self, keywords: Sequence[str] = (), *, package_id: str = "1", sticker_id: str = "1") -> Sent:
        """Send a sticker."""
        sticker = {"packageId": package_id, "stickerId": sticker_id, "keywords": list(keywords)}
        return self._message({"type": "sticker", **sticker})

    def send_audio(self, content: bytes = b"", *, duration_ms: int = 3_000) -> Sent:
        """Send a voice message."""
        return self._message({"type": "audio", "content": _base64(content), "duration": duration_ms})

    def send_video(self, content: bytes = b"", *, duration_ms: int = 5_000) -> Sent:
        """Send a video."""
        return self._message({"type": "video", "content": _base64(content), "duration": duration_ms})

    def send_file(self, name: str, content: bytes) -> Sent:
        """Send a file."""
        return self._message({"type": "file", "fileName": name, "content": _base64(content)})

    def tap(self, label: str, *, params: Json | None = None) -> Sent:
        """Tap a quick reply, button or menu area by label; raises :class:`SimulatorError` if not shown."""
        return self._do("tap", {"label": label, "params": params})

    def postback(self, data: str, *, params: Json | None = None, display_text: str | None = None) -> Sent:
        """Send a postback that no button offers."""
        action = {"type": "postback", "data": data, "displayText": display_text}
        if params:
            return self.event("postback", {"postback": {"data": data, "params": params}})
        return self._do("actions", {"action": action})

    def follow(self) -> Sent:
        """Add the bot as a friend, or unblock it."""
        return self._do("follow", {})

    def block(self) -> Sent:
        """Block the bot."""
        return self._do("block", {})

    def unsend(self, message_id: str) -> Sent:
        """Take a message back."""
        return self._do("unsend", {"messageId": message_id})

    def event(self, kind: str, body: Json | None = None, *, as_user: "Citizen | None" = None) -> Sent:
        """Send an event of any type, e.g. ``join``, ``beacon``, ``accountLink``, ``messageEdited``."""
        user_id = as_user.id if as_user else None
        return self._do("events", {"type": kind, "body": body or {}, "userId": user_id})

    def transcript(self) -> list[ChatMessage]:
        """Read the whole chat, both directions, oldest first."""
        return [_chat_message(found) for found in self._client.call("GET", f"{self._path}/transcript")["items"]]

    def answers(self) -> list[ChatMessage]:
        """Read what the bot said."""
        return [message for message in self.transcript() if message.from_bot]

    def offered(self) -> list[str]:
        """List the labels that :meth:`tap` would find now."""
        return [str(action.get("label")) for action in self._client.call("GET", f"{self._path}/offered")["items"]]

    def wait_for(self, text: str = "", timeout: float = 30.0, *, after: int | None = None) -> ChatMessage:
        """Wait for a bot message that holds ``text`` (any, if empty) said since this citizen's latest action.

        ``after`` (a :attr:`Sent.mark`) waits from another moment on; 0 is from the start.
        Raises :class:`UnansweredError`.
        """
        since = self._mark if after is None else after
        query = {"text": text, "after": since, "timeout": timeout}
        found = self._client.call("GET", f"{self._path}/wait", query=query)
        if found is None:
            said = "\n".join(f"  {message.sender[:4]}: {message.text[:200]}" for message in self.transcript())
            raise UnansweredError(f"{self.name} waited {timeout} s for {text!r}; the chat is\n{said or '  (empty)'}")
        return _chat_message(found)

    def _message(self, message: Json, wait: bool = True) -> Sent:
        return self._do("messages", {**message, "wait": wait})

    def _do(self, name: str, body: Json) -> Sent:
        found = self._client.call("POST", f"{self._path}/{name}", body)
        self._mark = int(found["mark"])
        statuses = [event["statuses"] for event in found["events"]]
        return Sent(
            event_ids=tuple(event["eventId"] for event in found["events"]),
            message_ids=tuple(found["messageIds"]),
            status=statuses[0][-1] if statuses and statuses[0] else None,
            mark=self._mark,
            result={key: found[key] for key in ("open", "copied", "need") if key in found},
        )


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _chat_message(found: Json) -> ChatMessage:
    raw = found["message"]
    return ChatMessage(
        id=found["id"],
        sender=found["sender"],
        type=raw.get("type", ""),
        text=reading.visible_text(raw),
        via=found["via"],
        at=found["at"],
        request_id=found["requestId"],
        event_id=found["eventId"],
        unsent=found["unsent"],
        webhook_status=found["webhookStatus"],
        revision=found["revision"],
        raw=raw,
    )
