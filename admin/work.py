"""What staff do with a matter: one small POST for each, straight to the use case behind it."""

from enum import StrEnum
from typing import Any, TypeVar

from flask import Blueprint, flash, g, redirect, request, url_for

from admin import conflicts
from admin.access import allow, first
from admin.choices import day, whole
from admin.context import actor, db, now, services
from admin.declined import remember_declined
from feedback.deadlines.service import load as load_deadlines
from feedback.errors import Conflict, FeedbackError, Invalid, NotAllowed
from feedback.notes import files
from feedback.notes import service as notes
from feedback.notes.files import NewFile
from feedback.notes.rules import LARGEST_FILE
from feedback.opinions import declining, outcomes, service, splitting, undoing
from feedback.opinions.intake import IntakeRules
from feedback.opinions.models import Matter
from feedback.opinions.rules import Kind, MatterStatus, Outcome
from feedback.routing.queries import areas
from feedback.routing.service import load_router
from feedback.staff.rules import Permission

blueprint = Blueprint("work", __name__, url_prefix="/matters")
E = TypeVar("E", bound=StrEnum)


def explain(error: FeedbackError) -> Any:
    """Back to the matter with the refusal in words; the transaction was rolled back. What was typed is not lost."""
    if isinstance(error, Conflict):
        return conflicts.page((request.view_args or {})["matter_id"])
    flash(str(error), "error")
    return redirect(url_for("matters.show", matter_id=(request.view_args or {})["matter_id"]))


blueprint.register_error_handler(Invalid, explain)
blueprint.register_error_handler(Conflict, explain)
blueprint.register_error_handler(NotAllowed, explain)


@blueprint.post("/<int:matter_id>/correct")
@allow(Permission.WORK_MATTERS)
def correct(matter_id: int) -> Any:
    """Correct area and kind."""
    moved = service.correct(
        db(),
        matter_id,
        actor=actor(),
        version=_version(),
        at=now(),
        router=load_router(db()),
        area_key=request.form.get("area") or None,
        kind=_member(Kind, "kind"),
        reroute="reroute" in request.form,
    )
    return _done(matter_id, "訂正しました。担当課も変わりました。" if moved else "訂正しました。")


@blueprint.post("/<int:matter_id>/status")
@allow(Permission.WORK_MATTERS)
def status(matter_id: int) -> Any:
    """Go on to another status."""
    new = _member(MatterStatus, "status")
    if new is None:
        raise Invalid("変更後の状況を選んでください。")
    service.set_status(
        db(),
        matter_id,
        actor=actor(),
        version=_version(),
        at=now(),
        status=new,
        reason=request.form.get("reason", ""),
    )
    return _done(matter_id, "状況を変更しました。")


@blueprint.post("/<int:matter_id>/outcome")
@allow(Permission.WORK_MATTERS)
def outcome(matter_id: int) -> Any:
    """Say what the city did."""
    outcomes.set_outcome(
        db(),
        matter_id,
        actor=actor(),
        version=_version(),
        at=now(),
        outcome=_member(Outcome, "outcome"),
        reason=request.form.get("reason", ""),
        planned_month=day(f"{request.form.get('planned_month', '')}-01"),
        reflected_on=day(request.form.get("reflected_on")),
    )
    return _done(matter_id, "対応区分を記録しました。")


@blueprint.post("/<int:matter_id>/assign")
@allow(Permission.WORK_MATTERS)
def assign(matter_id: int) -> Any:
    """Give the matter to somebody."""
    service.assign(
        db(),
        matter_id,
        actor=actor(),
        version=_version(),
        at=now(),
        assignee_id=whole(request.form.get("assignee_id")),
    )
    return _done(matter_id, "担当者を変更しました。")


@blueprint.post("/<int:matter_id>/due")
@allow(Permission.WORK_MATTERS)
def due(matter_id: int) -> Any:
    """Move the due date."""
    due_on = day(request.form.get("due_on"))
    if due_on is None:
        raise Invalid("回答期限の日付を入力してください。")
    service.set_due(
        db(),
        matter_id,
        actor=actor(),
        version=_version(),
        at=now(),
        due_on=due_on,
        reason=request.form.get("reason", ""),
    )
    return _done(matter_id, "回答期限を変更しました。")


@blueprint.post("/<int:matter_id>/urgent")
@allow(Permission.WORK_MATTERS)
def urgent(matter_id: int) -> Any:
    """Set or take off the urgent mark."""
    on = request.form.get("urgent") == "1"
    service.set_urgent(db(), matter_id, actor=actor(), version=_version(), at=now(), urgent=on)
    return _done(matter_id, "緊急の印を付けました。" if on else "緊急の印を外しました。")


def _keep_file(matter_id: int) -> None:
    """Store the file of a note before the transaction that writes the note."""
    chosen, store = request.files.get("file"), services().media
    if not chosen or not chosen.filename:
        return
    if store is None:
        raise Invalid("ファイルの保存先が設定されていません。システム管理者に連絡してください。")
    file = NewFile(chosen.filename, chosen.read(LARGEST_FILE + 1))
    with services().database.write() as session:
        stored = files.announce(session, matter_id, file, actor=actor(), at=now())
    store.put(stored.storage_key, file.content, content_type=stored.content_type)
    g.stored_file = stored


