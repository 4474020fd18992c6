"""New opinions written many at a time, past the object mapper.

A worker receives thousands of opinions a second. As mapped objects, a submission, its matter, parts, readings and
history would cost more than all the rest together; as rows of one statement a table they cost a third.

``add`` queues a row below a new matter or submission. ``defer`` queues the pair of them itself: until `write` they
are plain objects in no session, and whoever wants to change them afterwards asks `kept` for the mapped ones.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import Table, event
from sqlalchemy.orm import Session, UOWTransaction, object_session, selectinload

from feedback.db import Base
from feedback.opinions import search
from feedback.opinions.models import Matter, Submission
from feedback.rows import next_ids, write_rows

_KEY = "opinions.bulk"

Row = TypeVar("Row", bound=Base)


@dataclass(slots=True)
class _Queue:
    pairs: list[tuple[Submission, Matter]] = field(default_factory=list)
    rows: list[tuple[type[Base], Matter | None, Submission | None, dict[str, Any]]] = field(default_factory=list)


def _queue(session: Session) -> _Queue:
    queue: _Queue = session.info.setdefault(_KEY, _Queue())
    return queue


def add(
    session: Session,
    model: type[Base],
    *,
    matter: Matter | None = None,
    submission: Submission | None = None,
    **row: Any,
) -> None:
    """Have a row written with its new matter or submission, which gets its id then."""
    _queue(session).rows.append((model, matter, submission, row))


def unmapped(model: type[Row], **values: Any) -> Row:
    """An object that reads like a mapped one, its columns filled with these values and their defaults.

    Setting an attribute of a mapped class costs ten times what it costs elsewhere, for book-keeping that only
    sessions need. This object is for `defer`, and for no session ever.
    """
    one = model()
    vars(one).update(_defaults(model), **values)
    return one


def defer(session: Session, submission: Submission, matter: Matter) -> None:
    """Have a new submission (its citizen, if any, has an id) and its matter written by the next `write`."""
    _queue(session).pairs.append((submission, matter))


def flush(session: Session) -> None:
    """Write what is queued and what is mapped, so that queries see it."""
    session.flush()
    write(session)


def kept(session: Session, submission: Submission) -> Submission:
    """The mapped object of a submission, its matters loaded, so that changes to it are kept."""
    if object_session(submission) is session:
        return submission
    flush(session)
    return session.get_one(Submission, submission.id, options=[selectinload(Submission.matters)])


def write(session: Session) -> None:
    """Write what is queued: submissions, matters with their search index, then everything below them."""
    queue: _Queue | None = session.info.pop(_KEY, None)
    if queue is None:
        return
    if queue.pairs:
        _write_pairs(session, queue.pairs)
    rows: dict[type[Base], list[dict[str, Any]]] = defaultdict(list)
    for model, matter, submission, row in queue.rows:
        if matter is not None:
            row["matter_id"] = matter.id
        else:
            row["submission_id"] = cast("Submission", submission).id
        rows[model].append(row)
    for model, many in rows.items():
        write_rows(session, _table(model), many)


def _write_pairs(session: Session, pairs: Sequence[tuple[Submission, Matter]]) -> None:
    _insert_all(session, Submission, [submission for submission, _ in pairs])
    for submission, matter in pairs:
        vars(matter)["submission_id"] = submission.id
    _insert_all(session, Matter, [matter for _, matter in pairs])
    search.index_new(session, [(matter.id, matter.text) for _, matter in pairs])


def _insert_all(session: Session, model: type[Base], objects: Sequence[Submission | Matter]) -> None:
    table = _table(model)
    for one, id_ in zip(objects, next_ids(session, table, len(objects)), strict=True):
        vars(one)["id"] = id_
    write_rows(session, table, [vars(one) for one in objects], names=table.columns.keys())


def _table(model: type[Base]) -> Table:
    return cast("Table", model.__table__)


@cache
def _defaults(model: type[Base]) -> Mapping[str, Any]:
    return {
        column.name: cast("Any", column.default).arg if column.default is not None else None
        for column in _table(model).columns
    }


@event.listens_for(Session, "after_flush")
def _with_the_flush(session: Session, _context: UOWTransaction) -> None:
    write(session)


@event.listens_for(Session, "before_commit")
def _before_the_end(session: Session) -> None:
    flush(session)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _transaction: Any) -> None:
    session.info.pop(_KEY, None)
