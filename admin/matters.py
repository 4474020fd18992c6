"""The page of one matter, and the page on which it is split."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, render_template, request, session, url_for

from admin import formats, marking, timeline
from admin.access import allow
from admin.context import actor, db, note_view, now, services
from admin.delivery import describe
from feedback.answers.delivery_queries import newest_way
from feedback.clock import tokyo_date
from feedback.deadlines.service import load as load_deadlines
from feedback.departments.queries import departments
from feedback.likeness import queries as likeness
from feedback.opinions import details, lifecycle
from feedback.opinions.details import MatterView, PartView, ReadingView, require_visible
from feedback.opinions.rules import (
    KIND_NAMES,
    OPEN_STATUSES,
    OUTCOME_NAMES,
    MatterStatus,
    matter_text,
    pieces,
)
from feedback.opinions.splitting import MOST_MATTERS
from feedback.ports import PersonalDataSpan
from feedback.routing.queries import areas
from feedback.staff import queries as staff
from feedback.staff.rules import Permission

blueprint = Blueprint("matters", __name__, url_prefix="/matters")

PURPOSE_NAMES = {
    "receipt": "受付のお知らせ",
    "added": "追加のお知らせ",
    "routed": "担当課のお知らせ",
    "withdrawn": "取り下げのお知らせ",
    "answer": "回答",
    "transfer": "移送の案内",
    "status": "状況のお知らせ",
}


@dataclass(frozen=True, slots=True)
class MarkedPart:
    """A message with its words, and those that name a place, cut into marked segments."""

    part: PartView
    segments: list[marking.Segment]
    place: list[marking.Segment]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One area the model thought of. ``tenths``: its bar, 0 to 20."""

    key: str
    name: str
    score: float
    chosen: bool

    @property
    def bar(self) -> int:
        """Length of the bar in twentieths."""
        return round(self.score * 20)


@blueprint.get("/<int:matter_id>")
@allow(Permission.VIEW_MATTERS)
def show(matter_id: int) -> Any:
    """The page of a matter."""
    area_choices = areas(db(), active_only=False)
    in_use = frozenset(one.key for one in area_choices if one.active)
    matter = details.matter_view(db(), matter_id, actor=actor(), active_areas=in_use)
    personal = "personal" in request.args
    if personal and not actor().may(Permission.VIEW_PERSONAL_DATA):
        abort(403)
    note_view(
        action="matter.personal_data_shown" if personal else "matter.viewed",
        subject_type="matter",
        subject_id=matter_id,
    )
    department_choices = departments(db(), active_only=False)
    known, colleagues = staff.names_and_colleagues(db(), department_id=matter.department_id)
    names = timeline.Names(
        areas={one.key: one.short_name for one in area_choices},
        departments={str(one.id): one.name for one in department_choices},
        staff={str(key): name for key, name in known.items()},
    )
    search = request.args.get("q", "")[:200]
    today, deadlines = tokyo_date(now()), load_deadlines(db())
    most_bounces = deadlines.discipline.bounces_before_desk
    return render_template(
        "matters/show.html",
        matter=matter,
        personal=personal,
        parts=list(_marked(matter, search.split())),
        excerpt=_own_words(matter),
        marked_notes=[marking.found_in(note.text, words=search.split()) for note in matter.notes],
        candidates=_candidates(matter, names),
        standard=deadlines.days(matter.area, matter.kind),
        names=names,
        steps=[(step, timeline.describe(step, names)) for step in reversed(matter.history)],
        timeline=timeline,
        due=formats.due(matter.due_on, today, deadlines.calendar) if matter.status in OPEN_STATUSES else None,
        areas=[one for one in area_choices if one.active or one.key == matter.area],
        departments=[one for one in department_choices if one.active and one.id != matter.department_id],
        colleagues=colleagues,
        kinds=KIND_NAMES,
        outcomes=OUTCOME_NAMES,
        next_statuses=lifecycle.choices(actor().role, matter.status),
        desk_decides=matter.bounces >= most_bounces and not actor().may(Permission.TRIAGE),
        desk_decided=matter.bounces > most_bounces and not actor().may(Permission.TRIAGE),
        routed=[step for step in matter.history if step.action == "routed"],
        delivery=describe(matter, newest_way(db(), matter_id)),
        purpose_names=PURPOSE_NAMES,
        source_names=timeline.SOURCE_NAMES,
        answer_label=_answer_label(matter.status),
        search=search,
        back=session.get("inbox", url_for("inbox.index")),
        splittable=len(pieces(matter.text)) > 1,
    )


