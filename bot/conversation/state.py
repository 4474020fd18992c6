"""Where a citizen stands: a flow, what it is about, what numbers stand for. Never their words."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

NEWEST: Final = 0
"""In place of a submission's id: the citizen's newest one, which may not have an id yet."""

UNSENT_KEPT: Final = 20
_MAX_OFFERED: Final = 60


class Flow(StrEnum):
    """The question that is open, or the thing the next message belongs to."""

    CONSENT = "consent"
    AREA = "area"
    ADDING = "adding"
    WITHDRAW = "withdraw"
    LIST = "list"
    DETAIL = "detail"
    AGE = "age"
    DISTRICT = "district"
    ERASE = "erase"
    ERASE_SURE = "erase_sure"
    COMMENT = "comment"
    SURVEYS = "surveys"
    SURVEY = "survey"


_FLOWS: Final = {flow.value: flow for flow in Flow}


@dataclass(frozen=True, slots=True)
class State:
    """``until``: epoch second at which the flow lapses. ``unsent``: messages taken back before they arrived."""

    flow: Flow | None = None
    about: int | None = None
    offered: tuple[str, ...] = ()
    until: int = 0
    album: str = ""
    unsent: tuple[str, ...] = ()

    def idle(self) -> "State":
        """The state with no flow open."""
        if self.flow is None and self.about is None and not self.offered:
            return self
        return replace(self, flow=None, about=None, offered=(), until=0)

    def into(self, flow: Flow, *, until: int, about: int | None = None, offered: tuple[str, ...] = ()) -> "State":
        """The state with a flow opened in place of any other."""
        return replace(self, flow=flow, about=about, offered=offered[:_MAX_OFFERED], until=until)

    def with_unsent(self, message_key: str) -> "State":
        """The state that remembers a message to drop when it arrives late."""
        return replace(self, unsent=(*self.unsent, message_key)[-UNSENT_KEPT:])


IDLE: Final = State()


def from_json(stored: Any) -> State:
    """Read a stored state leniently; what is not understood is as if it were not there."""
    if not stored or not isinstance(stored, Mapping):
        return IDLE
    about, until, album = stored.get("about"), stored.get("until"), stored.get("album")
    flow = stored.get("flow")
    return State(
        flow=_FLOWS.get(flow) if isinstance(flow, str) else None,
        about=about if isinstance(about, int) and not isinstance(about, bool) and about >= 0 else None,
        offered=_texts(stored.get("offered"))[:_MAX_OFFERED],
        until=until if isinstance(until, int) and not isinstance(until, bool) else 0,
        album=album if isinstance(album, str) else "",
        unsent=_texts(stored.get("unsent"))[-UNSENT_KEPT:],
    )


def to_json(state: State) -> dict[str, Any]:
    """The state as it is stored: only what is set."""
    stored: dict[str, Any] = {}
    if state.flow is not None:
        stored["flow"] = state.flow.value
        stored["until"] = state.until
        if state.about is not None:
            stored["about"] = state.about
        if state.offered:
            stored["offered"] = list(state.offered)
    if state.album:
        stored["album"] = state.album
    if state.unsent:
        stored["unsent"] = list(state.unsent)
    return stored


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
