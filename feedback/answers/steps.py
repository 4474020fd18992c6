"""The steps of a matter that come of its answer's way."""

from datetime import datetime

from feedback.answers.models import Answer
from feedback.answers.rules import AnswerState
from feedback.errors import Invalid
from feedback.opinions import lifecycle
from feedback.opinions.lifecycle import Who
from feedback.opinions.models import Matter
from feedback.opinions.rules import MatterStatus
from feedback.opinions.service import enter
from feedback.staff.rules import Actor


def take_step(matter: Matter, new: MatterStatus, *, role: Who, actor: Actor, at: datetime, reason: str = "") -> None:
    """Take a matter on, if ``role`` may. Invalid: not from where it stands."""
    if not lifecycle.may(role, matter.status, new):
        raise Invalid("今の状況では、この操作はできません。画面を開き直してください。")
    enter(matter, new, actor=actor, at=at, reason=reason)


def sent(answer: Answer, *, role: Who, actor: Actor, at: datetime) -> None:
    """The answer is out; its matter is 回答済."""
    answer.state, answer.sent_at, answer.updated_at = AnswerState.SENT, at, at
    take_step(answer.matter, MatterStatus.ANSWERED, role=role, actor=actor, at=at)
