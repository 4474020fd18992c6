"""The inbox as a queue: which events are due, and what becomes of each. Small and boring on purpose.

A citizen's events keep their order: while an earlier one waits for its next try, the later ones wait behind it;
other citizens do not. A shard belongs to one transaction at a time.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Update,
    bindparam,
    column,
    exists,
    func,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session, aliased

from feedback.db import among
from feedback.inbox.models import SHARDS, EventState, LineEvent

MAX_ATTEMPTS = 6
_LOCK_SPACE = 7_305_812
_FIRST_PAUSE = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class DueEvent:
    """An event to work, still encrypted."""

    id: int
    citizen_key: bytes | None
    shard: int
    occurred_at: datetime
    payload: bytes | None
    attempts: int


def due_shards(session: Session, *, now: datetime) -> list[int]:
    """Shards with something due, in random order so that workers spread.

    Each shard is looked up by itself, so that a long queue takes no longer than a short one.
    """
    every = select(literal(0).label("shard")).cte("every", recursive=True)
    every = every.union_all(select(every.c.shard + 1).where(every.c.shard < SHARDS - 1))
    is_due = exists().where(
        LineEvent.shard == every.c.shard, LineEvent.state == EventState.PENDING, LineEvent.due_at <= now
    )
    shards = list(session.scalars(select(every.c.shard).where(is_due)))
    random.shuffle(shards)
    return shards


def shards_in_hand(session: Session) -> set[int]:
    """Shards that some transaction has locked at this moment; a worker need not try them."""
    if session.get_bind().dialect.name == "sqlite":
        return set()
    held = text(
        "SELECT objid::integer FROM pg_locks WHERE locktype = 'advisory' AND classid = :space AND objsubid = 2"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return set(session.scalars(held, {"space": _LOCK_SPACE}))


def lock_shards(session: Session, shards: Sequence[int]) -> list[int]:
    """Take what can be had of these shards until the transaction ends.

    On PostgreSQL this must be a statement of its own before the select, or the select reads a stale snapshot;
    on SQLite the write transaction already excludes everybody else.
    """
    if session.get_bind().dialect.name == "sqlite":
        return list(shards)
    wanted = (
        func.unnest(bindparam("shards", list(shards), type_=ARRAY(Integer)))
        .table_valued(column("shard", Integer))
        .render_derived()
    )
    got = session.execute(select(wanted.c.shard, func.pg_try_advisory_xact_lock(_LOCK_SPACE, wanted.c.shard)))
    return [shard for shard, locked in got if locked]


def due(session: Session, *, shards: Sequence[int], now: datetime, limit: int) -> list[DueEvent]:
    """Due events of these shards in the order of their happening, a citizen's blocked ones left out.

    The first shards fill the batch: one query a shard reads a long queue no further than the limit.
    """
    found: list[DueEvent] = []
    for shard in shards:
        rows = session.execute(
            select(
                LineEvent.id,
                LineEvent.citizen_key,
                LineEvent.shard,
                LineEvent.occurred_at,
                LineEvent.payload,
                LineEvent.attempts,
            )
            .where(LineEvent.shard == shard, *_is_due(now))
            .order_by(LineEvent.occurred_at, LineEvent.id)
            .limit(limit - len(found))
        )
        found += [DueEvent(*row) for row in rows]
        if len(found) >= limit:
            break
    return sorted(found, key=lambda event: (event.occurred_at, event.id))


def still_due(session: Session, events: Sequence[DueEvent], *, shards: Sequence[int], now: datetime) -> list[DueEvent]:
    """Those of the events, read before their shards were locked, that are in these shards and nobody has worked since.

    ``now``: the same moment as when they were read.
    """
    ids = [event.id for event in events if event.shard in shards]
    left = set(session.scalars(select(LineEvent.id).where(among(session, LineEvent.id, ids), *_is_due(now))))
    return [event for event in events if event.id in left]


def _is_due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    earlier = aliased(LineEvent)
    blocked = exists().where(
        earlier.citizen_key == LineEvent.citizen_key,
        earlier.state == EventState.PENDING,
        earlier.due_at > now,
        (earlier.occurred_at < LineEvent.occurred_at)
        | ((earlier.occurred_at == LineEvent.occurred_at) & (earlier.id < LineEvent.id)),
    )
    return LineEvent.state == EventState.PENDING, LineEvent.due_at <= now, ~blocked


def finish(session: Session, event_ids: Sequence[int], *, state: EventState, keep: bool, now: datetime) -> None:
    """Mark events as worked; ``keep``: their payload stays for the retention time, else it is cleared now."""
    values: dict[str, object] = {"state": state, "done_at": now, "error": None}
    if not keep:
        values["payload"] = None
    if event_ids:
        session.execute(_worked(session, event_ids).values(values))


def hold(session: Session, event_ids: Sequence[int], *, until: datetime, now: datetime) -> None:
    """Mark events as worked while their words wait, encrypted, for the citizen's consent."""
    if event_ids:
        values = {"state": EventState.DONE, "done_at": now, "error": None, "held_until": until}
        session.execute(_worked(session, event_ids).values(values))


def _worked(session: Session, event_ids: Sequence[int]) -> Update:
    # No event is in the session as an object, so none has to be told.
    chosen = update(LineEvent).where(among(session, LineEvent.id, event_ids))
    return chosen.execution_options(synchronize_session=False)


def fail(session: Session, event: DueEvent, *, error: str, now: datetime) -> EventState:
    """Count a failed try: the event comes back later and later, and after the last try is a dead letter."""
    attempts = event.attempts + 1
    state = EventState.DEAD if attempts >= MAX_ATTEMPTS else EventState.PENDING
    session.execute(
        update(LineEvent)
        .where(LineEvent.id == event.id)
        .values(attempts=attempts, state=state, error=error[:500], due_at=now + _FIRST_PAUSE * 3 ** (attempts - 1))
    )
    return state


def revive(session: Session, event_id: int, *, now: datetime) -> bool:
    """Give a dead letter another round of tries. False when it is not dead or its content is gone."""
    changed = session.execute(
        update(LineEvent)
        .where(LineEvent.id == event_id, LineEvent.state == EventState.DEAD, LineEvent.payload.is_not(None))
        .values(state=EventState.PENDING, attempts=0, due_at=now)
        .returning(LineEvent.id)
    )
    return changed.first() is not None


def next_due_at(session: Session) -> datetime | None:
    """When the next pending event is due; None when there is none."""
    return session.scalar(select(func.min(LineEvent.due_at)).where(LineEvent.state == EventState.PENDING))


def forget_old(session: Session, *, now: datetime, text_days: int) -> int:
    """Clear payloads that are no longer needed: worked and dead ones after the retention time, held ones unanswered.

    A dead letter can be run again only within the retention time; after it even its words are not kept for ever.
    """
    old = session.execute(
        update(LineEvent)
        .where(
            LineEvent.state != EventState.PENDING,
            LineEvent.payload.is_not(None),
            LineEvent.held_until.is_(None),
            LineEvent.received_at < now - timedelta(days=text_days),
        )
        .values(payload=None)
        .returning(LineEvent.id)
    ).all()
    held = session.execute(
        update(LineEvent)
        .where(LineEvent.held_until.is_not(None), LineEvent.held_until < now)
        .values(payload=None, held_until=None)
        .returning(LineEvent.id)
    ).all()
    return len(old) + len(held)
