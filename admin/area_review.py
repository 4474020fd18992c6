"""分野の見直し: merge, split and retire policy areas, each after a look at what it touches; sort what a split left."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from admin.access import allow
from admin.choices import area_choices, department_choices, whole
from admin.context import actor, db, note_view, now
from feedback import masking
from feedback.errors import FeedbackError, Invalid, NotFound
from feedback.opinions import service as opinions
from feedback.opinions.models import Matter
from feedback.opinions.queries import personal_data_of
from feedback.routing.service import load_router
from feedback.staff.rules import Permission
from feedback.taxonomy import queries, service
from feedback.taxonomy.mapping import area_mapping
from feedback.taxonomy.models import TaxonomyVersion
from feedback.taxonomy.rules import OPERATION_NAMES, Operation
from feedback.taxonomy.service import NewArea, Part

blueprint = Blueprint("area_review", __name__, url_prefix="/areas/review")

_PARTS = 3
_EXCERPT = 120
_NEW = "new"


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do: what it touches, and how many open matters would move."""

    touched: queries.Touched
    moved: int
    sent_on: int


@blueprint.get("")
@allow(Permission.MANAGE_MASTER)
def index() -> Any:
    """The changes so far, and what can be done."""
    session = db()
    names = dict(area_choices(active_only=False))
    versions = queries.versions(session)
    return render_template(
        "area_review/index.html",
        versions=versions,
        names=names,
        operation_names=OPERATION_NAMES,
        number=area_mapping(session).number,
        undoable=queries.undoable(session),
        not_learnt=[names[key] for key in queries.not_learnt(session)],
        waiting=[one for one in versions if one.left],
    )


@blueprint.route("/merge", methods=["GET", "POST"])
@allow(Permission.MANAGE_MASTER)
def merge() -> Any:
    """Make one area of several."""
    sources = request.form.getlist("source")

    def apply() -> TaxonomyVersion:
        return service.merge(db(), sources=sources, into=_part("into"), reroute=_reroute(), actor=actor(), at=now())

    return _changed(Operation.MERGE, sources, apply)


@blueprint.route("/split", methods=["GET", "POST"])
@allow(Permission.MANAGE_MASTER)
def split() -> Any:
    """Make several areas of one."""
    source = request.form.get("source", "")

    def apply() -> TaxonomyVersion:
        names = [f"part{n}" for n in range(_PARTS) if request.form.get(f"part{n}")]
        parts = [(_part(name), _words(request.form.get(f"{name}_words", ""))) for name in names]
        return service.split(db(), source=source, parts=parts, reroute=_reroute(), actor=actor(), at=now())

    return _changed(Operation.SPLIT, [source], apply)


@blueprint.route("/retire", methods=["GET", "POST"])
@allow(Permission.MANAGE_MASTER)
def retire() -> Any:
    """No longer use an area."""
    source = request.form.get("source", "")
    return _changed(Operation.RETIRE, [source], lambda: service.retire(db(), key=source, actor=actor(), at=now()))


@blueprint.post("/undo")
@allow(Permission.MANAGE_MASTER)
def undo() -> Any:
    """Take the last change back."""
    try:
        service.undo(db(), number=whole(request.form.get("number")) or 0, actor=actor(), at=now())
    except Invalid as error:
        flash(str(error), "error")
    else:
        flash("最後の見直しを元に戻しました。", "success")
    return redirect(url_for(".index"))


@blueprint.get("/<int:number>/sorting")
@allow(Permission.MANAGE_MASTER)
def sorting(number: int) -> Any:
    """Open matters of a split area that nobody has sorted."""
    change = _split_of(number)
    found = queries.unsorted(db(), change.sources[0])
    note_view(action="matters.listed", subject_type="matters", subject_id="split", detail={"count": len(found)})
    spans = personal_data_of(db(), [one.id for one in found])
    names = dict(area_choices(active_only=False))
    return render_template(
        "area_review/sorting.html",
        change=change,
        lines=[(one, _excerpt(masking.mask(one.text, spans.get(one.id, ())))) for one in found],
        names=names,
        choices=_targets(change),
    )


