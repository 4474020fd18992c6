"""Reads of one answer for a whole group: whom it would go to, and what became of it for each."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from feedback.answers.group import person, stand
from feedback.answers.group_rules import Obstacle, Question, Word, obstacle, questions, usual_method
from feedback.answers.models import Answer, AnswerMember
from feedback.answers.queries import AnswerView
from feedback.answers.rules import AnswerState, Method
from feedback.answers.sending import ANSWER
from feedback.links.queries import members
from feedback.opinions.models import Matter
from feedback.opinions.queries import Row, rows_of, visible_to
from feedback.opinions.rules import receipt_number
from feedback.outbox.models import OutboundMessage, OutboundState
from feedback.staff.rules import Actor


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a copy. ``sent``: the state of its message; None when a person hands it over."""

    state: AnswerState
    handed_over: str | None
    sent: OutboundState | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class MemberView:
    """A matter of the group. ``same_person``: who wrote it gets the answer for another matter of theirs already."""

    row: Row
    method: Method
    questions: tuple[Question, ...]
    obstacle: Obstacle | None
    wanted: bool
    same_person: bool
    delivery: Delivery | None


@dataclass(frozen=True, slots=True)
class GroupView:
    """Whom an answer serves beside its own citizen. ``elsewhere``: also matters that the actor may not see."""

    members: list[MemberView]
    elsewhere: bool

    @property
    def ready(self) -> list[MemberView]:
        """Who gets it without a question."""
        return [one for one in self.members if one.obstacle is None and not one.questions and one.delivery is None]

    @property
    def asked(self) -> list[MemberView]:
        """Who gets it only on staff's word."""
        return [one for one in self.members if one.obstacle is None and one.questions and one.delivery is None]

    @property
    def left_out(self) -> list[MemberView]:
        """Who does not get it."""
        return [one for one in self.members if one.obstacle is not None and one.delivery is None]

    @property
    def served(self) -> list[MemberView]:
        """Who has it, or will be handed it."""
        return [one for one in self.members if one.delivery is not None]

    @property
    def wanted(self) -> list[MemberView]:
        """Who gets it when it is decided now."""
        return [one for one in self.members if one.wanted and one.obstacle is None and one.delivery is None]

    @property
    def people(self) -> int:
        """How many people those are, besides the answer's own citizen."""
        return sum(not one.same_person for one in self.wanted)


@dataclass(frozen=True, slots=True)
class Leading:
    """The answer that is to serve a matter too, while it is under way."""

    matter_id: int
    receipt: str
    state: AnswerState


def group_of(session: Session, matter_id: int, answer: AnswerView | None, *, actor: Actor) -> GroupView:
    """Who an answer to a matter serves: while it is drafted the whole group, afterwards those who were chosen.

    Matters that the actor may not see are not told, not even how many. The caller knows that the matter may be seen.
    """
    words = _words(session, answer.id) if answer is not None else {}
    drafted = answer is None or answer.state is AnswerState.DRAFT
    ids = [one for one in members(session, matter_id) if one != matter_id] if drafted else []
    ids += [one for one, word in words.items() if word.wanted and one not in ids]
    if not ids:
        return GroupView([], elsewhere=False)
    rows = rows_of(session, ids, actor=actor)
    deliveries = _deliveries(session, answer.id) if answer is not None else {}
    hidden = {one for one, word in words.items() if word.wanted} - {row.id for row in rows}
    found = _views(session, matter_id, rows, words, deliveries, drafted=drafted)
    return GroupView(found, elsewhere=bool(hidden))


def leading(session: Session, matter_id: int, *, actor: Actor) -> Leading | None:
    """The unfinished answer of another matter that is to serve this one too, if the actor may see it."""
    row = session.execute(
        select(Matter.id, Matter.submission_id, Matter.received_at, Answer.state)
        .join(Answer, Answer.matter_id == Matter.id)
        .join(AnswerMember, and_(AnswerMember.answer_id == Answer.id, AnswerMember.wanted))
        .where(
            AnswerMember.matter_id == matter_id,
            Answer.state.in_((AnswerState.DRAFT, AnswerState.IN_APPROVAL)),
            visible_to(actor),
        )
        .order_by(Answer.id.desc())
        .limit(1)
    ).first()
    return None if row is None else Leading(row.id, receipt_number(row.submission_id, row.received_at), row.state)


def _views(
    session: Session,
    matter_id: int,
    rows: Sequence[Row],
    words: dict[int, AnswerMember],
    deliveries: dict[int, tuple[Method, Delivery]],
    *,
    drafted: bool,
) -> list[MemberView]:
    own = session.get_one(Matter, matter_id)
    standing = stand(session, matter_id, [row.id for row in rows] + [matter_id])
    met = {person(standing[matter_id][0])}
    found = []
    for row in rows:
        matter, member = standing[row.id]
        word = words.get(row.id)
        method, delivery = deliveries.get(
            row.id, (usual_method(matter.channel, matter.submission.sender_contact), None)
        )
        problem = obstacle(member) if drafted or word is None else word.left_out or obstacle(member, _said(word))
        asked = questions(member, department_id=own.department_id)
        wanted = word.wanted if word is not None else not asked
        gets = wanted and problem is None and delivery is None
        found.append(MemberView(row, method, asked, problem, gets, gets and person(matter) in met, delivery))
        if gets:
            met.add(person(matter))
    return found


def _said(word: AnswerMember) -> Word:
    return Word(word.at, word.department_id)


def _words(session: Session, answer_id: int) -> dict[int, AnswerMember]:
    found = session.scalars(
        select(AnswerMember).where(AnswerMember.answer_id == answer_id).order_by(AnswerMember.matter_id)
    )
    return {one.matter_id: one for one in found}


def _deliveries(session: Session, answer_id: int) -> dict[int, tuple[Method, Delivery]]:
    served = select(AnswerMember.matter_id).where(AnswerMember.answer_id == answer_id)
    newest = (
        select(OutboundMessage.matter_id, func.max(OutboundMessage.id).label("id"))
        .where(OutboundMessage.purpose == ANSWER, OutboundMessage.matter_id.in_(served))
        .group_by(OutboundMessage.matter_id)
        .subquery()
    )
    rows = session.execute(
        select(Answer, OutboundMessage.state, OutboundMessage.reason)
        .join(AnswerMember, AnswerMember.copy_id == Answer.id)
        .outerjoin(newest, newest.c.matter_id == Answer.matter_id)
        .outerjoin(
            OutboundMessage, and_(OutboundMessage.id == newest.c.id, OutboundMessage.created_at >= Answer.approved_at)
        )
        .where(AnswerMember.answer_id == answer_id)
    )
    return {
        copy.matter_id: (copy.method, Delivery(copy.state, copy.handed_over, state, reason))
        for copy, state, reason in rows
    }
