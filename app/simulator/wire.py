"""Identifiers and clocks as they look on LINE's wire."""

import itertools
import secrets
import time
import uuid
from typing import Any

Json = dict[str, Any]

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FIRST_MESSAGE_ID = 560_000_000_000_000_000
_message_numbers = itertools.count(_FIRST_MESSAGE_ID + secrets.randbelow(10**12) * 1000)


def now_ms() -> int:
    """Milliseconds since 1970, as in an event's ``timestamp``."""
    return time.time_ns() // 1_000_000


def new_ulid(at_ms: int) -> str:
    """Make a ``webhookEventId``: 26 characters, sortable by ``at_ms``."""
    number = (at_ms << 80) | secrets.randbits(80)
    return "".join(_CROCKFORD[(number >> shift) & 31] for shift in range(125, -1, -5))


def new_message_id() -> str:
    """Make a message id: 18 digits, growing."""
    return str(next(_message_numbers))


def new_chat_id(prefix: str = "U") -> str:
    """Make a user (``U``), group (``C``) or room (``R``) id."""
    return prefix + secrets.token_hex(16)


def new_token() -> str:
    """Make a reply, quote or link token."""
    return secrets.token_hex(16)


def new_request_id() -> str:
    """Make an ``X-Line-Request-Id``."""
    return str(uuid.uuid4())
