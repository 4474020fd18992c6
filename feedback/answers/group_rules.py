"""Pure decisions about one answer for a whole group: who is asked about first, and who is left out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from feedback.answers.rules import Method
from feedback.opinions.rules import OPEN_STATUSES, Channel, MatterStatus

_USUAL: Final = {
    Channel.LINE: Method.LINE,
    Channel.EMAIL: Method.EMAIL,
    Channel.LETTER: Method.LETTER,
    Channel.FAX: Method.LETTER,
}
_ANSWERED: Final = frozenset({MatterStatus.ANSWERED, MatterStatus.CLOSED})


def usual_method(channel: Channel, contact: str | None = None) -> Method:
    """How somebody who wrote over a channel is answered: the same way, else by the address they left."""
    found = _USUAL.get(channel)
    if found is not None:
        return found
    return Method.EMAIL if contact and "@" in contact else Method.IN_PERSON


class Question(StrEnum):
    """Why staff are asked before a member of the group gets the answer too."""

    ANSWERED = "answered"
    ELSEWHERE = "elsewhere"
    NO_REPLY = "no_reply"


class Obstacle(StrEnum):
    """Why a member of the group does not get the answer."""

    GONE = "gone"
    OUT = "out"
    OWN_ANSWER = "own_answer"
    UNREACHABLE = "unreachable"
    MOVED = "moved"
    UNGROUPED = "ungrouped"
    ANSWERED_SINCE = "answered_since"


OBSTACLE_WORDS: Final = {
    Obstacle.GONE: "取り下げ・消去されたため、送りません",
    Obstacle.OUT: "移送・対象外などにした案件のため、送りません",
    Obstacle.OWN_ANSWER: "この案件だけの回答案があるため、送りません",
    Obstacle.UNREACHABLE: "LINEで送れない方です。この案件の画面で、ほかの方法で回答してください",
    Obstacle.MOVED: "選んだあとに担当課が変わったため、送りません",
    Obstacle.UNGROUPED: "選んだあとにまとめから外されたため、送りません",
    Obstacle.ANSWERED_SINCE: "選んだあとに別に回答されたため、送りません",
}


@dataclass(frozen=True, slots=True)
class Member:
    """A matter of the group as the decision sees it. ``reachable``: LINE can be written to; True for other channels."""

    status: MatterStatus
    department_id: int
    answered_at: datetime | None
    erased: bool
    wants_reply: bool
    own_answer: bool
    reachable: bool
    grouped: bool = True


@dataclass(frozen=True, slots=True)
class Word:
    """Staff's word that a member gets the answer: when it was given, and whose matter it was then."""

    at: datetime
    department_id: int


def questions(member: Member, *, department_id: int) -> tuple[Question, ...]:
    """What is to be asked before a member gets the answer of a department."""
    asked = (
        (Question.ANSWERED, member.status in _ANSWERED),
        (Question.ELSEWHERE, member.department_id != department_id),
        (Question.NO_REPLY, not member.wants_reply),
    )
    return tuple(question for question, wanted in asked if wanted)


def obstacle(member: Member, word: Word | None = None) -> Obstacle | None:
    """Why a member cannot get the answer, or None. ``word``: also what changed since it was given."""
    found = (
        (Obstacle.GONE, member.erased or member.status is MatterStatus.WITHDRAWN),
        (Obstacle.UNGROUPED, not member.grouped),
        (Obstacle.MOVED, word is not None and word.department_id != member.department_id),
        (Obstacle.OWN_ANSWER, member.own_answer or member.status is MatterStatus.APPROVING),
        (Obstacle.OUT, member.status not in OPEN_STATUSES | _ANSWERED),
        (Obstacle.ANSWERED_SINCE, _answered_since(member, word)),
        (Obstacle.UNREACHABLE, not member.reachable),
    )
    return next((one for one, stands in found if stands), None)


def _answered_since(member: Member, word: Word | None) -> bool:
    return word is not None and member.answered_at is not None and member.answered_at > word.at


def receipts_in_words(receipts: Collection[str], *, most: int = 3) -> str:
    """Receipt numbers of one person, told in one message."""
    distinct = list(dict.fromkeys(receipts))
    rest = len(distinct) - most
    return "、".join(distinct[:most]) + (f" ほか{rest}件" if rest > 0 else "")
