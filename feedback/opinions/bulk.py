"""New opinions written many at a time, past the object mapper.

A worker receives thousands of opinions a second. As mapped objects, a submission, its matter, parts, readings and
history would cost more than all the rest together; as rows of one statement a table they cost a third.

``add`` queues a row below a new matter or submission. ``defer`` queues the pair of them itself: until `write` they
are plain objects in no session, and whoever wants to change them afterwards asks `kept` for the mapped ones.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import Insert, Table, event, func, insert, select
from sqlalchemy.orm import Session, UOWTransaction, object_session, selectinload

from feedback.db import Base, write_rows
from feedback.opinions import search
from feedback.opinions.models import Matter, Submission

_KEY = "opinions.bulk"


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
        parent = (
            {"matter_id": matter.id} if matter is not None else {"submission_id": cast("Submission", submission).id}
        )
        rows[model].append(parent | row)
    for model, many in rows.items():
        write_rows(session, _table(model), many)


def _write_pairs(session: Session, pairs: Sequence[tuple[Submission, Matter]]) -> None:
    _insert_all(session, Submission, [submission for submission, _ in pairs])
    for submission, matter in pairs:
        matter.submission_id = submission.id
    _insert_all(session, Matter, [matter for _, matter in pairs])
    search.index_new(session, [(matter.id, matter.text) for _, matter in pairs])


def _insert_all(session: Session, model: type[Base], objects: Sequence[Any]) -> None:
    rows = [_row(model, one) for one in objects]
    if session.get_bind().dialect.name == "sqlite":
        # Nobody else writes while this transaction has the lock, so the next ids are ours.
        first = (session.connection().scalar(select(func.max(_table(model).c.id))) or 0) + 1
        ids: Sequence[int] = range(first, first + len(rows))
        session.connection().execute(_insert(model), [row | {"id": id_} for row, id_ in zip(rows, ids, strict=True)])
    else:
        made = _insert(model).returning(_table(model).c.id, sort_by_parameter_order=True)
        ids = session.connection().execute(made, rows).scalars().all()
    for one, id_ in zip(objects, ids, strict=True):
        one.id = id_


def _row(model: type[Base], one: Any) -> dict[str, Any]:
    values = vars(one)
    return {name: values.get(name, default) for name, default in _defaults(model)}


_known_defaults: dict[type[Base], list[tuple[str, Any]]] = {}


def _defaults(model: type[Base]) -> list[tuple[str, Any]]:
    if model not in _known_defaults:
        _known_defaults[model] = [
            (column.name, cast("Any", column.default).arg if column.default is not None else None)
            for column in _table(model).columns
            if column.name != "id"
        ]
    return _known_defaults[model]


def _table(model: type[Base]) -> Table:
    return cast("Table", model.__table__)


def _insert(model: type[Base]) -> Insert:
    return insert(_table(model))  # the table, not the class: no mapped objects are wanted back


@event.listens_for(Session, "after_flush")
def _with_the_flush(session: Session, _context: UOWTransaction) -> None:
    write(session)


@event.listens_for(Session, "before_commit")
def _before_the_end(session: Session) -> None:
    flush(session)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _transaction: Any) -> None:
    session.info.pop(_KEY, None)
