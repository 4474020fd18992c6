"""The web form of a survey: no JavaScript, no cookie. Whoever has the address may go on where they stopped.

``/s/TOKEN`` is a link for everybody; answering begins with a POST and goes on under ``/s/TOKEN/TICKET``, which only the
respondent has. ``/s/p/TICKET`` is a citizen's personal address, as `addresses.personal_address` makes it.
"""

import io
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import Final

import segno
from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from bot.pages.survey_fields import read_field, typed_words
from feedback.citizens.models import Citizen, Consent
from feedback.clock import TOKYO, Clock, era_date
from feedback.config import Settings
from feedback.db import Database
from feedback.keys import KeyRing
from feedback.surveys import addresses, answering, visits
from feedback.surveys.answering import Person
from feedback.surveys.definition import Definition, Question, translated
from feedback.surveys.faults import Fault
from feedback.surveys.given import all_from_json, in_words
from feedback.surveys.models import LinkKind, Survey, SurveyDraft
from feedback.surveys.pages import Page, pages
from feedback.surveys.queries import definition_in_force, link_of
from feedback.surveys.refusals import Answered, NotOpen
from feedback.surveys.rules import Source, SurveyState, closed_because, progress, shown

surveys = Blueprint("surveys", __name__, template_folder="templates", url_prefix="/s")

_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' https: data:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_SEE: Final = 303


LANGUAGES: Final = {
    "ja": "日本語", "easy": "やさしい日本語", "en": "English", "zh": "简体中文", "zh-Hant": "繁體中文", "ko": "한국어",
    "vi": "Tiếng Việt", "pt": "Português", "tl": "Filipino", "ne": "नेपाली", "id": "Bahasa Indonesia", "es": "Español",
    "my": "မြန်မာ", "th": "ไทย",
}  # fmt: skip


@surveys.app_template_filter("language_name")
def _language_name(language: str) -> str:
    return LANGUAGES.get(language, language)


@surveys.app_template_filter("survey_deadline")
def _deadline(closes: datetime) -> str:
    """The last day (or moment) on which answers are taken, as printed."""
    local = (closes - timedelta(seconds=1)).astimezone(TOKYO)
    clock = "" if closes.astimezone(TOKYO).time() == time() else f" {closes.astimezone(TOKYO):%H:%M}"
    return f"{era_date(local.date())}{clock}まで"


@dataclass(frozen=True, slots=True)
class Visit:
    """Whose answers an address leads to."""

    survey: Survey
    person: Person
    link_id: int | None = None
    source: Source = Source.WEB


@surveys.after_request
def _with_headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cache-Control"] = "no-store"
    return response


@surveys.errorhandler(Answered)
@surveys.errorhandler(NotOpen)
def _refused(error: Answered | NotOpen) -> tuple[str, int]:
    return render_template("public/survey_message.html", message=str(error)), 200 if isinstance(
        error, Answered
    ) else 403


@surveys.get("/<token>")
def intro(token: str) -> str:
    """What the survey is about, and the button to begin."""
    with _database().read() as session:
        visit = _by_link(session, token, ticket=None)
        return _intro(session, visit, url_for("surveys.begin", token=token))


@surveys.get("/<token>/qr.svg")
def qr(token: str) -> Response:
    """The address as a QR code, for posters and the city's paper."""
    with _database().read() as session:
        _by_link(session, token, ticket=None)
    code = segno.make(addresses.public_address(_settings().public_url, token), error="m")
    drawn = io.BytesIO()
    code.save(drawn, kind="svg", scale=8, border=4)
    return Response(drawn.getvalue(), mimetype="image/svg+xml")


@surveys.post("/<token>")
def begin(token: str) -> AnyResponse | tuple[str, int] | str:
    """Begin to answer over a public link: a ticket is drawn, under which the answers are found again."""
    if request.form.get("website"):
        return _thanks("")  # only machines fill in what nobody sees
    ticket, now = secrets.token_urlsafe(18), _clock()()
    with _database().write() as session:
        visit = _by_link(session, token, ticket)
        if not visits.may_begin(session, _address_key(), at=now):
            words = "ただいま、同じ場所からの回答がとても多くなっています。10分ほどおいて、もう一度お試しください。"
            return render_template("public/survey_message.html", message=words), 429
        _start(session, visit)
    return redirect(url_for("surveys.form", token=token, ticket=ticket), _SEE)


