"""Health check for load balancers and containers."""

from flask import Blueprint
from sqlalchemy import text

from admin.access import public
from admin.context import db

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def healthz() -> tuple[str, int, dict[str, str]]:
    """200 when the database answers."""
    db().execute(text("SELECT 1"))
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"}
