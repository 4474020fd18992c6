"""回答の発送: letters to print and to post, all at once."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import allow
from admin.answer_documents import note_letters, pdf_response
from admin.choices import day, whole
from admin.context import actor, db, now, services
from admin.documents import letters
from feedback.clock import tokyo_date
from feedback.errors import Conflict, FeedbackError, Invalid
from feedback.letters import service
from feedback.letters.queries import SHOWN, posted_lately, sheets, waiting
from feedback.letters.rules import MOST_AT_ONCE, LetterState
from feedback.mails.queries import troubled
from feedback.staff.rules import Permission

blueprint = Blueprint("dispatch", __name__, url_prefix="/dispatch")


def explain(error: FeedbackError) -> Any:
    """Back to the list with the refusal in words; nothing was recorded."""
    flash(str(error), "warning" if isinstance(error, Conflict) else "error")
    return redirect(url_for("dispatch.index"))


for _kind in (Invalid, Conflict):
    blueprint.register_error_handler(_kind, explain)


@blueprint.get("")
@allow(Permission.WORK_MATTERS)
def index() -> Any:
    """What waits to be printed, what to be posted, and what has gone out lately."""
    found = waiting(db(), actor=actor())
    return render_template(
        "dispatch/index.html",
        to_print=[one for one in found if one.state is LetterState.TO_PRINT],
        printed=[one for one in found if one.state is LetterState.PRINTED],
        mails=troubled(db(), actor=actor()),
        posted=posted_lately(db(), actor=actor(), now=now()),
        capped=len(found) == SHOWN,
        most=MOST_AT_ONCE,
        today=tokyo_date(now()),
    )


@blueprint.post("/print")
@allow(Permission.WORK_MATTERS)
def print_letters() -> Any:
    """Record that the marked letters are printed, and open them as one file."""
    chosen = list(_chosen())
    service.printed(db(), chosen, actor=actor(), at=now())
    return redirect(url_for(".file", answer=chosen), 303)


@blueprint.get("/letters.pdf")
@allow(Permission.WORK_MATTERS)
def file() -> ResponseReturnValue:
    """The letters of the answers asked for, one after the other."""
    wanted = [one for one in map(whole, request.args.getlist("answer")) if one is not None]
    found = sheets(db(), wanted, actor=actor(), now=now())
    note_letters(found)
    personal = actor().may(Permission.VIEW_PERSONAL_DATA)
    made = letters.as_pdf(found, services().settings, personal=personal)
    return pdf_response(made, f"回答の手紙_{tokyo_date(now()):%Y%m%d}_{len(found)}通.pdf")


@blueprint.post("/posted")
@allow(Permission.WORK_MATTERS)
def posted() -> Any:
    """Record that the marked letters have been posted; their matters are 回答済."""
    on = day(request.form.get("posted_on"))
    if on is None:
        raise Invalid("発送した日を入力してください。")
    chosen = _chosen()
    service.posted(db(), chosen, on=on, actor=actor(), at=now())
    flash(f"{len(chosen)}通の発送を記録しました。案件は回答済になりました。", "success")
    return redirect(url_for(".index"))


def _chosen() -> dict[int, int]:
    """Versions seen by answer, in the order of the list."""
    chosen = {}
    for pair in request.form.getlist("answer"):
        answer_id, version = (whole(one) for one in (*pair.split(":"), "")[:2])
        if answer_id is None or version is None:
            raise Invalid("画面の情報が足りません。画面を開き直して、もう一度操作してください。")
        chosen[answer_id] = version
    return chosen
