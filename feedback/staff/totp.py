"""Time-based one-time codes (RFC 6238, as authenticator apps make them) and recovery codes. Pure."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

DIGITS = 6
STEP_SECONDS = 30
RECOVERY_CODES = 10
_SECRET_BYTES = 20
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def new_secret() -> bytes:
    """A fresh secret for an app, 160 bits."""
    return secrets.token_bytes(_SECRET_BYTES)


def counter_at(at: datetime) -> int:
    """The number of the half minute a moment lies in."""
    return int(at.timestamp()) // STEP_SECONDS


def code(secret: bytes, counter: int, *, digits: int = DIGITS) -> str:
    """The code of a half minute (RFC 4226, section 5.3)."""
    digest = hmac.digest(secret, counter.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def accepted_counter(secret: bytes, typed: str, *, at: datetime, after: int | None) -> int | None:
    """The half minute whose code was typed, or None. One before and one behind are accepted, for clocks differ.

    ``after``: the last one that was used; a code is never taken twice, nor one from before it.
    """
    now = counter_at(at)
    for counter in range(now - 1, now + 2):
        if (after is None or counter > after) and hmac.compare_digest(code(secret, counter), typed):
            return counter
    return None


def shown(secret: bytes) -> str:
    """The secret as people type it into an app: base 32 in groups of four."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def address(secret: bytes, *, account: str, issuer: str) -> str:
    """What the QR code says: the ``otpauth`` address that apps understand."""
    words = {"secret": base64.b32encode(secret).decode(), "issuer": issuer}
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?{urlencode(words, quote_via=quote)}"


def new_recovery_codes() -> list[str]:
    """Codes for the day the phone is lost, 49 bits each, without letters that look alike."""
    return [
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(2)) for _ in range(RECOVERY_CODES)
    ]


def recovery_hash(typed: str) -> str:
    """How a recovery code is kept. They are random enough that no slow hash is needed."""
    plain = "".join(sign for sign in typed.lower() if sign.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
