"""Keeps the index of likeness: what is new is worked off a moment later, what is taken back leaves it at once.

A round reads what is due, makes prints of the texts outside any transaction, and stores those whose texts are still
the same. One process at a time does it (a lease); a round that is lost is simply done again.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, event, func, select, update
from sqlalchemy.orm import Session, UOWTransaction

from feedback.likeness import rules
from feedback.likeness.models import Fingerprint, FingerprintBand
from feedback.opinions.models import Matter
from feedback.opinions.rewording import with_other_words
from feedback.opinions.rules import MatterStatus
from feedback.ports import TextEncoder
from feedback.rows import write_rows

_AT_MOST_PER_BAND = 20
_LATE_IDS = 10_000
"""Ids are given out before they are committed: a new matter is looked for this far below the newest known one."""


@dataclass(frozen=True, slots=True)
class Words:
    """A matter whose words are to be looked at; none when it was withdrawn or erased."""

    matter_id: int
    text: str


@dataclass(frozen=True, slots=True)
class Print:
    """What was made of a matter's words."""

    words: Words
    bands: tuple[int, ...]
    vector: bytes | None


def due(session: Session, *, limit: int, everything: bool = False) -> list[Words]:
    """Matters that are new to the index or changed since, lowest first.

    ``everything`` also finds what was committed very late; once after the start is enough.
    """
    stale = select(Fingerprint.matter_id).where(Fingerprint.stale.is_(True)).order_by(Fingerprint.matter_id)
    wanted = list(session.scalars(stale.limit(limit)))
    known = 0 if everything else (session.scalar(select(func.max(Fingerprint.matter_id))) or 0) - _LATE_IDS
    new = (
        select(Matter.id)
        .outerjoin(Fingerprint, Fingerprint.matter_id == Matter.id)
        .where(Matter.id > known, Fingerprint.matter_id.is_(None))
        .order_by(Matter.id)
        .limit(limit - len(wanted))
    )
    wanted += session.scalars(new)
    rows = session.execute(
        select(Matter.id, Matter.text, Matter.status).where(Matter.id.in_(wanted)).order_by(Matter.id)
    )
    return [Words(row.id, _words(row.text, row.status)) for row in rows]


def make_prints(texts: Sequence[Words], *, encoder: TextEncoder | None) -> list[Print]:
    """Prints of texts. Takes milliseconds a text: outside any transaction."""
    filled = [one for one in texts if one.text.strip()]
    vectors: dict[int, bytes] = {}
    if encoder is not None and filled:
        made = encoder.encode([one.text for one in filled])
        vectors = {one.matter_id: vector for one, vector in zip(filled, made, strict=True)}
    return [
        Print(one, tuple(rules.bands(rules.shingles(one.text))), vectors.get(one.matter_id) or None) for one in texts
    ]


def store(session: Session, prints: Sequence[Print], *, at: datetime) -> int:
    """Put prints into the index and join near-duplicates. Returns how many; texts that changed wait for a new round."""
    by_id = {one.words.matter_id: one for one in prints}
    # Locked, so that nobody takes words back between this look and the commit. What is locked comes next time.
    rows = session.execute(
        select(Matter.id, Matter.text, Matter.status)
        .where(Matter.id.in_(by_id))
        .order_by(Matter.id)
        .with_for_update(skip_locked=True, key_share=True)
    )
    kept = [by_id[row.id] for row in rows if by_id[row.id].words.text == _words(row.text, row.status)]
    if not kept:
        return 0
    ids = [one.words.matter_id for one in kept]
    # The clock too, since the row with the highest number may have been deleted.
    revision = max(session.scalar(select(func.max(Fingerprint.revision))) or 0, int(at.timestamp() * 1000))
    session.execute(delete(Fingerprint).where(Fingerprint.matter_id.in_(ids)))
    session.execute(delete(FingerprintBand).where(FingerprintBand.matter_id.in_(ids)))
    write_rows(
        session,
        Fingerprint.__table__,  # type: ignore[arg-type]  # a mapped class's table
        [
            {
                "matter_id": one.words.matter_id,
                "group_id": None,
                "vector": one.vector,
                "revision": revision + number,
                "stale": False,
            }
            for number, one in enumerate(kept, start=1)
        ],
    )
    write_rows(
        session,
        FingerprintBand.__table__,  # type: ignore[arg-type]  # a mapped class's table
        [{"band": band, "matter_id": one.words.matter_id} for one in kept for band in dict.fromkeys(one.bands)],
    )
    _join(session, kept)
    return len(kept)


