"""Words that wait for consent: events worked but kept encrypted, of earlier batches and of this one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from bot.batch import Batch, Handled
from bot.inbound import EVENT_PURPOSE, Inbound, parse
from bot.incoming import message_id, message_key
from feedback.inbox.models import EventState, LineEvent
from feedback.opinions.rules import joins


@dataclass(frozen=True, slots=True)
class Bundle:
    """Held messages near enough in time to be one submission, oldest first."""

    inbounds: tuple[Inbound, ...]


def held(batch: Batch, citizen_key: bytes) -> list[Inbound]:
    """What waits for this citizen's consent, oldest first."""
    rows = batch.session.execute(
        select(LineEvent.id, LineEvent.payload, LineEvent.occurred_at)
        .where(
            LineEvent.citizen_key == citizen_key,
            LineEvent.held_until.is_not(None),
            LineEvent.held_until > batch.now,
            LineEvent.payload.is_not(None),
        )
        .order_by(LineEvent.occurred_at, LineEvent.id)
    ).all()
    earlier = [
        parse(batch.keys.decrypt(payload, purpose=EVENT_PURPOSE), event_id=row_id, citizen_key=citizen_key, at=at)
        for row_id, payload, at in rows
        if payload is not None
    ]
    return sorted([*earlier, *batch.held.get(citizen_key, [])], key=_when)


def _when(inbound: Inbound) -> tuple[datetime, int]:
    return inbound.at, inbound.event_id


def held_bundles(batch: Batch, citizen_key: bytes) -> list[Bundle]:
    """What waits, as the submissions it would make by the quiet window."""
    bundles: list[list[Inbound]] = []
    for inbound in held(batch, citizen_key):
        quiet = batch.settings.submission_quiet_seconds
        if bundles and joins(bundles[-1][-1].at, inbound.at, quiet_seconds=quiet):
            bundles[-1].append(inbound)
        else:
            bundles.append([inbound])
    return [Bundle(tuple(bundle)) for bundle in bundles]


def hold(batch: Batch, citizen_key: bytes, inbound: Inbound) -> None:
    """Remember an event of this batch as waiting."""
    batch.held.setdefault(citizen_key, []).append(inbound)


def release(batch: Batch, citizen_key: bytes) -> None:
    """The words were recorded: they wait no longer and stay like those of any worked message."""
    batch.session.execute(
        update(LineEvent)
        .where(
            LineEvent.citizen_key == citizen_key,
            LineEvent.held_until.is_not(None),
            LineEvent.held_until > batch.now,
        )
        .values(held_until=None)
    )
    for inbound in batch.held.pop(citizen_key, []):
        batch.amended[inbound.event_id] = Handled(keep_words=True)


def drop(batch: Batch, citizen_key: bytes) -> None:
    """The words of this batch that waited are not wanted: they go. (Earlier ones: `citizens.forget_held`.)"""
    for inbound in batch.held.pop(citizen_key, []):
        batch.amended[inbound.event_id] = Handled()


def drop_one(batch: Batch, citizen_key: bytes, event_id: int) -> None:
    """One message that waited was unsent."""
    here = batch.held.get(citizen_key, [])
    if any(inbound.event_id == event_id for inbound in here):
        batch.held[citizen_key] = [inbound for inbound in here if inbound.event_id != event_id]
        batch.amended[event_id] = Handled()
    else:
        batch.session.execute(update(LineEvent).where(LineEvent.id == event_id).values(payload=None, held_until=None))


def drop_dead(batch: Batch, citizen_key: bytes, key: bytes) -> None:
    """A message that could not be worked was unsent: its words go, and nobody can have it worked again."""
    rows = batch.session.execute(
        select(LineEvent.id, LineEvent.payload, LineEvent.occurred_at).where(
            LineEvent.citizen_key == citizen_key, LineEvent.state == EventState.DEAD, LineEvent.payload.is_not(None)
        )
    ).all()
    for row_id, payload, at in rows:
        opened = _opened(batch, payload or b"", row_id, citizen_key, at)
        own_id = message_id(opened) if opened is not None else None
        if own_id is not None and message_key(own_id, batch.keys) == key:
            drop_one(batch, citizen_key, row_id)


def _opened(batch: Batch, payload: bytes, row_id: int, citizen_key: bytes, at: datetime) -> Inbound | None:
    try:
        opened = batch.keys.decrypt(payload, purpose=EVENT_PURPOSE)
        return parse(opened, event_id=row_id, citizen_key=citizen_key, at=at)
    except ValueError:  # perhaps the reason for which it is dead
        return None
