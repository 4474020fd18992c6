"""Changing many matters from the inbox: a question first, then the result row by row, and the way back."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from werkzeug.datastructures import MultiDict

from admin.access import allow
from admin.choices import whole
from admin.context import actor, db, now
from admin.listing import read_wish
from feedback.batches import service as batches
from feedback.batches.queries import BatchView, batch_of
from feedback.departments.models import Department
from feedback.errors import Invalid
from feedback.links import service as links
from feedback.opinions import queries, service
from feedback.opinions.rules import MatterStatus
from feedback.staff.models import Staff
from feedback.staff.rules import Permission

blueprint = Blueprint("bulk", __name__)
_MOST_AT_ONCE = 200
_KEY = "batch"
Change = Callable[[int, int], None]


@blueprint.errorhandler(Invalid)
def explain(error: Invalid) -> Any:
    """Back to the list with the refusal in words."""
    flash(str(error), "error")
    return redirect(_list())


@blueprint.post("/inbox/bulk")
@allow(Permission.WORK_MATTERS)
def change() -> Any:
    """Change the matters that were marked; asks first how many, unless that was confirmed."""
    chosen = _chosen(request.form.getlist("matter"))
    action = request.form.get("action", "assign")
    sentence, perform = _ACTIONS.get(action, _assign)(request.form)
    if not request.form.get("confirmed"):
        rows = queries.rows_of(db(), [matter_id for matter_id, _ in chosen], actor=actor())
        kept = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
        return render_template(
            "inbox/confirm.html", sentence=sentence, count=len(chosen), rows=rows, kept=kept, back=_list(),
            action=action,
        )  # fmt: skip
    if action == "group":
        together = links.group(db(), [matter_id for matter_id, _ in chosen], actor=actor(), at=now())
        flash(f"{together}件をまとめました。一つの回答を、まとめた全員に送れます。", "success")
        return redirect(_list())
    batch = batches.perform(db(), chosen, perform, action=action, actor=actor(), at=now())
    session[_KEY] = batch.id
    return redirect(_list())


@blueprint.post("/inbox/bulk/<int:batch_id>/undo")
@allow(Permission.WORK_MATTERS)
def undo(batch_id: int) -> Any:
    """Take the whole change back."""
    done, refused = batches.undo(db(), batch_id, actor=actor(), at=now())
    session.pop(_KEY, None)
    if done:
        flash(f"{done}件を元に戻しました。", "success")
    if refused:
        flash(f"{len(refused)}件は、そのあとほかの人が変更したため、元に戻していません。", "warning")
    return redirect(_list())


@blueprint.post("/inbox/bulk/done")
@allow(Permission.WORK_MATTERS)
def close() -> Any:
    """Put the result of the latest change away."""
    session.pop(_KEY, None)
    return redirect(_list())


def latest_batch() -> BatchView | None:
    """What came of the person's latest change, as long as it can be taken back; then it is forgotten."""
    batch_id = session.get(_KEY)
    if batch_id is None:
        return None
    found = batch_of(db(), batch_id, actor=actor(), at=now())
    if found is None or (found.done and found.undoable_until is None):
        session.pop(_KEY, None)
        return None
    return found


def _assign(form: MultiDict[str, str]) -> tuple[str, Change]:
    assignee_id = whole(form.get("assignee_id"))
    if assignee_id is None:
        raise Invalid("担当者を選んでください。")
    assignee = db().get(Staff, assignee_id)
    name = assignee.name if assignee is not None else ""
    return f"担当者を「{name}」にします。", lambda matter_id, version: service.assign(
        db(), matter_id, actor=actor(), version=version, at=now(), assignee_id=assignee_id
    )


def _route(form: MultiDict[str, str]) -> tuple[str, Change]:
    department_id = whole(form.get("department_id"))
    department = db().get(Department, department_id) if department_id is not None else None
    if department is None:
        raise Invalid("振り分け先の課を選んでください。")
    return f"「{department.name}」へ振り分けます。", lambda matter_id, version: service.route(
        db(), matter_id, actor=actor(), version=version, at=now(), department_id=department.id
    )


def _close(form: MultiDict[str, str]) -> tuple[str, Change]:
    reason = form.get("reason", "").strip()
    if not reason and form.get("confirmed"):
        raise Invalid("終える理由を入力してください。")
    return "状況を「完了」にします。市民への回答は送りません。", lambda matter_id, version: service.set_status(
        db(), matter_id, actor=actor(), version=version, at=now(), status=MatterStatus.CLOSED, reason=reason
    )


def _group(_form: MultiDict[str, str]) -> tuple[str, Change]:
    return "一つにまとめます。あとで、一つの回答をまとめて送れます。", lambda _matter_id, _version: None


_ACTIONS: dict[str, Callable[[MultiDict[str, str]], tuple[str, Change]]] = {
    "assign": _assign,
    "route": _route,
    "close": _close,
    "group": _group,
}


def _chosen(values: list[str]) -> list[tuple[int, int]]:
    pairs = [(whole(matter_id), whole(version)) for matter_id, _, version in (one.partition(":") for one in values)]
    chosen = [(one, version) for one, version in pairs if one is not None and version is not None]
    if len(chosen) < len(pairs):
        raise Invalid("選んだ案件を読み取れませんでした。一覧を開き直してください。")
    if not chosen:
        raise Invalid("案件を一つ以上選んでください。")
    if len(chosen) > _MOST_AT_ONCE:
        raise Invalid(f"一度に変更できるのは{_MOST_AT_ONCE}件までです。")
    return chosen


def _list() -> str:
    """The list that the change was made from."""
    wish = read_wish(request.args, tabs=queries.tabs_of(actor()))
    return url_for("inbox.index", **wish.arguments(cursor=wish.cursor))