def forget(session: Session, matter_ids: Iterable[int]) -> None:
    """Take matters out of the index at once; they are looked at again with the words they have then."""
    ids = list(matter_ids)
    if not ids:
        return
    _leave_groups(session, ids)
    session.execute(delete(FingerprintBand).where(FingerprintBand.matter_id.in_(ids)))
    session.execute(
        update(Fingerprint).where(Fingerprint.matter_id.in_(ids)).values(group_id=None, vector=None, stale=True)
    )


def _words(text: str, status: MatterStatus) -> str:
    return "" if status is MatterStatus.WITHDRAWN else text


def _leave_groups(session: Session, ids: Sequence[int]) -> None:
    """A group keeps the lowest id among those who stay; whoever stays alone is in no group."""
    groups = set(
        session.scalars(
            select(Fingerprint.group_id).where(Fingerprint.matter_id.in_(ids), Fingerprint.group_id.is_not(None))
        )
    )
    for group in sorted(one for one in groups if one is not None):
        lowest, members = session.execute(
            select(func.min(Fingerprint.matter_id), func.count()).where(
                Fingerprint.group_id == group, Fingerprint.matter_id.not_in(ids)
            )
        ).one()
        session.execute(
            update(Fingerprint).where(Fingerprint.group_id == group).values(group_id=lowest if members > 1 else None)
        )


def _join(session: Session, kept: Sequence[Print]) -> None:
    meeting = _candidates(session, kept)
    others = sorted({id_ for found in meeting.values() for id_ in found})
    rows = session.execute(
        select(Matter.id, Matter.text, Fingerprint.group_id)
        .join(Fingerprint, Fingerprint.matter_id == Matter.id)
        .where(Matter.id.in_(others))
    ).all()
    texts = {row.id: rules.shingles(row.text) for row in rows}
    root = {row.id: row.group_id or row.id for row in rows}
    merged: dict[int, int] = {}

    def top(group: int) -> int:
        while group in merged:
            group = merged[group]
        return group

    for one in kept:
        mine = one.words.matter_id
        for other in sorted(meeting[mine]):
            a, b = top(root.get(mine, mine)), top(root.get(other, other))
            if a != b and rules.overlap(texts.get(mine, frozenset()), texts.get(other, frozenset())) >= rules.SAME:
                merged[max(a, b)] = min(a, b)
    for group in sorted(merged):
        target = top(group)
        session.execute(
            update(Fingerprint)
            .where((Fingerprint.group_id == group) | Fingerprint.matter_id.in_([group, target]))
            .values(group_id=target)
        )


def _candidates(session: Session, kept: Sequence[Print]) -> dict[int, set[int]]:
    """Who meets whom under a key; under a key of thousands only the first, since they are in one group already."""
    keys = sorted({band for one in kept for band in one.bands})
    position = func.row_number().over(partition_by=FingerprintBand.band, order_by=FingerprintBand.matter_id)
    ranked = (
        select(FingerprintBand.band, FingerprintBand.matter_id, position.label("position"))
        .where(FingerprintBand.band.in_(keys))
        .subquery()
    )
    under: dict[int, list[int]] = defaultdict(list)
    found = select(ranked.c.band, ranked.c.matter_id).where(ranked.c.position <= _AT_MOST_PER_BAND)
    for band, matter_id in session.execute(found):
        under[band].append(matter_id)
    return {
        one.words.matter_id: {other for band in one.bands for other in under[band]} | {one.words.matter_id}
        for one in kept
    }


@event.listens_for(Session, "after_flush")
def _words_changed(session: Session, _context: UOWTransaction) -> None:
    """Words that were changed, taken back or withdrawn leave the index in the same transaction."""
    forget(session, with_other_words(session))


@event.listens_for(Session, "before_flush")
def _matter_goes(session: Session, _context: UOWTransaction, _instances: object) -> None:
    ids = [one.id for one in session.deleted if isinstance(one, Matter)]
    if ids:
        forget(session, ids)
        session.execute(delete(Fingerprint).where(Fingerprint.matter_id.in_(ids)))
