"""Choices of selects, and values read from query strings and forms."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from werkzeug.datastructures import MultiDict

from admin.context import db
from admin.forms import Form
from feedback.departments.queries import departments
from feedback.errors import NotFound
from feedback.opinions.rules import CHANNEL_NAMES, KIND_NAMES
from feedback.routing.queries import areas

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T", int, str)
LARGEST_ID = 2**31 - 1
"""What the databases' integers hold."""
_LONGEST_NUMBER = 10
_FIRST_YEAR, _LAST_YEAR = 1926, 2999


def department_choices(*, empty: str | None = None, active_only: bool = True) -> list[tuple[str, str]]:
    """Departments by id, behind an empty choice when it is given words."""
    return _with_empty(empty, [(str(one.id), one.name) for one in departments(db(), active_only=active_only)])


def area_choices(*, empty: str | None = None, active_only: bool = True) -> list[tuple[str, str]]:
    """Policy areas by key."""
    return _with_empty(empty, [(one.key, one.name) for one in areas(db(), active_only=active_only)])


def kind_choices(*, empty: str | None = None) -> list[tuple[str, str]]:
    """Kinds of opinions."""
    return _with_empty(empty, named(KIND_NAMES))


def channel_choices() -> list[tuple[str, str]]:
    """Channels."""
    return named(CHANNEL_NAMES)


def named(names: Mapping[Any, str]) -> list[tuple[str, str]]:
    """Names of an enumeration as choices."""
    return [(str(value), name) for value, name in names.items()]


def _with_empty(empty: str | None, choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return choices if empty is None else [("", empty), *choices]


def whole(value: str | None) -> int | None:
    """A whole number that an id can be, or None when it is none."""
    if not value or not value.isascii() or not value.isdecimal() or len(value) > _LONGEST_NUMBER:
        return None
    number = int(value)
    return number if number <= LARGEST_ID else None


def day(value: str | None) -> date | None:
    """A day in ISO form of a year that dates can be reckoned with, or None when it is none."""
    try:
        found = date.fromisoformat(value or "")
    except ValueError:
        return None
    return found if _FIRST_YEAR <= found.year <= _LAST_YEAR else None


def members(kind: type[E], arguments: MultiDict[str, str], name: str) -> tuple[E, ...]:
    """All values of a parameter that belong to an enumeration."""
    return tuple(kind(value) for value in arguments.getlist(name) if value in list(kind))


def moved(items: list[T], item: T | None, form: MultiDict[str, str]) -> list[T]:
    """The list with an item one place earlier (``direction`` up in the form) or later. NotFound."""
    if item is None or item not in items:
        raise NotFound("見つかりません。一覧を開き直してください。")
    place = items.index(item)
    other = place + (-1 if form.get("direction") == "up" else 1)
    if 0 <= other < len(items):
        items[place], items[other] = items[other], items[place]
    return items


def status_of(form: Form) -> int:
    """HTTP status of a page that shows a form: 400 when something in it was wrong."""
    return 400 if form.errors or form.form_errors else 200
