"""Rows that nobody looks at again in their transaction, written many at a time with the flush of their parents.

A worker receives thousands of opinions a second; as mapped objects, the history, the readings and the parts of
each would cost more than all the rest. Only rows of new parents go this way: a flush is then certain to come.
"""

from collections import defaultdict
from typing import Any, cast

from sqlalchemy import Insert, Table, event, insert
from sqlalchemy.orm import Session, UOWTransaction

from feedback.db import Base
from feedback.opinions.models import Matter, Submission

_KEY = "opinions.bulk"


def add(
    session: Session,
    model: type[Base],
    *,
    matter: Matter | None = None,
    submission: Submission | None = None,
    **row: Any,
) -> None:
    """Have a row written with the next flush, below its matter or submission, which gets its id there."""
    session.info.setdefault(_KEY, []).append((model, matter, submission, row))


def _insert(model: type[Base]) -> Insert:
    table = cast("Table", model.__table__)  # the table, not the class: no mapped objects are wanted back
    return insert(table)


@event.listens_for(Session, "after_flush")
def _write(session: Session, _context: UOWTransaction) -> None:
    rows: dict[type[Base], list[dict[str, Any]]] = defaultdict(list)
    for model, matter, submission, row in session.info.pop(_KEY, ()):
        parent = {"matter_id": matter.id} if matter is not None else {"submission_id": submission.id}
        rows[model].append(parent | row)
    for model, many in rows.items():
        session.connection().execute(_insert(model), many)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _transaction: Any) -> None:
    session.info.pop(_KEY, None)
