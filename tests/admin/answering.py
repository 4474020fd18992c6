"""Answers for tests of the admin's pages: an approver of 道路管理課, an opinion over LINE."""

from datetime import datetime

from flask import Flask

from admin.context import Services
from feedback.db import Database
from feedback.staff.rules import Actor, Role
from tests.feedback.answers.desk import hire, write_from_line


def approver(database: Database, at: datetime) -> Actor:
    """takahashi, who decides on answers of 道路管理課."""
    with database.write() as session:
        return hire(session, "takahashi", Role.APPROVER, "roads", at=at)


def line_matter(app: Flask, database: Database, at: datetime) -> int:
    """An opinion of a citizen who can be written to with the application's own keys."""
    services: Services = app.extensions["machikoe"]
    return write_from_line(database, at, keys=services.settings.key_ring())
