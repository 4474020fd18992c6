"""The blueprint of all survey pages, and what they have in common."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.context import actor, db, services
from feedback.errors import Invalid, NotFound
from feedback.staff.rules import Permission
from feedback.surveys import service
from feedback.surveys.definition import Definition
from feedback.surveys.documents import definition_of
from feedback.surveys.models import Survey, SurveyVersion
from feedback.surveys.queries import response_count

blueprint = Blueprint("surveys", __name__, url_prefix="/surveys")


def explain(error: Exception) -> Response:
    """Back to the page with the refusal in words."""
    for line in str(error).splitlines():
        flash(line, "error")
    key = (request.view_args or {}).get("key")
    return redirect(url_for("surveys.show", key=key) if key else url_for("surveys.index"))


blueprint.register_error_handler(Invalid, explain)


def worked_on(survey: Survey) -> tuple[SurveyVersion, Definition]:
    """The newest version of a survey and what it asks. NotFound: it has none."""
    version = service.latest_version(db(), survey)
    if version is None:
        raise NotFound("このアンケートには内容がありません。")
    return version, definition_of(version.definition)


def render(template: str, survey: Survey, definition: Definition, **values: Any) -> str:
    """A page of one survey, with its head and tabs."""
    return render_template(
        f"surveys/{template}.html",
        survey=survey,
        definition=definition,
        manages=actor().may(Permission.MANAGE_SURVEYS),
        enters=actor().may(Permission.ENTER_OPINIONS),
        responses=response_count(db(), survey.id),
        **values,
    )


def public_address(token: str) -> str:
    """Where citizens answer under a link."""
    return f"{services().settings.public_url.rstrip('/')}/s/{token}"


def staff_address(token: str) -> str:
    """Where staff answer under a link; they log in."""
    return services().settings.staff_url.rstrip("/") + url_for("surveys.by_link", token=token)
