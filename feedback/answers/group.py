"""One answer for a whole group (まとめて回答): whom staff want to answer with it, and its way to each of them.

The copies, the states of their matters and the messages to the citizens are written in the deciding transaction: either
everybody's is there or nobody's. A person gets one message, however many of their matters are in the group.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from feedback.answers import mailing, sending
from feedback.answers.group_rules import Member, Word, obstacle, receipts_in_words, usual_method
from feedback.answers.models import Answer, AnswerMember, AnswerVersion, ApprovalEvent
from feedback.answers.rules import UNFINISHED, AnswerState, ApprovalAction, Method
from feedback.answers.sending import Post
from feedback.answers.steps import sent, take_step
from feedback.audit import service as audit
from feedback.errors import Invalid
from feedback.links.models import GroupedMatter
from feedback.links.queries import members
from feedback.opinions.models import Matter, Submission
from feedback.opinions.queries import visible_to
from feedback.opinions.rules import Channel, MatterStatus, Source
from feedback.opinions.service import open_matter, record
from feedback.staff.rules import Actor, Role

CHANGED = "まとめた案件が変わりました。画面を開き直して、もう一度選んでください。"
Person = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a decision is about to send. ``receipt``: the numbers told to who gets the first message.

    ``served``: who got a copy at an earlier decision, so that they get none again.
    """

    receipt: str
    members: list[tuple[AnswerMember, Matter]]
    served: dict[Person, Answer]


def choose(
    session: Session, answer: Answer, *, actor: Actor, shown: Collection[int], wanted: Collection[int], at: datetime
) -> None:
    """Say of the members of the group that were shown who gets the answer too. Invalid: the group has changed."""
    matter = open_matter(session, answer.matter_id, actor=actor, version=None)
    if answer.state is not AnswerState.DRAFT:
        raise Invalid("提出した回答案の送り先は変更できません。先に取り戻してください。")
    together = set(members(session, matter.id)) - {matter.id}
    seen = select(Matter.id, Matter.department_id).where(Matter.id.in_(together), visible_to(actor))
    departments = dict(iter(session.execute(seen)))
    if not {*shown, *wanted} <= departments.keys():
        raise Invalid(CHANGED)
    present = {one.matter_id: one for one in _rows(session, answer)}
    for matter_id in sorted({*shown, *wanted}):
        word = present.get(matter_id) or AnswerMember(answer_id=answer.id, matter_id=matter_id)
        word.wanted, word.department_id = matter_id in wanted, departments[matter_id]
        word.staff_id, word.at, word.left_out = actor.id, at, None
        session.add(word)
    record(session, matter, "answer.group_chosen", actor=actor, at=at, answer_id=answer.id, wanted=sorted(wanted))


def planned(session: Session, answer: Answer) -> Plan:
    """Who gets a decided answer besides its own citizen. Who cannot have it any more is left out, with the reason."""
    own = answer.matter.submission.receipt_number
    rows = [row for row in _rows(session, answer) if row.wanted and row.copy_id is None]
    if not rows:
        return Plan(own, [], {})
    standing = stand(session, answer.matter_id, [row.matter_id for row in rows])
    found = []
    for row in rows:
        matter, member = standing[row.matter_id]
        row.left_out = obstacle(member, Word(row.at, row.department_id))
        if row.left_out is None:
            found.append((row, matter))
    same = [one.submission.receipt_number for _, one in found if person(one) == person(answer.matter)]
    served = {person(copy.matter): copy for copy in reversed(_copies(session, answer.id))}
    return Plan(receipts_in_words([own, *same]), found, served)


def stand(session: Session, matter_id: int, others: Sequence[int]) -> dict[int, tuple[Matter, Member]]:
    """How matters that were put into one group with a matter stand now, by id."""
    group_id = select(GroupedMatter.group_id).where(GroupedMatter.matter_id == matter_id).scalar_subquery()
    grouped = set(session.scalars(select(GroupedMatter.matter_id).where(GroupedMatter.group_id == group_id)))
    unfinished = select(Answer.matter_id).where(Answer.matter_id.in_(others), Answer.state.in_(UNFINISHED))
    drafted = set(session.scalars(unfinished))
    found = session.scalars(
        select(Matter)
        .where(Matter.id.in_(others))
        .options(joinedload(Matter.submission).joinedload(Submission.citizen))
        .order_by(Matter.id)
    )
    return {one.id: (one, _member(one, own_answer=one.id in drafted, grouped=one.id in grouped)) for one in found}


def person(matter: Matter) -> Person:
    """Who wrote a matter, as far as is known: the same over LINE, else the same submission."""
    citizen_id = matter.submission.citizen_id
    return ("citizen", citizen_id) if citizen_id is not None else ("submission", matter.submission_id)


