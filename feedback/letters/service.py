"""Letters: their head written down, printing and posting recorded. NotFound also for other departments' matters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from feedback.answers import service as answers
from feedback.answers.models import Answer
from feedback.answers.rules import AnswerState, Method
from feedback.clock import era_date, tokyo_date
from feedback.errors import Invalid, NotFound
from feedback.letters.models import Letter
from feedback.letters.rules import LONGEST_NUMBER, LONGEST_TITLE, MOST_AT_ONCE
from feedback.opinions.models import Matter
from feedback.opinions.service import open_matter, record
from feedback.staff.rules import Actor

NOT_DECIDED = "手紙にできるのは、決裁の済んだ回答です。"


@dataclass(frozen=True, slots=True)
class Head:
    """What staff write at the head of a letter; empty texts are left out or replaced by the usual ones."""

    number: str
    title: str
    dated_on: date | None
    with_seal: bool


def describe(session: Session, answer_id: int, head: Head, *, actor: Actor, at: datetime) -> None:
    """Write down the head of a letter. Invalid says what is too long."""
    answer = _decided(session, answer_id, actor=actor)
    number, title = head.number.strip(), head.title.strip()
    if len(number) > LONGEST_NUMBER or len(title) > LONGEST_TITLE:
        raise Invalid(f"文書番号は{LONGEST_NUMBER}文字、標題は{LONGEST_TITLE}文字以内で入力してください。")
    letter = _letter(session, answer_id)
    letter.number, letter.title = number or None, title or None
    letter.dated_on, letter.with_seal = head.dated_on, head.with_seal
    record(session, answer.matter, "letter.described", actor=actor, at=at, answer_id=answer_id)


def printed(session: Session, answer_ids: Sequence[int], *, actor: Actor, at: datetime) -> None:
    """Record that letters were printed. All of them, or with an error none."""
    if not answer_ids:
        raise Invalid("印刷する手紙を選んでください。")
    if len(answer_ids) > MOST_AT_ONCE:
        raise Invalid(f"一度に印刷できるのは{MOST_AT_ONCE}通までです。")
    for answer_id in answer_ids:
        answer = _decided(session, answer_id, actor=actor)
        letter = _letter(session, answer_id)
        letter.printed_at, letter.printed_by_id, letter.printed_round = at, actor.id, answer.round
        record(session, answer.matter, "letter.printed", actor=actor, at=at, answer_id=answer_id)


def posted(session: Session, versions: Mapping[int, int], *, on: date, actor: Actor, at: datetime) -> None:
    """Record that letters were posted, by answer id with the version seen. All of them, or with an error none."""
    if not versions:
        raise Invalid("発送した手紙を選んでください。")
    if on > tokyo_date(at):
        raise Invalid("発送した日が未来になっています。")
    for answer_id, version in versions.items():
        answer = _decided(session, answer_id, actor=actor)
        if answer.method is not Method.LETTER:
            raise Invalid("手紙で送る回答だけを選んでください。")
        answers.handed_over(
            session, answer_id, actor=actor, version=version, at=at, how=f"{era_date(on)}に郵送しました。"
        )


def _decided(session: Session, answer_id: int, *, actor: Actor) -> Answer:
    answer = session.scalar(
        select(Answer).where(Answer.id == answer_id).options(joinedload(Answer.matter).joinedload(Matter.submission))
    )
    if answer is None:
        raise NotFound("回答が見つかりません。")
    open_matter(session, answer.matter_id, actor=actor, version=None)
    if answer.state not in {AnswerState.APPROVED, AnswerState.SENT}:
        raise Invalid(NOT_DECIDED)
    return answer


def _letter(session: Session, answer_id: int) -> Letter:
    letter = session.get(Letter, answer_id)
    if letter is None:
        letter = Letter(answer_id=answer_id, with_seal=False)
        session.add(letter)
    return letter
