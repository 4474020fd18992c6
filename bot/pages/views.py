"""The public Flask application. It stands on the internet: no cookies, and no form but that of surveys."""

from typing import Any, Final

from flask import Blueprint, Flask, Response, current_app, jsonify, redirect, render_template, url_for
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from bot import emergency
from bot.messages.scene import city_values
from bot.pages.surveys import surveys
from bot.texts import NOTICE_VERSION
from feedback.clock import Clock, utc_now
from feedback.config import Settings
from feedback.db import Database

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

_LARGEST_FORM: Final = 512 * 1024

public = Blueprint("public", __name__, template_folder="templates", static_folder="static", static_url_path="/assets")


def create_pages(settings: Settings, database: Database, *, clock: Clock = utc_now) -> Flask:
    """The application that serves the citizens' pages."""
    app = Flask("bot.pages", static_folder=None)
    app.config["SETTINGS"] = settings
    app.config["DATABASE"] = database
    app.config["KEYS"] = settings.key_ring()
    app.config["CLOCK"] = clock
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_FORM
    app.register_blueprint(public)
    app.register_blueprint(surveys)
    app.register_error_handler(HTTPException, _problem)
    app.after_request(_with_headers)
    return app


def _with_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response


@public.app_context_processor
def _city() -> dict[str, Any]:
    settings: Settings = current_app.config["SETTINGS"]
    return {**city_values(settings), "notice_version": NOTICE_VERSION, "settings": settings}


@public.get("/")
def home() -> AnyResponse:
    """There is no front page; how to reach the city is what people look for."""
    return redirect(url_for("public.contact"))


@public.get("/privacy")
def privacy() -> str:
    """The full privacy notice."""
    return render_template("public/privacy.html")


@public.get("/contact")
def contact() -> str:
    """Emergency numbers, and other ways to reach the city."""
    settings: Settings = current_app.config["SETTINGS"]
    return render_template("public/contact.html", help=emergency.load(settings.emergency_file)["contact"])


@public.get("/health")
def health() -> tuple[Response, int]:
    """200 when the database answers, else 503."""
    database: Database = current_app.config["DATABASE"]
    try:
        with database.read() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return jsonify(status="unavailable"), 503
    return jsonify(status="ok"), 200


def _problem(error: HTTPException) -> tuple[str, int]:
    status = error.code or 500
    values = _city()
    return render_template("public/problem.html", status=status, **values), status
