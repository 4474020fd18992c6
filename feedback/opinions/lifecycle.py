"""Pure: the life of a matter (対応の流れ) as a state machine, and who may take which step.

受付 → 振分 → 対応中 → 回答案 → 決裁中 → 回答済 → 完了, with the ways out (移送, 対象外, 取り下げ, 営業・いたずら) and
back (再開). Services ask ``may``; pages only hide what it denies. By itself a matter goes to 決裁中 only when an answer
of its group is decided, which is its answer too.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from feedback.opinions.rules import Kind, MatterStatus, Source
from feedback.staff.rules import Role

Who = Role | Source
"""Who takes a step: a role of staff, the citizen, or the system by itself."""

_S: Final = MatterStatus
_WORKERS: Final = frozenset[Who]({Role.STAFF, Role.APPROVER, Role.DESK, Role.ADMINISTRATOR})
_DECIDERS: Final = frozenset[Who]({Role.APPROVER, Role.DESK, Role.ADMINISTRATOR})
"""Who may say that a matter is not the department's to answer."""
_TRIAGE: Final = frozenset[Who]({Role.DESK, Role.ADMINISTRATOR})
_APPROVERS: Final = frozenset[Who]({Role.APPROVER, Role.DESK})
_CITIZEN: Final = frozenset[Who]({Source.CITIZEN})
_SYSTEM: Final = frozenset[Who]({Source.SYSTEM})

_WAITING: Final = (_S.RECEIVED, _S.ROUTED, _S.REOPENED)
_UNDECIDED: Final = (*_WAITING, _S.IN_PROGRESS, _S.DRAFTING)
_LIVING: Final = tuple(status for status in _S if status is not _S.WITHDRAWN)

_STEPS: Final[tuple[tuple[Iterable[MatterStatus], MatterStatus, frozenset[Who]], ...]] = (
    ((_S.RECEIVED,), _S.ROUTED, _WORKERS | _CITIZEN | _SYSTEM),
    ((_S.ROUTED,), _S.RECEIVED, _SYSTEM),
    ((_S.IN_PROGRESS, _S.DRAFTING, _S.REOPENED), _S.ROUTED, _WORKERS),
    ((*_WAITING, _S.DRAFTING), _S.IN_PROGRESS, _WORKERS),
    ((*_WAITING, _S.IN_PROGRESS, _S.APPROVING), _S.DRAFTING, _WORKERS),
    ((_S.DRAFTING,), _S.APPROVING, _WORKERS),
    ((*_UNDECIDED, _S.ANSWERED, _S.CLOSED), _S.APPROVING, _SYSTEM),
    ((_S.APPROVING,), _S.ANSWERED, _APPROVERS),
    (_UNDECIDED, _S.CLOSED, _WORKERS),
    ((_S.ANSWERED,), _S.CLOSED, _WORKERS | _SYSTEM),
    ((_S.TRANSFERRED, _S.OUT_OF_SCOPE), _S.CLOSED, _DECIDERS),
    ((_S.ANSWERED, _S.CLOSED), _S.REOPENED, _WORKERS | _CITIZEN),
    ((_S.TRANSFERRED, _S.OUT_OF_SCOPE), _S.REOPENED, _WORKERS),
    ((_S.SPAM,), _S.REOPENED, _TRIAGE),
    (_UNDECIDED, _S.TRANSFERRED, _DECIDERS),
    (_UNDECIDED, _S.OUT_OF_SCOPE, _DECIDERS),
    (_UNDECIDED, _S.SPAM, _TRIAGE),
    (_LIVING, _S.WITHDRAWN, _TRIAGE | _CITIZEN),
)


def _table() -> dict[tuple[MatterStatus, MatterStatus], frozenset[Who]]:
    table: dict[tuple[MatterStatus, MatterStatus], frozenset[Who]] = {}
    for currents, new, who in _STEPS:
        for current in currents:
            table[current, new] = table.get((current, new), frozenset()) | who
    return table


TRANSITIONS: Final[Mapping[tuple[MatterStatus, MatterStatus], frozenset[Who]]] = _table()
"""Every allowed step and who may take it. Withdrawn is the citizen's word and final."""

BY_HAND: Final = frozenset(
    {_S.IN_PROGRESS, _S.DRAFTING, _S.CLOSED, _S.REOPENED, _S.TRANSFERRED, _S.OUT_OF_SCOPE, _S.SPAM, _S.WITHDRAWN}
)
"""States that staff set by choosing them. The others come of what is done: routing, submitting, approving."""

WITH_REASON: Final = frozenset({_S.REOPENED, _S.TRANSFERRED, _S.OUT_OF_SCOPE, _S.SPAM, _S.WITHDRAWN})
"""States that staff choose with a reason."""

_UNDONE_OTHERWISE: Final = frozenset({_S.APPROVING, _S.ANSWERED, _S.TRANSFERRED, _S.WITHDRAWN})
"""Entering these told somebody something, so there are steps of their own for the way back."""


def may(who: Who, current: MatterStatus, new: MatterStatus) -> bool:
    """Whether somebody may take a matter from one status to another."""
    return who in TRANSITIONS.get((current, new), ())


def exists(current: MatterStatus, new: MatterStatus) -> bool:
    """Whether anybody may take this step."""
    return (current, new) in TRANSITIONS


def choices(role: Role, current: MatterStatus) -> list[MatterStatus]:
    """The states that a role may choose next, in the order of life."""
    if current is _S.APPROVING:
        return [_S.WITHDRAWN] if may(role, current, _S.WITHDRAWN) else []
    return [new for new in _S if new in BY_HAND and may(role, current, new)]


def may_undo(role: Role, before: MatterStatus, after: MatterStatus) -> bool:
    """Whether a step by hand can be taken back: by whoever may take it, unless it has told somebody something."""
    return after not in _UNDONE_OTHERWISE and before is not _S.APPROVING and may(role, before, after)


def unanswered(current: MatterStatus) -> bool:
    """Whether closing a matter now means that nobody is answered (回答不要), which needs a reason."""
    return current in _UNDECIDED


def may_leave_unanswered(role: Role, *, wants_reply: bool, kind: Kind | None) -> bool:
    """Who may close a matter without an answer: a clerk only when none is wanted, or for words of thanks."""
    return role in _DECIDERS or (role in _WORKERS and (not wants_reply or kind is Kind.THANKS))