@blueprint.get("/<int:matter_id>/like")
@allow(Permission.VIEW_MATTERS)
def like(matter_id: int) -> Any:
    """The opinions like this one, for its page: the same text from others, and earlier ones about the same thing."""
    require_visible(db(), matter_id, actor=actor())
    copies = likeness.copies_of(db(), matter_id, actor=actor())
    similar = services().similar
    earlier = likeness.earlier_like(db(), matter_id, actor=actor(), similar=similar) if similar is not None else []
    shown = [one.id for one in (*(copies.listed if copies else ()), *earlier)]
    note_view(action="matter.similar_viewed", subject_type="matter", subject_id=matter_id, detail={"shown": shown})
    return render_template("matters/like.html", copies=copies, earlier=earlier, outcomes=OUTCOME_NAMES)


@blueprint.get("/<int:matter_id>/split")
@allow(Permission.WORK_MATTERS)
def split(matter_id: int) -> Any:
    """Choose which sentence belongs to which matter."""
    matter = details.matter_view(db(), matter_id, actor=actor())
    note_view(action="matter.viewed", subject_type="matter", subject_id=matter_id)
    cut, offset = [], 0
    for piece in pieces(matter.text):
        cut.append(marking.segments(piece.rstrip("\n"), personal=_shifted(matter.reading, offset)))
        offset += len(piece)
    return render_template("matters/split.html", matter=matter, pieces=cut, most=min(MOST_MATTERS, len(cut)))


def _answer_label(status: MatterStatus) -> str:
    if not actor().may(Permission.WORK_MATTERS):
        return "回答を見る"
    if status is MatterStatus.APPROVING:
        return "回答案と決裁を見る"
    return "回答案を書く" if status in OPEN_STATUSES else "回答を見る"


def _marked(matter: MatterView, words: list[str]) -> Iterator[MarkedPart]:
    offset = 0
    aligned = _joined(matter) == matter.text
    for part in matter.parts:
        text = part.text or ""
        spans = _shifted(matter.reading, offset) if aligned else []
        evidence = matter.reading.evidence if matter.reading else ()
        place = "　".join(filter(None, (part.place_title, part.place_address)))
        yield MarkedPart(
            part, marking.segments(text, personal=spans, evidence=evidence, found=words), marking.segments(place)
        )
        offset += len(text) + 1 if text else 0


def _joined(matter: MatterView) -> str:
    return matter_text([part.text for part in matter.parts])


def _shifted(reading: ReadingView | None, offset: int) -> list[PersonalDataSpan]:
    if reading is None:
        return []
    return [PersonalDataSpan(one.start - offset, one.end - offset, one.type) for one in reading.personal_data]


def _own_words(matter: MatterView) -> list[marking.Segment]:
    """The matter's own words when they are only some of the submission's; else nothing."""
    if _joined(matter) == matter.text or not matter.text:
        return []
    reading = matter.reading
    return marking.segments(
        matter.text,
        personal=reading.personal_data if reading else (),
        evidence=reading.evidence if reading else (),
    )


def _candidates(matter: MatterView, names: timeline.Names) -> list[Candidate]:
    if matter.reading is None:
        return []
    return [
        Candidate(one.key, names.areas.get(one.key, one.key), one.score, one.key == matter.area)
        for one in matter.reading.areas[:5]
    ]
