"""JSON of the hot path, from LINE to the inbox and into rows: fast, and all that the standard library takes.

orjson refuses half of a surrogate pair; LINE promises none, but an event must never be lost for one, so that goes to
the standard library. Whole numbers beyond 64 bits are read as floating point ones; NaN and infinity are kept as null.
"""

import json
from typing import Any

import orjson

_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


def read(content: bytes) -> Any:
    """The value; ValueError or RecursionError when it is not JSON."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return json.loads(content)


def write(value: object) -> bytes:
    """UTF-8 without spaces; what UTF-8 cannot hold is escaped."""
    try:
        return orjson.dumps(value)
    except (orjson.JSONEncodeError, RecursionError):
        return _encode(value).encode()


def text(value: object) -> str:
    """As `write`, for columns that keep JSON as text."""
    return write(value).decode()
