"""What staff do with matters. Every change is checked, versioned, written into the history and audited.

Each function takes the ``version`` of the matter that the person saw, and raises NotFound (also for matters of other
departments), NotAllowed, Conflict (somebody changed the matter meanwhile) or Invalid, each fit to show.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from feedback.audit import service as audit
from feedback.deadlines.service import load as load_deadlines
from feedback.departments.models import Department
from feedback.errors import Conflict, FeedbackError, Invalid, NotAllowed, NotFound
from feedback.opinions import due, lifecycle, returned
from feedback.opinions.intake import move
from feedback.opinions.models import HistoryEntry, Label, Matter, Note
from feedback.opinions.rules import (
    DECLINED,
    OPEN_STATUSES,
    Kind,
    MatterStatus,
    Source,
)
from feedback.routing.models import Area
from feedback.routing.rules import Decision, Router
from feedback.routing.service import desk_id
from feedback.staff.models import Staff
from feedback.staff.rules import Actor, Permission

CHANGED_MEANWHILE = (
    "画面を開いたあとに、ほかの人（または市民からの追加）がこの案件を変更しました。"
    "変更は保存していません。最新の内容を確かめてから、もう一度操作してください。"
)
IN_APPROVAL = "決裁中の案件です。先に回答案を取り戻してください。"
UNANSWERED = "回答不要"
DESK_DECIDED = (
    "差し戻しが続いたため、広聴担当が担当課を決めた案件です。ほかの課へは送れません。"
    "担当が違うと思われるときは、広聴担当に相談してください。"
)
_STARTED = frozenset({MatterStatus.IN_PROGRESS, MatterStatus.DRAFTING, MatterStatus.REOPENED})
_LONGEST_REASON = 500
_LONGEST_NOTE = 4000


def open_matter(
    session: Session,
    matter_id: int,
    *,
    actor: Actor,
    version: int | None,
    permission: Permission = Permission.WORK_MATTERS,
) -> Matter:
    """The matter, with its submission, if the actor may change it and saw its present version (None: any)."""
    matter = session.scalar(select(Matter).where(Matter.id == matter_id).options(joinedload(Matter.submission)))
    if matter is None or not actor.sees(matter.department_id):
        raise NotFound("案件が見つかりません。")
    if not actor.may(permission):
        raise NotAllowed("この操作をする権限がありません。")
    if version is not None and matter.version != version:
        raise Conflict(CHANGED_MEANWHILE)
    return matter


def correct(
    session: Session,
    matter_id: int,
    *,
    actor: Actor,
    version: int,
    at: datetime,
    router: Router,
    area_key: str | None,
    kind: Kind | None,
    reroute: bool = True,
) -> bool:
    """Correct area and kind; kept as labels. With ``reroute`` the matter goes where its new area belongs.

    The deadline follows, unless staff set it by hand. Where the desk has decided on the department, it stays.

    Returns whether the matter went to another department.
    """
    matter = open_matter(session, matter_id, actor=actor, version=version)
    area_changed = matter.area_key != area_key
    kind_changed = matter.kind != kind
    if not area_changed and not kind_changed:
        raise Invalid("分野も種別も今と同じです。")
    if area_changed:
        _set_area(session, matter, area_key, actor=actor, at=at)
    if kind_changed:
        _label(matter, "kind", kind, actor=actor, at=at)
        note_change(matter, "kind", before=matter.kind, after=kind, actor=actor, at=at)
        matter.kind = kind
    moved = False
    if reroute and not _desk_decided(session, matter, actor):
        decision = router.route(area_key=area_key, kind=kind, text=matter.text, district=matter.submission.district)
        if decision.department_id != matter.department_id:
            send(matter, decision, actor=actor, at=at, reason="分野・種別の訂正による振り分け")
            moved = True
    due.revise(session, matter, at=at, reason=due.CORRECTED)
    record(session, matter, "matter.corrected", actor=actor, at=at, area=area_key, kind=kind, moved=moved)
    return moved


def set_status(
    session: Session,
    matter_id: int,
    *,
    actor: Actor,
    version: int,
    at: datetime,
    status: MatterStatus,
    reason: str = "",
) -> None:
    """Go on to a status that is chosen by hand, along the steps the actor's role may take.

    Closing a matter nobody has answered (回答不要), and every way out or back, needs its reason.
    """
    matter = open_matter(session, matter_id, actor=actor, version=version)
    if status not in lifecycle.BY_HAND or not lifecycle.exists(matter.status, status):
        raise Invalid("今の状況からこの状況へは変更できません。")
    if status not in lifecycle.choices(actor.role, matter.status):
        raise NotAllowed("この状況への変更は、あなたの権限ではできません。決裁者または広聴担当に依頼してください。")
    left = status is MatterStatus.CLOSED and lifecycle.unanswered(matter.status)
    if left and not lifecycle.may_leave_unanswered(
        actor.role, wants_reply=matter.submission.wants_reply, kind=matter.kind
    ):
        raise NotAllowed("返信を希望されている案件です。回答不要として終えられるのは、決裁者と広聴担当です。")
    if (left or status in lifecycle.WITH_REASON) and not reason.strip():
        raise Invalid("回答せずに終える理由を入力してください。" if left else "理由を入力してください。")
    enter(matter, status, actor=actor, at=at, reason=f"{UNANSWERED}：{reason.strip()}" if left else reason)
    record(session, matter, "matter.status", actor=actor, at=at, status=status)


def enter(matter: Matter, status: MatterStatus, *, actor: Actor, at: datetime, reason: str = "") -> None:
    """Take a matter to a status, with its moments and its history."""
    note_change(matter, "status", before=matter.status, after=status, actor=actor, at=at, reason=reason)
    stamp(matter, status, at=at)


def assign(
    session: Session, matter_id: int, *, actor: Actor, version: int, at: datetime, assignee_id: int | None
) -> None:
    """Give the matter to a member of its department, or to nobody."""
    matter = open_matter(session, matter_id, actor=actor, version=version)
    if assignee_id == matter.assignee_id:
        raise Invalid("担当者は今と同じです。")
    if assignee_id is not None:
        assignee = session.get(Staff, assignee_id)
        if assignee is None or not assignee.active or assignee.department_id != matter.department_id:
            raise Invalid("担当者は、担当課の職員から選んでください。")
    note_change(matter, "assigned", before=matter.assignee_id, after=assignee_id, actor=actor, at=at)
    matter.assignee_id = assignee_id
    record(session, matter, "matter.assigned", actor=actor, at=at, assignee_id=assignee_id)


def set_due(
    session: Session, matter_id: int, *, actor: Actor, version: int, at: datetime, due_on: date, reason: str
) -> None:
    """Move the day by which the matter is to be answered, and keep it there; says why."""
    matter = open_matter(session, matter_id, actor=actor, version=version)
    if not reason.strip():
        raise Invalid("期限を変更する理由を入力してください。")
    if due_on == matter.due_on:
        raise Invalid("回答期限は今と同じです。")
    before = matter.due_on.isoformat() if matter.due_on else None
    note_change(matter, "due", before=before, after=due_on.isoformat(), actor=actor, at=at, reason=reason)
    matter.due_on, matter.due_fixed = due_on, True
    record(session, matter, "matter.due", actor=actor, at=at, due_on=due_on.isoformat())


def set_urgent(session: Session, matter_id: int, *, actor: Actor, version: int, at: datetime, urgent: bool) -> None:
    """Mark the matter as urgent, or take the mark off after a look."""
    matter = open_matter(session, matter_id, actor=actor, version=version)
    if matter.urgent == urgent:
        raise Invalid("緊急の印は今と同じです。")
    note_change(matter, "urgent", before=int(matter.urgent), after=int(urgent), actor=actor, at=at)
    matter.urgent = urgent
    record(session, matter, "matter.urgent", actor=actor, at=at, urgent=urgent)


def add_note(session: Session, matter_id: int, *, actor: Actor, at: datetime, text: str) -> Note:
    """Add an internal note. Citizens never see it; the matter's version stays."""
    matter = open_matter(session, matter_id, actor=actor, version=None)
    words = text.strip()
    if not words:
        raise Invalid("メモを入力してください。")
    if len(words) > _LONGEST_NOTE:
        raise Invalid(f"メモは{_LONGEST_NOTE}文字以内で入力してください。")
    note = Note(matter_id=matter.id, staff_id=actor.id, text=words, at=at)
    session.add(note)
    record(session, matter, "matter.noted", actor=actor, at=at)
    return note


