"""The phone page and its files."""

from pathlib import Path

import urllib3
from flask import Blueprint, Response, request, send_from_directory

from app.simulator.validation.checks import is_secure_url

_STATIC = Path(__file__).parent / "static"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_LARGEST_PICTURE = 10 * 1024 * 1024


def page_blueprint() -> Blueprint:
    """Make the routes of the page."""
    routes = Blueprint("page", __name__)
    routes.add_url_rule("/", "index", _index)
    routes.add_url_rule("/static/<path:name>", "static_file", _static_file)
    routes.add_url_rule("/_sim/picture", "picture", _picture)
    routes.after_request(_harden)
    return routes


def _index() -> Response:
    return send_from_directory(_STATIC, "index.html")


def _static_file(name: str) -> Response:
    return send_from_directory(_STATIC, name)


def _picture() -> Response:
    """Show a picture that the bot serves on this machine (the page may load pictures from here only)."""
    url = request.args.get("url", "")
    if not url.startswith("http://") or not is_secure_url(url):
        return Response(status=404)
    try:
        answer = urllib3.request("GET", url, timeout=5.0, retries=False, redirect=False)
    except urllib3.exceptions.HTTPError:
        return Response(status=404)
    kind = answer.headers.get("Content-Type", "")
    if answer.status != 200 or not kind.startswith("image/") or len(answer.data) > _LARGEST_PICTURE:
        return Response(status=404)
    return Response(answer.data, content_type=kind)


def _harden(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-cache"
    return response
