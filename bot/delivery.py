"""Pure decisions on sending: which of LINE's calls carries a message, and what an answer of LINE's means.

Reply first: it is free. A reply token works once, so asking again with the same token can never show a message
twice; a push repeats safely under its saved retry key. Source: LINE Messaging API, "Retry failed API requests".
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from feedback.outbox.models import OutboundState, Via
from feedback.outbox.service import Claimed

MAX_ATTEMPTS = 10
_SPENT_TOKEN = "Invalid reply token"  # noqa: S105 (LINE's message, not a secret)
_MONTHLY_LIMIT = "monthly limit"


class Trouble(Enum):
    """Why there is no HTTP answer."""

    NOT_REACHED = "LINEに接続できませんでした"
    TIMED_OUT = "LINEからの応答が時間内にありませんでした"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back of a call: an HTTP status with LINE's message, or a trouble."""

    status: int | None = None
    message: str = ""
    request_id: str | None = None
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """The message has come to an end."""

    state: OutboundState
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """Try once more after a pause, by this call."""

    after: timedelta
    via: Via
    uncertain: bool
    reason: str


def choose_via(message: Claimed, *, now: datetime) -> Via | Settled:
    """Reply while its token lasts, else push; never push to somebody who blocked us, nor after an unclear reply."""
    if message.via is Via.REPLY and message.reply_until is not None and now < message.reply_until:
        return Via.REPLY
    if message.via is Via.REPLY and message.uncertain:
        return Settled(OutboundState.UNKNOWN, "届いたかどうか確認できませんでした")
    if not message.reachable:
        return Settled(OutboundState.CANCELLED, "ブロックされているため送信しませんでした")
    return Via.PUSH


def judge(message: Claimed, via: Via, answer: Answer) -> Settled | Again:
    """What LINE's answer means for a message."""
    if answer.status == 200 or (answer.status == 409 and via is Via.PUSH):
        return Settled(OutboundState.SENT)
    reason = _reason(answer)
    if via is Via.REPLY and answer.status == 400 and _SPENT_TOKEN in answer.message:
        if message.uncertain:
            return Settled(OutboundState.UNKNOWN, "応答は確認できませんでしたが、届いたと考えられます")
        return Again(timedelta(0), Via.PUSH, uncertain=False, reason=reason)
    if answer.status == 429 and _MONTHLY_LIMIT in answer.message:
        return Settled(OutboundState.FAILED, "今月のLINE送信数の上限に達しています")
    if _may_pass(answer) and message.attempts < MAX_ATTEMPTS:
        uncertain = message.uncertain or (answer.trouble is Trouble.TIMED_OUT or (answer.status or 0) >= 500)
        return Again(_pause(message.attempts), via, uncertain=uncertain, reason=reason)
    return Settled(OutboundState.FAILED, reason)


def _may_pass(answer: Answer) -> bool:
    return answer.trouble is not None or answer.status == 429 or (answer.status or 0) >= 500


def _pause(attempts: int) -> timedelta:
    return timedelta(seconds=min(2 ** (attempts - 1), 600))


def _reason(answer: Answer) -> str:
    if answer.trouble is not None:
        return answer.trouble.value
    known = {
        401: "LINEのアクセストークンが正しくありません",
        403: "このLINEアカウントでは使えない機能です",
        404: "相手が見つかりません",
        429: "LINEの送信頻度の制限にかかりました",
    }
    return known.get(answer.status or 0, f"LINEが受け付けませんでした（{answer.status}）")