def carry_out(
    session: Session, answer: Answer, plan: Plan, *, role: Role, actor: Actor, at: datetime, post: Post
) -> None:
    """Give every matter of a plan its copy of the answer: sent by LINE or e-mail, or left to a person."""
    first = {person(answer.matter): answer, **plan.served}
    copies, letters, mailed = [], [], []
    for _, matter in plan.members:
        copy = _copy(answer, matter, actor=actor, at=at)
        earlier = first.setdefault(person(matter), copy)
        if earlier is not copy:
            copy.method = earlier.method
            copy.handed_over = f"同じ方の{earlier.matter.submission.receipt_number}への回答に含めました。"
        elif copy.method is Method.LINE:
            letters.append(copy)
        elif copy.method is Method.EMAIL:
            mailed.append(copy)
        _answered(copy, earlier, receipt=answer.matter.submission.receipt_number, role=role, actor=actor, at=at)
        copies.append(copy)
    session.add_all(copies)
    session.flush()
    told = {copy.id: receipts_in_words(_receipts(plan, copy.matter)) for copy in letters}
    sending.send_all(session, letters, receipts=told, post=post, at=at)
    for copy in mailed:
        mailing.put_out(session, copy, post=post, staff_id=actor.id, at=at)
    for (word, _), copy in zip(plan.members, copies, strict=True):
        word.copy_id = copy.id
        detail = {"answer_id": copy.id, "shared_from": answer.id}
        audit.record(
            session,
            at=at,
            staff_id=actor.id,
            action="answer.shared",
            subject_type="matter",
            subject_id=copy.matter_id,
            detail=detail,
        )


def settle_same_person(session: Session, answer: Answer, *, actor: Actor, at: datetime) -> None:
    """A letter has gone out: the other matters of the same person that it answers are answered too."""
    leader_id = session.scalar(select(AnswerMember.answer_id).where(AnswerMember.copy_id == answer.id))
    for copy in _copies(session, leader_id or answer.id):
        if copy.id != answer.id and copy.state is AnswerState.APPROVED and person(copy.matter) == person(answer.matter):
            sent(copy, role=Role.APPROVER, actor=actor, at=at)


def _rows(session: Session, answer: Answer) -> Sequence[AnswerMember]:
    found = select(AnswerMember).where(AnswerMember.answer_id == answer.id).order_by(AnswerMember.matter_id)
    return session.scalars(found).all()


def _copies(session: Session, leader_id: int) -> Sequence[Answer]:
    return session.scalars(
        select(Answer)
        .join(AnswerMember, AnswerMember.copy_id == Answer.id)
        .where(AnswerMember.answer_id == leader_id)
        .options(joinedload(Answer.matter).joinedload(Matter.submission))
        .order_by(Answer.id)
    ).all()


def _member(matter: Matter, *, own_answer: bool, grouped: bool) -> Member:
    submission, citizen = matter.submission, matter.submission.citizen
    return Member(
        status=matter.status,
        department_id=matter.department_id,
        answered_at=matter.answered_at,
        erased=submission.erased_at is not None,
        wants_reply=submission.wants_reply,
        own_answer=own_answer,
        reachable=matter.channel is not Channel.LINE
        or (citizen is not None and citizen.line_user_id_sealed is not None),
        grouped=grouped,
    )


def _copy(answer: Answer, matter: Matter, *, actor: Actor, at: datetime) -> Answer:
    receipt = answer.matter.submission.receipt_number
    decided = ApprovalEvent(
        round=0,
        at=at,
        staff_id=actor.id,
        action=ApprovalAction.APPROVED,
        version_number=1,
        comment=f"{receipt}の回答案とまとめて決裁",
    )
    return Answer(
        matter=matter,
        drafter_id=answer.drafter_id,
        state=AnswerState.APPROVED,
        method=usual_method(matter.channel, matter.submission.sender_contact),
        body=answer.body,
        round=0,
        created_at=at,
        updated_at=at,
        approved_at=at,
        versions=[AnswerVersion(number=1, staff_id=answer.drafter_id, body=answer.body, at=at)],
        steps=[],
        events=[decided],
    )


def _answered(copy: Answer, earlier: Answer, *, receipt: str, role: Role, actor: Actor, at: datetime) -> None:
    """Take the matter along: through 決裁中 to 回答済, or no further while somebody has still to hand it over."""
    matter = copy.matter
    take_step(matter, MatterStatus.APPROVING, role=Source.SYSTEM, actor=actor, at=at, reason=f"{receipt}とまとめて回答")
    matter.started_at = matter.started_at or at
    out = copy.method is Method.LINE if earlier is copy else earlier.state is AnswerState.SENT
    if out:
        sent(copy, role=role, actor=actor, at=at)


def _receipts(plan: Plan, matter: Matter) -> list[str]:
    same = [one.submission.receipt_number for _, one in plan.members if person(one) == person(matter)]
    return [matter.submission.receipt_number, *same]
