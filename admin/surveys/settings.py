"""The settings of a survey: words around it, anonymity, period, limits."""

from dataclasses import replace
from datetime import datetime, time
from typing import Any

from flask import flash, redirect, request, url_for

from admin.access import allow
from admin.choices import whole
from admin.context import actor, db, now
from admin.surveys.base import blueprint, render, worked_on
from feedback.clock import TOKYO
from feedback.errors import Invalid
from feedback.staff.rules import Permission
from feedback.surveys import service
from feedback.surveys.definition import BRANCHING, Definition, Hours, Quota
from feedback.surveys.editing import faults_by_question
from feedback.surveys.rules import SurveyState

_MOST_QUOTAS = 20


@blueprint.route("/<key>/settings", methods=["GET", "POST"])
@allow(Permission.MANAGE_SURVEYS)
def settings(key: str) -> Any:
    """Show and keep the settings."""
    survey = service.survey_of(db(), key)
    _, definition = worked_on(survey)
    problems: list[str] = []
    if request.method == "POST":
        try:
            definition = _read(definition)
            service.save(db(), definition, actor=actor(), at=now(), for_staff="for_staff" in request.form)
        except Invalid as error:
            problems = str(error).splitlines()
        else:
            flash("設定を保存しました。", "success")
            return redirect(url_for(".settings", key=key))
    found, _ = faults_by_question(definition)
    page = render(
        "settings",
        survey,
        definition,
        problems=problems,
        faults_of_whole=found,
        fixed=survey.state is not SurveyState.DRAFT,
        moment=_local,
        quotas=[(f"{one.question}:{one.choice}", one.limit) for one in definition.quotas],
        choices=[
            (f"{question.key}:{choice.key}", f"{question.text[:30]}：{choice.text}")
            for question in definition.questions
            if question.type in BRANCHING
            for choice in question.choices
        ],
    )
    return page, 400 if problems else 200


def _local(value: datetime | None) -> str:
    return value.astimezone(TOKYO).strftime("%Y-%m-%dT%H:%M") if value else ""


def _read(definition: Definition) -> Definition:
    form = request.form
    return replace(
        definition,
        title=form.get("title", "").strip(),
        description=form.get("description", "").replace("\r\n", "\n").strip(),
        thanks=form.get("thanks", "").replace("\r\n", "\n").strip(),
        anonymous=form.get("anonymous") == "1" if "anonymous" in form else definition.anonymous,
        opens=_moment("opens", "開始"),
        closes=_moment("closes", "締切"),
        hours=_hours(),
        limit=_limit(form.get("limit", ""), "回答の上限"),
        quotas=_quotas(),
    )


def _moment(name: str, title: str) -> datetime | None:
    written = request.form.get(name, "").strip()
    if not written:
        return None
    try:
        found = datetime.fromisoformat(written).replace(tzinfo=TOKYO)
    except ValueError:
        raise Invalid(f"「{title}」の日時を確かめてください。") from None
    if not 2000 <= found.year <= 2999:
        raise Invalid(f"「{title}」の日時を確かめてください。")
    return found


def _hours() -> Hours | None:
    first, last = request.form.get("first", "").strip(), request.form.get("last", "").strip()
    if not first and not last:
        return None
    try:
        return Hours(time.fromisoformat(first), time.fromisoformat(last))
    except ValueError:
        raise Invalid("受け付ける時間は、始まりと終わりの両方を入力してください。") from None


def _limit(written: str, title: str) -> int | None:
    if not written.strip():
        return None
    number = whole(written.strip())
    if number is None:
        raise Invalid(f"「{title}」は0以上の整数で入力してください。")
    return number


def _quotas() -> tuple[Quota, ...]:
    found = []
    places = zip(request.form.getlist("quota"), request.form.getlist("quota_limit"), strict=False)
    for chosen, written in list(places)[:_MOST_QUOTAS]:
        question, _, choice = chosen.partition(":")
        limit = _limit(written, "定員")
        if question and limit is not None:
            found.append(Quota(question, choice, limit))
        elif question:
            raise Invalid("定員の人数を入力してください。")
    return tuple(found)