@surveys.get("/<token>/<ticket>")
def form(token: str, ticket: str) -> str | AnyResponse:
    """A page of the form, the review before sending, or the introduction of a personal address."""
    with _database().read() as session:
        visit = _visit(session, token, ticket)
        draft = answering.find_draft(session, visit.survey, visit.person)
        if draft is None:
            return _without_draft(session, visit, token, ticket)
        return _show(session, draft, _number(draft, session))


@surveys.post("/<token>/<ticket>")
def answer(token: str, ticket: str) -> AnyResponse | str | tuple[str, int]:
    """Keep a page's answers and go on; begin a personal one; send."""
    here = partial(url_for, "surveys.form", token=token, ticket=ticket)
    with _database().write() as session:
        visit = _visit(session, token, ticket)
        step = request.form.get("step", "next")
        if step == "begin":
            _start(session, visit)
            return redirect(here(), _SEE)
        draft = answering.find_draft(session, visit.survey, visit.person)
        if draft is None:
            if answering.has_answered(session, visit.survey, visit.person):
                return redirect(url_for("surveys.thanks", token=token, ticket=ticket), _SEE)
            abort(404)
        if step == "send":
            return _send(session, draft, token, ticket)
        number = _number(draft, session)
        faults = _keep(session, draft, number)
        if faults and step != "back":
            return _show(session, draft, number, faults), 422
        return redirect(here(page=max(number - 1, 1) if step == "back" else number + 1), _SEE)


@surveys.get("/<token>/<ticket>/thanks")
def thanks(token: str, ticket: str) -> str:
    """After sending."""
    with _database().read() as session:
        visit = _visit(session, token, ticket)
        if not answering.has_answered(session, visit.survey, visit.person):
            abort(404)
        definition = definition_in_force(session, visit.survey)
        return _thanks(definition.thanks if definition else "")


def _thanks(words: str) -> str:
    return render_template("public/survey_thanks.html", words=words or "ご協力ありがとうございました。")


def _send(session: Session, draft: SurveyDraft, token: str, ticket: str) -> AnyResponse:
    if answering.standing(session, draft).question is not None:
        return redirect(url_for("surveys.form", token=token, ticket=ticket), _SEE)
    answering.submit(session, draft, at=_clock()())
    return redirect(url_for("surveys.thanks", token=token, ticket=ticket), _SEE)


def _keep(session: Session, draft: SurveyDraft, number: int) -> Mapping[str, Fault]:
    now = answering.standing(session, draft)
    on_way = pages(now.definition, now.answers)
    if number > len(on_way):
        return {}
    page = on_way[number - 1]
    given = {one.key: read_field(one, request.form) for one in page.asked}
    return answering.answer_all(session, draft, given=given, at=_clock()())


def _show(session: Session, draft: SurveyDraft, number: int, faults: Mapping[str, Fault] | None = None) -> str:
    """The page of a number, or the review when it lies behind the last."""
    now = answering.standing(session, draft)
    on_way = pages(now.definition, now.answers)
    if number > len(on_way):
        closing = now.sections if now.question is None else ()
        return render_template(
            "public/survey_review.html", survey=now.definition, rows=_review(now.definition, draft), closing=closing,
            last=len(on_way), anonymous=now.definition.anonymous,
        )  # fmt: skip
    page = on_way[number - 1]
    seen = [shown(one, now.answers, definition=now.definition, seed=draft.seed) for one in page.items]
    return render_template(
        "public/survey_page.html",
        survey=now.definition,
        questions=seen,
        answers=now.answers,
        entered=request.form if faults else None,
        faults=faults or {},
        number=number,
        done=_done(now.definition, on_way, number, draft),
        typed=typed_words,
    )