@blueprint.post("/<int:number>/sorting")
@allow(Permission.MANAGE_MASTER)
def sort(number: int) -> Any:
    """Give the chosen matters one of the new areas; each is a correction like any other."""
    change = _split_of(number)
    target = request.form.get("area", "")
    chosen = [_id_and_version(value) for value in request.form.getlist("matter")]
    if target not in dict(_targets(change)) or not chosen or None in chosen:
        flash("案件と、移す先の分野を選んでください。", "error")
        return redirect(url_for(".sorting", number=number))
    router = load_router(db())

    def correct(matter_id: int, version: int) -> None:
        matter = db().get(Matter, matter_id)
        opinions.correct(
            db(),
            matter_id,
            actor=actor(),
            version=version,
            at=now(),
            router=router,
            area_key=target,
            kind=matter.kind if matter else None,
        )

    done, refused = opinions.in_bulk(db(), [one for one in chosen if one is not None], correct)
    flash(f"{done}件を「{dict(_targets(change))[target]}」に移しました。", "success")
    if refused:
        flash(f"{len(refused)}件は移せませんでした。{refused[0][1]}", "warning")
    return redirect(url_for(".sorting", number=number))


def _changed(operation: Operation, sources: Sequence[str], apply: Callable[[], TaxonomyVersion]) -> Any:
    """The form; after it what the change would do; and once that is confirmed, the change."""
    preview, told = None, None
    if request.method == "POST":
        try:
            if request.form.get("confirmed") == "1":
                with db().begin_nested():
                    made = apply()
                flash(f"分野を見直しました（{OPERATION_NAMES[operation]}）。", "success")
                left = operation is Operation.SPLIT and queries.unsorted(db(), made.sources[0])
                return redirect(url_for(".sorting", number=made.number) if left else url_for(".index"))
            preview = _tried(sources, apply)
        except FeedbackError as error:
            told = str(error)
    page = render_template(
        f"area_review/{operation}.html",
        areas=area_choices(),
        departments=department_choices(empty="広聴の窓口"),
        names=dict(area_choices(active_only=False)),
        form=request.form,
        preview=preview,
        told=told,
        parts=range(_PARTS),
        new=_NEW,
    )
    return page, 400 if told else 200


def _tried(sources: Sequence[str], apply: Callable[[], TaxonomyVersion]) -> Preview:
    """Make the change and take it back at once: nothing else tells so surely what it would do."""
    touched = queries.touched(db(), sources)
    trial = db().begin_nested()
    try:
        matters = apply().moved.get("matters", [])
        before = {matter_id: department for matter_id, _, department, _ in matters}
        sent_on = queries.departments_changed(db(), before)
    finally:
        trial.rollback()
    return Preview(touched, len(matters), sent_on)


def _part(name: str) -> Part:
    """An area of the form: one that there is, or a new one."""
    chosen = request.form.get(name, "")
    if chosen != _NEW:
        return chosen
    written = {field: request.form.get(f"{name}_{field}", "").strip() for field in ("key", "name", "short")}
    return NewArea(
        key=written["key"],
        name=written["name"],
        short_name=written["short"],
        department_id=whole(request.form.get(f"{name}_department")),
    )


def _reroute() -> bool:
    return request.form.get("reroute") == "1"


def _words(told: str) -> list[str]:
    return told.replace("、", " ").replace(",", " ").replace("　", " ").split()


def _split_of(number: int) -> TaxonomyVersion:
    found = queries.split_change(db(), number)
    if found is None:
        raise NotFound("この分割は見つかりません。")
    return found


def _targets(change: TaxonomyVersion) -> list[tuple[str, str]]:
    mapping = area_mapping(db())
    today = {mapping.now(key) for key in change.targets}
    return [(key, name) for key, name in area_choices() if key in today]


def _id_and_version(value: str) -> tuple[int, int] | None:
    matter_id, _, version = value.partition("-")
    first, second = whole(matter_id), whole(version)
    return None if first is None or second is None else (first, second)


def _excerpt(text: str) -> str:
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}…"
