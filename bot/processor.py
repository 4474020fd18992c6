"""Works stored events in batches: everything a batch changes, and its "done" marks, are one transaction.

Texts are classified in one go before the transaction opens. When a batch fails, it is rolled back and worked
event by event, so that one poison event harms nobody else.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from bot.batch import AreaName, Batch, Handled
from bot.inbound import EVENT_PURPOSE, Inbound, parse
from feedback.citizens import service as citizens
from feedback.citizens.models import Citizen
from feedback.clock import Clock, utc_now
from feedback.config import Settings
from feedback.db import Database, among
from feedback.deadlines.service import load as load_deadlines
from feedback.departments.models import Department
from feedback.inbox import queue
from feedback.inbox.models import EventState
from feedback.inbox.queue import DueEvent
from feedback.keys import KeyRing
from feedback.opinions import bulk
from feedback.opinions.intake import IntakeRules
from feedback.opinions.models import Matter, Submission
from feedback.opinions.rules import joins, matter_text
from feedback.outbox import service as outbox
from feedback.ports import Reading, TextReader
from feedback.routing.models import Area
from feedback.routing.service import load_router

log = structlog.get_logger()

_LOOKS = 3

Handle = Callable[[Batch, Inbound], Handled]


class Metrics(Protocol):
    """Told what the processor did."""

    def events(self, count: int, *, state: str) -> None:
        """So many events ended in this state."""


@dataclass(slots=True)
class Processor:
    """The worker's first half. ``run_once`` works one batch; any number of processes may run it on PostgreSQL."""

    database: Database
    settings: Settings
    keys: KeyRing
    reader: TextReader
    handle: Handle
    clock: Clock = utc_now
    batch_size: int = 400
    shards_at_once: int = 12
    _opened: dict[int, Inbound] = field(default_factory=dict)

    def run_once(self) -> int:
        """Work one batch. Returns how many events were taken up; 0 when nothing is due or others have it."""
        # Another worker may lock the shards just peeked at; a second look leaves those out.
        return next((worked for _ in range(_LOOKS) if (worked := self._run_batch()) is not None), 0)

    def _run_batch(self) -> int | None:
        """How many events were taken up; None when others were faster."""
        now = self.clock()
        with self.database.read() as session:
            in_hand = queue.shards_in_hand(session)
            shards = [shard for shard in queue.due_shards(session, now=now) if shard not in in_hand]
            peeked = queue.due(session, shards=shards[: self.shards_at_once], now=now, limit=self.batch_size)
            if not peeked:
                return 0
            self._opened = {event.id: inbound for event in peeked if (inbound := self._peek(event)) is not None}
            texts = self._texts(session, peeked)
        readings = self._read(texts)
        with self.database.write() as session:
            locked = queue.lock_shards(session, sorted({event.shard for event in peeked}))
            events = queue.still_due(session, peeked, shards=locked, now=now) if locked else []
            if events:
                self._work(session, events, readings)
        return len(events) or None

    def _peek(self, event: DueEvent) -> Inbound | None:
        """Open an event ahead of time; what cannot be opened fails later, where it is counted."""
        try:
            return self._open(event)
        except ValueError:
            return None

    def _open(self, event: DueEvent) -> Inbound:
        if (opened := self._opened.get(event.id)) is not None:
            return opened
        payload = self.keys.decrypt(event.payload or b"", purpose=EVENT_PURPOSE)
        return parse(payload, event_id=event.id, citizen_key=event.citizen_key, at=event.occurred_at)

    def _texts(self, session: Session, events: Sequence[DueEvent]) -> list[str]:
        """The texts this batch will want read: each message, and what it becomes when it joins an open submission."""
        inbounds = [self._opened[event.id] for event in events if event.id in self._opened]
        spoken = [(one, one.text) for one in inbounds if one.text]
        quiet = self.settings.submission_quiet_seconds
        standing = _standing(session, [one for one, _ in spoken], quiet_seconds=quiet) if quiet else {}
        texts: dict[str, None] = {}
        for inbound, text in spoken:
            texts[text] = None
            key = inbound.citizen_key or b""
            last_at, words = standing.get(key, (None, ""))
            joined = matter_text([words, text]) if last_at and joins(last_at, inbound.at, quiet_seconds=quiet) else text
            texts[joined] = None
            if quiet:
                standing[key] = (inbound.at, joined)
        return list(texts)

    def _read(self, texts: list[str]) -> dict[str, Reading]:
        if not texts:
            return {}
        try:
            return dict(zip(texts, self.reader.read(texts), strict=True))
        except Exception as error:
            # One text the model cannot bear must not stop the others: each is read again where it is needed.
            log.warning("reader.batch_failed", texts=len(texts), error=type(error).__name__)
            return {}

    def _work(self, session: Session, events: list[DueEvent], readings: dict[str, Reading]) -> None:
        try:
            with session.begin_nested():
                self._work_together(session, events, readings)
        except Exception as error:
            log.warning("batch.failed", events=len(events), error=type(error).__name__)
            self._work_singly(session, events, readings)

    def _work_singly(self, session: Session, events: list[DueEvent], readings: dict[str, Reading]) -> None:
        failed: set[bytes | None] = set()
        for event in events:
            if event.citizen_key is not None and event.citizen_key in failed:
                continue
            try:
                with session.begin_nested():
                    self._work_together(session, [event], readings)
            except Exception as error:
                failed.add(event.citizen_key)
                # Only the kind of error and its place: its message may hold the citizen's words.
                state = queue.fail(session, event, error=_describe(error), now=self.clock())
                log.warning("event.failed", event_row=event.id, state=state, error=_describe(error))

    def _work_together(self, session: Session, events: Sequence[DueEvent], readings: dict[str, Reading]) -> None:
        inbounds = [self._open(event) for event in events]
        batch = self._load(session, inbounds, readings)
        ends: dict[Handled, list[int]] = {}
        with session.no_autoflush:
            worked = {inbound.event_id: self.handle(batch, inbound) for inbound in inbounds}
        for event_id, end in (worked | batch.amended).items():
            ends.setdefault(end, []).append(event_id)
        bulk.flush(session)
        outgoing = [
            outbox.Outgoing(
                citizen_key=draft.citizen.key,
                recipient=draft.line_user_id,
                messages=draft.messages(),
                purpose=draft.purpose,
                reply_token=draft.reply_token,
                event_at=draft.at,
            )
            for draft in batch.outbound
        ]
        outbox.enqueue(session, outgoing, keys=self.keys, now=batch.now)
        hold_until = batch.now + timedelta(minutes=self.settings.consent_hold_minutes)
        for handled, ids in ends.items():
            if handled.hold_words and self.settings.consent_hold_minutes:
                queue.hold(session, ids, until=hold_until, now=batch.now)
            else:
                state = EventState.IGNORED if handled.ignored else EventState.DONE
                queue.finish(session, ids, state=state, keep=handled.keep_words, now=batch.now)

    def _load(self, session: Session, inbounds: Sequence[Inbound], readings: Mapping[str, Reading]) -> Batch:
        keys = {inbound.citizen_key for inbound in inbounds if inbound.citizen_key is not None}
        now = self.clock()
        named = select(Area.key, Area.name, Area.short_name).where(Area.active).order_by(Area.position)
        areas = {row.key: AreaName(*row) for row in session.execute(named)}
        departments = session.execute(select(Department.id, Department.name))
        return Batch(
            session=session,
            now=now,
            settings=self.settings,
            keys=self.keys,
            rules=IntakeRules(
                router=load_router(session),
                deadlines=load_deadlines(session),
                area_keys=frozenset(areas),
            ),
            areas=areas,
            departments=dict(departments.all()),
            citizens=citizens.load(session, keys=keys, now=now),
            latest=_latest_submissions(session, keys),
            read=_ReadOnDemand(self.reader, readings),
        )


