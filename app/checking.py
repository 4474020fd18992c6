"""What `machikoe doctor` looks at: settings, keys, database, folder, fonts, classifier."""

import os
import stat
from collections.abc import Callable, Iterator

from sqlalchemy import text

from app import migrating
from bot import emergency
from bot.account import Finding
from feedback.config import KEY_FILE, Settings, SettingsError
from feedback.db import Database

_SAMPLE = "道路に穴があいています"
_MODEL_ORIGINS = {
    "city": "learnt by this city, in force",
    "folder": "that of MACHIKOE_MODEL_DIR",
    "shipped": "the one that ships",
}


def check_site(settings: Settings, *, health_only: bool = False) -> Iterator[Finding]:
    """Look at an installation; problems carry what to do."""
    checks: list[Callable[[Settings], Finding]] = [_database]
    if not health_only:
        checks += [_keys, _data_dir, _line, _urls, _cookies, _mail, _emergency, _classifier, _font]
    for check in checks:
        yield check(settings)


def _database(settings: Settings) -> Finding:
    database = Database(settings.database)
    where = database.engine.url.render_as_string()
    if not database.is_made():
        return Finding("database", f"{where} is not there", True, "Run `machikoe init`; it makes it.")
    try:
        with database.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            version = _server_version(database)
        at = migrating.current(database)
    except Exception as error:
        return Finding(
            "database", f"{where} does not answer ({type(error).__name__})", True, "Check MACHIKOE_DATABASE_URL."
        )
    finally:
        database.dispose()
    if version and int(version[0]) < 15:
        return Finding("database", f"PostgreSQL {version[0]} is too old", True, "PostgreSQL 15 or newer is needed.")
    if at != migrating.head():
        return Finding(
            "database", f"{where} is at migration {at or 'none'}", True, "Run `machikoe init` or `machikoe db upgrade`."
        )
    return Finding("database", f"{where} answers, migration {at}")


def _server_version(database: Database) -> tuple[int | str, ...] | None:
    return None if database.is_sqlite else database.engine.dialect.server_version_info


def _keys(settings: Settings) -> Finding:
    try:
        settings.key_ring()
    except SettingsError:
        return Finding("keys", "there are none", True, "Run `machikoe init`; it makes them.")
    path = settings.data_dir / KEY_FILE
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Finding("keys", f"{path} can be read by others", True, f"chmod 600 {path}")
    return Finding("keys", "present")


def _data_dir(settings: Settings) -> Finding:
    if not settings.data_dir.is_dir() or not os.access(settings.data_dir, os.W_OK):
        return Finding(
            "data folder", f"{settings.data_dir} cannot be written", True, "Make it, or set MACHIKOE_DATA_DIR."
        )
    return Finding("data folder", str(settings.data_dir))


def _line(settings: Settings) -> Finding:
    missing = [
        f"MACHIKOE_{name.upper()}"
        for name in ("line_channel_secret", "line_channel_access_token")
        if not getattr(settings, name).get_secret_value()
    ]
    if missing:
        return Finding(
            "LINE", f"{' and '.join(missing)} not set", True, "LINE Developers console → your Messaging API channel."
        )
    return Finding("LINE", "secret and token are set; `machikoe line check` asks LINE itself")


def _urls(settings: Settings) -> Finding:
    if not settings.public_url.startswith("https://") and "127.0.0.1" not in settings.public_url:
        return Finding(
            "public address", f"{settings.public_url} is not https", True, "LINE only calls https addresses."
        )
    return Finding("public address", settings.public_url)


def _cookies(settings: Settings) -> Finding:
    if settings.staff_url.startswith("https://") and not settings.secure_cookies:
        return Finding("staff cookies", "are also sent over http", True, "Set MACHIKOE_SECURE_COOKIES=true.")
    return Finding("staff cookies", "fit the staff address")


def _mail(settings: Settings) -> Finding:
    from app.mail import MailTrouble, connection

    if settings.mail_folder is not None:
        return Finding("mail", f"is written to {settings.mail_folder}, not sent")
    if not settings.smtp_host:
        return Finding("mail", "no mail server is set; staff get no notices and citizens no answers by e-mail")
    server = f"{settings.smtp_host}:{settings.smtp_port} ({settings.smtp_security})"
    if "@" not in settings.smtp_from:
        return Finding("mail", f"{server} has no sender's address", True, "Set MACHIKOE_SMTP_FROM.")
    try:
        with connection(settings):
            return Finding("mail", f"{server} answers and lets us in")
    except MailTrouble as trouble:
        return Finding("mail", f"{server}: {trouble}", True, "Check the MACHIKOE_SMTP_ settings and the network.")


def _emergency(settings: Settings) -> Finding:
    try:
        emergency.load(settings.emergency_file)
    except SettingsError as error:
        return Finding("emergency numbers", str(error), True, "Correct the file, or leave the setting out.")
    return Finding("emergency numbers", str(settings.emergency_file or "those shipped"))


def _classifier(settings: Settings) -> Finding:
    from app.current_model import CurrentReader
    from app.reading import ClassifierReader

    database = Database(settings.database)
    try:
        if not _is_ready(database):
            shipped = ClassifierReader(settings.model_dir)
            shipped.read([_SAMPLE])
            return Finding("classifier", f"model {shipped.version} works")
        reader = CurrentReader(settings, database, once=True)
        reader.read([_SAMPLE])
    except Exception as error:
        return Finding(
            "classifier", f"cannot be loaded ({type(error).__name__}: {error})", True, "Check MACHIKOE_MODEL_DIR."
        )
    finally:
        database.dispose()
    words = f"model {reader.version} works ({_MODEL_ORIGINS[reader.origin]})"
    if reader.trouble is None:
        return Finding("classifier", words)
    advice = "Bring its file back, or choose another: `machikoe model list`, `machikoe model activate`."
    return Finding("classifier", f"{words}; the model in force does not: {reader.trouble}", True, advice)


def _is_ready(database: Database) -> bool:
    """Whether there is a database to ask; what it lacks is told by its own check."""
    try:
        return database.is_made() and migrating.current(database) == migrating.head()
    except Exception:  # whatever the driver says when the server is away
        return False


def _font(settings: Settings) -> Finding:
    del settings
    from bot.richmenu import find_font

    try:
        path = find_font()
    except Exception as error:
        return Finding("Japanese font", str(error), True, "apt-get install fonts-morisawa-bizud-gothic")
    return Finding("Japanese font", str(path))