def decline(
    session: Session,
    matter_id: int,
    *,
    actor: Actor,
    version: int,
    at: datetime,
    reason: str,
    suggestion_id: int | None = None,
) -> int:
    """「当課ではない」: pass the matter on to the suggested department, or back to the desk.

    After as many bounces as the city allows the desk decides, whatever is suggested; what it decided no department
    can pass on. Returns the department it went to.
    """
    matter = open_matter(session, matter_id, actor=actor, version=version)
    why = _checked_reason(reason)
    if _desk_decided(session, matter, actor):
        raise Invalid(DESK_DECIDED)
    desk = desk_id(session)
    if matter.department_id == desk and suggestion_id is None:
        raise Invalid("広聴担当にある案件です。振り分け先の課を選んでください。")
    suggestion = _department(session, suggestion_id).id if suggestion_id is not None else None
    target = suggestion if suggestion is not None and matter.bounces < _most_bounces(session) else desk
    if target == matter.department_id:
        raise Invalid("今の担当課とは別の課を選んでください。")
    _label(matter, "not_department", matter.department_id, actor=actor, at=at)
    if suggestion is not None:
        _label(matter, "department", suggestion, actor=actor, at=at)
    matter.bounces += 1
    send(matter, Decision(target), actor=actor, at=at, reason=f"{DECLINED}{why}"[:_LONGEST_REASON])
    due.revise(session, matter, at=at, reason=due.REROUTED)
    if matter.bounces > _most_bounces(session):
        returned.tell_desk(session, matter, desk_id=desk, now=at)
    record(session, matter, "matter.declined", actor=actor, at=at, department_id=target, suggestion_id=suggestion_id)
    return target