def _done(definition: Definition, on_way: list[Page], number: int, draft: SurveyDraft) -> dict[str, int]:
    """「3/10問」 of the first question on the page."""
    answers = all_from_json(draft.answers)
    asked = on_way[number - 1].asked
    found = progress(definition, answers, asked[0].key if asked else None)
    return {"number": found.number, "total": found.total}


def _review(definition: Definition, draft: SurveyDraft) -> list[tuple[int, Question, str]]:
    """(Page, question, answer in words) of everything on the way."""
    answers = all_from_json(draft.answers)
    return [
        (number, shown(one, answers, definition=definition, seed=draft.seed), in_words(one, answers[one.key]))
        for number, page in enumerate(pages(definition, answers), 1)
        for one in page.asked
        if one.key in answers
    ]


def _number(draft: SurveyDraft, session: Session) -> int:
    """The page asked for, or the first open one; behind the last stands the review."""
    now = answering.standing(session, draft)
    on_way = pages(now.definition, now.answers)
    opened = next((number for number, one in enumerate(on_way, 1) if one.is_open(now.answers)), len(on_way) + 1)
    wanted = request.args.get("page", "")
    return min(max(int(wanted), 1), opened) if wanted.isdecimal() and len(wanted) < 6 else opened


def _without_draft(session: Session, visit: Visit, token: str, ticket: str) -> str | AnyResponse:
    if answering.has_answered(session, visit.survey, visit.person):
        return redirect(url_for("surveys.thanks", token=token, ticket=ticket), _SEE)
    if token != addresses.PERSONAL:
        abort(404)
    return _intro(session, visit, url_for("surveys.answer", token=token, ticket=ticket))


def _intro(session: Session, visit: Visit, action: str) -> str:
    """404 before it is published; NotOpen outside its time."""
    definition = definition_in_force(session, visit.survey)
    if definition is None:
        abort(404)
    because = closed_because(definition, SurveyState(visit.survey.state), _clock()())
    if because is not None:
        raise NotOpen(because)
    language = request.args.get("lang", "ja")
    seen = translated(definition, language) if language in definition.languages else definition
    return render_template("public/survey_intro.html", survey=seen, action=action, language=language)


def _start(session: Session, visit: Visit) -> None:
    definition = definition_in_force(session, visit.survey)
    language = request.form.get("lang", "ja")
    known = definition is not None and language in definition.languages
    answering.start(
        session,
        visit.survey,
        person=visit.person,
        source=visit.source,
        at=_clock()(),
        language=language if known else "ja",
        link_id=visit.link_id,
    )


def _visit(session: Session, token: str, ticket: str) -> Visit:
    if token != addresses.PERSONAL:
        return _by_link(session, token, ticket)
    found = addresses.read_personal(_keys(), ticket)
    survey = session.get(Survey, found[0]) if found else None
    citizen = session.get(Citizen, found[1]) if found else None
    if survey is None or citizen is None or citizen.consent is not Consent.GIVEN:
        abort(404)
    return Visit(survey, Person(citizen=citizen))


def _by_link(session: Session, token: str, ticket: str | None) -> Visit:
    link = link_of(session, token)
    if link is None:
        abort(404)
    survey = session.get_one(Survey, link.survey_id)
    person = Person(token_hash=addresses.hashed(ticket) if ticket else None)
    source = Source.STAFF if LinkKind(link.kind) is LinkKind.STAFF else Source.WEB
    return Visit(survey, person, link.id, source)


def _address_key() -> bytes:
    return _keys().lookup(f"survey visit:{request.remote_addr or ''}")


def _database() -> Database:
    found: Database = current_app.config["DATABASE"]
    return found


def _settings() -> Settings:
    found: Settings = current_app.config["SETTINGS"]
    return found


def _keys() -> KeyRing:
    found: KeyRing = current_app.config["KEYS"]
    return found


def _clock() -> Clock:
    found: Clock = current_app.config["CLOCK"]
    return found
