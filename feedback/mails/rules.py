"""Pure decisions about e-mails to citizens: addresses, states and their words."""

import re
from enum import StrEnum
from typing import Final

LONGEST_CONTACT: Final = 254
ADDRESS: Final = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9_][A-Za-z0-9._+-]{0,63}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?[.])+[A-Za-z]{2,24}(?![A-Za-z0-9-])"
)
"""An address; nothing in it can begin a new line of a message's head. Dots beside dots are there: telephone companies
gave such addresses out for years."""


class MailState(StrEnum):
    """What became of an answer's e-mail.

    ``unknown``: the server may have taken it, nobody can tell. ``bounced``: staff got it back.
    """

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"
    BOUNCED = "bounced"
    CANCELLED = "cancelled"


MAIL_STATE_NAMES = {
    MailState.PENDING: "送信待ち",
    MailState.SENDING: "送信中",
    MailState.SENT: "送信済",
    MailState.UNKNOWN: "届いたか確認できません",
    MailState.FAILED: "送信できませんでした",
    MailState.BOUNCED: "戻ってきました",
    MailState.CANCELLED: "送信を取りやめました",
}
OPEN: Final = frozenset({MailState.PENDING, MailState.SENDING})
RETRIABLE: Final = frozenset({MailState.UNKNOWN, MailState.FAILED, MailState.BOUNCED, MailState.CANCELLED})
TROUBLED: Final = frozenset({MailState.UNKNOWN, MailState.FAILED, MailState.BOUNCED})
"""States that somebody has to look at."""


def address_in(contact: str | None) -> str | None:
    """The first e-mail address in a contact as a citizen wrote it, or None."""
    found = ADDRESS.search(contact or "")
    return found[0] if found else None


def with_address(contact: str | None, address: str) -> str:
    """The contact with an address in place of the one it had; what else stands there stays."""
    before = contact or ""
    found = ADDRESS.search(before)
    if found:
        return before[: found.start()] + address + before[found.end() :]
    return f"{address}　{before}".strip()