def route(
    session: Session,
    matter_id: int,
    *,
    actor: Actor,
    version: int,
    at: datetime,
    department_id: int,
    reason: str = "",
) -> None:
    """The desk sends a matter to a department of its choice; kept as a label."""
    matter = open_matter(session, matter_id, actor=actor, version=version, permission=Permission.TRIAGE)
    department = _department(session, department_id)
    if department.id == matter.department_id and matter.status is not MatterStatus.RECEIVED:
        raise Invalid("今の担当課とは別の課を選んでください。")
    _label(matter, "department", department.id, actor=actor, at=at)
    send(matter, Decision(department.id), actor=actor, at=at, reason=reason.strip()[:_LONGEST_REASON] or None)
    due.revise(session, matter, at=at, reason=due.REROUTED)
    record(session, matter, "matter.routed", actor=actor, at=at, department_id=department.id)


def send(matter: Matter, decision: Decision, *, actor: Actor, at: datetime, reason: str | None) -> None:
    """Move a matter on a person's word; work that had begun elsewhere begins anew. Invalid: it is being approved."""
    if matter.status is MatterStatus.APPROVING:
        raise Invalid(IN_APPROVAL)
    move(matter, decision, at=at, source=Source.STAFF, staff_id=actor.id, reason=reason)
    if matter.status in _STARTED:
        stamp(matter, MatterStatus.ROUTED, at=at)


def stamp(matter: Matter, status: MatterStatus, *, at: datetime) -> None:
    """Set the status and the moments that go with it."""
    matter.status = status
    if status in {MatterStatus.IN_PROGRESS, MatterStatus.DRAFTING} and matter.started_at is None:
        matter.started_at = at
    if status is MatterStatus.ANSWERED:
        matter.answered_at = at
    if status in OPEN_STATUSES or status is MatterStatus.ANSWERED:
        matter.closed_at = None
    else:
        matter.closed_at = at


def note_change(
    matter: Matter,
    action: str,
    *,
    before: object,
    after: object,
    actor: Actor,
    at: datetime,
    reason: str = "",
    kept: dict[str, Any] | None = None,
) -> None:
    """Write a step into the matter's history. ``kept``: what taking it back needs beside ``before``."""
    HistoryEntry(
        matter=matter,
        at=at,
        source=Source.STAFF,
        staff_id=actor.id,
        action=action,
        before=None if before is None else str(before),
        after=None if after is None else str(after),
        reason=reason.strip()[:_LONGEST_REASON] or None,
        kept=kept,
    )


def record(session: Session, matter: Matter, action: str, *, actor: Actor, at: datetime, **detail: Any) -> None:
    """Write into the audit trail, and raise Conflict if somebody changed the matter in this very moment."""
    audit.record(
        session,
        at=at,
        staff_id=actor.id,
        action=action,
        subject_type="matter",
        subject_id=matter.id,
        detail=detail,
    )
    session.flush()


def in_bulk(
    session: Session, matters: list[tuple[int, int]], change: Callable[[int, int], None]
) -> tuple[int, list[tuple[int, str]]]:
    """Make a change to many matters (id, version). Returns how many it was made to, and (id, why not) of the rest."""
    done, refused = 0, []
    for matter_id, version in matters:
        try:
            with session.begin_nested():
                change(matter_id, version)
        except FeedbackError as error:
            refused.append((matter_id, str(error)))
        else:
            done += 1
    return done, refused


def _most_bounces(session: Session) -> int:
    return load_deadlines(session).discipline.bounces_before_desk


def _desk_decided(session: Session, matter: Matter, actor: Actor) -> bool:
    return not actor.may(Permission.TRIAGE) and matter.bounces > _most_bounces(session)


def _set_area(session: Session, matter: Matter, area_key: str | None, *, actor: Actor, at: datetime) -> None:
    if area_key is not None:
        area = session.get(Area, area_key)
        if area is None or not area.active:
            raise Invalid("分野を選び直してください。")
    _label(matter, "area", area_key, actor=actor, at=at)
    note_change(matter, "area", before=matter.area_key, after=area_key, actor=actor, at=at)
    matter.area_key = area_key
    matter.area_source = Source.STAFF


def _label(matter: Matter, field: str, value: object, *, actor: Actor, at: datetime) -> None:
    Label(
        matter=matter,
        source=Source.STAFF,
        field=field,
        value=None if value is None else str(value),
        staff_id=actor.id,
        at=at,
    )


def _department(session: Session, department_id: int) -> Department:
    department = session.get(Department, department_id)
    if department is None or not department.active:
        raise Invalid("振り分け先の課を選び直してください。")
    return department


def _checked_reason(reason: str) -> str:
    why = reason.strip()
    if not why:
        raise Invalid("理由を入力してください。")
    return why
