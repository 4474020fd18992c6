"""Sends what the outbox holds over the Messaging API, with several threads; no transaction is open meanwhile."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
import urllib3
from linebot.v3.messaging import (
    ApiClient,
    Configuration,
    MessagingApi,
    MulticastRequest,
    PushMessageRequest,
    ReplyMessageRequest,
)
from linebot.v3.messaging.exceptions import ApiException

from bot.delivery import Again, Answer, Settled, Trouble, choose_via, judge
from feedback.clock import Clock, utc_now
from feedback.config import Settings
from feedback.db import Database
from feedback.keys import KeyRing
from feedback.outbox import service as outbox
from feedback.outbox.models import OutboundState, Via

log = structlog.get_logger()

_Result = tuple[Via, Answer, Settled | Again]


class _Unread:
    """LINE's answer without its body, in the form in which the SDK hands it on."""

    def __init__(self, response: Any) -> None:
        self.status = response.status
        self.data = b""
        self._headers = response.getheaders()

    def getheaders(self) -> Any:
        return self._headers

    def getheader(self, _name: str) -> None:
        """No content type, so that no alphabet unknown to us is looked for in an empty body."""
        return


class _Client(ApiClient):  # type: ignore[misc]  # LINE's SDK has no types
    """LINE's client, told not to read bodies: with a 200 LINE took the message, whatever else it says."""

    def request(self, *args: Any, **options: Any) -> _Unread:
        try:
            return _Unread(super().request(*args, **options))
        except ApiException as error:
            # A proxy's page in another alphabet must not hide the status that it came with.
            error.body = (error.body or b"").decode("utf-8", "replace").encode()
            raise

    def deserialize(self, _response: Any, _type: Any) -> None:
        return


class LineApi:
    """The few calls of the Messaging API that carry messages, each with a time-out."""

    def __init__(self, settings: Settings, *, connections: int = 8) -> None:
        configuration = Configuration(
            host=settings.line_api_base_url,
            access_token=settings.line_channel_access_token.get_secret_value(),
        )
        configuration.connection_pool_maxsize = connections
        configuration.retries = False  # when to try again is decided by bot.delivery
        self._timeout = settings.line_timeout_seconds
        self._api = MessagingApi(_Client(configuration))

    @property
    def longest_call(self) -> timedelta:
        """How long a call may take before it is given up."""
        return timedelta(seconds=self._timeout)

    def reply(self, token: str, messages: list[dict[str, Any]]) -> Answer:
        """Answer an event."""
        request = ReplyMessageRequest.from_dict({"replyToken": token, "messages": messages})
        return self._call(self._api.reply_message_with_http_info, request)

    def push(self, to: str, messages: list[dict[str, Any]], *, retry_key: str) -> Answer:
        """Send to one citizen; the same retry key is taken once."""
        request = PushMessageRequest.from_dict({"to": to, "messages": messages})
        return self._call(self._api.push_message_with_http_info, request, x_line_retry_key=retry_key)

    def multicast(self, to: list[str], messages: list[dict[str, Any]], *, retry_key: str) -> Answer:
        """Send the same to up to 500 citizens; the same retry key is taken once."""
        request = MulticastRequest.from_dict({"to": to, "messages": messages})
        return self._call(self._api.multicast_with_http_info, request, x_line_retry_key=retry_key)

    def leave(self, group_id: str) -> Answer:
        """Leave a group or room."""
        call = self._api.leave_room_with_http_info if group_id.startswith("R") else self._api.leave_group_with_http_info
        return self._call(call, group_id)

    def _call(self, call: Any, *args: Any, **options: Any) -> Answer:
        try:
            response = call(*args, _request_timeout=self._timeout, **options)
        except ApiException as error:
            headers = error.headers or {}
            return Answer(
                status=error.status, message=_message(error.body), request_id=headers.get("x-line-request-id")
            )
        except urllib3.exceptions.HTTPError as error:
            return Answer(trouble=_trouble(error))
        return Answer(status=response.status_code, request_id=(response.headers or {}).get("x-line-request-id"))


def _message(body: Any) -> str:
    try:
        content = json.loads(body or "{}")
    except ValueError:
        return ""
    return str(content.get("message", "")) if isinstance(content, dict) else ""


def _trouble(error: Exception) -> Trouble:
    cause = getattr(error, "reason", None) or error
    unreached = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
    return Trouble.NOT_REACHED if isinstance(cause, unreached) else Trouble.TIMED_OUT


@dataclass(slots=True)
class Sender:
    """Claims, sends, writes down. ``run_once`` is one round; any number of processes may run it."""

    database: Database
    keys: KeyRing
    api: LineApi
    clock: Clock = utc_now
    threads: int = 8
    _pool: ThreadPoolExecutor | None = None

    def run_once(self, *, limit: int = 64) -> int:
        """Send what is due; returns how many messages were taken."""
        with self.database.write() as session:
            claimed = outbox.claim(session, keys=self.keys, now=self.clock(), limit=limit)
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="sender")
        results = list(self._pool.map(self._send, claimed))
        if results:
            self._write_down(claimed, results)
        return len(claimed)

    def _send(self, message: outbox.Claimed) -> _Result | None:
        if self.clock() + self.api.longest_call > message.lease_until:
            return None  # LINE is slow today, and another sender may soon take it: whoever is next has time for it
        try:
            return self._try(message)
        except Exception as error:
            # A message the client cannot even put in words for LINE; the others of the round must go on.
            log.warning("outbound.impossible", message=message.id, error=type(error).__name__)
            return message.via, Answer(), Settled(OutboundState.FAILED, "LINEに送れない内容でした")

    def _try(self, message: outbox.Claimed) -> _Result:
        if message.purpose == "leave":
            answer = self.api.leave(message.recipient)
            return Via.REPLY, answer, judge(message, Via.REPLY, answer)
        via = choose_via(message, now=self.clock())
        if isinstance(via, Settled):
            return Via.REPLY if message.reply_token else Via.PUSH, Answer(), via
        answer = self._call(message, via)
        return via, answer, judge(message, via, answer)

    def _call(self, message: outbox.Claimed, via: Via) -> Answer:
        if via is Via.REPLY:
            return self.api.reply(message.reply_token or "", message.messages)
        return self.api.push(message.recipient, message.messages, retry_key=str(message.retry_key))

    def _write_down(self, claimed: list[outbox.Claimed], results: list[_Result | None]) -> None:
        now = self.clock()
        with self.database.write() as session:
            for message, result in zip(claimed, results, strict=True):
                if result is None:
                    outbox.give_back(session, message)
                    continue
                via, answer, verdict = result
                if isinstance(verdict, Again):
                    outbox.postpone(
                        session,
                        message.id,
                        due_at=now + verdict.after,
                        via=verdict.via,
                        uncertain=verdict.uncertain,
                        reason=verdict.reason,
                        attempts=message.attempts,
                    )
                    continue
                end = outbox.Settlement(
                    message.id, verdict.state, via, answer.request_id, verdict.reason, message.attempts
                )
                outbox.settle(session, [end], now=now)
                if verdict.state is not OutboundState.SENT:
                    log.warning("outbound.not_sent", message=message.id, state=verdict.state, status=answer.status)
