"""Leases: a named right that one process at a time holds, by a clock all agree on well enough."""

from datetime import datetime, timedelta

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback.jobs.models import Lease


def acquire(session: Session, *, name: str, holder: str, now: datetime, lasts: timedelta) -> bool:
    """Take or keep a lease. False: somebody else holds it until later."""
    taken = session.execute(
        update(Lease)
        .where(Lease.name == name, (Lease.holder == holder) | (Lease.until < now))
        .values(holder=holder, until=now + lasts, last_run_at=now)
        .returning(Lease.name)
    ).first()
    if taken is not None:
        return True
    try:
        with session.begin_nested():
            session.execute(insert(Lease).values(name=name, holder=holder, until=now + lasts, last_run_at=now))
    except IntegrityError:
        return False
    return True
