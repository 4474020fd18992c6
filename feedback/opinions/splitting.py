"""One submission, several wishes: splitting a matter and merging matters back. No word is lost or changed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from feedback.answers.models import Answer, AnswerMember
from feedback.errors import Invalid
from feedback.links import service as links
from feedback.opinions import search
from feedback.opinions.intake import IntakeRules, move, take_reading
from feedback.opinions.models import HistoryEntry, Matter, Note, Part
from feedback.opinions.rules import MatterStatus, Source, matter_text, pieces
from feedback.opinions.service import note_change, open_matter, record
from feedback.outbox.models import OutboundMessage
from feedback.ports import TextReader
from feedback.routing.rules import Decision
from feedback.staff.rules import Actor

MOST_MATTERS = 9
"""Into how many matters one may be split at a time."""


def split(
    session: Session,
    matter_id: int,
    *,
    actor: Actor,
    version: int,
    at: datetime,
    groups: Sequence[int],
    rules: IntakeRules,
    reader: TextReader | None = None,
) -> list[int]:
    """Split a matter: ``groups`` says for each of its text's `pieces` to which matter (1, 2, …) it goes.

    The first group stays; every other becomes a matter of its own, read and routed. Returns the new ids.
    """
    matter = open_matter(session, matter_id, actor=actor, version=version)
    texts = _texts(matter.text, groups)
    highest = session.scalar(select(func.max(Matter.number)).where(Matter.submission_id == matter.submission_id)) or 1
    readings = reader.read(texts[1:]) if reader else [None] * (len(texts) - 1)
    new = []
    for offset, (text, reading) in enumerate(zip(texts[1:], readings, strict=True), start=1):
        part = Matter(
            submission_id=matter.submission_id,
            number=highest + offset,
            text=text,
            channel=matter.channel,
            received_at=matter.received_at,
            due_on=matter.due_on,
            urgent=False,
            status=MatterStatus.RECEIVED,
            area_source=Source.MODEL,
            department_id=matter.department_id,
        )
        if reading is not None:
            take_reading(part, reading, read_at=at, rules=rules)
        note_change(part, "split_from", before=None, after=matter.number, actor=actor, at=at)
        decision = (
            rules.router.route(area_key=part.area_key, kind=part.kind, text=text, district=matter.submission.district)
            if reading is not None
            else Decision(matter.department_id)
        )
        move(part, decision, at=at, source=Source.SYSTEM)
        session.add(part)
        new.append(part)
    matter.text = texts[0]
    note_change(matter, "split", before=None, after=len(texts), actor=actor, at=at)
    session.flush()
    record(session, matter, "matter.split", actor=actor, at=at, into=[part.id for part in new])
    return [part.id for part in new]


def merge(
    session: Session, matter_id: int, *, actor: Actor, version: int, at: datetime, other_id: int, other_version: int
) -> None:
    """Take another matter of the same submission into this one; its notes, history and links come along."""
    matter = open_matter(session, matter_id, actor=actor, version=version)
    other = open_matter(session, other_id, actor=actor, version=other_version)
    if other.submission_id != matter.submission_id or other.id == matter.id:
        raise Invalid("同じ受付の案件どうしだけをまとめられます。")
    if session.scalar(select(Answer.id).where(Answer.matter_id == other.id).limit(1)) is not None:
        raise Invalid("回答や回答案のある件は、ほかの件にまとめられません。その件のほうへまとめてください。")
    matter.text = _merged_text(session, matter, other)
    matter.urgent = matter.urgent or other.urgent
    note_change(matter, "merged", before=other.number, after=matter.number, actor=actor, at=at)
    taken = select(AnswerMember.answer_id).where(AnswerMember.matter_id == matter.id)
    session.execute(
        update(AnswerMember)
        .where(AnswerMember.matter_id == other.id, AnswerMember.answer_id.not_in(taken))
        .values(matter_id=matter.id)
    )
    for table in (Note, HistoryEntry, OutboundMessage):
        session.execute(update(table).where(table.matter_id == other.id).values(matter_id=matter.id))
    links.take_over(session, matter.id, merged_id=other.id)
    record(session, matter, "matter.merged", actor=actor, at=at, merged_id=other.id, merged_number=other.number)
    search.forget(session, [other.id])
    session.expire(other)
    # Loaded now, so that the rows that go with the matter are deleted before it.
    session.refresh(other, ["history", "notes", "readings", "labels"])
    session.delete(other)
    session.flush()
    search.refresh(session, [matter.id])  # its notes came along


def _texts(text: str, groups: Sequence[int]) -> list[str]:
    cut = pieces(text)
    if len(groups) != len(cut):
        raise Invalid("文章が変わりました。画面を開き直して、もう一度分けてください。")
    if any(group < 1 or group > MOST_MATTERS for group in groups):
        raise Invalid(f"一度に分けられるのは{MOST_MATTERS}件までです。")
    used = sorted(set(groups))
    if len(used) < 2:
        raise Invalid("二つ以上の件に分けてください。")
    together = ["".join(piece for piece, g in zip(cut, groups, strict=True) if g == group) for group in used]
    if not all(one.strip() for one in together):
        raise Invalid("文章のない件は作れません。")
    return together


def _merged_text(session: Session, matter: Matter, other: Matter) -> str:
    left = session.scalar(select(func.count()).select_from(Matter).where(Matter.submission_id == matter.submission_id))
    if left == 2:
        parts = session.scalars(
            select(Part.text).where(Part.submission_id == matter.submission_id).order_by(Part.sent_at, Part.id)
        )
        return matter_text(list(parts))
    first, second = sorted((matter, other), key=lambda one: one.number)
    return matter_text([first.text.rstrip("\n"), second.text.rstrip("\n")])
