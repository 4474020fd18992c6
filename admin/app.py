"""Makes the staff application."""

from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from flask import Flask, abort, request
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter, ValidationError

from admin import auth, context, errors, formats, headers, navigation
from admin.access import done_first, public, require_declarations
from admin.blueprints import BLUEPRINTS
from admin.choices import LARGEST_ID
from feedback.clock import Clock, utc_now
from feedback.config import Settings, SettingsError
from feedback.db import Database
from feedback.ports import CitizenMessages, MediaStore, SimilarMatters, TextReader
from feedback.staff.service import HASHER

_MAX_REQUEST_BYTES = 64 * 1024 * 1024
_MAX_FORM_BYTES = 4 * 1024 * 1024


class _Id(IntegerConverter):
    """A number in an address that an id can be; any other is no page."""

    def __init__(self, map: Map) -> None:  # noqa: A002 (werkzeug's name)
        super().__init__(map, max=LARGEST_ID)


class _Key(UnicodeConverter):
    """Words in an address, without the character that databases refuse."""

    def to_python(self, value: str) -> str:
        """The words themselves."""
        if "\0" in value:
            raise ValidationError
        words: str = super().to_python(value)
        return words


class StaffApp(Flask):
    """Flask, with every view inside one transaction and behind the gate."""

    jinja_options = {**Flask.jinja_options, "trim_blocks": True, "lstrip_blocks": True, "undefined": StrictUndefined}  # noqa: RUF012 (Flask reads it from the class)

    def dispatch_request(self) -> Any:
        """Answer: open the transaction, ask the gate, run the view; before it what the view does outside of any."""
        if request.routing_exception is not None or request.endpoint == "static":
            return super().dispatch_request()
        if any("\0" in value for _, value in request.values.items(multi=True)):
            abort(400)  # no keyboard makes it, and PostgreSQL keeps no text with it
        prepare = done_first(self.view_functions[request.endpoint or ""])
        if prepare is not None:
            refused = context.in_transaction(auth.gate)
            if refused is not None:
                return refused
            prepare(**(request.view_args or {}))
        return context.in_transaction(lambda: auth.gate() or super(StaffApp, self).dispatch_request())


def create_staff_app(
    settings: Settings,
    database: Database,
    *,
    media: MediaStore | None = None,
    reader: TextReader | None = None,
    similar: SimilarMatters | None = None,
    messages: CitizenMessages | None = None,
    clock: Clock = utc_now,
    hasher: PasswordHasher = HASHER,
) -> Flask:
    """The staff admin as a WSGI application. SettingsError when the secret key has not been made yet.

    ``reader`` reads the matters that a split makes; without it they stay where they are. ``similar`` finds earlier
    opinions about the same thing; without it none are shown. ``messages`` puts answers into LINE's form.
    """
    if settings.secret_key is None:
        raise SettingsError("The keys are missing. Run `machikoe init` once; it makes them.")
    app = StaffApp("admin", root_path=str(Path(__file__).parent))
    app.url_map.converters.update(int=_Id, default=_Key)
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        SESSION_COOKIE_NAME="machikoe_staff",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        MAX_CONTENT_LENGTH=_MAX_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=_MAX_FORM_BYTES,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.secure_cookies,
    )
    context.install(app, context.Services(settings, database, clock, media, hasher, reader, similar, messages))
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # as Flask's manual does it
    auth.install(app)
    CSRFProtect(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    public(app.view_functions["static"])
    headers.install(app)
    errors.install(app)
    formats.install(app)
    navigation.install(app)
    require_declarations(app)
    return app
