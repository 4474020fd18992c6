"""The staff application: the admin with the stores it needs. It stands on the city's own network."""

from wsgiref.types import WSGIApplication

from admin.app import create_staff_app
from app.current_model import CurrentReader
from app.media import make_media_store
from bot.messages.answers import AnswerMessages
from feedback.config import Settings
from feedback.db import Database


def create_staff(settings: Settings, database: Database) -> WSGIApplication:
    """The staff admin as a WSGI application."""
    from app.likeness import NearestVectors

    return create_staff_app(
        settings,
        database,
        media=make_media_store(settings),
        reader=CurrentReader(settings, database),
        similar=NearestVectors(database),
        messages=AnswerMessages(settings),
    )
