"""All settings, from the environment (prefix ``MACHIKOE_``) and, for keys, the key file of the data folder."""

import fcntl
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from feedback import keys
from feedback.staff.rules import Role

PREFIX = "MACHIKOE_"
TEST_PREFIX = "MACHIKOE_TEST_"
"""Variables of the project's own tests, such as the server they make databases on; no settings."""
KEY_FILE = "keys.env"
_DATABASE_DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql", "postgres", "postgresql+psycopg")
_KEY_NAMES = ("DATA_KEY", "LOOKUP_KEY", "SECRET_KEY")


class SettingsError(Exception):
    """The settings cannot be used; the message lists every problem in plain words."""


def _checked_key(value: SecretStr) -> SecretStr:
    keys.parse_key(value.get_secret_value())
    return value


Key = Annotated[SecretStr, AfterValidator(_checked_key)]


def _default_data_dir() -> Path:
    return Path.cwd() / ".data"


class Settings(BaseModel):
    """Everything an operator may set. Field names in capitals behind ``MACHIKOE_`` are the variables."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False)

    data_dir: Path = Field(
        default_factory=_default_data_dir,
        description="Folder for the SQLite database, media and the key file. Keep it outside any web root.",
    )
    database_url: str = Field(
        default="",
        description="SQLAlchemy URL. Empty: SQLite in the data folder. PostgreSQL 15+ for many processes.",
    )
    city_name: str = Field(default="まちこえ市", description="The city's name, as citizens read it.")
    contact_phone: str = Field(default="000-000-0000", description="The city's main telephone number.")
    contact_desk: str = Field(default="広報広聴課", description="Name of the listening desk.")
    public_url: str = Field(
        default="http://127.0.0.1:8410",
        description="Address of the public application, as LINE and citizens reach it.",
    )
    staff_url: str = Field(default="http://127.0.0.1:8420", description="Address of the staff application.")

    line_channel_secret: SecretStr = Field(default=SecretStr(""), description="Channel secret of the LINE channel.")
    line_channel_access_token: SecretStr = Field(
        default=SecretStr(""), description="Long-lived channel access token of the LINE channel."
    )
    line_api_base_url: str = Field(
        default="https://api.line.me", description="Messaging API host; a stand-in may take its place."
    )
    line_data_api_base_url: str = Field(
        default="https://api-data.line.me", description="Content host; a stand-in may take its place."
    )
    line_timeout_seconds: float = Field(default=10.0, gt=0, le=15, description="Time-out of each call to LINE.")

    data_key: Key | None = Field(default=None, description="Encrypts LINE ids and stored events (32 bytes, base64).")
    old_data_keys: str = Field(default="", description="Earlier data keys, comma separated, still read after a change.")
    lookup_key: Key | None = Field(default=None, description="Keys the hash under which citizens are found.")
    secret_key: Key | None = Field(default=None, description="Signs staff sessions.")

    submission_quiet_seconds: int = Field(
        default=60,
        ge=0,
        le=3600,
        description="Messages of one citizen closer than this become one submission (通).",
    )
    event_text_days: int = Field(
        default=30, ge=0, le=3650, description="Days after which the text of a worked LINE event is cleared."
    )
    consent_hold_minutes: int = Field(
        default=60,
        ge=0,
        le=1440,
        description="How long words written before consent wait, encrypted, for the answer.",
    )
    outbound_text_days: int = Field(
        default=7,
        ge=0,
        le=3650,
        description="Days after which the text of an undelivered outgoing message is cleared.",
    )
    webhook_max_bytes: int = Field(
        default=2_000_000, ge=1_000, description="Largest webhook body that is read, in bytes."
    )
    media_max_bytes: int = Field(
        default=50_000_000, ge=1_000, description="Largest photo or file that is kept, in bytes."
    )
    media_s3_bucket: str = Field(
        default="", description="Keep media in this S3-compatible bucket, not the data folder."
    )
    media_s3_endpoint: str = Field(default="", description="Address of the S3-compatible service.")
    answer_business_days: int = Field(
        default=10,
        ge=1,
        le=90,
        description="Service standard that `machikoe init` begins with, in business days; later the admin has it.",
    )
    smtp_host: str = Field(
        default="", description="Mail server for notices to staff and answers to citizens. Empty: no e-mail is sent."
    )
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Port of the mail server.")
    smtp_security: str = Field(
        default="starttls",
        pattern="^(starttls|tls|none)$",
        description="`starttls` (usual on 587), `tls` (from the first byte, 465) or `none` (a relay on the same host).",
    )
    smtp_user: str = Field(default="", description="Log-in at the mail server. Empty: none.")
    smtp_password: SecretStr = Field(default=SecretStr(""), description="Password of that log-in.")
    smtp_from: str = Field(default="", description="Sender's address of all e-mail.")
    smtp_timeout_seconds: float = Field(default=15.0, gt=0, le=60, description="Time-out of each step of sending.")
    mail_folder: Path | None = Field(
        default=None,
        description="Write e-mail into this folder as files, instead of sending it. For trying things out.",
    )
    answer_reply_to: str = Field(
        default="",
        pattern=r"^([^@\s<>]+@[^@\s<>]+)?$",
        description="Where citizens' replies to answers by e-mail go. Empty: they are told that nobody reads replies.",
    )
    letter_signer: str = Field(
        default="",
        description="Who signs answers on paper, such as `まちこえ市長　町田声子`. Empty: city and department.",
    )
    notice_webhooks: str = Field(
        default="https://",
        description="How addresses of chat rooms (Slack, Teams) may begin, comma separated, such as "
        "`https://hooks.slack.com/`. Empty: none are allowed.",
    )
    model_dir: Path | None = Field(
        default=None, description="Folder of the classifier's model; empty: the one shipped."
    )
    emergency_file: Path | None = Field(
        default=None,
        description="TOML file with the city's own emergency numbers, in place of those shipped.",
    )
    answer_self_approval: bool = Field(
        default=False,
        description="Let the only approver of a department decide on an answer they drafted themselves.",
    )
    answer_wording_file: Path | None = Field(
        default=None,
        description="TOML file with the city's own words to look out for in answers, in place of those shipped.",
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        le=5,
        description="How many reverse proxies stand in front (for addresses and https).",
    )
    secure_cookies: bool = Field(default=False, description="Send staff cookies over https only. Switch on in service.")
    staff_idle_minutes: int = Field(
        default=60, ge=5, le=720, description="Minutes without activity after which staff must log in again."
    )
    second_factor_roles: str = Field(
        default="",
        description="Roles that must use a second factor, with commas between: staff, approver, desk, pr, "
        "administrator, auditor.",
    )
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="Least level logged.")

    @field_validator("second_factor_roles")
    @classmethod
    def _are_roles(cls, value: str) -> str:
        unknown = {one.strip() for one in value.split(",") if one.strip()} - set(Role)
        if unknown:
            raise ValueError(f"there is no role {', '.join(sorted(unknown))}")
        return value

    @field_validator("old_data_keys")
    @classmethod
    def _are_keys(cls, value: str) -> str:
        for text in filter(str.strip, value.split(",")):
            keys.parse_key(text)
        return value

    @field_validator("database_url")
    @classmethod
    def _is_database(cls, value: str) -> str:
        try:
            driver = make_url(value).drivername if value else "sqlite"
        except ArgumentError:
            driver = ""
        if driver not in _DATABASE_DRIVERS:
            raise ValueError("must be a URL such as postgresql://user:password@host/name or sqlite:////folder/file")
        return value

    @field_validator("line_api_base_url", "line_data_api_base_url", "public_url", "staff_url")
    @classmethod
    def _is_http(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/")

    @property
    def database(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{self.data_dir / 'machikoe.sqlite3'}"

    @property
    def media_dir(self) -> Path:
        """Where media lie when no bucket is set."""
        return self.data_dir / "media"

    @property
    def sends_mail(self) -> bool:
        """Whether e-mail can be sent."""
        return bool(self.mail_folder or (self.smtp_host and self.smtp_from))

    @property
    def timezone(self) -> ZoneInfo:
        """Time zone of display."""
        return ZoneInfo("Asia/Tokyo")

    def needs_second_factor(self, role: Role) -> bool:
        """Whether people of a role may work only with a second factor."""
        return role in {one.strip() for one in self.second_factor_roles.split(",")}

    def key_ring(self) -> keys.KeyRing:
        """The key ring. SettingsError when the keys have not been made yet."""
        if self.data_key is None or self.lookup_key is None:
            raise SettingsError("The keys are missing. Run `machikoe init` once; it makes them.")
        old = [keys.parse_key(text) for text in self.old_data_keys.split(",") if text.strip()]
        return keys.KeyRing(
            data_keys=[keys.parse_key(self.data_key.get_secret_value()), *old],
            lookup_key=keys.parse_key(self.lookup_key.get_secret_value()),
        )


def _read_env(environ: Mapping[str, str], problems: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in environ.items():
        if not name.startswith(PREFIX) or name.startswith(TEST_PREFIX):
            continue
        field = name.removeprefix(PREFIX).lower()
        if field.endswith("_file") and field not in Settings.model_fields:
            field = field.removesuffix("_file")
            try:
                value = Path(value).read_text().strip()  # noqa: PLW2901 (the file's content is the value)
            except OSError as error:
                problems.append(f"{name}: the file cannot be read ({error.strerror}).")
                continue
        if field not in Settings.model_fields:
            problems.append(f"{name}: there is no such setting; see docs/settings.md.")
        elif value != "":
            values[field] = value
    return values


def _read_key_file(data_dir: Path) -> dict[str, str]:
    path = data_dir / KEY_FILE
    if not path.exists():
        return {}
    lines = (line.split("=", 1) for line in path.read_text().splitlines() if "=" in line and line[0] != "#")
    return {name.removeprefix(PREFIX).lower(): value.strip() for name, value in lines}


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings. SettingsError lists all problems together."""
    problems: list[str] = []
    values = _read_env(os.environ if environ is None else environ, problems)
    data_dir = Path(values.get("data_dir") or _default_data_dir()).expanduser().absolute()
    values = _read_key_file(data_dir) | values | {"data_dir": data_dir}
    try:
        settings = Settings(**values)
    except ValidationError as error:
        problems += [
            f"{PREFIX}{str(item['loc'][0]).upper()}: {item['msg']}."
            for item in error.errors(include_input=False, include_url=False)
        ]
        raise SettingsError("The settings cannot be used:\n" + "\n".join(f"- {p}" for p in problems)) from None
    if problems:
        raise SettingsError("The settings cannot be used:\n" + "\n".join(f"- {p}" for p in problems))
    return settings


def make_data_dir(settings: Settings) -> None:
    """Make the data folder for its owner alone: the database and citizens' photos lie there."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)


def ensure_keys(settings: Settings) -> tuple[Settings, Path | None]:
    """Make the keys that are missing, in a file only its owner can read.

    Returns the settings with keys, and the file when something was written to it.
    """
    missing = [name for name in _KEY_NAMES if getattr(settings, name.lower()) is None]
    if not missing:
        return settings, None
    path = settings.data_dir / KEY_FILE
    make_data_dir(settings)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # two that start at once must end up with the same keys
        there = _read_key_file(settings.data_dir)
        made = {name: there.get(name.lower()) or keys.new_key() for name in missing}
        missing = [name for name in missing if name.lower() not in there]
        if file.seek(0, os.SEEK_END) == 0:
            file.write("# Keys of this machikoe. Keep a copy in a safe place: without them nothing can be decrypted.\n")
        file.writelines(f"{PREFIX}{name}={made[name]}\n" for name in missing)
    path.chmod(0o600)
    return settings.model_copy(update={k.lower(): SecretStr(v) for k, v in made.items()}), path if missing else None