@dataclass(frozen=True, slots=True)
class _ReadOnDemand:
    """Readings made ahead; a text nobody foresaw is read now."""

    reader: TextReader
    ahead: Mapping[str, Reading]

    def __call__(self, text: str) -> Reading:
        return self.ahead.get(text) or self.reader.read([text])[0]


def _standing(
    session: Session, inbounds: Sequence[Inbound], *, quiet_seconds: int
) -> dict[bytes, tuple[datetime, str]]:
    """Citizen → when the last part of their newest submission was sent, and its words, where these may join it."""
    since = min((one.at for one in inbounds), default=None)
    if since is None:
        return {}
    rows = session.execute(
        select(Citizen.key, Submission.last_part_at, Matter.text)
        .join(Submission, Submission.citizen_id == Citizen.id)
        .join(Matter, Matter.submission_id == Submission.id)
        .where(
            among(session, Citizen.key, {one.citizen_key for one in inbounds}),
            Submission.last_part_at > since - timedelta(seconds=quiet_seconds),
        )
        .order_by(Submission.id, Matter.number.desc())
    )
    return {key: (last_part_at, text) for key, last_part_at, text in rows}


def _latest_submissions(session: Session, keys: Iterable[bytes]) -> dict[bytes, Submission]:
    newest = (
        select(func.max(Submission.id))
        .join(Citizen, Citizen.id == Submission.citizen_id)
        .where(among(session, Citizen.key, set(keys)))
        .group_by(Submission.citizen_id)
    )
    rows = session.execute(
        select(Citizen.key, Submission)
        .join(Citizen, Citizen.id == Submission.citizen_id)
        .where(Submission.id.in_(newest))
        .options(joinedload(Submission.matters))
    )
    return dict(rows.unique().all())


def _describe(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__} ({place})"
