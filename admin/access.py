"""Who may call which route: declared at every view, refused everywhere else."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask

from feedback.staff.rules import Permission

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"
_DECLARED = "_machikoe_access"
_FIRST = "_machikoe_first"

Access = frozenset[Permission] | str


def allow(*permissions: Permission) -> Callable[[View], View]:
    """Declare a view for staff whose role grants at least one of the permissions. Goes directly above ``def``."""
    if not permissions:
        raise ValueError("name at least one permission, or say @public")

    def declare(view: View) -> View:
        setattr(view, _DECLARED, frozenset(permissions))
        return view

    return declare


def first(prepare: Callable[..., None]) -> Callable[[View], View]:
    """Declare what is done before the view's transaction opens, such as storing a file; after the gate, by its rules.

    ``prepare`` takes the view's arguments, opens transactions of its own, and refuses by raising as views do.
    """

    def declare(view: View) -> View:
        setattr(view, _FIRST, prepare)
        return view

    return declare


def done_first(view: Callable[..., Any]) -> Callable[..., None] | None:
    """What a view has done before its transaction opens."""
    found: Callable[..., None] | None = getattr(view, _FIRST, None)
    return found


def public(view: View) -> View:
    """Declare a view for anybody, logged in or not. Goes directly above ``def``."""
    setattr(view, _DECLARED, PUBLIC)
    return view


def declared(view: Callable[..., Any]) -> Access | None:
    """What a view declares: the permissions of which one is enough, ``PUBLIC``, or None when it forgot to."""
    access: Access | None = getattr(view, _DECLARED, None)
    return access


def require_declarations(app: Flask) -> None:
    """Refuse to start when any route does not say who may call it."""
    missing = sorted(name for name, view in app.view_functions.items() if declared(view) is None)
    if missing:
        raise RuntimeError(f"these routes declare neither @allow(...) nor @public: {', '.join(missing)}")
