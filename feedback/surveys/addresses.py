"""Addresses of the web form: a link anybody may use, and a personal one that leads to a citizen's own answers."""

import base64
import binascii
import hashlib
import struct
from typing import Final

from feedback.keys import KeyRing

_PURPOSE: Final = b"survey-link"
_FORM: Final = struct.Struct(">IQ")
PERSONAL: Final = "p"
"""Stands in place of a stored link's token."""


def public_address(public_url: str, token: str) -> str:
    """The address of a stored link."""
    return f"{public_url.rstrip('/')}/s/{token}"


def personal_address(public_url: str, keys: KeyRing, *, survey_id: int, citizen_id: int) -> str:
    """The address for one citizen. It says nothing to whoever reads it, and cannot be made or changed by anybody."""
    sealed = keys.encrypt(_FORM.pack(survey_id, citizen_id), purpose=_PURPOSE)
    return public_address(public_url, f"{PERSONAL}/{base64.urlsafe_b64encode(sealed).decode().rstrip('=')}")


def read_personal(keys: KeyRing, ticket: str) -> tuple[int, int] | None:
    """Survey and citizen of a personal address; None when it is not one of ours."""
    try:
        sealed = base64.urlsafe_b64decode(ticket.encode("ascii") + b"=" * (-len(ticket) % 4))
        survey_id, citizen_id = _FORM.unpack(keys.decrypt(sealed, purpose=_PURPOSE))
    except (ValueError, binascii.Error, struct.error):
        return None
    return survey_id, citizen_id


def hashed(ticket: str) -> bytes:
    """What is stored of the ticket under which unsent answers are found again."""
    return hashlib.sha256(ticket.encode()).digest()
