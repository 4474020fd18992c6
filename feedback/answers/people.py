"""Who reviews and decides: colleagues for a route, and deputies (代決) while somebody is away."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from feedback.answers.models import Answer, AnswerVersion, Deputy
from feedback.answers.rules import Office, Reviewer, deciders, may_review
from feedback.audit import service as audit
from feedback.errors import Invalid, NotAllowed, NotFound
from feedback.opinions.models import Matter
from feedback.staff.models import Staff
from feedback.staff.rules import Actor, Permission, Role


@dataclass(frozen=True, slots=True)
class Substitution:
    """Somebody stands in for somebody else, from a day to a day, both included."""

    id: int
    absent: str
    deputy: str
    from_on: date
    to_on: date
    own: bool


def office_of(session: Session, answer: Answer, *, self_approval: bool = False) -> Office:
    """What the route of an answer is checked against."""
    department_id = session.scalar(select(Matter.department_id).where(Matter.id == answer.matter_id)) or 0
    wrote = session.scalars(select(AnswerVersion.staff_id).where(AnswerVersion.answer_id == answer.id))
    return Office(
        staff={one.id: one for one in _staff(session, department_id)},
        department_id=department_id,
        authors=frozenset(wrote) | {answer.drafter_id},
        self_approval=self_approval,
    )


def reviewer_choices(session: Session, *, department_id: int) -> tuple[list[Reviewer], list[Reviewer]]:
    """Who may review a department's answers, and who of them may decide, by name."""
    staff = _staff(session, department_id)
    return [one for one in staff if may_review(one, department_id=department_id)], deciders(
        staff, department_id=department_id
    )


def _staff(session: Session, department_id: int) -> list[Reviewer]:
    wide = (Role.DESK, Role.ADMINISTRATOR)
    rows = session.execute(
        select(Staff.id, Staff.name, Staff.role, Staff.department_id)
        .where(Staff.active, or_(Staff.department_id == department_id, Staff.role.in_(wide)))
        .order_by(Staff.name, Staff.id)
    )
    return [Reviewer(row.id, row.name, Role(row.role), row.department_id) for row in rows]


def covers(session: Session, *, deputy_id: int, absent_id: int, on: date) -> bool:
    """Whether somebody stands in for somebody else on a day."""
    return (
        session.scalar(
            select(Deputy.id)
            .where(
                Deputy.deputy_id == deputy_id,
                Deputy.absent_id == absent_id,
                Deputy.from_on <= on,
                Deputy.to_on >= on,
            )
            .limit(1)
        )
        is not None
    )


def name_deputy(session: Session, *, actor: Actor, deputy_id: int, from_on: date, to_on: date, at: datetime) -> Deputy:
    """An approver names who decides in their place for a time: a colleague who sees the same matters."""
    _needs(actor)
    if to_on < from_on:
        raise Invalid("終わりの日は、始まりの日より後にしてください。")
    found = next((one for one in deputy_choices(session, actor=actor) if one.id == deputy_id), None)
    if found is None:
        raise Invalid("代決する人を選び直してください。")
    deputy = Deputy(absent_id=actor.id, deputy_id=deputy_id, from_on=from_on, to_on=to_on, created_at=at)
    session.add(deputy)
    session.flush()
    _audit(session, "deputy.named", deputy, actor=actor, at=at)
    return deputy


def end_deputy(session: Session, deputy_row_id: int, *, actor: Actor, at: datetime) -> None:
    """The approver is back: nobody stands in any more."""
    _needs(actor)
    deputy = session.get(Deputy, deputy_row_id)
    if deputy is None or deputy.absent_id != actor.id:
        raise NotFound("代決の設定が見つかりません。")
    _audit(session, "deputy.ended", deputy, actor=actor, at=at)
    session.delete(deputy)


def deputy_choices(session: Session, *, actor: Actor) -> list[Reviewer]:
    """Who may stand in for the actor: colleagues of the department; for the desk, the rest of the desk."""
    if actor.department_id is None:
        return []
    people = _staff(session, actor.department_id)
    same = [one for one in people if one.department_id == actor.department_id and one.id != actor.id]
    return [
        one
        for one in same
        if may_review(one, department_id=actor.department_id) and (not actor.sees_all or one.role is Role.DESK)
    ]


def substitutions(session: Session, *, actor: Actor, today: date) -> list[Substitution]:
    """Who stands in for the actor, and for whom the actor does, now or later."""
    absent, deputy = aliased(Staff), aliased(Staff)
    rows = session.execute(
        select(Deputy, absent.name, deputy.name)
        .join(absent, absent.id == Deputy.absent_id)
        .join(deputy, deputy.id == Deputy.deputy_id)
        .where(or_(Deputy.absent_id == actor.id, Deputy.deputy_id == actor.id), Deputy.to_on >= today)
        .order_by(Deputy.from_on, Deputy.id)
    )
    return [
        Substitution(one.id, away, instead, one.from_on, one.to_on, one.absent_id == actor.id)
        for one, away, instead in rows
    ]


def _needs(actor: Actor) -> None:
    if not actor.may(Permission.APPROVE):
        raise NotAllowed("代決を設定できるのは決裁者です。")


def _audit(session: Session, action: str, deputy: Deputy, *, actor: Actor, at: datetime) -> None:
    detail = {"deputy_id": deputy.deputy_id, "from": deputy.from_on.isoformat(), "to": deputy.to_on.isoformat()}
    audit.record(
        session, at=at, staff_id=actor.id, action=action, subject_type="deputy", subject_id=deputy.id, detail=detail
    )
