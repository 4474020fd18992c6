"""E-mail over SMTP: one connection for a batch, TLS with checked certificates, a Message-ID that never changes."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import UUID

from feedback.clock import TOKYO
from feedback.config import Settings

_REFUSED_FOR_GOOD = 500


class MailTrouble(Exception):
    """A message or connection that failed, in words without addresses; ``again``: trying later may help."""

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.again = again


def compose(settings: Settings, *, to: str, subject: str, body: str, message_id: UUID, at: datetime) -> EmailMessage:
    """The message as it is sent: plain text in UTF-8, marked as automatic so that no absence note answers it."""
    message = EmailMessage(policy=SMTP)
    domain = settings.smtp_from.rpartition("@")[2]
    message["From"] = Address(f"{settings.city_name}まちこえ", addr_spec=settings.smtp_from)
    message["To"] = Address(addr_spec=to)
    message["Subject"] = subject
    message["Date"] = format_datetime(at.astimezone(TOKYO))
    message["Message-ID"] = f"<{message_id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body, cte="base64")
    return message


@contextmanager
def connection(settings: Settings) -> Iterator[smtplib.SMTP]:
    """A connection that is logged in. MailTrouble when there is none."""
    try:
        server = _open(settings)
    except (OSError, smtplib.SMTPException) as error:
        raise _trouble(error) from None
    try:
        yield server
    finally:
        try:
            server.quit()
        except (OSError, smtplib.SMTPException):
            server.close()


def send(server: smtplib.SMTP, message: EmailMessage) -> None:
    """Hand one message over. MailTrouble when the server does not take it."""
    try:
        server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise _trouble(error) from None


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
