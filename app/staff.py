"""The staff application: the admin with the stores it needs. It stands on the city's own network."""

from wsgiref.types import WSGIApplication

from admin.app import create_staff_app
from app.media import make_media_store
from app.reading import ClassifierReader
from feedback.config import Settings
from feedback.db import Database


def create_staff(settings: Settings, database: Database) -> WSGIApplication:
    """The staff admin as a WSGI application."""
    return create_staff_app(
        settings, database, media=make_media_store(settings), reader=ClassifierReader(settings.model_dir)
    )
