"""E-mail: one connection for a batch, TLS with checked certificates, or a folder of files where none is to be sent."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

from feedback.clock import TOKYO
from feedback.config import Settings

_REFUSED_FOR_GOOD = 500
_OK, _WILL_FORWARD = 250, 251
_NOBODY = "machikoe@localhost"


class MailTrouble(Exception):
    """A message or connection that failed, in words without addresses.

    ``again``: trying later may help. ``uncertain``: the server had all of it, and may have kept it.
    """

    def __init__(self, reason: str, *, again: bool, uncertain: bool = False) -> None:
        super().__init__(reason)
        self.again = again
        self.uncertain = uncertain


class Server(Protocol):
    """What takes messages."""

    def send(self, message: EmailMessage, *, before: Callable[[], bool] = ...) -> bool:
        """Hand one message over. MailTrouble when it is not taken.

        ``before`` is called when the recipient is accepted and the words are about to go; when it returns False nothing
        goes, and so does this.
        """


def _always() -> bool:
    return True


def compose(
    settings: Settings, *, to: str, subject: str, body: str, message_id: UUID, at: datetime, automatic: bool = True
) -> EmailMessage:
    """The message as it is sent: plain text in UTF-8. ``automatic``: marked so that no absence note answers it."""
    message = EmailMessage(policy=SMTP)
    sender = settings.smtp_from or _NOBODY
    name = f"{settings.city_name}まちこえ" if automatic else settings.city_name
    message["From"] = Address(name, addr_spec=sender)
    user, _, host = to.rpartition("@")
    message["To"] = Address(username=user, domain=host)  # spec= refuses dots beside dots
    message["Subject"] = subject
    message["Date"] = format_datetime(at.astimezone(TOKYO))
    message["Message-ID"] = f"<{message_id}@{sender.rpartition('@')[2]}>"
    if automatic:
        message["Auto-Submitted"] = "auto-generated"
    elif settings.answer_reply_to:
        message["Reply-To"] = Address(addr_spec=settings.answer_reply_to)
    message.set_content(body, cte="base64")
    return message


@contextmanager
def connection(settings: Settings) -> Iterator[Server]:
    """A connection that is logged in. MailTrouble when there is none."""
    if settings.mail_folder is not None:
        yield MailFolder(settings.mail_folder)
        return
    try:
        server = _open(settings)
    except (OSError, smtplib.SMTPException) as error:
        raise _trouble(error) from None
    try:
        yield SmtpServer(server)
    finally:
        try:
            server.quit()
        except (OSError, smtplib.SMTPException):
            server.close()


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server."""

    smtp: smtplib.SMTP

    def send(self, message: EmailMessage, *, before: Callable[[], bool] = _always) -> bool:
        """As `Server` says; a connection that ends while the words go leaves it uncertain."""
        try:
            self._address(message)
        except (OSError, smtplib.SMTPException) as error:
            raise _trouble(error) from None
        if not before():
            self.smtp.rset()
            return False
        try:
            code, answer = self.smtp.data(message.as_bytes())
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            trouble = _trouble(error)
            raise MailTrouble(str(trouble), again=True, uncertain=True) from None
        except smtplib.SMTPException as error:
            raise _trouble(error) from None
        if code != _OK:
            self._forget()
            raise _trouble(smtplib.SMTPDataError(code, answer))
        return True

    def _address(self, message: EmailMessage) -> None:
        sender, recipient = (message[name].addresses[0].addr_spec for name in ("From", "To"))
        self.smtp.ehlo_or_helo_if_needed()
        code, answer = self.smtp.mail(sender)
        if code != _OK:
            self._forget()
            raise smtplib.SMTPSenderRefused(code, answer, "")
        code, answer = self.smtp.rcpt(recipient)
        if code not in {_OK, _WILL_FORWARD}:
            self._forget()
            raise smtplib.SMTPRecipientsRefused({"": (code, answer)})

    def _forget(self) -> None:
        try:
            self.smtp.rset()
        except (OSError, smtplib.SMTPException):
            self.smtp.close()


@dataclass(frozen=True, slots=True)
class MailFolder:
    """A folder in which each message becomes a file that mail programs open."""

    folder: Path

    def send(self, message: EmailMessage, *, before: Callable[[], bool] = _always) -> bool:
        """As `Server` says. A message that is sent again takes the place of the first."""
        if not before():
            return False
        name = message["Message-ID"].strip("<>").partition("@")[0]
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self.folder / f"{name}.eml").write_bytes(message.as_bytes())
        except OSError as error:
            raise MailTrouble(f"メールを書き込めませんでした（{type(error).__name__}）", again=True) from None
        return True


def _open(settings: Settings) -> smtplib.SMTP:
    timeout = settings.smtp_timeout_seconds
    if settings.smtp_security == "tls":
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.smtp_host, settings.smtp_port, timeout=timeout, context=context
        )
    else:
        server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=timeout)
    try:
        if settings.smtp_security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
    except BaseException:
        server.close()
        raise
    return server


def _trouble(error: Exception) -> MailTrouble:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        return MailTrouble(
            f"宛先が受け付けられませんでした（{codes[0]}）", again=all(code < _REFUSED_FOR_GOOD for code in codes)
        )
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return MailTrouble("メールサーバーにログインできませんでした", again=True)
    if isinstance(error, smtplib.SMTPResponseException):
        refused = error.smtp_code >= _REFUSED_FOR_GOOD
        return MailTrouble(f"メールサーバーが受け付けませんでした（{error.smtp_code}）", again=not refused)
    return MailTrouble(f"メールサーバーにつながりませんでした（{type(error).__name__}）", again=True)
