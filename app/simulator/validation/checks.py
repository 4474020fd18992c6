"""The small vocabulary in which all checks are written."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from app.simulator.limits import MEDIA_URL
from app.simulator.wire import Json

_USER_ID = re.compile(r"U[0-9a-f]{32}")
_CHAT_ID = re.compile(r"[UCR][0-9a-f]{32}")
_LOCAL_HOSTS = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a request, and the JSON path where it is."""

    message: str
    property: str

    def as_json(self) -> Json:
        """Give the ``details`` entry LINE answers with."""
        return {"message": self.message, "property": self.property}


def utf16_length(text: str) -> int:
    """Count as LINE counts: in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def is_user_id(value: object) -> bool:
    """Tell whether ``value`` has the shape of a user id."""
    return isinstance(value, str) and _USER_ID.fullmatch(value) is not None


def is_chat_id(value: object) -> bool:
    """Tell whether ``value`` has the shape of a user, group or room id."""
    return isinstance(value, str) and _CHAT_ID.fullmatch(value) is not None


def is_secure_url(url: str) -> bool:
    """Tell whether LINE would fetch ``url``: https, or http on this very machine (a stand-in's privilege)."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(host)
    return parts.scheme == "http" and host in _LOCAL_HOSTS


class Node:
    """A JSON object at a path; each method checks one property and notes what is wrong."""

    def __init__(self, value: Json, path: str, problems: list[Problem]) -> None:
        self.value = value
        self.path = path
        self.problems = problems

    def at(self, key: str) -> str:
        """Give the path of a property."""
        return f"{self.path}.{key}" if self.path else key

    def wrong(self, key: str, message: str) -> None:
        """Note a problem with a property (or with this object, when ``key`` is empty)."""
        self.problems.append(Problem(message, self.at(key) if key else self.path))

    def text(self, key: str, limit: int, *, required: bool = True) -> str | None:
        """Check a string of 1 to ``limit`` units."""
        value = self.value.get(key)
        if value is None or value == "":
            if required or value == "":
                self.wrong(key, "May not be empty")
            return None
        if not isinstance(value, str):
            self.wrong(key, "must be a string")
            return None
        if utf16_length(value) > limit:
            self.wrong(key, f"Length must be between 0 and {limit}")
        return value

    def choice(self, key: str, allowed: Collection[str], *, required: bool = False) -> str | None:
        """Check a string against the values allowed."""
        value = self.value.get(key)
        if value is None:
            if required:
                self.wrong(key, "May not be empty")
            return None
        if not isinstance(value, str) or value not in allowed:
            self.wrong(key, f"Must be one of the following values: [{', '.join(sorted(allowed))}]")
            return None
        return value

    def integer(self, key: str, low: int, high: int, *, required: bool = True) -> int | None:
        """Check a whole number within bounds."""
        value = self.value.get(key)
        if value is None and not required:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            self.wrong(key, "must be an integer")
            return None
        if not low <= value <= high:
            self.wrong(key, f"must be between {low} and {high}")
            return None
        return value

    def number(self, key: str, low: float, high: float) -> None:
        """Check a required number within bounds."""
        value = self.value.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            self.wrong(key, f"must be between {low:g} and {high:g}")

    def boolean(self, key: str) -> None:
        """Check an optional true/false."""
        if not isinstance(self.value.get(key, False), bool):
            self.wrong(key, "must be a boolean")

    def pattern(self, key: str, pattern: "re.Pattern[str]", message: str) -> None:
        """Check an optional string against a pattern."""
        value = self.value.get(key)
        if value is not None and not (isinstance(value, str) and pattern.fullmatch(value)):
            self.wrong(key, message)

    def media_url(self, key: str, *, required: bool = True) -> None:
        """Check the address of an image, video or sound that LINE fetches."""
        url = self.text(key, MEDIA_URL, required=required)
        if url is not None and not is_secure_url(url):
            self.wrong(key, "invalid uri scheme")

    def child(self, key: str, *, required: bool = False) -> "Node | None":
        """Open a nested object."""
        value = self.value.get(key)
        if value is None and not required:
            return None
        return self._node(value, key)

    def children(self, key: str, low: int, high: int) -> "list[Node]":
        """Open a list of objects with ``low`` to ``high`` entries."""
        value = self.value.get(key)
        if value is None and low == 0:
            return []
        if not isinstance(value, list):
            self.wrong(key, "May not be empty" if value is None else "must be an array")
            return []
        if not low <= len(value) <= high:
            self.wrong(key, f"Size must be between {low} and {high}")
        nodes = [self._node(item, f"{key}[{index}]") for index, item in enumerate(value[: high + 1])]
        return [node for node in nodes if node is not None]

    def only(self, keys: Collection[str]) -> None:
        """Refuse properties outside ``keys``."""
        for key in self.value:
            if key not in keys:
                self.wrong(key, "unknown field")

    def _node(self, value: Any, key: str) -> "Node | None":
        if not isinstance(value, dict):
            self.wrong(key, "May not be empty" if value is None else "must be an object")
            return None
        return Node(value, self.at(key), self.problems)
