"""The job that sends a survey to its recipients, call by call; it goes on where it was interrupted."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from app.jobs.registry import Outcome, Work
from bot.delivery import Answer
from bot.messages.surveys import invitation
from bot.sender import LineApi
from feedback.config import Settings
from feedback.surveys.delivery import service
from feedback.surveys.delivery.models import CallState
from feedback.surveys.delivery.service import Call
from feedback.surveys.models import Survey

_TRIES = 4
_MONTHLY_LIMIT = "monthly limit"


class Multicast(Protocol):
    """LINE's multicast."""

    def multicast(self, to: list[str], messages: list[dict[str, Any]], *, retry_key: str) -> Answer:
        """Send to up to 500 people; the same retry key is taken once."""


class Unclear(Exception):
    """LINE cannot be reached, or does not say whether it took a call; the job comes back later."""


def deliver(work: Work) -> Outcome:
    """Send what is left of a delivery."""
    return Delivery(work, LineApi(work.settings), time.sleep).run()


@dataclass(slots=True)
class Delivery:
    """One run of the job."""

    work: Work
    api: Multicast
    sleep: Callable[[float], None]

    def run(self) -> Outcome:
        """Call after call. A call is written down as begun before it is made, and repeated only under its own key."""
        delivery_id = int(self.work.job.payload["delivery"])
        while (call := self._begin(delivery_id)) is not None:
            answer = self._call(call)
            with self.work.database.write() as session:
                self._write_down(session, call, answer)
                done = service.sent_count(session, delivery_id)
            self.work.progress(done)
        with self.work.database.read() as session:
            done = service.sent_count(session, delivery_id)
        return Outcome(f"{done:,}人分の送信を終えました。", self.work.job.payload)

    def _begin(self, delivery_id: int) -> Call | None:
        with self.work.database.write() as session:
            return service.begin_call(session, delivery_id, keys=self.work.settings.key_ring(), at=self.work.clock())

    def _call(self, call: Call) -> Answer:
        if not call.to:
            return Answer(status=200)
        messages = self._messages(call.survey_id, self.work.settings)
        for attempt in range(_TRIES):
            answer = self.api.multicast(list(call.to), messages, retry_key=str(call.retry_key))
            if not _is_unclear(answer):
                return answer
            self.sleep(2.0**attempt)
        raise Unclear

    def _messages(self, survey_id: int, settings: Settings) -> list[dict[str, Any]]:
        with self.work.database.read() as session:
            survey = session.get_one(Survey, survey_id)
            return invitation(
                survey.id, survey.title, anonymous=survey.anonymous, closes=survey.closes, settings=settings
            )

    def _write_down(self, session: Any, call: Call, answer: Answer) -> None:
        now = self.work.clock()
        if answer.status in (200, 409):
            service.settle(session, call, state=CallState.SENT, at=now)
            return
        limited = answer.status == 429
        service.settle(session, call, state=CallState.WAITING if limited else CallState.FAILED, at=now)
        reason = (
            "今月のLINE送信数の上限に達しました。" if limited else f"LINEが受け付けませんでした（{answer.status}）。"
        )
        service.pause(session, call.delivery_id, reason=reason)


def _is_unclear(answer: Answer) -> bool:
    """Whether to ask again: no answer, a fault on LINE's side, or too many requests at once."""
    busy = answer.status == 429 and _MONTHLY_LIMIT not in answer.message
    return answer.trouble is not None or busy or (answer.status or 0) >= 500
