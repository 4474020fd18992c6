"""When somebody changed a matter first: what they changed, and the words typed meanwhile, kept for another try."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from admin import timeline
from admin.choices import whole
from admin.context import actor, db, in_transaction
from feedback.departments.queries import departments
from feedback.errors import NotFound
from feedback.opinions import details
from feedback.routing.queries import areas
from feedback.staff import queries as staff

_TYPED = {"reason": "理由・内容", "text": "文章"}
_OWN = frozenset({"csrf_token", "version", "seen_step", *_TYPED})


def page(matter_id: int) -> Any:
    """The page that keeps a refused form. The request's transaction has been rolled back; it reads in its own."""
    return in_transaction(lambda: _page(matter_id))


def _page(matter_id: int) -> Any:
    try:
        matter = details.matter_view(db(), matter_id, actor=actor())
    except NotFound:
        flash("この案件はほかの課に移りました。変更は保存していません。", "warning")
        return redirect(url_for("inbox.index"))
    seen = whole(request.form.get("seen_step")) or 0
    fresh = [step for step in matter.history if step.id > seen]
    return render_template(
        "matters/conflict.html",
        matter=matter,
        steps=[(step, timeline.describe(step, _names())) for step in (fresh or matter.history[-3:])],
        timeline=timeline,
        certain=bool(fresh),
        address=request.path,
        typed=[(name, _TYPED[name], request.form[name]) for name in _TYPED if request.form.get(name)],
        kept=[(name, value) for name, value in request.form.items(multi=True) if name not in _OWN],
    ), 409


def _names() -> timeline.Names:
    return timeline.Names(
        areas={one.key: one.short_name for one in areas(db(), active_only=False)},
        departments={str(one.id): one.name for one in departments(db(), active_only=False)},
        staff={str(key): name for key, name in staff.names(db()).items()},
    )
