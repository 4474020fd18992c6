"""What a WSGI server loads: factories that read the settings from the environment."""

import signal
from wsgiref.types import WSGIApplication

from app import logging
from app.collecting import calm_collector
from app.parent import end_with_parent
from app.public import create_public_app
from feedback.config import load_settings
from feedback.db import Database


def public() -> WSGIApplication:
    """The public application, in a process of the server's own."""
    end_with_parent(signal.SIGKILL)
    settings = load_settings()
    logging.configure(settings.log_level)
    app = create_public_app(settings, Database(settings.database))
    calm_collector()
    return app


def staff() -> WSGIApplication:
    """The staff application."""
    from app.staff import create_staff

    end_with_parent(signal.SIGKILL)
    settings = load_settings()
    logging.configure(settings.log_level)
    return create_staff(settings, Database(settings.database))
