"""The answer to a matter: drafting with hints, approval, sending, what the citizen thought of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from admin.access import allow
from admin.choices import whole
from admin.context import actor, db, note_view, now, post, services
from admin.delivery import by_mail
from admin.letters import variables
from feedback import masking
from feedback.answers import group, people, queries, service, wording
from feedback.answers.group_queries import GroupView, group_of, leading
from feedback.answers.group_rules import usual_method
from feedback.answers.models import Answer, AnswerTemplate
from feedback.answers.queries import AnswerView
from feedback.answers.rules import LONGEST_BODY, METHOD_NAMES, AnswerState, Method, fill
from feedback.answers.templates import templates_for
from feedback.answers.wording import HINT_NAMES
from feedback.clock import tokyo_date
from feedback.errors import Conflict, FeedbackError, Invalid, NotAllowed
from feedback.mails.queries import mails_of
from feedback.mails.rules import address_in
from feedback.opinions import details, lifecycle
from feedback.opinions.details import MatterView
from feedback.opinions.rules import Channel, MatterStatus
from feedback.staff.rules import Permission

blueprint = Blueprint("answers", __name__, url_prefix="/matters/<int:matter_id>/answer")
_STATUS: dict[type[FeedbackError], int] = {NotAllowed: 403, Conflict: 409, Invalid: 400}
_REVIEWERS_BEFORE = 3


@dataclass(frozen=True, slots=True)
class Typed:
    """A draft as it stands in the form. ``answer_id``: None while there is none yet."""

    answer_id: int | None
    version: int
    matter_version: int
    body: str
    method: Method
    handed_over: str


def explain(error: FeedbackError) -> Any:
    """Back to the answer with the refusal in words; the transaction was rolled back."""
    flash(str(error), "warning" if isinstance(error, Conflict) else "error")
    return redirect(url_for("answers.show", matter_id=(request.view_args or {})["matter_id"]))


for _kind in _STATUS:
    blueprint.register_error_handler(_kind, explain)


@blueprint.get("")
@allow(Permission.VIEW_MATTERS)
def show(matter_id: int) -> Any:
    """The answer as it stands, its way, and the earlier ones."""
    matter = details.matter_view(db(), matter_id, actor=actor())
    if "personal" in request.args and not actor().may(Permission.VIEW_PERSONAL_DATA):
        abort(403)
    action = "matter.personal_data_shown" if "personal" in request.args else "answer.viewed"
    note_view(action=action, subject_type="matter", subject_id=matter_id)
    found = queries.answers_of(db(), matter_id)
    current = next((one for one in found if one.unfinished), None)
    return _page(matter, found, _from_store(matter, current))


@blueprint.post("")
@allow(Permission.WORK_MATTERS)
def save(matter_id: int) -> Any:
    """Save the draft, and hand it in when that was asked. What was typed stays on screen when it is refused."""
    matter = details.matter_view(db(), matter_id, actor=actor())
    typed = _typed()
    submitting = request.form.get("do") == "submit"
    try:
        with db().begin_nested():
            _keep(matter_id, typed, submitting=submitting)
    except (Invalid, NotAllowed, Conflict) as error:
        db().expire_all()
        flash(str(error), "warning" if isinstance(error, Conflict) else "error")
        note_view(action="answer.viewed", subject_type="matter", subject_id=matter_id)
        matter = details.matter_view(db(), matter_id, actor=actor())
        return _page(matter, queries.answers_of(db(), matter_id), typed), _STATUS[type(error)]
    return _done(matter_id, "決裁に出しました。" if submitting else "保存しました。")


@blueprint.post("/check")
@allow(Permission.WORK_MATTERS)
def check(matter_id: int) -> Any:
    """Hints on what is being typed."""
    queries.require_visible(db(), matter_id, actor=actor())
    return render_template("answers/hints.html", hints=_hints(request.form.get("body", "")), hint_names=HINT_NAMES)


@blueprint.post("/take-back")
@allow(Permission.WORK_MATTERS)
def take_back(matter_id: int) -> Any:
    """取り戻し."""
    act(service.take_back, comment=request.form.get("comment", ""))
    return _done(matter_id, "取り戻しました。回答案を変更できます。")


@blueprint.post("/decide")
@allow(Permission.WORK_MATTERS)
def decide(matter_id: int) -> Any:
    """Pass the draft on, decide, or give it back."""
    comment = request.form.get("comment", "")
    if request.form.get("do") == "return":
        act(service.give_back, comment=comment, to_position=_number("to_position"))
        return _done(matter_id, "差し戻しました。")
    allowed = services().settings.answer_self_approval
    decided = act(service.approve, comment=comment, post=post(), self_approval=allowed)
    return _done(matter_id, _decided_words(matter_id) if decided else "確認しました。次の人に回りました。")


@blueprint.post("/sent")
@allow(Permission.WORK_MATTERS)
def sent(matter_id: int) -> Any:
    """A letter or e-mail has gone out."""
    act(service.handed_over, how=request.form.get("how", ""))
    return _done(matter_id, "発送を記録しました。回答済になりました。")


@blueprint.post("/again")
@allow(Permission.WORK_MATTERS)
def again(matter_id: int) -> Any:
    """Send once more what LINE did not deliver."""
    act(service.send_again, post=post())
    return _done(matter_id, "もう一度送ります。")


def _decided_words(matter_id: int) -> str:
    newest = queries.answers_of(db(), matter_id)[-1]
    together = len(_group(matter_id, newest).served)
    return f"決裁しました。まとめた{together}件にも回答しました。" if together else "決裁しました。"


def _group(matter_id: int, answer: AnswerView | None) -> GroupView:
    return group_of(db(), matter_id, answer, actor=actor())


def _page(matter: MatterView, found: list[AnswerView], typed: Typed) -> str:
    current = next((one for one in found if one.unfinished), None)
    writable = _writable(matter, current)
    reviewers, deciders = people.reviewer_choices(db(), department_id=matter.department_id)
    wrote = (current.authors if current else frozenset()) | {actor().id}
    alone = services().settings.answer_self_approval and len(deciders) == 1
    return render_template(
        "answers/show.html",
        matter=matter,
        shown=_shown(matter),
        current=current,
        earlier=[one for one in reversed(found) if not one.unfinished],
        typed=typed,
        writable=writable,
        group=_group(matter.id, current) if current or writable else GroupView([], elsewhere=False),
        groups={one.id: _group(matter.id, one) for one in found if not one.unfinished},
        chosen_members=set(map(whole, request.form.getlist("member"))) if request.method == "POST" else None,
        leading=leading(db(), matter.id, actor=actor()) if current is None else None,
        mails=mails_of(db(), [one.id for one in found]),
        mail_sentence=by_mail,
        sends_mail=services().settings.sends_mail,
        has_address=address_in(matter.sender.contact) is not None,
        may_decide=_may_decide(current),
        may_take_back=_may_take_back(current),
        reviewers=[one for one in reviewers if one.id not in wrote],
        deciders=[one for one in deciders if alone or one.id not in wrote],
        places=range(1, _REVIEWERS_BEFORE + 1),
        chosen=request.form.getlist("reviewer"),
        methods=_methods(matter),
        templates=templates_for(db(), matter.area),
        hints=_hints(typed.body),
        hint_names=HINT_NAMES,
        longest=LONGEST_BODY,
    )


def _shown(matter: MatterView) -> Callable[[str | None], str]:
    """How words that may hold personal data are shown: covered, but for who asked to see them."""
    spans = matter.reading.personal_data if matter.reading else ()

    def show(words: str | None) -> str:
        text = words or ""
        if "personal" in request.args and actor().may(Permission.VIEW_PERSONAL_DATA):
            return text
        return masking.mask(text, spans if text == matter.text else ())

    return show


def _from_store(matter: MatterView, current: AnswerView | None) -> Typed:
    template_id = whole(request.args.get("template"))
    template = db().get(AnswerTemplate, template_id) if template_id is not None else None
    filled = fill(template.body, variables(matter)) if template is not None and template.active else ""
    if current is None:
        return Typed(None, 0, matter.version, filled, _methods(matter)[0][0], "")
    body = filled or current.body
    return Typed(current.id, current.version, matter.version, body, current.method, current.handed_over or "")


def _typed() -> Typed:
    form = request.form
    method = form.get("method", "")
    if method not in set(Method):
        raise Invalid("回答の方法を選んでください。")
    return Typed(
        answer_id=whole(form.get("answer_id")),
        version=whole(form.get("version")) or 0,
        matter_version=_number("matter_version"),
        body=form.get("body", "").replace("\r\n", "\n"),
        method=Method(method),
        handed_over=form.get("handed_over", ""),
    )


def _keep(matter_id: int, typed: Typed, *, submitting: bool) -> None:
    session, who, at = db(), actor(), now()
    answer_id, version = typed.answer_id, typed.version
    if answer_id is None:
        begun = service.begin(
            session,
            matter_id,
            actor=who,
            version=typed.matter_version,
            at=at,
            method=typed.method,
            body=typed.body,
        )
        answer_id, version = begun.id, begun.version
    else:
        _one(matter_id, answer_id)
    answer = service.revise(
        session,
        answer_id,
        actor=who,
        version=version,
        at=at,
        body=typed.body,
        method=typed.method,
        handed_over=typed.handed_over,
    )
    _choose_members(answer)
    if submitting:
        service.submit(
            session,
            answer_id,
            actor=who,
            version=answer.version,
            at=at,
            reviewers=[one for one in map(whole, request.form.getlist("reviewer")) if one is not None],
            comment=request.form.get("comment", ""),
            self_approval=services().settings.answer_self_approval,
        )


def _choose_members(answer: Answer) -> None:
    shown, wanted = (
        [one for one in map(whole, request.form.getlist(name)) if one is not None] for name in ("shown", "member")
    )
    if shown:
        group.choose(db(), answer, actor=actor(), shown=shown, wanted=wanted, at=now())


def act(change: Callable[..., Any], **more: Any) -> Any:
    """Change the answer that the form names, as a service does it."""
    answer_id = _number("answer_id")
    _one((request.view_args or {})["matter_id"], answer_id)
    return change(db(), answer_id, actor=actor(), version=_number("version"), at=now(), **more)


def _one(matter_id: int, answer_id: int) -> AnswerView:
    """The answer if it is one to this matter, and the matter may be seen."""
    return queries.answer_of(db(), matter_id, answer_id, actor=actor())


def _hints(body: str) -> list[tuple[int, str, wording.Hint]]:
    """Each hint with its line and the words it is about."""
    text = body.replace("\r\n", "\n")[:LONGEST_BODY]
    words = wording.load(services().settings.answer_wording_file)
    return [
        (text.count("\n", 0, hint.start) + 1, text[hint.start : hint.end], hint) for hint in wording.check(text, words)
    ]


def _methods(matter: MatterView) -> list[tuple[Method, str]]:
    usual = usual_method(matter.channel, matter.sender.contact)
    possible = [
        (key, name) for key, name in METHOD_NAMES.items() if key != Method.LINE or matter.channel == Channel.LINE
    ]
    return sorted(possible, key=lambda one: one[0] != usual)


def _writable(matter: MatterView, current: AnswerView | None) -> bool:
    able = matter.status is MatterStatus.DRAFTING or lifecycle.may(actor().role, matter.status, MatterStatus.DRAFTING)
    draft = current is None or current.state is AnswerState.DRAFT
    return actor().may(Permission.WORK_MATTERS) and able and draft and matter.status is not MatterStatus.APPROVING


def _may_decide(current: AnswerView | None) -> bool:
    step = current.current if current else None
    if step is None or not actor().may(Permission.WORK_MATTERS):
        return False
    today = tokyo_date(now())
    return step.reviewer_id == actor().id or people.covers(
        db(), deputy_id=actor().id, absent_id=step.reviewer_id, on=today
    )


def _may_take_back(current: AnswerView | None) -> bool:
    if current is None or current.state not in {AnswerState.IN_APPROVAL, AnswerState.APPROVED}:
        return False
    return actor().may(Permission.WORK_MATTERS) and (actor().id in current.authors or actor().may(Permission.TRIAGE))


def _number(name: str) -> int:
    number = whole(request.form.get(name))
    if number is None:
        raise Invalid("画面の情報が足りません。画面を開き直して、もう一度操作してください。")
    return number


def _done(matter_id: int, message: str) -> Any:
    flash(message, "success")
    return redirect(url_for(".show", matter_id=matter_id))
