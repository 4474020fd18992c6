"""Answering inside the office: a trial, staff under their link, and paper sheets by keyboard."""

import hashlib
import secrets
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from admin.access import allow
from admin.context import actor, db, now
from admin.surveys.answer_form import given_answers
from admin.surveys.base import blueprint, render, worked_on
from feedback.errors import Invalid, NotFound
from feedback.staff.rules import Permission
from feedback.surveys import answering, paper, queries, service
from feedback.surveys.answering import Person
from feedback.surveys.definition import Definition
from feedback.surveys.given import Answer, in_words
from feedback.surveys.models import LinkKind, Survey, SurveyLink
from feedback.surveys.refusals import Answered, NotOpen
from feedback.surveys.rules import Source


@blueprint.route("/<key>/try", methods=["GET", "POST"])
@allow(Permission.MANAGE_SURVEYS)
def try_out(key: str) -> Any:
    """Answer the newest version for a trial; it counts nowhere."""
    survey = service.survey_of(db(), key)
    _, definition = worked_on(survey)
    faults: dict[str, str] = {}
    if request.method == "POST":
        draft = answering.start(
            db(), survey, person=Person(staff_id=actor().id), source=Source.STAFF, at=now(), test=True
        )
        found = answering.answer_all(db(), draft, given=given_answers(definition, request.form), at=now())
        faults = {one: fault.message for one, fault in found.items()}
        if not faults:
            path = [(one, in_words(one, _answers(draft)[one.key])) for one in answering.standing(db(), draft).path]
            answering.submit(db(), draft, at=now())
            return render("tried", survey, definition, path=path)
        answering.discard(db(), draft)
    return render("try", survey, definition, faults=faults, given=_shown(definition)), 400 if faults else 200


def _answers(draft: Any) -> Any:
    return answering.standing(db(), draft).answers


def _shown(definition: Definition) -> dict[str, Answer]:
    """What was given, as answers to show again in the form."""
    given = given_answers(definition, request.form)
    return {key: one if isinstance(one, Answer) else Answer(text=one) for key, one in given.items()}


@blueprint.route("/by/<token>", methods=["GET", "POST"])
@allow(Permission.USE_ADMIN)
def by_link(token: str) -> Any:
    """The survey of a staff link, for whoever is logged in; once for each."""
    link = queries.link_of(db(), token)
    if link is None or link.kind != LinkKind.STAFF:
        raise NotFound("このリンクは使えません。")
    survey = db().get_one(Survey, link.survey_id)
    definition = queries.definition_in_force(db(), survey)
    try:
        if definition is None or answering.has_answered(db(), survey, Person(staff_id=actor().id)):
            raise Answered("このアンケートには、すでにお答えいただいています。ありがとうございました。")
        if request.method == "POST":
            return _answer(survey, definition, link)
    except (Answered, NotOpen) as refused:
        return render_template("surveys/thanks.html", survey=survey, definition=definition, words=str(refused))
    return _staff_form(survey, definition, {})


def _answer(survey: Survey, definition: Definition, link: SurveyLink) -> Any:
    person = Person(staff_id=actor().id)
    draft = answering.start(db(), survey, person=person, source=Source.STAFF, at=now(), link_id=link.id)
    found = answering.answer_all(db(), draft, given=given_answers(definition, request.form), at=now())
    if found:
        answering.discard(db(), draft)
        return _staff_form(survey, definition, {one: fault.message for one, fault in found.items()}), 400
    answering.submit(db(), draft, at=now())
    words = definition.thanks or "ご回答ありがとうございました。"
    return render_template("surveys/thanks.html", survey=survey, definition=definition, words=words)


def _staff_form(survey: Survey, definition: Definition, faults: dict[str, str]) -> str:
    return render_template(
        "surveys/staff_form.html", survey=survey, definition=definition, faults=faults, given=_shown(definition)
    )


@blueprint.get("/<key>/paper")
@allow(Permission.ENTER_OPINIONS, Permission.MANAGE_SURVEYS)
def enter_paper(key: str) -> Any:
    """The form for paper sheets."""
    return _paper_page(service.survey_of(db(), key), {}, {}, None)


@blueprint.post("/<key>/paper")
@allow(Permission.ENTER_OPINIONS, Permission.MANAGE_SURVEYS)
def save_paper(key: str) -> Any:
    """Keep a sheet and offer the next."""
    survey = service.survey_of(db(), key)
    typed = {name[2:]: value for name, value in request.form.items() if name.startswith("a.")}
    token = hashlib.sha256(request.form.get("sheet", "").encode()).digest()
    try:
        done = paper.enter(db(), survey, typed=typed, token_hash=token, staff_id=actor().id, at=now())
    except Answered:
        flash("この調査票は、もう保存されています。", "success")
        return redirect(url_for(".enter_paper", key=key))
    except NotOpen as refused:
        raise Invalid(str(refused)) from None
    if done.response_id is None:
        return _paper_page(survey, typed, {one: fault.message for one, fault in done.faults.items()}, None), 400
    return _paper_page(survey, {}, {}, done.response_id)


@blueprint.post("/<key>/paper/take-back")
@allow(Permission.ENTER_OPINIONS, Permission.MANAGE_SURVEYS)
def take_back_paper(key: str) -> Any:
    """Take the sheet out that was just entered."""
    written = request.form.get("response", "")
    response_id = int(written) if written.isascii() and written.isdecimal() and len(written) < 16 else 0
    paper.take_back(db(), service.survey_of(db(), key), response_id, staff_id=actor().id, at=now())
    flash("直前の調査票を取り消しました。", "success")
    return redirect(url_for(".enter_paper", key=key))


def _paper_page(survey: Survey, typed: dict[str, str], faults: dict[str, str], saved: int | None) -> str:
    definition = queries.definition_in_force(db(), survey)
    if definition is None:
        raise Invalid("紙の調査票は、公開してから入力してください。")
    return render(
        "paper",
        survey,
        definition,
        typed=typed,
        faults=faults,
        saved=saved,
        sheet=request.form.get("sheet", "") if faults else secrets.token_urlsafe(12),
    )