@blueprint.post("/<int:matter_id>/notes")
@first(_keep_file)
@allow(Permission.WORK_MATTERS)
def note(matter_id: int) -> Any:
    """Add an internal note, with a file if one was chosen."""
    text, file = request.form.get("text", ""), g.get("stored_file")
    called = notes.write(db(), matter_id, actor=actor(), at=now(), text=text, file=file)
    if called.without_access:
        names = "、".join(f"{name}さん" for name in called.without_access)
        flash(
            f"{names}はこの案件を見られないため、知らせていません。メモで呼んでも、見られるようにはなりません。",
            "warning",
        )
    told = f"{'、'.join(f'{name}さん' for name in called.told)}に知らせます。" if called.told else ""
    return _done(matter_id, f"メモを追加しました。{told}")


@blueprint.post("/<int:matter_id>/decline")
@allow(Permission.WORK_MATTERS)
def decline(matter_id: int) -> Any:
    """「当課ではない」."""
    service.decline(
        db(),
        matter_id,
        actor=actor(),
        version=_version(),
        at=now(),
        reason=request.form.get("reason", ""),
        suggestion_id=whole(request.form.get("department_id")),
    )
    remember_declined(matter_id)
    return _done(matter_id, "別の課へ送りました。")


@blueprint.post("/<int:matter_id>/take-back")
@allow(Permission.WORK_MATTERS)
def take_back(matter_id: int) -> Any:
    """Undo 「当課ではない」, from the inbox: the matter's page is out of reach meanwhile."""
    try:
        declining.take_back(db(), matter_id, actor=actor(), at=now())
    except Invalid as error:
        flash(str(error), "warning")
        return redirect(url_for("inbox.index"))
    return _done(matter_id, "「当課ではない」を取り消しました。")


@blueprint.post("/<int:matter_id>/route")
@allow(Permission.TRIAGE)
def route(matter_id: int) -> Any:
    """The desk sends the matter to a department."""
    department_id = whole(request.form.get("department_id"))
    if department_id is None:
        raise Invalid("振り分け先の課を選んでください。")
    service.route(
        db(),
        matter_id,
        actor=actor(),
        version=_version(),
        at=now(),
        department_id=department_id,
        reason=request.form.get("reason", ""),
    )
    return _done(matter_id, "振り分けました。")


@blueprint.post("/<int:matter_id>/split")
@allow(Permission.WORK_MATTERS)
def split(matter_id: int) -> Any:
    """Split the matter by sentences."""
    groups = [whole(value) for value in request.form.getlist("group")]
    if None in groups:
        raise Invalid("分け方を読み取れませんでした。もう一度選んでください。")
    new = splitting.split(
        db(),
        matter_id,
        actor=actor(),
        version=_version(),
        at=now(),
        groups=[group for group in groups if group is not None],
        rules=IntakeRules(
            router=load_router(db()),
            deadlines=load_deadlines(db()),
            area_keys=frozenset(one.key for one in areas(db())),
        ),
        reader=services().reader,
    )
    return _done(matter_id, f"{len(new) + 1}件に分けました。")


@blueprint.post("/<int:matter_id>/merge")
@allow(Permission.WORK_MATTERS)
def merge(matter_id: int) -> Any:
    """Take another matter of the same submission into this one."""
    splitting.merge(
        db(),
        matter_id,
        actor=actor(),
        version=_version(),
        at=now(),
        other_id=_number("other_id"),
        other_version=_number("other_version"),
    )
    return _done(matter_id, "一つの件にまとめました。")


@blueprint.post("/<int:matter_id>/undo")
@allow(Permission.WORK_MATTERS)
def undo(matter_id: int) -> Any:
    """Take a change back."""
    undoing.undo(db(), matter_id, actor=actor(), version=_version(), at=now(), entry_id=_number("entry_id"))
    return _done(matter_id, "変更を元に戻しました。")


def _done(matter_id: int, message: str) -> Any:
    """On to the matter, or to the inbox when it has gone to where the person cannot follow."""
    db().flush()
    matter = db().get(Matter, matter_id)
    if matter is None or not actor().sees(matter.department_id):
        flash(f"{message}この案件はほかの課に移りました。", "success")
        return redirect(url_for("inbox.index"))
    flash(message, "success")
    return redirect(url_for("matters.show", matter_id=matter_id))


def _version() -> int:
    return _number("version")


def _number(name: str) -> int:
    number = whole(request.form.get(name))
    if number is None:
        raise Invalid("画面の情報が足りません。画面を開き直して、もう一度操作してください。")
    return number


def _member(kind: type[E], name: str) -> E | None:
    value = request.form.get(name, "")
    if value and value not in set(kind):
        raise Invalid("選択肢の中から選んでください。")
    return kind(value) if value else None
